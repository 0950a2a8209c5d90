"""The same catalog, which does not know again what it has published: not by code, nor by key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.catalog.adapters import publishing
from tests.chaos.controls.published_then_killed import main

if TYPE_CHECKING:
    from libs.common.postgres import Connection

FORGET = """
    DROP INDEX IF EXISTS tracks_of_content;
    ALTER TABLE publications DROP CONSTRAINT IF EXISTS publications_pkey;
"""


async def _nothing_earlier(connection: Connection, _: str) -> None:
    await connection.execute(FORGET)


if __name__ == "__main__":
    publishing._earlier_outcome = _nothing_earlier  # type: ignore[assignment]  # noqa: SLF001
    publishing._outcome = publishing._add  # noqa: SLF001
    main()
