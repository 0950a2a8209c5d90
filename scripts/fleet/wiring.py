"""From a row of the table to a program: which ports, which addresses, which environment."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import grpc
from grpc_health.v1 import health_pb2

from scripts.fleet.table import Face, Need
from scripts.programs.program import Check, Program, at_once
from scripts.programs.readiness import ANSWER_S, local, serves

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scripts.fleet.settings import FleetSettings
    from scripts.fleet.table import Service
    from scripts.servers import Servers

LOCAL = "127.0.0.1"
TWIN = "-twin"
"""What the name of a second process of a service ends with."""
DRAIN_S = 4
"""Less than the supervisor's patience, so that draining ends before the kill."""
ON_ITS_OWN = [("grpc.use_local_subchannel_pool", 1)]
"""Else a channel would inherit the pause that the one before it has to make after a failure."""


@dataclass(frozen=True, slots=True)
class Wiring:
    """Everything a service may have to be told."""

    settings: FleetSettings
    servers: Servers
    ports: Mapping[str, int]
    database_urls: Mapping[str, str]
    """By the schema, which is named after the prefix of the service."""

    def program(self, service: Service) -> Program:
        """Describe the process of a service."""
        return Program(
            service.name,
            (sys.executable, "-m", service.module),
            self._ready(service),
            environment=self.environment(service),
            address=self._shown_address(service),
        )

    def environment(self, service: Service) -> dict[str, str]:
        """Return the settings of a service as environment variables."""
        told = {
            **self._face(service),
            **self._needed(service),
            **{f"{other.upper()}_ADDRESS": self._addresses(other) for other in service.calls},
        }
        named = {f"{service.prefix}{name}": str(value) for name, value in told.items()}
        # Without it, what a program prints would wait in its buffer.
        return {**named, "PYTHONUNBUFFERED": "1"}

    def _face(self, service: Service) -> dict[str, object]:
        if service.face is Face.NONE:
            return {"FOLDER": self.settings.data.resolve() / service.name}
        told = {"DRAIN_S": DRAIN_S, "METRICS_PORT": self.ports[metrics_port(service)]}
        if service.face is Face.RPC:
            return {**told, "RPC_PORT": self.ports[rpc_port(service.name)]}
        if service.face is Face.HTTP:
            return {**told, "HOST": self.settings.host, "HTTP_PORT": self.settings.port}
        return {**told}

    def _needed(self, service: Service) -> dict[str, object]:
        servers = self.servers
        told: dict[str, object] = {}
        if Need.DATABASE in service.needs:
            told["DATABASE_URL"] = self.database_urls[schema(service)]
        if Need.NATS in service.needs:
            told["NATS_URL"] = servers.nats_url
        if Need.REDIS in service.needs:
            told["REDIS_URL"] = servers.redis_url
        if Need.S3 in service.needs:
            told["S3_ENDPOINT"] = servers.s3_endpoint
            told["S3_ACCESS_KEY"] = servers.s3_access_key
            told["S3_SECRET_KEY"] = servers.s3_secret_key
        if Need.SCRATCH in service.needs:
            told["SCRATCH_FOLDER"] = self.settings.data.resolve() / "scratch"
        if Need.SECRET in service.needs:
            told["SECRET"] = servers.secret_of(schema(service))
        return told

    def _address(self, service: str) -> str:
        return local(self.ports[rpc_port(service)])

    def _addresses(self, service: str) -> str:
        """Where a service answers, and its twin if it has one, as gRPC names several addresses."""
        own, twin = self._address(service), self.ports.get(rpc_port(f"{service}{TWIN}"))
        return own if twin is None else f"ipv4:{own},{local(twin)}"

    def _shown_address(self, service: Service) -> str:
        if service.face is Face.HTTP:
            return self.settings.address
        return self._address(service.name) if service.face is Face.RPC else ""

    def _ready(self, service: Service) -> Check:
        if service.face is Face.RPC:
            return healthy(self._address(service.name))
        if service.face is Face.HTTP:
            return serves(self.settings.here, self.settings.port, "/readyz")
        if service.face is Face.NONE:
            return at_once
        # Metrics are served where the service listens, which for these is here.
        return serves(LOCAL, self.ports[metrics_port(service)], "/metrics")


def port_names(services: tuple[Service, ...]) -> list[str]:
    """Return the names of all ports that the services will need."""
    calls = [rpc_port(service.name) for service in services if service.face is Face.RPC]
    return calls + [metrics_port(service) for service in services]


def rpc_port(service: str) -> str:
    """Return the name of the port where a service answers calls."""
    return f"{service}.rpc"


def metrics_port(service: Service) -> str:
    """Return the name of the port where a process shows its metrics."""
    return f"{service.name}.metrics"


def schema(service: Service) -> str:
    """Return the name of a service's schema and role, which its processes share."""
    return service.prefix.rstrip("_").lower()


def healthy(address: str) -> Check:
    """Expect the standard gRPC health service to say SERVING."""

    async def check() -> None:
        async with grpc.aio.insecure_channel(address, options=ON_ITS_OWN) as channel:
            # The stubs of grpc_health leave out the methods of its client.
            ask = channel.unary_unary(
                "/grpc.health.v1.Health/Check",
                health_pb2.HealthCheckRequest.SerializeToString,
                health_pb2.HealthCheckResponse.FromString,
            )
            try:
                answer = await ask(health_pb2.HealthCheckRequest(), timeout=ANSWER_S)
            except grpc.aio.AioRpcError as failure:
                raise ConnectionError(f"{address} answers {failure.code().name}") from failure
        if answer.status != health_pb2.HealthCheckResponse.SERVING:
            raise ConnectionError(f"{address} is not serving yet")

    return check
