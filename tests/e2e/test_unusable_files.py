"""Files that cannot become music stop nothing, and their owner reads why."""

from __future__ import annotations

import json
import unicodedata
from typing import TYPE_CHECKING

import pytest

from tests.sounds import Piece
from tests.tagging import Tags, cover

if TYPE_CHECKING:
    from pathlib import Path

    from tests.listener import Answer, Listener

pytestmark = pytest.mark.slow

WAV_HEADER_BYTES = 44


def test_text_is_not_music(nadia: Listener, tmp_path: Path) -> None:
    file = tmp_path / "song.mp3"
    file.write_text("#!/bin/sh\necho not music\n" * 100)
    item = _quarantined(nadia, file, "unsupported_format")
    assert "FLAC" in item["reason"]


def test_half_a_file_is_told_from_a_whole_one(nadia: Listener, tmp_path: Path) -> None:
    whole = Piece(40).encoded(tmp_path / "whole").read_bytes()
    file = tmp_path / "half.flac"
    file.write_bytes(whole[: len(whole) // 2])
    _quarantined(nadia, file, "truncated", "corrupt")


def test_a_damaged_file_is_noticed(nadia: Listener, tmp_path: Path) -> None:
    content = bytearray(Piece(41).encoded(tmp_path / "sound").read_bytes())
    for at in range(20_000, len(content) - 20_000, 9_000):
        content[at : at + 600] = b"\xaa" * 600
    file = tmp_path / "damaged.flac"
    file.write_bytes(content)
    _quarantined(nadia, file, "corrupt", "truncated")


def test_silence_is_not_a_recording(nadia: Listener, tmp_path: Path) -> None:
    sound = Piece(42, duration_s=4).encoded(tmp_path / "sound", "wav").read_bytes()
    file = tmp_path / "silent.wav"
    file.write_bytes(sound[:WAV_HEADER_BYTES] + bytes(len(sound) - WAV_HEADER_BYTES))
    _quarantined(nadia, file, "silent")


def test_an_empty_file_is_refused_at_once(nadia: Listener) -> None:
    body = {"file_name": "empty.mp3", "size_bytes": 0}
    problem = nadia.refused("POST", "/uploads", json=body)
    assert problem["status"] == 422
    assert "size_bytes" in problem["detail"]


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd", "..", "/abs.mp3", "C:\\evil.mp3", "a\x00b.mp3", "a\nb.mp3",
        "\x1b[2J.mp3", "\u202egpm.exe", " ", "x" * 300, "\ud800.mp3",
    ],
)  # fmt: skip
def test_a_name_that_is_a_path_or_cannot_be_shown_is_refused(nadia: Listener, name: str) -> None:
    body = json.dumps({"file_name": name, "size_bytes": 9_999}).encode()
    kind = {"Content-Type": "application/json"}
    problem = nadia.refused("POST", "/uploads", content=body, headers=kind)
    assert problem["status"] == 422
    assert "file_name" in problem["detail"]


def test_a_name_in_any_script_is_kept(nadia: Listener, tmp_path: Path) -> None:
    name = "Mélodie «夜» 🎷 — %2e%2e; rm -rf $HOME.flac"
    sound = Piece(47).encoded(tmp_path / "sound", "flac")
    [item] = nadia.bring(sound.rename(tmp_path / unicodedata.normalize("NFD", name)))
    assert item["file_name"] == name
    assert nadia.titles() == {"Mélodie «夜» 🎷 — %2e%2e; rm -rf $HOME"}


def test_a_wrong_ending_is_no_reason_to_refuse_music(nadia: Listener, tmp_path: Path) -> None:
    sound = Piece(43, tags=Tags(title="Honest")).encoded(tmp_path / "honest", "flac")
    file = sound.rename(tmp_path / "mislabelled.mp3")
    [item] = nadia.bring(file)
    assert nadia.track(item)["format"]["codec"] == "flac"
    assert item["notes"]


def test_a_picture_called_music_is_refused(nadia: Listener, tmp_path: Path) -> None:
    file = tmp_path / "picture.mp3"
    file.write_bytes(cover("#112233"))
    _quarantined(nadia, file, "unsupported_format")


def test_the_others_go_on(nadia: Listener, tmp_path: Path) -> None:
    bad = tmp_path / "bad.flac"
    bad.write_bytes(b"fLaC" + bytes(100_000))
    good = [Piece(44 + n, tags=Tags(title=f"Good {n}")).encoded(tmp_path / f"{n}") for n in (1, 2)]
    items = nadia.bring(good[0], bad, good[1])
    assert [item["state"] for item in items] == ["published", "quarantined", "published"]
    assert nadia.titles() == {"Good 1", "Good 2"}


def test_a_quarantined_file_can_be_dismissed(nadia: Listener, tmp_path: Path) -> None:
    file = tmp_path / "notes.ogg"
    file.write_text("not music either")
    item = _quarantined(nadia, file, "unsupported_format")
    nadia.ask("DELETE", f"/imports/items/{item['id']}")
    assert nadia.get("/imports/items", state="quarantined")["items"] == []
    assert nadia.get("/imports/status")["quarantined_count"] == 0


def _quarantined(nadia: Listener, file: Path, *codes: str) -> Answer:
    [item] = nadia.bring(file)
    assert item["state"] == "quarantined", item
    assert item["reason_code"] in codes
    assert item["reason"].endswith(".")
    assert nadia.get("/tracks")["total"] == 0
    return item
