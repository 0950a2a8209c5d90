"""Radio stations elsewhere, in PostgreSQL."""

from collections.abc import Sequence

import asyncpg

from libs.common.postgres import Pool, transaction
from services.catalog.adapters.libraries import viewer_of
from services.catalog.domain.names import folded
from services.catalog.domain.radios import (
    MOST_RADIOS,
    Radio,
    RadioPlan,
    TooManyRadios,
    UnknownRadio,
)

RADIO = "id, name, stream_url, homepage_url"


class Radios:
    """Keeps them."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def all(self) -> Sequence[Radio]:
        """All by name."""
        rows = await self._pool.fetch(f"SELECT {RADIO} FROM radios ORDER BY name_key, id")
        return [_radio(row) for row in rows]

    async def create(self, user_id: str, plan: RadioPlan) -> Radio:
        """Add one."""
        async with transaction(self._pool) as connection:
            (await viewer_of(connection, user_id)).check_operator("add radio stations")
            row = await connection.fetchrow(
                f"""
                INSERT INTO radios (name, name_key, stream_url, homepage_url)
                SELECT $1, $2, $3, $4 WHERE (SELECT count(*) FROM radios) < $5 RETURNING {RADIO}
                """,
                plan.name, folded(plan.name or ""), plan.stream_url, plan.homepage_url or "",
                MOST_RADIOS,
            )  # fmt: skip
        if row is None:
            raise TooManyRadios(f"there are {MOST_RADIOS} radio stations; remove some")
        return _radio(row)

    async def edit(self, user_id: str, radio_id: str, plan: RadioPlan) -> Radio:
        """Change one."""
        async with transaction(self._pool) as connection:
            (await viewer_of(connection, user_id)).check_operator("change radio stations")
            row = await connection.fetchrow(
                f"""
                UPDATE radios SET name = coalesce($2, name), name_key = coalesce($3, name_key),
                    stream_url = coalesce($4, stream_url),
                    homepage_url = coalesce($5, homepage_url)
                WHERE id = $1 RETURNING {RADIO}
                """,
                radio_id, plan.name, None if plan.name is None else folded(plan.name),
                plan.stream_url, plan.homepage_url,
            )  # fmt: skip
        if row is None:
            raise UnknownRadio("there is no such radio station")
        return _radio(row)

    async def remove(self, user_id: str, radio_id: str) -> None:
        """Remove one."""
        async with transaction(self._pool) as connection:
            (await viewer_of(connection, user_id)).check_operator("remove radio stations")
            removed = await connection.fetchval(
                "DELETE FROM radios WHERE id = $1 RETURNING true", radio_id
            )
        if not removed:
            raise UnknownRadio("there is no such radio station")


def _radio(row: asyncpg.Record) -> Radio:
    return Radio(**dict(row))
