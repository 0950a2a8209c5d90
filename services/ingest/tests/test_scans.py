from pathlib import Path

import pytest

from libs.common.faults import InvalidInput, NotFound, PermissionDenied
from services.ingest.adapters.folders import allowed_folder, music_in
from services.ingest.domain.scans import Sighting, difference, may_be_music

SEEN = Sighting(size_bytes=10, modified_ns=1)
LATER = Sighting(size_bytes=10, modified_ns=2)


@pytest.mark.parametrize("name", ["a.mp3", "A.FLAC", "b.c.opus", "x.webm"])
def test_sound_is_known_by_its_ending(name: str) -> None:
    assert may_be_music(name)


@pytest.mark.parametrize("name", [".a.mp3", "cover.jpg", "notes", "mp3", "._x.flac"])
def test_other_and_hidden_files_are_passed_over(name: str) -> None:
    assert not may_be_music(name)


def test_two_looks_are_told_apart_by_size_and_time() -> None:
    before = {"/a": SEEN, "/b": SEEN, "/gone": SEEN}
    found = difference(before, {"/a": SEEN, "/b": LATER, "/new": SEEN})
    assert found.new == {"/new": SEEN}
    assert found.changed == {"/b": LATER}
    assert (found.unchanged_count, found.missing_count) == (1, 1)


def test_the_walk_follows_no_links(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    inside = tmp_path / "inside"
    for folder in (outside, inside):
        folder.mkdir()
        (folder / "a.mp3").write_bytes(b"x")
    (inside / "b.mp3").symlink_to(outside / "a.mp3")
    (inside / "deeper").symlink_to(outside)
    assert set(music_in(inside)) == {str(inside / "a.mp3")}


def test_only_allowed_folders_are_found(tmp_path: Path) -> None:
    music = tmp_path / "music"
    (music / "jazz").mkdir(parents=True)
    (music / "out").symlink_to(tmp_path)
    assert allowed_folder(f"{music}/jazz/../jazz", [music]) == music / "jazz"
    for given in (str(tmp_path), f"{music}/..", f"{music}/out", f"{music}-other"):
        with pytest.raises(PermissionDenied):
            allowed_folder(given, [music])
    with pytest.raises(InvalidInput):
        allowed_folder("music", [music])
    with pytest.raises(NotFound):
        allowed_folder(f"{music}/none", [music])
