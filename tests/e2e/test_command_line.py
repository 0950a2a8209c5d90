"""The command line, in a terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.listener import PASSWORD
from tests.running import ROOT
from tests.sounds import LARGE, Piece
from tests.tagging import Tags

if TYPE_CHECKING:
    from pathlib import Path

    from tests.listener import Listener
    from tests.running import Tutti

pytestmark = pytest.mark.slow


class Terminal:
    """Somebody who types commands."""

    def __init__(self, tutti: Tutti, config: Path) -> None:
        self._environment = {
            **os.environ,
            "XDG_CONFIG_HOME": str(config),
            "TUTTI_SERVER": tutti.address,
            "TUTTI_PASSWORD": PASSWORD,
            "COLUMNS": "160",
        }

    def types(self, *words: str, status: int = 0) -> str:
        """Run a command, and read what it prints on both streams."""
        done = subprocess.run(
            [sys.executable, "-m", "scripts.tutti", *words],
            cwd=ROOT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=180,
        )
        assert done.returncode == status, done.stdout
        return done.stdout


@pytest.fixture
def terminal(tutti: Tutti, nadia: Listener, tmp_path: Path) -> Terminal:
    """Nadia's, signed in."""
    terminal = Terminal(tutti, tmp_path / "config")
    said = terminal.types("sign-in", "--name", nadia.name)
    assert f"Signed in to {tutti.address} as {nadia.name}" in said
    return terminal


def test_a_folder_is_imported(terminal: Terminal, nadia: Listener, tmp_path: Path) -> None:
    music = tmp_path / "music"
    music.mkdir()
    for number in (1, 2):
        tags = Tags(title=f"Song {number}")
        Piece(300 + number, duration_s=4, tags=tags).encoded(music / f"{number}", "mp3")
    (music / "broken.mp3").write_text("this is not music")
    (music / "empty.mp3").touch()
    (music / "notes.txt").write_text("not even called music")
    said = terminal.types("import", str(music), status=1)
    assert "2 published" in said
    assert "1 quarantined" in said
    assert "broken.mp3: This is not audio in a format we know." in said
    assert "empty.mp3: the file has no content" in said
    assert nadia.titles() == {"Song 1", "Song 2"}
    assert "unsupported_format" in terminal.types("quarantine")
    assert "quarantined" in terminal.types("status")
    [item] = nadia.get("/imports/items", state="quarantined")["items"]
    assert "stage" in terminal.types("show", item["id"])
    terminal.types("dismiss", item["id"])
    assert "Nothing." in terminal.types("quarantine")
    assert nadia.name in terminal.types("libraries")

    again = terminal.types("import", str(music), status=1)
    assert "2 published" in again
    assert nadia.get("/imports/status")["published_count"] == 2


def test_an_import_goes_on_where_it_was_stopped(
    terminal: Terminal, nadia: Listener, tmp_path: Path
) -> None:
    file = Piece(303, duration_s=12).encoded(tmp_path / "long", "wav", *LARGE)
    assert "2 published" not in terminal.types("import", "--no-wait", str(file))
    [item] = nadia.get("/imports/items")["items"]
    assert "1 published" in terminal.types("import", str(file))
    assert [each["id"] for each in nadia.get("/imports/items")["items"]] == [item["id"]]


def test_what_is_refused_is_one_line(terminal: Terminal) -> None:
    said = terminal.types("import", "/no/such/folder", status=1)
    assert said.strip() == "tutti: /no/such/folder does not exist: name a file or a folder"
    assert "no library is called 'x'" in terminal.types("scan", "x", status=1)


def test_signing_out_takes_the_key_back(terminal: Terminal, nadia: Listener) -> None:
    assert len(nadia.get("/me/api-keys")["items"]) == 1
    assert "Signed out." in terminal.types("sign-out")
    assert nadia.get("/me/api-keys")["items"] == []
    assert "run `tutti sign-in` first" in terminal.types("status", status=1)
