"""A browser, and someone who sits in front of it."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.visit import Visit
from tests.sounds import Piece
from tests.tagging import Tags, cover

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.running import Tutti

ELSEWHERE = "tutti.test"
"""A name of this machine that browsers take for another's: a page of it is no secure one."""
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    f"--host-resolver-rules=MAP {ELSEWHERE} 127.0.0.1",
]  # fmt: skip
DESKTOP, PHONE = (1280, 800), (390, 844)
SONGS = ("Ankunft", "Brücke", "夜の庭")
ALBUM = "Ein Abend"


@contextmanager
def launched() -> Iterator[Browser]:
    """Debian's own browser, or the one TUTTI_BROWSER names."""
    program = os.environ.get("TUTTI_BROWSER") or shutil.which("chromium")
    assert program, "no chromium here: sudo make setup"
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


# Not for the session: Playwright's event loop would stand in the way of later asyncio tests.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A browser for all tests in a row."""
    with launched() as browser:
        yield browser


@pytest.fixture
def visit(
    browser: Browser, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Visit]]:
    """Open Tutti in a new profile. What went wrong behind the page fails the test at its end.

    It is the Tutti of the session, unless another's address is given.
    """
    visits: list[Visit] = []
    pictures = Path(os.environ.get("TUTTI_PICTURES", tmp_path)) / request.node.name
    pictures.mkdir(parents=True, exist_ok=True)

    def opened(size: tuple[int, int] = DESKTOP, address: str = "") -> Visit:
        if not address:
            tutti: Tutti = request.getfixturevalue("tutti")
            address = tutti.address
        visits.append(Visit.begin(browser, address, size, pictures))
        return visits[-1]

    yield opened
    for each in visits:
        each.end()
    for each in visits:
        assert each.complaints == []


@pytest.fixture(scope="session")
def songs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """An album of three songs."""
    folder, picture = tmp_path_factory.mktemp("songs"), cover("#7a3b69")
    return [
        Piece(
            200 + number,
            duration_s=12,
            tags=Tags(
                title=title, artists=("Ada Ameise",), album=ALBUM, album_artist="Ada Ameise",
                track=number, date="2019", cover=picture,
            ),
        ).encoded(folder / f"{number}", form)
        for number, (title, form) in enumerate(zip(SONGS, ("flac", "mp3", "opus"), strict=True), 1)
    ]  # fmt: skip


@pytest.fixture(scope="session")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that is no music although it says so."""
    file = tmp_path_factory.mktemp("broken") / "broken.mp3"
    file.write_bytes(b"this is no music" * 500)
    return file
