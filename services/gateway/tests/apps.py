"""Music apps that call the gateway."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx

    from services.gateway.tests.people import Person

SPOKEN = {"v": "1.16.1", "c": "a test"}


@dataclass(frozen=True, slots=True)
class App:
    """An app with a password of its own, and how it calls."""

    client: httpx.AsyncClient
    user_name: str
    secret: str
    password_id: str

    @property
    def proof(self) -> dict[str, str]:
        salt = secrets.token_hex(4)
        digest = hashlib.md5(f"{self.secret}{salt}".encode(), usedforsecurity=False)
        return {"u": self.user_name, "t": digest.hexdigest(), "s": salt}

    async def call(self, method: str, **given: object) -> httpx.Response:
        """Call a method, answered as JSON unless told otherwise."""
        asked: dict[str, Any] = {"f": "json", **SPOKEN, **self.proof, **given}
        return await self.client.get(f"/rest/{method}", params=asked)

    # JSON has no narrower type; each test reads the fields it asked for.
    async def ask(self, method: str, **given: object) -> Any:  # noqa: ANN401
        """Call a method, and insist that it succeeds."""
        told = opened(await self.call(method, **given))
        assert told["status"] == "ok", told
        return told

    async def refused(self, method: str, **given: object) -> tuple[int, str]:
        """Call a method, and insist that it fails."""
        told = opened(await self.call(method, **given))
        assert told["status"] == "failed", told
        return told["error"]["code"], told["error"]["message"]


def opened(response: httpx.Response) -> dict[str, Any]:
    """What is in the envelope."""
    assert response.status_code in {200, 404, 429}, response.text
    content = response.json()
    assert list(content) == ["subsonic-response"]
    told: dict[str, Any] = content["subsonic-response"]
    return told


async def app_of(person: Person, anyone: httpx.AsyncClient) -> App:
    """Give somebody an app."""
    made = await person.ask("POST", "/me/app-passwords", 201, json={"name": "telephone"})
    return App(anyone, person.name, made["secret"], made["app_password"]["id"])
