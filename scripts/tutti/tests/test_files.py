"""Which files are sent, and how they are known again."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from scripts.tutti.session import Refused
from scripts.tutti.uploads import LocalFile, audio_files, batch_id

if TYPE_CHECKING:
    from pathlib import Path


def test_folders_are_searched_for_music_and_nothing_else(tmp_path: Path) -> None:
    for name in ("b.mp3", "a.FLAC", "cover.jpg", ".hidden.mp3", "disc 2/c.opus", ".trash/d.mp3"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    found = [file.path.relative_to(tmp_path).as_posix() for file in audio_files([tmp_path])]
    assert found == ["a.FLAC", "b.mp3", "disc 2/c.opus"]


def test_a_file_that_is_named_itself_is_taken_whatever_its_ending(tmp_path: Path) -> None:
    file = tmp_path / "recording"
    file.write_bytes(b"xyz")
    assert [each.size_bytes for each in audio_files([file])] == [3]


def test_a_path_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="does not exist: name a file or a folder"):
        [*audio_files([tmp_path / "nothing"])]


def test_a_file_is_known_again_until_it_changes(tmp_path: Path) -> None:
    file = tmp_path / "a.mp3"
    file.write_bytes(b"one")
    os.utime(file, ns=(1, 1))
    key = LocalFile.at(file).key("library")
    assert LocalFile.at(file).key("library") == key
    assert LocalFile.at(file).key("another") != key
    os.utime(file, ns=(2, 2))
    assert LocalFile.at(file).key("library") != key


def test_the_same_import_is_the_same_batch(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    batch = batch_id("nadia", "library", [one, two])
    assert batch_id("nadia", "library", [two, one]) == batch
    assert batch_id("nadia", "library", [one]) != batch
    assert batch_id("bo", "library", [one, two]) != batch
