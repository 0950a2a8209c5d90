"""Serving gRPC: health, reflection, and a drain before the end."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

import grpc
from grpc_health.v1 import health, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from libs.common.faults import CannotStart
from libs.common.rpc.observer import Observer
from libs.common.rpc.vitals import Need, Vitals
from libs.common.settings import ServiceSettings, Tls

LARGEST_MESSAGE_BYTES = 16 * 2**20

OPTIONS = (
    ("grpc.max_receive_message_length", LARGEST_MESSAGE_BYTES),
    ("grpc.max_send_message_length", LARGEST_MESSAGE_BYTES),
    # Two services on one port would each get some of the calls.
    ("grpc.so_reuseport", 0),
    # Clients ping every 20 s; by default the server takes that for an attack.
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
)


@asynccontextmanager
async def serve(
    settings: ServiceSettings,
    register: Callable[[grpc.aio.Server], None],
    services: Sequence[str] = (),
    needs: Mapping[str, Need] | None = None,
    interceptors: Sequence[grpc.aio.ServerInterceptor] = (),
) -> AsyncGenerator[str]:
    """Serve gRPC while the context is open, and yield the address to call.

    Enter it after everything the service needs: once inside, health says
    SERVING, overall and for each of ``services`` (full names, which reflection
    lists too), unless one of ``needs`` that is vital goes away. On leaving,
    health says NOT_SERVING, new calls are refused, and calls in hand get
    ``drain_s`` seconds to finish.
    """
    server = grpc.aio.server(interceptors=[Observer(), *interceptors], options=OPTIONS)
    vitals = Vitals(services, needs or {})
    health_pb2_grpc.add_HealthServicer_to_server(vitals, server)
    reflection.enable_server_reflection(
        [*services, health.SERVICE_NAME, reflection.SERVICE_NAME], server
    )
    register(server)
    address = f"{settings.host}:{_listen(server, settings)}"
    await server.start()
    try:
        async with vitals.watching():
            yield address
    finally:
        await vitals.enter_graceful_shutdown()
        await server.stop(settings.drain_s)


def _listen(server: grpc.aio.Server, settings: ServiceSettings) -> int:
    address = f"{settings.host}:{settings.rpc_port}"
    try:
        if settings.rpc_tls is None:
            return server.add_insecure_port(address)
        return server.add_secure_port(address, _credentials(settings.rpc_tls))
    except RuntimeError:
        raise CannotStart(f"cannot listen at {address}", "rpc_port") from None


def _credentials(tls: Tls) -> grpc.ServerCredentials:
    return grpc.ssl_server_credentials(
        [(tls.key.read_bytes(), tls.certificate.read_bytes())],
        root_certificates=tls.authority.read_bytes(),
        require_client_auth=True,
    )
