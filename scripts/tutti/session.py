"""Who is signed in to which server, and how to call it."""

from __future__ import annotations

import json
import os
import platform
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

DEFAULT_SERVER = "http://127.0.0.1:8080"
API = "/api/v1"
TIMEOUT = httpx.Timeout(30, connect=5)


class Refused(Exception):
    """The server or this machine does not allow it; the message is for the person."""


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in that is kept: a server and the API key this device was given."""

    server: str
    user_name: str
    key_id: str
    secret: str


def sign_in_file() -> Path:
    """Where the sign-in is kept: under XDG_CONFIG_HOME, readable by its owner alone."""
    config = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(config) / "tutti" / "session.json"


def kept_session() -> Session:
    """The sign-in of this device, or from TUTTI_SERVER and TUTTI_API_KEY when both are set."""
    server, secret = os.environ.get("TUTTI_SERVER"), os.environ.get("TUTTI_API_KEY")
    if server and secret:
        return Session(server.rstrip("/"), "", "", secret)
    try:
        return Session(**json.loads(sign_in_file().read_text()))
    except FileNotFoundError:
        raise Refused("not signed in: run `tutti sign-in` first") from None
    except (ValueError, TypeError):
        raise Refused(f"{sign_in_file()} cannot be read: run `tutti sign-in` again") from None


def keep(session: Session) -> None:
    """Write the sign-in so that a crash leaves the old one or the new one, never half of it."""
    path = sign_in_file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(asdict(session)))
    draft.replace(path)


def forget() -> None:
    """Remove the sign-in from this device."""
    sign_in_file().unlink(missing_ok=True)


def device_name() -> str:
    """What this device is called in the list of API keys."""
    return f"tutti command line on {platform.node() or 'an unnamed machine'}"


@asynccontextmanager
async def connect(session: Session) -> AsyncGenerator[Server]:
    """Open connections to the server as the person signed in."""
    headers = {"Authorization": f"Bearer {session.secret}"} if session.secret else {}
    async with httpx.AsyncClient(
        base_url=session.server, headers=headers, timeout=TIMEOUT
    ) as client:
        yield Server(client)


class Server:
    """The REST API of one server."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    # A JSON object has no narrower type; each caller reads the fields it asked for.
    async def ask(self, method: str, path: str, **request: Any) -> Any:  # noqa: ANN401
        """Call the API and answer its JSON, or raise Refused with the server's own words."""
        response = await self._answer(method, path, **request)
        return response.json() if response.content else None

    async def read(self, path: str, **request: Any) -> bytes:  # noqa: ANN401
        """Download what is no JSON."""
        return (await self._answer("GET", path, **request)).content

    async def _answer(self, method: str, path: str, **request: Any) -> httpx.Response:  # noqa: ANN401
        try:
            response = await self.client.request(method, API + path, **request)
        except httpx.HTTPError as error:
            raise Refused(
                f"cannot reach {self.client.base_url}: {error or type(error).__name__}"
            ) from error
        if response.is_error:
            raise Refused(reason(response))
        return response


def reason(response: httpx.Response) -> str:
    """Why the server refused, in its own words where it gave some."""
    try:
        problem = response.json()
        detail = str(problem.get("detail") or problem["title"])
    except (ValueError, KeyError, AttributeError):
        detail = f"the server answered {response.status_code} {response.reason_phrase}"
    if response.status_code == httpx.codes.UNAUTHORIZED:
        return f"{detail} (run `tutti sign-in`)"
    return detail
