"""People who use the gateway."""

from __future__ import annotations

import uuid
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

API = "/api/v1"
OPERATOR = "operator"
PASSWORD = "correct horse battery"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody signed in, and how they call."""

    id: str
    name: str
    client: httpx.AsyncClient
    tokens: dict[str, Any]

    @property
    def library_id(self) -> str:
        return str(self.tokens["user"]["own_library_id"])

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens['access_token']}"}

    # JSON has no narrower type; each test reads the fields it asked for.
    async def ask(self, method: str, path: str, status: int = 200, **request: Any) -> Any:  # noqa: ANN401
        """Call the API, and insist on the status."""
        response = await self.client.request(method, API + path, **request)
        assert response.status_code == status, response.text
        return response.json() if response.content else None


@asynccontextmanager
async def sign_up(anyone: httpx.AsyncClient, **about: object) -> AsyncGenerator[Person]:
    """Make an account with a name of its own."""
    name = f"ada-{uuid.uuid4().hex[:10]}"
    asked = {"name": name, "password": PASSWORD, **about}
    response = await anyone.post(f"{API}/auth/sign-up", json=asked)
    assert response.status_code == httpx.codes.CREATED, response.text
    async with _person(anyone, response) as person:
        yield person


@asynccontextmanager
async def sign_in(anyone: httpx.AsyncClient, name: str) -> AsyncGenerator[Person]:
    """Open another session of somebody who has an account."""
    asked = {"name": name, "password": PASSWORD}
    response = await anyone.post(f"{API}/auth/sign-in", json=asked)
    assert response.status_code == httpx.codes.OK, response.text
    async with _person(anyone, response) as person:
        yield person


@asynccontextmanager
async def _person(anyone: httpx.AsyncClient, response: httpx.Response) -> AsyncGenerator[Person]:
    tokens = response.json()
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    async with httpx.AsyncClient(
        base_url=anyone.base_url, headers=headers, timeout=anyone.timeout
    ) as client:
        yield Person(tokens["user"]["id"], tokens["user"]["name"], client, tokens)
