"""Calling the services that this server's operator named, and reading what they answer."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

import httpx

from services.catalog.domain.scrobbling import TryLater

CALL_S = 10.0
CLIENT, VERSION = "Tutti", "1.0"

# What JSON of others holds: each reader checks what it takes.
Json: TypeAlias = Mapping[str, Any]

TOO_MANY = 429


@asynccontextmanager
async def open_client() -> AsyncGenerator[httpx.AsyncClient]:
    """A client that follows nobody elsewhere, and takes nothing from this machine's environment."""
    async with httpx.AsyncClient(
        timeout=CALL_S,
        follow_redirects=False,
        trust_env=False,
        headers={"User-Agent": f"{CLIENT}/{VERSION}"},
    ) as client:
        yield client


async def call(client: httpx.AsyncClient, request: httpx.Request) -> httpx.Response:
    """Call, or raise TryLater where no answer comes or one that says so."""
    try:
        response = await client.send(request)
    except httpx.HTTPError as error:
        raise TryLater(f"no answer: {type(error).__name__}") from None
    if response.status_code == TOO_MANY:
        raise TryLater("it was asked too often", _asked_for_s(response))
    if response.is_server_error and not _is_json(response):
        raise TryLater(f"it answered with {response.status_code}", _asked_for_s(response))
    return response


def json_of(response: httpx.Response) -> Json:
    """The JSON object in an answer, or TryLater: something in between answered."""
    try:
        told = response.json()
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise TryLater(f"it answered with {response.status_code} and no JSON")
    return told


def seconds(text: str | None) -> float:
    """Seconds in a header, 0 where there are none."""
    try:
        return min(max(float(text or 0), 0.0), 3600.0)
    except ValueError:
        return 0.0


def _asked_for_s(response: httpx.Response) -> float:
    headers = response.headers
    return seconds(headers.get("x-ratelimit-reset-in") or headers.get("retry-after"))


def _is_json(response: httpx.Response) -> bool:
    return "json" in response.headers.get("content-type", "")
