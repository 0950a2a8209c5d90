"""The catalog as it is, killed between publishing a recording and acknowledging that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from libs.common.service import run
from services.catalog import __main__ as assembled
from services.catalog.adapters.publishing import Publishing
from services.catalog.settings import CatalogSettings
from tests.chaos.controls.dying import die_once

if TYPE_CHECKING:
    from services.catalog.domain.publishing import Recording


class Mortal(Publishing):
    """Dies when it has published."""

    async def publish(self, ready: Recording) -> None:
        """Publish, and die before anybody knows."""
        await super().publish(ready)
        die_once()


def main() -> None:
    """Run the catalog."""
    assembled.Publishing = Mortal  # type: ignore[attr-defined]  # taken from where it is used
    run(assembled.catalog, CatalogSettings())


if __name__ == "__main__":
    main()
