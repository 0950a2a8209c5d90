"""A backup in the middle of an import, and another Tutti made from it that goes on."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import signal
import stat
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import asyncpg
import pytest

from scripts.backup.restoring import object_store
from scripts.servers.databases import DATABASE, in_database
from scripts.servers.servers import known_servers
from scripts.servers.settings import External
from tests.e2e.test_command_line import Terminal
from tests.listener import ENDED, Listener, until
from tests.running import ROOT, running
from tests.sounds import Piece, heard
from tests.tagging import Tags, cover

if TYPE_CHECKING:
    from pathlib import Path

    from libs.common.objects import BlockingObjectStore
    from tests.listener import Answer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

FILES = 12
COVER = cover("#335577")


def command(home: Path, *words: str) -> list[str]:
    return ["env", f"TUTTI_DATA={home}", sys.executable, "-m", "scripts.backup", *words]


def said(home: Path, *words: str, status: int = 0) -> str:
    """Run the command, and read what it prints."""
    done = subprocess.run(
        command(home, *words), cwd=ROOT, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def killed_in_the_middle(home: Path, folder: Path) -> None:
    """Begin a backup, and kill it when it has copied some objects."""
    journal = folder / "unfinished.jsonl"
    with subprocess.Popen(command(home, "take", str(folder)), cwd=ROOT) as backup:
        while not journal.exists() or len(journal.read_text().splitlines()) < 20:
            assert backup.poll() is None, "it ended before it could be killed"
            time.sleep(0.005)
        os.kill(backup.pid, signal.SIGKILL)
    assert not (folder / "manifest.json").exists()


def restore_killed_in_the_middle(home: Path, folder: Path) -> None:
    """Begin a restore, and kill it while it fills the servers; nothing may start there then."""
    with subprocess.Popen(command(home, "restore", str(folder)), cwd=ROOT) as restore:
        until((home / "postgres" / "PG_VERSION").exists, "it did not begin")
        os.kill(restore.pid, signal.SIGKILL)
    started = subprocess.run(
        [sys.executable, "-m", "scripts.fleet"],
        env={**os.environ, "TUTTI_DATA": str(home)},
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert "did not come to its end" in started.stderr


def pieces(folder: Path) -> list[Path]:
    return [
        Piece(
            700 + n,
            duration_s=4,
            tags=Tags(title=f"Piece {n}", artists=("Ada",), album=f"Album {n % 4}", cover=COVER),
        ).encoded(folder / f"piece{n}", ("flac", "mp3", "opus")[n % 3])
        for n in range(FILES)
    ]


def items(person: Listener) -> list[Answer]:
    found: list[Answer] = person.get("/imports/items", batch_id="all", limit=500)["items"]
    return found


def all_ended(person: Listener) -> list[Answer] | None:
    found = items(person)
    return found if all(item["state"] in ENDED for item in found) else None


def test_a_backup_of_an_import_goes_on_elsewhere(tmp_path: Path) -> None:
    old, new, folder = tmp_path / "old", tmp_path / "new", tmp_path / "backup"
    with running(old) as tutti, Listener(tutti.address) as nadia:
        for file in pieces(tmp_path):
            nadia.send(file, batch_id="all")
        [first, *_] = until(lambda: nadia.get("/tracks", limit=500)["items"], "nothing is ready")
        playlist = nadia.post("/playlists", json={"name": "Morning"})
        nadia.post(f"/playlists/{playlist['id']}/tracks", json={"add": [first["id"]]})
        cursor = nadia.get("/changes")["next_cursor"]
        unfinished = [item for item in items(nadia) if item["state"] not in ENDED]
        killed_in_the_middle(old, folder)
        assert "no backup that came to its end" in said(new, "restore", str(folder), status=1)
        print(said(old, "take", str(folder)))  # noqa: T201
        assert len(unfinished) > 1, "the import was over too soon for this test"
        assert [item for item in items(nadia) if item["state"] not in ENDED]

    said(new, "verify", str(folder))
    restore_killed_in_the_middle(new, folder)
    print(said(new, "restore", str(folder)))  # noqa: T201
    assert stat.S_IMODE((new / "secrets.json").stat().st_mode) == 0o600
    assert "is not empty" in said(new, "restore", str(folder), status=1)
    fast = {"INGEST_SCRUB_BYTES_PER_S": str(2**30)}
    with running(new, **fast) as tutti, Listener.known(tutti.address, nadia) as back:
        # Who was signed in is so still: the secrets came along.
        back.ask("GET", "/me", headers={"Authorization": nadia.client.headers["Authorization"]})
        assert back.get("/playlists")["items"][0]["name"] == "Morning"
        assert back.get("/changes", cursor=cursor)["start_over"]
        ended = until(lambda: all_ended(back), "files are still on their way")
        assert [item["state"] for item in ended] == ["published"] * FILES
        assert back.titles() == {f"Piece {n}" for n in range(FILES)}
        entries = back.get(f"/playlists/{playlist['id']}")["items"]
        assert [each["track"]["id"] for each in entries] == [first["id"]]
        played = back.client.get(f"/tracks/{first['id']}/stream")
        assert heard(played.content).tone_hz == pytest.approx(440, rel=0.01)
        asyncio.run(assert_rows_and_objects_agree(new))
        terminal = Terminal(tutti, tmp_path / "config")
        terminal.types("sign-in", "--name", back.name)
        assert_a_flipped_byte_is_mended(new, back, terminal, first)
        again = said(new, "take", str(folder))
        print(again)  # noqa: T201
        manifest = json.loads((folder / "manifest.json").read_text())
        assert manifest["damaged"] == []
        assert "0.0 MiB were new" in said(new, "take", str(folder))


def assert_a_flipped_byte_is_mended(
    home: Path, person: Listener, terminal: Terminal, track: Answer
) -> None:
    """The operator has everything looked at, and the listener hears what was there before."""
    store = object_store(known_servers(home, External.none()))
    key = f"audio/{track['content_sha256']}/medium.mp3"
    good = store.get_bytes(key)
    store.put_bytes(key, good[:1000] + bytes([good[1000] ^ 1]) + good[1001:], "audio/mpeg")
    assert re.search(r"\b1 damaged count", terminal.types("scrub"))

    def healed() -> bool:
        return all(one["healed_at"] for one in person.get("/admin/scrub")["damages"])

    until(healed, "it is not made anew")
    [damage] = person.get("/admin/scrub")["damages"]
    assert damage["key"] == key
    assert "Piece" in terminal.types("scrub", "--look")
    stream = f"/tracks/{track['id']}/stream"
    assert person.client.get(stream, params={"quality": "medium"}).content == good


async def assert_rows_and_objects_agree(home: Path) -> None:
    """Every object that a row names is there, and is what the row says."""
    servers = known_servers(home, External.none())
    connection = await asyncpg.connect(in_database(servers.postgres_url, DATABASE))
    try:
        rows = await connection.fetch("SELECT key, sha256, size_bytes FROM ingest.objects")
        contents = await connection.fetch("SELECT content_sha256 FROM catalog.tracks")
    finally:
        await connection.close()
    assert len(contents) == FILES
    per_track = 1 + 5 + 5 + 1  # original, renditions, HLS, waveform
    assert len(rows) == FILES * per_track + 4
    await asyncio.to_thread(_agree, object_store(servers), rows)


def _agree(store: BlockingObjectStore, rows: list[asyncpg.Record]) -> None:
    for key, sha256, size_bytes in rows:
        found = store.get_bytes(key)
        assert (len(found), hashlib.sha256(found).hexdigest()) == (size_bytes, sha256), key
