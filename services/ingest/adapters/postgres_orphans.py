"""Whether anything needs what lies in the store."""

from collections.abc import Collection, Iterable

from libs.common.objects import ObjectStat
from libs.common.postgres import Pool
from services.ingest.domain.objects import StoredObject, maker_of, owner_of

_NEEDED = {
    "audio": """
        SELECT owner FROM unnest($1::text[]) owner
        WHERE EXISTS (SELECT FROM recordings WHERE content_sha256 = owner)
            OR EXISTS (SELECT FROM removals WHERE content_sha256 = owner)
            OR EXISTS (SELECT FROM items WHERE content_sha256 = owner
                AND state IN ('waiting', 'processing', 'undecided', 'quarantined'))
    """,
    "covers": """
        SELECT owner FROM unnest($1::text[]) owner WHERE EXISTS (
            SELECT FROM results WHERE step = 'tags' AND result -> 'cover' ->> 'sha256' = owner
        ) OR EXISTS (SELECT FROM podcast_channels WHERE cover_sha256 = owner)
    """,
    "podcasts": """
        SELECT owner FROM unnest($1::text[]) owner
        WHERE EXISTS (SELECT FROM podcast_episodes WHERE content_sha256 = owner)
            OR EXISTS (SELECT FROM podcast_removals WHERE content_sha256 = owner)
    """,
    "staging": """
        SELECT id::text AS owner FROM uploads WHERE NOT parts_removed AND id::text = ANY($1)
    """,
}
_NEEDED["waveforms"] = _NEEDED["audio"]


class PostgresOrphans:
    """Tells what is needed from what is left over."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def among(self, kind: str, objects: Iterable[ObjectStat]) -> list[ObjectStat]:
        """Those of the objects of one kind that no row needs."""
        owners = {one.key: owner_of(one.key) for one in objects}
        rows = await self._pool.fetch(_NEEDED[kind], sorted({*owners.values()}))
        needed = {row["owner"] for row in rows}
        return [one for one in objects if owners[one.key] not in needed]

    async def unknown(self, objects: Collection[ObjectStat]) -> list[ObjectStat]:
        """Those of which no row says what they must be: stored before such rows were written."""
        ours = [one for one in objects if maker_of(one.key)]
        rows = await self._pool.fetch(
            "SELECT key FROM objects WHERE key = ANY($1)", [one.key for one in ours]
        )
        known = {row["key"] for row in rows}
        return [one for one in ours if one.key not in known]

    async def adopt(self, stored: StoredObject) -> None:
        """Note what lies there, from now on to be compared with."""
        step = maker_of(stored.key)
        await self._pool.execute(
            """
            INSERT INTO objects (key, sha256, size_bytes, content_sha256, step)
            VALUES ($1, $2, $3, coalesce((
                SELECT content_sha256 FROM results
                WHERE step = 'tags' AND result -> 'cover' ->> 'sha256' = $4 LIMIT 1
            ), $4), $5)
            ON CONFLICT (key) DO NOTHING
            """,
            stored.key, stored.sha256, stored.size_bytes, owner_of(stored.key), step,
        )  # fmt: skip

    async def forget(self, key: str) -> None:
        """Forget an object that is gone because nothing needed it."""
        for table in ("objects", "damages"):
            await self._pool.execute(f"DELETE FROM {table} WHERE key = $1", key)
