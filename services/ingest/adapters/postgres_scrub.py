"""The scrubber's rows: where it is, what it found, and what is done about that."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, fields

from asyncpg import Record

from libs.common.postgres import Pool, announce, transaction
from services.ingest.adapters.postgres_turns import removing, turn
from services.ingest.domain.inspection import Cover
from services.ingest.domain.objects import Damage, Noted, Pass, cover_keys, quarantine_key
from services.ingest.domain.pipeline import Step
from services.ingest.domain.plain import from_plain
from services.ingest.events import cover_renewed

_NOTED = "key, sha256, size_bytes, content_sha256, step, stored_at"
_PASS = ", ".join(field.name for field in fields(Pass))
MOST_DAMAGES = 500


class PostgresScrub:
    """One walk at a time through all objects that are noted, in the order of their keys."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def turn(self) -> AbstractAsyncContextManager[bool]:
        """Whether this replica scrubs now: one does at a time."""
        return turn(self._pool, "scrub")

    def removing(self) -> AbstractAsyncContextManager[bool]:
        """Whether objects may be removed now."""
        return removing(self._pool)

    async def look(self) -> Pass:
        """The pass under way, or the last one."""
        row = await self._pool.fetchrow(f"SELECT {_PASS} FROM scrub")
        assert row is not None  # noqa: S101  the migration made it
        return Pass(**row)

    async def begin(self, *, removes_orphans: bool) -> Pass:
        """Begin a pass from the first key, also where one was under way."""
        row = await self._pool.fetchrow(
            f"""
            UPDATE scrub SET under_way = true, began_at = now(), ended_at = NULL, place = '',
                removes_orphans = $1, checked_count = 0, checked_bytes = 0, damaged_count = 0,
                orphan_count = 0, orphan_bytes = 0
            RETURNING {_PASS}
            """,
            removes_orphans,
        )
        assert row is not None  # noqa: S101  as above
        return Pass(**row)

    async def begin_if_due(self) -> bool:
        """Begin a pass if it is time; says whether it was."""
        if not await self._pool.fetchval("SELECT due_at <= now() FROM scrub"):
            return False
        await self.begin(removes_orphans=False)
        return True

    async def page(self, place: str, most: int) -> Sequence[Noted]:
        """The objects after this key."""
        rows = await self._pool.fetch(
            f"SELECT {_NOTED} FROM objects WHERE key > $1 ORDER BY key LIMIT $2", place, most
        )
        return list(map(_noted, rows))

    async def advance(self, walk: Pass, noted: Noted, *, good: bool) -> None:
        """Remember that the object was looked at, unless another pass was begun meanwhile."""
        await self._pool.execute(
            """
            UPDATE scrub SET place = $2, checked_count = checked_count + 1,
                checked_bytes = checked_bytes + $3, damaged_count = damaged_count + $4
            WHERE began_at = $1
            """,
            walk.began_at, noted.key, noted.size_bytes, int(not good),
        )  # fmt: skip

    async def end(self, walk: Pass, orphan_count: int, orphan_bytes: int, every_h: float) -> None:
        """The pass came to its end; the next one is due so long after it began."""
        await self._pool.execute(
            """
            UPDATE scrub SET under_way = false, ended_at = now(), orphan_count = $2,
                orphan_bytes = $3, due_at = began_at + make_interval(secs => $4)
            WHERE began_at = $1
            """,
            walk.began_at, orphan_count, orphan_bytes, every_h * 3600,
        )  # fmt: skip

    async def note_damage(self, noted: Noted, detail: str) -> str | None:
        """Write a damage down. Returns where to keep what was found.

        None where there is none any more: the object was stored anew since it was
        read, or is about to be, or nothing needs it.
        """
        async with transaction(self._pool) as connection:
            damage_id = await connection.fetchval(
                """
                INSERT INTO damages (key, content_sha256, step, detail)
                SELECT key, content_sha256, step, $3 FROM objects o
                WHERE key = $1 AND stored_at = $2 AND NOT EXISTS (
                    SELECT FROM items i JOIN steps s ON s.item_id = i.id
                    WHERE i.content_sha256 = o.content_sha256 AND s.name = o.step
                        AND s.state IN ('queued', 'running')
                )
                ON CONFLICT (key) WHERE healed_at IS NULL DO UPDATE SET
                    detail = excluded.detail, found_at = now()
                RETURNING id
                """,
                noted.key, noted.stored_at, detail,
            )  # fmt: skip
            return None if damage_id is None else quarantine_key(damage_id, noted.key)

    async def note_quarantine(self, noted: Noted, quarantine: str) -> None:
        """Note where what was found lies now."""
        await self._pool.execute(
            "UPDATE damages SET quarantine_key = $2 WHERE key = $1 AND healed_at IS NULL",
            noted.key, quarantine,
        )  # fmt: skip

    async def heal(self, noted: Noted) -> bool:
        """Note that the object is good; says whether it was damaged before."""
        healed = await self._pool.fetchval(
            """
            UPDATE damages SET healed_at = now() WHERE key = $1 AND healed_at IS NULL
            RETURNING true
            """,
            noted.key,
        )
        return bool(healed)

    async def stored_since(self) -> Sequence[Noted]:
        """Damaged objects that were stored anew since they were found to be so."""
        rows = await self._pool.fetch(
            f"""
            SELECT {_NOTED} FROM objects o WHERE EXISTS (
                SELECT FROM damages d
                WHERE d.key = o.key AND healed_at IS NULL AND d.found_at < o.stored_at
            )
            """
        )
        return list(map(_noted, rows))

    async def damaged_of(self, content_sha256: str) -> Sequence[Noted]:
        """What is damaged of all that was made from this file."""
        rows = await self._pool.fetch(
            f"""
            SELECT {_NOTED} FROM objects WHERE content_sha256 = $1
                AND key IN (SELECT key FROM damages WHERE healed_at IS NULL)
            """,
            content_sha256,
        )
        return list(map(_noted, rows))

    async def item_to_repeat(self, noted: Noted) -> str | None:
        """A file whose step makes the object anew; None where its original is damaged, too.

        The damage is from now on one of that file.
        """
        found = await self._pool.fetchval(
            """
            WITH chosen AS (
                SELECT i.id, i.content_sha256 FROM items i
                WHERE i.state IN ('published', 'processing') AND i.content_sha256 IN (
                    SELECT $1 UNION ALL
                    SELECT content_sha256 FROM results
                    WHERE step = 'tags' AND result -> 'cover' ->> 'sha256' = $2
                ) AND (i.state = 'processing' OR EXISTS (
                    SELECT FROM recordings r WHERE r.content_sha256 = i.content_sha256
                )) AND NOT EXISTS (
                    SELECT FROM damages d
                    WHERE d.content_sha256 = i.content_sha256 AND step = 'stage'
                        AND healed_at IS NULL
                )
                ORDER BY i.state = 'published' DESC, i.position DESC LIMIT 1
            ), moved AS (
                UPDATE damages SET content_sha256 = chosen.content_sha256 FROM chosen
                WHERE key = $3 AND healed_at IS NULL
            )
            SELECT id FROM chosen
            """,
            noted.content_sha256, _cover_of(noted), noted.key,
        )  # fmt: skip
        return None if found is None else str(found)

    async def renewed_covers(self) -> Sequence[tuple[str, Cover]]:
        """Names of damaged covers that were made anew under another name, each with what it is."""
        rows = await self._pool.fetch(
            """
            SELECT DISTINCT ON (name) name AS damaged, result -> 'cover' AS renewed
            FROM damages JOIN results USING (content_sha256, step),
                substring(key FROM '[0-9a-f]{64}') AS name
            WHERE step = 'tags' AND healed_at IS NULL AND made_at > found_at
                AND result -> 'cover' ->> 'sha256' <> name
            ORDER BY name, made_at DESC
            """
        )
        return [(row["damaged"], from_plain(Cover, row["renewed"])) for row in rows]

    async def replace_cover(self, damaged: str, renewed: Cover) -> None:
        """Give all that has the damaged cover the other one; its damage is over.

        What is left of the damaged one is needed by nothing: an orphan like any other.
        """
        async with transaction(self._pool) as connection:
            rows = await connection.fetch(
                """
                UPDATE results SET result = jsonb_set(result, '{cover}', $2)
                WHERE step = 'tags' AND result -> 'cover' ->> 'sha256' = $1
                RETURNING content_sha256
                """,
                damaged, asdict(renewed),
            )  # fmt: skip
            for content_sha256 in sorted({row["content_sha256"] for row in rows}):
                await announce(connection, cover_renewed(content_sha256, renewed))
            keys = cover_keys(damaged)
            await connection.execute("DELETE FROM objects WHERE key = ANY($1)", keys)
            await connection.execute(
                "UPDATE damages SET healed_at = now() WHERE key = ANY($1) AND healed_at IS NULL",
                keys,
            )

    async def damages(self) -> Sequence[Damage]:
        """What was found, the open ones first and then the last ones."""
        rows = await self._pool.fetch(
            """
            SELECT d.key, step = 'stage' AS original, detail, quarantine_key, d.content_sha256,
                coalesce(file_name, '') AS file_name, coalesce(title, '') AS title,
                coalesce(artist, '') AS artist, found_at, healed_at
            FROM damages d LEFT JOIN LATERAL (
                SELECT file_name, title, artist FROM items
                WHERE content_sha256 = d.content_sha256
                ORDER BY state = 'published' DESC, position DESC LIMIT 1
            ) i ON true
            ORDER BY healed_at DESC NULLS FIRST, d.id DESC LIMIT $1
            """,
            MOST_DAMAGES,
        )
        return [Damage(**row) for row in rows]

    async def open_damages(self) -> tuple[int, int]:
        """How many originals and how many other objects are damaged now."""
        row = await self._pool.fetchrow(
            """
            SELECT count(*) FILTER (WHERE step = 'stage') AS originals,
                count(*) FILTER (WHERE step <> 'stage') AS others
            FROM damages WHERE healed_at IS NULL
            """
        )
        assert row is not None  # noqa: S101  a count always answers
        return row["originals"], row["others"]


def _noted(row: Record) -> Noted:
    return Noted(**{**row, "step": Step(row["step"])})


def _cover_of(noted: Noted) -> str | None:
    return noted.key.removeprefix("covers/")[:64] if noted.step is Step.TAGS else None
