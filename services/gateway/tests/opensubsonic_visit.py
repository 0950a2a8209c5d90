"""A music app that calls in one manner, and believes nothing that it has not checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from services.gateway.tests.apps import SPOKEN, App
from services.gateway.tests.opensubsonic_methods import ANSWERS, BYTES, NOTHING
from services.gateway.tests.opensubsonic_reading import read

if TYPE_CHECKING:
    import httpx

XML = "text/xml; charset=utf-8"
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Manner:
    """How an app calls, and how it wants to be answered."""

    as_xml: bool
    by_form: bool
    with_view: bool

    def __str__(self) -> str:
        parts = ("xml" if self.as_xml else "json", "form" if self.by_form else "address")
        return "-".join((*parts, *(("view",) if self.with_view else ())))


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody's app."""

    app: App
    manner: Manner
    called: set[str] = field(default_factory=set)

    async def send(self, method: str, body: str, **given: object) -> httpx.Response:
        """Call a method in the manner of this app."""
        self.called.add(method)
        path = f"/rest/{method}{'.view' if self.manner.with_view else ''}"
        asked: dict[str, Any] = {**SPOKEN, **self.app.proof, **given}
        asked["f"] = "xml" if self.manner.as_xml else "json"
        client = self.app.client
        if body:
            json = {"Content-Type": JSON}
            return await client.post(path, params=asked, content=body, headers=json)
        if self.manner.by_form:
            return await client.post(path, data=asked)
        return await client.get(path, params=asked)

    # As in JSON; each step reads the fields it asked for.
    async def ask(self, method: str, **given: object) -> Any:  # noqa: ANN401
        """Call a method that has to succeed, and check all of its answer."""
        return await self.describe(method, "", **given)

    async def describe(self, method: str, body: str, **given: object) -> Any:  # noqa: ANN401
        """The same, with JSON as the body."""
        told = self._read(method, await self.send(method, body, **given))
        assert told["status"] == "ok", (method, told)
        answer = ANSWERS[method].lstrip("!").partition(":")[0]
        return told.get(answer) if answer else None

    async def refused(self, method: str, **given: object) -> int:
        """Call a method that has to fail, and check its answer."""
        told = self._read(method, await self.send(method, "", **given))
        assert told["status"] == "failed", (method, told)
        return int(told["error"]["code"])

    async def fetch(self, method: str, **given: object) -> httpx.Response:
        """Call a method that answers with bytes."""
        response = await self.send(method, "", **given)
        assert response.status_code in {200, 206, 302}, (method, response.text)
        assert response.headers.get("content-type") not in {XML, JSON}, (method, response.text)
        return response

    def _read(self, method: str, response: httpx.Response) -> dict[str, Any]:
        assert response.status_code == 200, (method, response.text)
        assert response.headers["content-type"] == (XML if self.manner.as_xml else JSON)
        answer = ANSWERS[method]
        shown = NOTHING if answer in {BYTES, "absent"} else answer
        return read(response.content, as_xml=self.manner.as_xml, answer=shown)
