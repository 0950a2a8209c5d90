"""Telemetry: logs, traces over OTLP, metrics for Prometheus."""

from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager

import prometheus_client
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from libs.common.faults import CannotStart
from libs.common.logs import log_as_json
from libs.common.settings import ServiceSettings

_W3C = TraceContextTextMapPropagator()


@contextmanager
def telemetry(settings: ServiceSettings) -> Generator[None]:
    """Log, trace and measure as the settings say, and send what is left on leaving."""
    with ExitStack() as stack:
        log_as_json(settings.log_level)
        # Without anywhere to send them, traces are ids for the log, and cost next to nothing.
        sampler = ALWAYS_OFF if settings.otlp_endpoint is None else ALWAYS_ON
        provider = TracerProvider(sampler, Resource({"service.name": settings.service}))
        stack.callback(provider.shutdown)
        if settings.otlp_endpoint is not None:
            _export(provider, settings.otlp_endpoint)
        trace.set_tracer_provider(provider)
        if settings.metrics_port is not None:
            _show_metrics(settings.host, settings.metrics_port, stack)
        yield


def trace_headers() -> dict[str, str]:
    """Where the current trace stands, in W3C headers, to be carried to another process."""
    headers: dict[str, str] = {}
    _W3C.inject(headers)
    return headers


def trace_context(headers: Mapping[str, str]) -> Context:
    """The trace another process carried here in its headers."""
    return _W3C.extract(headers)


def _show_metrics(host: str, port: int, stack: ExitStack) -> None:
    try:
        server, thread = prometheus_client.start_http_server(port, host)
    except OSError as error:
        raise CannotStart(f"cannot listen at {host}:{port}: {error}", "metrics_port") from None
    stack.callback(thread.join)
    stack.callback(server.server_close)
    stack.callback(server.shutdown)


def _export(provider: TracerProvider, endpoint: str) -> None:
    # Imported only where used: the exporter alone doubles the time to start.
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import (  # noqa: PLC0415
        OTLPSpanExporter,
    )

    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
