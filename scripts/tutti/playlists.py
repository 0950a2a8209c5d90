"""Playlists as files."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from scripts.tutti.session import Refused, Server

if TYPE_CHECKING:
    from pathlib import Path


class Form(StrEnum):
    """How a playlist is written."""

    M3U8 = "m3u8"
    JSPF = "jspf"


async def exported(server: Server, name: str, form: Form) -> bytes:
    """The file of a playlist, by its name or id."""
    playlist_id = await _playlist_id(server, name)
    return await server.read(f"/playlists/{playlist_id}/export", params={"format": form.value})


# What became of the file, as the API writes it in JSON.
async def imported(
    server: Server, file: Path, name: str | None, *, dry_run: bool
) -> dict[str, Any]:
    """Send a file, and learn what was made of it."""
    content = await asyncio.to_thread(file.read_bytes)
    query = {"file_name": file.name, "dry_run": str(dry_run).lower()}
    if name is not None:
        query["name"] = name
    return dict(await server.ask("POST", "/playlists/import", params=query, content=content))


async def _playlist_id(server: Server, name: str) -> str:
    called: list[str] = []
    page: dict[str, str] = {"limit": "500"}
    while True:
        answer = await server.ask("GET", "/playlists", params=page)
        for playlist in answer["items"]:
            if playlist["id"] == name:
                return name
            if playlist["name"] == name:
                called.append(playlist["id"])
        if not answer["next_cursor"]:
            break
        page["cursor"] = answer["next_cursor"]
    match called:
        case [only]:
            return only
        case []:
            raise Refused(f"no playlist is called {name!r}")
    raise Refused(f"{len(called)} playlists are called {name!r}; name one by its id: {called}")
