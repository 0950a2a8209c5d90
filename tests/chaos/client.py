"""A client that brings files to a server that may be away at any moment, as ordinary apps do."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import httpx

from tests.listener import Listener

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.chaos.files import Brought
    from tests.listener import Answer

BATCH = "chaos"
SENDERS = 3
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 5.0
GIVE_UP_S = 300.0
"""How long one request is tried again; far more than any restart takes."""
PAGE = 500
COUNTED = ("published", "duplicate", "quarantined", "undecided")
TRY_AGAIN = {HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT}


class Bringer:
    """Brings files, each under one idempotency key, and says what became of them."""

    def __init__(self, address: str) -> None:
        self._listener = Listener(address)
        self.sent = 0
        self.retries = 0

    def __enter__(self) -> Bringer:
        """Sign up, and use a key that does not expire while the trial lasts."""
        self._listener.__enter__()
        made = self._listener.post("/me/api-keys", json={"name": "chaos"})
        self._listener.carry(made["secret"])
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up."""
        self._listener.__exit__()

    def bring(self, files: Sequence[Brought], allowed: Callable[[], bool]) -> dict[str, str]:
        """Send files, a few at a time; answers the item each became, by name.

        Before each it asks whether it may, which may take a while; a file it may not send stays.
        """
        with ThreadPoolExecutor(SENDERS) as senders:
            sent = senders.map(lambda file: self._send(file) if allowed() else None, files)
            return dict(filter(None, sent))

    def _send(self, file: Brought) -> tuple[str, str]:
        content = file.path.read_bytes()
        about = {"file_name": file.path.name, "size_bytes": len(content), "batch_id": BATCH}
        key = {"Idempotency-Key": file.path.name}
        upload = self.ask("POST", "/uploads", json=about, headers=key)
        if not upload["received_parts"]:
            self.ask("PUT", f"/uploads/{upload['id']}/parts/1", content=content)
        item = self.ask("POST", f"/uploads/{upload['id']}/complete")
        self.sent += 1
        return file.path.name, item["id"]

    # What httpx.Client.request takes; the answer is whatever JSON the API gives.
    def ask(self, method: str, path: str, **request: Any) -> Any:  # noqa: ANN401
        """Call the API, again after a pause while the server cannot answer."""
        response = self.response(method, path, **request)
        return response.json() if response.content else None

    def response(self, method: str, path: str, **request: Any) -> httpx.Response:  # noqa: ANN401
        """Call the API as ``ask`` does, for what is not JSON."""
        pause_s, give_up = FIRST_PAUSE_S, time.monotonic() + GIVE_UP_S
        while True:
            trouble = ""
            try:
                response = self._listener.client.request(method, path, **request)
            except httpx.HTTPError as error:
                trouble = repr(error)
            else:
                if not response.is_server_error and response.status_code not in TRY_AGAIN:
                    assert response.is_success, f"{method} {path}: {response.text}"
                    return response
                trouble = response.text
            assert time.monotonic() < give_up, f"{method} {path}: {trouble}"
            self.retries += 1
            time.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def pages(self, path: str, **query: object) -> Iterator[Answer]:
        """Everything that a list holds."""
        cursor: str | None = ""
        while cursor is not None:
            asked = {**query, "limit": PAGE, **({"cursor": cursor} if cursor else {})}
            page = self.ask("GET", path, params=asked)
            yield from page["items"]
            cursor = page["next_cursor"]

    def items(self) -> list[Answer]:
        """Every file of the trial, as it stands."""
        return [*self.pages("/imports/items", batch_id=BATCH)]

    def ended(self) -> int:
        """How many files came to their end; fails where the server cannot say at once."""
        response = self._listener.client.get("/imports/status")
        if response.is_error:
            raise ConnectionError(response.text)
        status = response.json()
        return sum(status[f"{state}_count"] for state in COUNTED)

    def dismiss(self, items: Sequence[Answer]) -> None:
        """Take what came to nothing out of the list, with its bytes."""
        for item in items:
            self.ask("DELETE", f"/imports/items/{item['id']}")
