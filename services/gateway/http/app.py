"""The application: every route behind its guard, and everything around them."""

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.types import Receive, Scope, Send

from services.gateway.http import (
    account,
    admin,
    auth,
    histories,
    imports,
    libraries,
    linking,
    listening,
    live,
    media,
    music,
    pages,
    pictures,
    playlist_files,
    playlists,
    podcasts,
    radio,
    reference,
    rooms,
    scrobbling,
    shares,
    stations,
    uploads,
    vitals,
)
from services.gateway.http.document import Json, document
from services.gateway.http.middleware import Bounded, Compressed, Hardened, Tagged
from services.gateway.http.observing import Observed
from services.gateway.http.problems import answer_problems
from services.gateway.http.subsonic import route as subsonic
from services.gateway.settings import GatewaySettings

ROUTES = (
    # First those that are asked for most: addresses are tried in this order.
    media.routes,
    media.links,
    pictures.routes,
    auth.routes,
    auth.well_known,
    account.routes,
    music.routes,
    playlists.routes,
    playlist_files.routes,
    listening.routes,
    scrobbling.routes,
    histories.routes,
    libraries.routes,
    linking.routes,
    uploads.routes,
    imports.routes,
    stations.routes,
    live.routes,
    radio.routes,
    radio.links,
    shares.routes,
    shares.page,
    podcasts.routes,
    admin.routes,
    vitals.routes,
    reference.routes,
    pages.routes,  # last: it takes every address that is left
)
SHOWN_TO_OTHER_SITES = ("ETag", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-Id")


class Gateway(FastAPI):
    """FastAPI with our own description."""

    def openapi(self) -> Json:
        """Describe the API, once."""
        if not self.openapi_schema:
            self.openapi_schema = document(self)
        return self.openapi_schema

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer. Sockets stay for long and are many, and no layer does anything for them."""
        if scope["type"] == "websocket":
            scope["app"] = self
            await self.router(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def create_app(settings: GatewaySettings) -> Gateway:
    """Assemble the application; it can answer once its state has ``parts``."""
    app = Gateway(
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # Its own would trace everything twice, and the signatures in addresses with it.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        middleware=_middleware(settings),
    )
    for routes in ROUTES:
        # Not include_router: its wrapping hides what a route is from those who ask.
        app.router.routes.extend(routes.routes)
    app.router.routes.extend(rooms.routes)
    # Before the pages, which take every address that is left.
    app.router.routes[:0] = subsonic.routes
    answer_problems(app)
    return app


def _middleware(settings: GatewaySettings) -> list[Middleware]:
    layers = [Middleware(Observed), Middleware(Hardened, settings)]
    if settings.cors_origins:
        layers.append(
            Middleware(
                CORSMiddleware,
                allow_origins=settings.cors_origins,
                allow_methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
                allow_headers=["Authorization", "X-Api-Key", "Idempotency-Key", "Range"],
                expose_headers=SHOWN_TO_OTHER_SITES,
                max_age=3600,
            )
        )
    return [*layers, Middleware(Compressed), Middleware(Tagged), Middleware(Bounded)]
