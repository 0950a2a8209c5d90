"""Fleets with music to measure."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.listener import Listener, until
from tests.running import Tutti, running
from tests.sounds import Piece
from tests.tagging import Tags

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PATIENCE_S = 900.0


def tracks(folder: Path, count: int, duration_s: float) -> Sequence[Path]:
    """So many MP3s, each named by its title."""
    titles = [f"Track {number:02}" for number in range(count)]
    return [
        Piece(number, duration_s=duration_s, tags=Tags(title=title)).encoded(folder / title, "mp3")
        for number, title in enumerate(titles, 900)
    ]


@contextmanager
def furnished(count: int, duration_s: float) -> Iterator[tuple[Tutti, Listener]]:
    """Run a fleet in which somebody has so many tracks."""
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        with running(at / "var") as tutti, Listener(tutti.address) as nadia:
            nadia.bring(*tracks(at, count, duration_s))
            yield tutti, nadia


@contextmanager
def demonstrated(home: Path, **environment: str) -> Iterator[tuple[Tutti, Listener]]:
    """Run a fleet that has its demo music, and its operator."""
    with (
        running(home, TUTTI_DEMO="true", **environment) as tutti,
        Listener(tutti.address) as operator,
    ):

        def loaded() -> bool:
            counts = operator.get("/admin/imports/status")
            on_the_way = counts["waiting_count"] + counts["processing_count"]
            return (home / "done" / "demo").exists() and not on_the_way

        until(loaded, "the demo library is not there", PATIENCE_S)
        yield tutti, operator
