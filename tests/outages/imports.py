"""Music brought while something is amiss, and whether all of it arrives."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from tests.listener import ENDED
from tests.outages.person import piece

if TYPE_CHECKING:
    from pathlib import Path

    from tests.listener import Listener


class Imports:
    """The pieces that one listener sends, each like no other."""

    def __init__(self, listener: Listener, folder: Path, duration_s: float = 8.0) -> None:
        self._listener = listener
        self._folder = folder
        self._duration_s = duration_s
        self._sent = 0
        self._item_ids: list[str] = []

    async def send(self) -> None:
        """Send one more."""
        self._sent += 1
        file = piece(self._folder, 10 + self._sent, self._duration_s)
        item = await asyncio.to_thread(self._listener.send, file)
        self._item_ids.append(str(item["id"]))

    async def end(self, patience_s: float) -> list[str]:
        """Wait for all that were sent since this was last asked; say what went wrong."""
        over_s = time.monotonic() + patience_s
        items = self._items()
        while time.monotonic() < over_s and not all(item["state"] in ENDED for item in items):
            await asyncio.sleep(0.3)
            items = self._items()
        self._item_ids.clear()
        return [
            f"an import ended as {item['state']} {item['reason'] or ''}"
            for item in items
            if item["state"] != "published"
        ]

    def _items(self) -> list[dict[str, Any]]:
        read = self._listener.get
        return [read(f"/imports/items/{item_id}")["item"] for item_id in self._item_ids]
