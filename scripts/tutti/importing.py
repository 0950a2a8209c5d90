"""Bringing files in, with a bar for what is sent and a bar for what becomes music."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from scripts.tutti.session import API, Refused, Server, reason
from scripts.tutti.uploads import FILES_AT_ONCE, LocalFile, Sender, audio_files, batch_id

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from rich.console import Console

# An item, a batch or a library as the API writes it in JSON.
Answer = dict[str, Any]
SILENCE_S = 60.0
"""The server sends at least a heartbeat more often than this."""
AGAIN_S = 1.0
"""Between one connection that broke and the next."""


@dataclass(slots=True)
class Outcome:
    """What became of an import."""

    sent: set[str] = field(default_factory=set)
    """Ids of the items the server took."""
    refused: list[tuple[str, str]] = field(default_factory=list)
    """Files the server did not take, and why."""
    items: list[Answer] = field(default_factory=list)
    """The items as they ended; empty when they were not waited for."""

    @property
    def failed(self) -> bool:
        """Whether a file was refused or ended in quarantine."""
        return bool(self.refused) or any(item["state"] == "quarantined" for item in self.items)


async def bring(
    server: Server, paths: Sequence[Path], library: str | None, *, wait: bool, console: Console
) -> Outcome:
    """Send all audio files of the paths and, unless told not to, wait until each has ended."""
    me = await server.ask("GET", "/me")
    library_id = await _library_id(server, library) if library else me["own_library_id"]
    files = await asyncio.to_thread(lambda: list(audio_files(paths)))
    if not files:
        raise Refused("no audio files there: Tutti takes FLAC, MP3, M4A, OGG, Opus, WAV and AIFF")
    batch, outcome = batch_id(me["id"], library_id, paths), Outcome()
    with Progress(*_columns(DownloadColumn(), TransferSpeedColumn()), console=console) as bars:
        sending = bars.add_task("Sending", total=sum(file.size_bytes for file in files))
        sender = Sender(server, library_id, batch, lambda size: bars.advance(sending, size))
        await _send(sender, files, outcome)
    if wait and outcome.sent:
        with Progress(*_columns(TextColumn("{task.fields[counts]}")), console=console) as bars:
            await _follow(server, batch, bars)
        outcome.items = [
            item async for item in every_item(server, batch_id=batch) if item["id"] in outcome.sent
        ]
    return outcome


def _columns(*figures: Any) -> tuple[Any, ...]:  # noqa: ANN401  ProgressColumn, not exported typed
    return (
        TextColumn("{task.description:9}"), BarColumn(), TaskProgressColumn(), *figures,
        TimeRemainingColumn(),
    )  # fmt: skip


async def scan(server: Server, library: str) -> Answer:
    """Have the server look through the folder of a library; answers how many files it found."""
    library_id = await _library_id(server, library)
    answer: Answer = await server.ask("POST", f"/libraries/{library_id}/scan")
    return answer


async def scrub_report(server: Server) -> Answer:
    """How far the scrubber is, and what it found."""
    report: Answer = await server.ask("GET", "/admin/scrub")
    return report


async def scrubbed(server: Server) -> Answer:
    """The report once the pass has come to its end."""
    while True:
        report = await scrub_report(server)
        if not report["scrub"]["under_way"]:
            return report
        await asyncio.sleep(AGAIN_S)


async def _library_id(server: Server, name: str) -> str:
    libraries: list[Answer] = (await server.ask("GET", "/libraries"))["items"]
    for library in libraries:
        if name in (library["id"], library["name"]):
            return str(library["id"])
    known = ", ".join(sorted(library["name"] for library in libraries)) or "none"
    raise Refused(f"no library is called {name!r}; there are: {known}")


async def _send(sender: Sender, files: Sequence[LocalFile], outcome: Outcome) -> None:
    waiting = iter(files)

    async def send_what_waits() -> None:
        for file in waiting:
            try:
                outcome.sent.add(await sender.send(file))
            except (Refused, OSError) as error:
                outcome.refused.append((str(file.path), str(error)))

    async with asyncio.TaskGroup() as lanes:
        for _ in range(FILES_AT_ONCE):
            lanes.create_task(send_what_waits())


async def _follow(server: Server, batch: str, bars: Progress) -> None:
    """Show the batch's progress until every file has ended."""
    making = bars.add_task("Preparing", total=1.0, counts="")
    async for kind, news in _news(server, batch):
        if kind != "batch":
            continue
        ended = sum(
            news[count]
            for count in (
                "published_count", "duplicate_count", "quarantined_count", "undecided_count",
            )
        )  # fmt: skip
        counts = f"{ended}/{news['item_count']} files"
        bars.update(making, completed=news["progress"], counts=counts)
        if ended >= news["item_count"]:
            return


async def _news(server: Server, batch: str) -> AsyncIterator[tuple[str, Answer]]:
    """Follow the server-sent events of a batch, connecting again when the connection breaks."""
    while True:
        try:
            async with server.client.stream(
                "GET", f"{API}/imports/events", params={"batch_id": batch}, timeout=SILENCE_S
            ) as response:
                if response.is_server_error:
                    await asyncio.sleep(AGAIN_S)
                    continue
                if response.is_error:
                    await response.aread()
                    raise Refused(reason(response))
                kind = "message"
                async for line in response.aiter_lines():
                    name, _, value = line.partition(": ")
                    if name == "event":
                        kind = value
                    elif name == "data":
                        yield kind, json.loads(value)
        except httpx.TransportError:
            await asyncio.sleep(AGAIN_S)


async def every_item(
    server: Server, *, of: str = "imports", **wanted: str
) -> AsyncIterator[Answer]:
    """All items that match, page by page; ``of`` is "admin/imports" for those of everyone."""
    cursor: str | None = None
    while True:
        page = {**wanted, "limit": "500"} | ({"cursor": cursor} if cursor else {})
        answer = await server.ask("GET", f"/{of}/items", params=page)
        for item in answer["items"]:
            yield item
        cursor = answer["next_cursor"]
        if cursor is None:
            return
