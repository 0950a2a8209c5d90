"""A page that lists the API, made from its own description; it loads nothing from elsewhere."""

import asyncio
from html import escape

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from services.gateway.http.document import Json
from services.gateway.http.entrance import PUBLIC, guarded_router

routes = guarded_router("reference", PUBLIC, prefix="/api")

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
code { background: #8882; padding: .1rem .3rem; border-radius: .2rem }
dt { margin-top: .8rem } b { display: inline-block; min-width: 4.5rem }
"""


@routes.get("/v1/openapi.json", include_in_schema=False)
async def get_document(request: Request) -> Response:
    """Describe the API by OpenAPI 3.1."""
    return JSONResponse(await asyncio.to_thread(request.app.openapi))  # half a second, once


@routes.get("/docs", include_in_schema=False)
async def get_reference(request: Request) -> Response:
    """Show the API to a person."""
    return HTMLResponse(page(await asyncio.to_thread(request.app.openapi)))


def page(made: Json) -> str:
    """Write the description as HTML."""
    sections = "".join(_section(tag["name"], tag["description"], made) for tag in made["tags"])
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Tutti API</title>"
        f"<style>{STYLE}</style><h1>Tutti API</h1><p>{escape(made['info']['description'])}</p>"
        f"<p>For programs: <a href=/api/v1/openapi.json>openapi.json</a></p>{sections}</html>"
    )


def _section(tag: str, description: str, made: Json) -> str:
    lines = [
        f"<dt><b>{method.upper()}</b> <code>{escape(path)}</code>"
        f"<dd>{escape(operation.get('description', ''))}"
        for path, operations in made["paths"].items()
        for method, operation in operations.items()
        if tag in operation["tags"]
    ]
    return f"<h2>{escape(tag)}</h2><p>{escape(description)}</p><dl>{''.join(lines)}</dl>"
