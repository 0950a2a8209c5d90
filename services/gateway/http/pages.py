"""The web app, as it was built."""

import mimetypes
import re
from pathlib import Path

from fastapi import Request, Response
from fastapi.responses import FileResponse, HTMLResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import Scope

from services.gateway.adapters.windows import Window
from services.gateway.domain.principals import Policy
from services.gateway.http.entrance import Guard, GuardedRoute, guarded_router
from services.gateway.http.parts import Settings


class PageRoute(GuardedRoute):
    """Leaves what is not the web app's to the others, and to nobody where none of them has it."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match every address but the API's, so that there is nothing at those, by any method."""
        if scope["path"].startswith(OURS) or scope["path"] == "/api":
            return Match.NONE, {}
        return super().matches(scope)


routes = guarded_router("pages", Guard(Policy.PUBLIC, Window.NONE), prefix="")
routes.route_class = PageRoute

FOR_EVER = "public, max-age=31536000, immutable"
HASHED = re.compile(r"^assets/.+-[A-Za-z0-9_-]{8,}\.[a-z0-9.]+$")
"""How Vite names files after their content."""
OURS = ("/api/", "/media/", "/rest/", "/.well-known/")
NOT_BUILT = """<!doctype html><html lang=en><meta charset=utf-8><title>Tutti</title>
<body style="font:16px/1.5 system-ui;max-width:40rem;margin:4rem auto;padding:0 1rem">
<h1>Tutti is running</h1>
<p>The web app has not been built yet. Run <code>make web</code>, then load this page again.</p>
<p>The API is there already: <a href="/api/docs">/api/docs</a>.</p>
"""

mimetypes.add_type("application/manifest+json", ".webmanifest")
mimetypes.add_type("text/javascript", ".js")


@routes.api_route("/{path:path}", methods=["GET", "HEAD"], include_in_schema=False)
async def get_page(request: Request, settings: Settings, path: str) -> Response:
    """Read a file of the web app; any other address opens the app, which knows its own."""
    index = settings.web_dir / "index.html"
    if not index.is_file():
        return HTMLResponse(NOT_BUILT)
    file = _file(settings.web_dir, path)
    if file is None:
        if path.startswith("assets/"):
            raise HTTPException(404, f"there is nothing at {request.url.path}")
        return FileResponse(index, headers={"Cache-Control": "no-cache"})
    kept = FOR_EVER if HASHED.match(path) else "no-cache"
    return FileResponse(file, headers={"Cache-Control": kept})


def _file(folder: Path, path: str) -> Path | None:
    if not path or "\0" in path:
        return None
    file = (folder / path).resolve()
    inside = file.is_relative_to(folder.resolve())
    return file if inside and file.is_file() else None
