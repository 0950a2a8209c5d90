"""Items that are to be looked at and shown before their turn comes."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from uuid import UUID

from asyncpg import Record

from libs.common.postgres import Connection, Pool, announce, transaction
from services.ingest.adapters.postgres_turns import turn
from services.ingest.domain.glance import Found, Glance
from services.ingest.domain.pipeline import Urgency
from services.ingest.domain.tags import with_file_name
from services.ingest.events import recordings_found


@dataclass(frozen=True, slots=True)
class Sight:
    """An item nobody looked at yet."""

    item_id: UUID
    user_id: str
    library_id: str
    path: str
    file_name: str
    size_bytes: int


class PostgresSurvey:
    """What the survey reads and writes."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def turn(self) -> AbstractAsyncContextManager[bool]:
        """Whether this replica surveys now: one does at a time."""
        return turn(self._pool, "survey")

    async def due(self, most: int, after: int) -> tuple[Sequence[Sight], int]:
        """Items to look at, in the order they were found, behind a position; and the last one's."""
        rows = await self._pool.fetch(
            """
            SELECT id, user_id, library_id, source_path, file_name, size_bytes, position
            FROM items WHERE listing = 'due' AND position > $2 ORDER BY position LIMIT $1
            """,
            most, after,
        )  # fmt: skip
        return [_sight(row) for row in rows], rows[-1]["position"] if rows else 0

    async def tell(self, sights: Sequence[Sight], glances: Mapping[UUID, Glance]) -> None:
        """Note what was seen and have it shown, in one transaction."""
        async with transaction(self._pool) as connection:
            shown = await _note(connection, sights, glances)
            await _note_doubtful(connection, [each.item_id for each in sights])
            for (user_id, library_id), found in _by_place(sights, glances, shown).items():
                for event in recordings_found(user_id, library_id, found):
                    await announce(connection, event, awaits_result=True)


async def _note(
    connection: Connection, sights: Sequence[Sight], glances: Mapping[UUID, Glance]
) -> set[UUID]:
    """Keep titles and sketches; answer which items are to be shown.

    Of copies the first one found is shown: what the others are is decided when they are heard.
    """
    seen = [(each, glances[each.item_id]) for each in sights if each.item_id in glances]
    named = [(each, with_file_name(glance.tags, each.file_name)) for each, glance in seen]
    rows = await connection.fetch(
        """
        UPDATE items SET title = seen.title, artist = seen.artist, sketch = seen.sketch,
            listing = CASE WHEN seen.first AND NOT EXISTS (
                SELECT FROM items AS copy
                WHERE copy.library_id = items.library_id AND copy.sketch = seen.sketch
                    AND copy.sketch <> '' AND copy.id <> items.id
                    AND copy.state NOT IN ('quarantined', 'dismissed')
            ) THEN 'listed' ELSE 'none' END
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::boolean[])
            AS seen (id, title, artist, sketch, first)
        WHERE items.id = seen.id AND listing = 'due' AND state = 'waiting'
        RETURNING items.id, listing
        """,
        [each.item_id for each, _ in seen],
        [tags.title or "" for _, tags in named],
        [", ".join(tags.artists) for _, tags in named],
        [glance.sketch for _, glance in seen],
        list(_firsts(seen)),
    )
    return {row["id"] for row in rows if row["listing"] == "listed"}


def _firsts(seen: Sequence[tuple[Sight, Glance]]) -> Iterator[bool]:
    known = set[tuple[str, str]]()
    for each, glance in seen:
        copy_of = (each.library_id, glance.sketch)
        yield copy_of not in known
        known.add(copy_of)


async def _note_doubtful(connection: Connection, item_ids: Sequence[UUID]) -> None:
    """What could not be read at a glance is prepared early: it may be no music at all."""
    await connection.execute(
        """
        UPDATE items SET listing = 'none', urgency = $2
        WHERE id = ANY($1::uuid[]) AND listing = 'due'
        """,
        list(item_ids), Urgency.BROUGHT,
    )  # fmt: skip


def _by_place(
    sights: Sequence[Sight], glances: Mapping[UUID, Glance], shown: set[UUID]
) -> Mapping[tuple[str, str], Sequence[Found]]:
    places: dict[tuple[str, str], list[Found]] = {}
    for each in sights:
        if each.item_id in shown:
            place = places.setdefault((each.user_id, each.library_id), [])
            place.append(_found(each, glances[each.item_id]))
    return places


def _found(each: Sight, glance: Glance) -> Found:
    tags = with_file_name(glance.tags, each.file_name)
    return Found(str(each.item_id), each.file_name, each.size_bytes, glance.encoding, tags)


def _sight(row: Record) -> Sight:
    return Sight(
        row["id"],
        row["user_id"],
        row["library_id"],
        row["source_path"],
        row["file_name"],
        row["size_bytes"],
    )
