"""Where an import reads from, batch by batch, each with the place to go on at."""

import asyncio
import itertools
import time
from collections.abc import AsyncGenerator, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, Protocol

from libs.common.postgres import Connection
from services.catalog.adapters.histories import exports
from services.catalog.adapters.histories.taking import unmatched_after
from services.catalog.domain.histories.fields import Row
from services.catalog.domain.histories.listens import HeardElsewhere, Source
from services.catalog.domain.histories.told import lastfm_listen, listenbrainz_listen

BATCH = 500
DAY_S = 24 * 3600
"""How far ahead the clock of another service may be."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some listens, None for what says nothing, and where the next one begins."""

    listens: Sequence[HeardElsewhere | None]
    next_place: str
    source: Source


class Paged(Protocol):
    """A service that answers with its listens before a moment."""

    async def page(self, name: str, before_unix_s: int, count: int, proof: str) -> Sequence[Row]:
        """The last listens of a user before a moment, last first."""


READERS: Mapping[Source, tuple[int, Callable[[Row], HeardElsewhere | None]]] = {
    Source.LISTENBRAINZ: (500, listenbrainz_listen),
    Source.LASTFM: (200, lastfm_listen),
}
"""How many a page holds, and how each of them is read."""


async def pulled(
    service: Paged, source: Source, name: str, proof: str, place: str
) -> AsyncGenerator[Batch]:
    """From a service, last first. The place is the moment before which it was not read."""
    size, listen_of = READERS[source]
    before_s = int(place or time.time() + DAY_S)
    seen: Collection[str] = ()
    while before_s > 0 and (rows := await service.page(name, before_s, size, proof)):
        said = [listen_of(row) for row in rows]
        listens = [each for each in said if each is None or each.id not in seen]
        moments_s = {each.id: int(each.at.timestamp()) for each in said if each}
        oldest_s = min(moments_s.values(), default=0)
        seen = [listen_id for listen_id, at_s in moments_s.items() if at_s == oldest_s]
        # Of listens in one second the page may hold only some: that second is read once more.
        before_s = oldest_s + 1 if oldest_s + 1 < before_s else oldest_s
        yield Batch(listens, str(before_s), source)


async def filed(connection: Connection, import_id: str, place: str) -> AsyncGenerator[Batch]:
    """From a file that was sent. The place is how many of its entries were read."""
    read_count = int(place or 0)
    with TemporaryFile() as file:
        parts = connection.cursor(
            "SELECT content FROM history_parts WHERE import_id = $1 ORDER BY number",
            import_id,
            prefetch=4,
        )
        async with connection.transaction(readonly=True):
            async for row in parts:
                await asyncio.to_thread(file.write, row["content"])
        source, said = await asyncio.to_thread(_open, file, read_count)
        while listens := await asyncio.to_thread(lambda: list(itertools.islice(said, BATCH))):
            read_count += len(listens)
            yield Batch(listens, str(read_count), source)


async def waiting(connection: Connection, user_id: str, place: str) -> AsyncGenerator[Batch]:
    """From listens that had no track. The place is the id of the last one looked at."""
    while rows := await unmatched_after(connection, user_id, place, BATCH):
        place = rows[-1][0]
        yield Batch([listen for _, listen in rows], place, Source.UNMATCHED)


def _open(file: IO[bytes], skip: int) -> tuple[Source, Iterator[HeardElsewhere | None]]:
    file.seek(0)
    source, said = exports.listens(file)
    return source, itertools.islice(said, skip, None)
