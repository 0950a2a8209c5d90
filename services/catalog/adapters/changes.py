"""Delta sync: everything that changed since a cursor, in order of commit, missing nothing.

Triggers keep one row in ``changes`` for each entity and audience, stamped with
the id of the transaction that changed it last. Transaction ids are given out
at the start and commit in any order, so a reader who remembered the highest
stamp it saw would miss those that were still running. A page therefore ends
below the oldest transaction still running when it is read: every stamp below
is final, and none can appear behind the cursor any more.

A page says what an entity is now, or that the viewer cannot see it (any more).
Word that a library is gone means everything in it. What becomes visible is
stamped anew and so comes as if it were new.
"""

from collections.abc import Mapping, Sequence

import asyncpg

from libs.common.postgres import Connection, Pool, transaction
from services.catalog.adapters.albums import albums_by_id
from services.catalog.adapters.artists import artists_by_id
from services.catalog.adapters.libraries import libraries_by_id, viewer_of
from services.catalog.adapters.rows import SEEN
from services.catalog.adapters.tracks import tracks_by_id
from services.catalog.domain.changes import ChangePage, Cursor, Entity, Gone

LIFE = """
    SELECT format('%s-%s-%s', system_identifier, timeline_id, 'changes'::regclass::oid)
    FROM pg_control_system(), pg_control_checkpoint()
"""
"""Another cluster, another timeline of it, or another table: stamps do not compare."""

OLDEST_RUNNING = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"

PAGE = f"""
    SELECT stamp::text::bigint AS stamp_number, kind, id, library_id, audience
    FROM (
        SELECT '' AS audience, id AS library_id, '0'::xid8 AS since
        FROM libraries WHERE id = {SEEN}
        UNION ALL SELECT unnest($8::text[]), '', $7::bigint::text::xid8
    ) AS told, LATERAL (
        SELECT stamp, kind, id FROM changes
        WHERE audience = told.audience AND library_id = told.library_id AND stamp >= told.since
            AND (stamp, kind, id, library_id, audience)
                > ($2::bigint::text::xid8, $3, $4, $5, $6)
            AND stamp < pg_snapshot_xmin(pg_current_snapshot())
            AND NOT (tail_only AND stamp < $7::bigint::text::xid8)
        ORDER BY stamp, kind, id LIMIT $9
    ) AS change
    ORDER BY stamp, kind, id, library_id, audience LIMIT $9
"""
"""What each of the viewer's audiences was told, merged.

What is told apart from a library is of no use to a reader who started later, all of it.
"""


class Changes:
    """Tells what changed."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def adopt(self) -> None:
        """Stamp everything anew when this is another life of the database, a restored copy say."""
        async with transaction(self._pool) as connection:
            life = await connection.fetchval(LIFE)
            kept = await connection.fetchval("SELECT life FROM change_life FOR UPDATE")
            if kept != life:
                await connection.execute("UPDATE changes SET stamp = pg_current_xact_id()")
                await connection.execute("UPDATE change_life SET life = $1", life)

    async def page(self, viewer_id: str, cursor_text: str, size: int) -> ChangePage:
        """What changed behind the cursor, as far as the viewer may know."""
        cursor = Cursor.parse(cursor_text)
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            viewer = await viewer_of(connection, viewer_id)
            life: str = await connection.fetchval(LIFE)
            xmin: int = await connection.fetchval(OLDEST_RUNNING)
            start = Cursor(life, viewer.is_operator, xmin)
            if cursor is None:
                cursor = start
            elif (cursor.life, cursor.as_operator) != (life, viewer.is_operator):
                return ChangePage((), "", more=True, start_over=True)
            rows = await _rows(connection, viewer_id, cursor, size)
            changes = await _entities(connection, viewer_id, rows[:size])
        if len(rows) > size:
            return ChangePage(changes, cursor.behind(tuple(rows[size - 1])).text(), more=True)
        end = cursor.behind((xmin, "", "", "", ""))
        return ChangePage(changes, end.text(), more=False)


async def _rows(
    connection: Connection, viewer_id: str, cursor: Cursor, size: int
) -> list[asyncpg.Record]:
    audiences = [f"user:{viewer_id}", "*"]
    if cursor.as_operator:
        audiences.append("operators")
    return await connection.fetch(PAGE, viewer_id, *cursor.after, cursor.since, audiences, size + 1)


async def _entities(
    connection: Connection, viewer_id: str, rows: Sequence[asyncpg.Record]
) -> Sequence[Entity | Gone]:
    """What the rows are about as it is now, each once."""
    ids = {kind: _unique(rows, kind) for kind in ("artist", "album", "track", "library")}
    found: Sequence[Entity] = [
        *await artists_by_id(connection, viewer_id, ids["artist"]),
        *await albums_by_id(connection, viewer_id, ids["album"]),
        *await tracks_by_id(connection, viewer_id, ids["track"]),
        *await libraries_by_id(connection, viewer_id, ids["library"]),
    ]
    known: Mapping[str, Entity] = {entity.id: entity for entity in found}
    told = dict.fromkeys((row["kind"], row["id"]) for row in rows)
    return [known.get(entity_id) or Gone(kind, entity_id) for kind, entity_id in told]


def _unique(rows: Sequence[asyncpg.Record], kind: str) -> Sequence[str]:
    return list(dict.fromkeys(row["id"] for row in rows if row["kind"] == kind))
