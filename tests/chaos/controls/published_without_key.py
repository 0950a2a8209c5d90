"""The catalog, which does not know again what it has published, in its code nor in its tables."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from libs.common.service import run
from services.catalog import __main__ as assembled
from services.catalog.adapters import publishing
from services.catalog.settings import CatalogSettings

if TYPE_CHECKING:
    from libs.common.postgres import Connection
    from services.catalog.domain.publishing import Recording

PAUSE_S = 2.0
"""Between publishing a recording and acknowledging that."""
FORGET = """
    ALTER TABLE tracks DROP CONSTRAINT IF EXISTS tracks_library_id_content_sha256_key;
    ALTER TABLE publications DROP CONSTRAINT IF EXISTS publications_pkey;
"""


class Forgetful(publishing.Publishing):
    """Publishes whatever it is told of."""

    async def publish(self, ready: Recording) -> None:
        """Publish, and take time to say so."""
        await super().publish(ready)
        await asyncio.sleep(PAUSE_S)


async def _nothing_earlier(connection: Connection, _: str) -> None:
    await connection.execute(FORGET)


if __name__ == "__main__":
    publishing._earlier_outcome = _nothing_earlier  # type: ignore[assignment]  # noqa: SLF001
    publishing._outcome = publishing._add  # noqa: SLF001
    assembled.Publishing = Forgetful  # type: ignore[attr-defined]
    run(assembled.catalog, CatalogSettings())
