"""Every request traced, timed and logged."""

import logging
import time

from fastapi.routing import APIRoute
from opentelemetry import trace
from prometheus_client import Histogram
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.gateway.http.problems import of_bug

logger = logging.getLogger(__name__)
tracer = trace.get_tracer(__name__)

REQUEST_SECONDS = Histogram(
    "http_request_seconds",
    "Time to the first byte of the answer",
    ["method", "route", "status"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10),
)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NO_ROUTE = "none"


class Observed:
    """Traces, times and logs every request, and answers a bug without showing it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application answer, and see how it does."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["tutti.headers"] = {}
        scope["tutti.afterwards"] = []
        watch = _Watch(scope, send)
        with tracer.start_as_current_span(scope["method"], kind=trace.SpanKind.SERVER) as span:
            watch.trace_id = trace.format_trace_id(span.get_span_context().trace_id)
            try:
                await self._app(scope, receive, watch.send)
            except Exception:
                logger.exception("request failed", extra={"route": watch.route})
                if not watch.status:
                    await of_bug()(scope, receive, watch.send)
            finally:
                span.update_name(f"{scope['method']} {watch.route}")
                for act in scope["tutti.afterwards"]:
                    act()
                watch.log()


class _Watch:
    """One request as it goes by."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope = scope
        self._send = send
        self._started_s = time.perf_counter()
        self._sent_bytes = 0
        self.status = 0
        self.trace_id = ""

    @property
    def route(self) -> str:
        """The template of the route, since paths may carry signatures and are without number."""
        route = self._scope.get("route")
        if isinstance(route, APIRoute):
            return route.path_format
        method: str = self._scope.get("tutti.route", NO_ROUTE)  # of an app, which shares a route
        return method

    async def send(self, message: Message) -> None:
        """Pass it on."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-Id"] = self.trace_id
            for name, value in self._scope["tutti.headers"].items():
                headers[name] = value
            method = self._scope["method"] if self._scope["method"] in METHODS else "other"
            status = f"{self.status // 100}xx"
            elapsed_s = time.perf_counter() - self._started_s
            REQUEST_SECONDS.labels(method, self.route, status).observe(elapsed_s)
        else:
            self._sent_bytes += len(message.get("body", b""))
        await self._send(message)

    def log(self) -> None:
        """One line for one request."""
        logger.info(
            "answered",
            extra={
                "method": self._scope["method"],
                "route": self.route,
                "status": self.status,
                "sent_bytes": self._sent_bytes,
                "elapsed_ms": round((time.perf_counter() - self._started_s) * 1000, 1),
                "request_id": self.trace_id,
            },
        )
