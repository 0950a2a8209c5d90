import multiprocessing
import os
from pathlib import Path

import pytest

from services.ingest.adapters.scratch import Scratch

KIB = 1024


@pytest.fixture(autouse=True)
def _always_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.ingest.adapters.scratch.ROOM_EVERY_S", 0)


def entry(scratch: Scratch, key: str, size_kib: int = 64, used_s: float = 0) -> Path:
    with scratch.entry(key) as folder:
        scratch.once(folder / "original", lambda draft: draft.write_bytes(b"x" * size_kib * KIB))
        os.utime(folder, (used_s, used_s))
    return folder


def test_what_was_made_once_is_found_again(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path, 10**9)
    made: list[Path] = []

    def make(draft: Path) -> None:
        made.append(draft)
        draft.write_text("sound")

    for _ in range(2):
        with scratch.entry("aa") as folder:
            assert scratch.once(folder / "original", make).read_text() == "sound"
    assert len(made) == 1


def test_what_broke_halfway_is_not_there(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path, 10**9)

    def break_off(draft: Path) -> None:
        draft.write_text("half")
        raise OSError("broken off")

    with scratch.entry("aa") as folder:
        with pytest.raises(OSError, match="broken off"):
            scratch.once(folder / "original", break_off)
        assert not (folder / "original").exists()


def test_the_longest_unused_goes_when_room_is_needed(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path, 150 * KIB)
    folders = [entry(scratch, key, used_s=used_s) for used_s, key in enumerate(("aa", "bb"))]
    newest = entry(scratch, "cc", used_s=2)
    with scratch.entry("cc"):
        pass
    assert [folder.exists() for folder in (*folders, newest)] == [False, True, True]


def test_what_is_in_use_stays(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path, 0)
    with scratch.entry("aa") as used:
        (used / "original").write_bytes(b"x")
        entry(scratch, "bb")
        assert used.exists()
    assert not used.exists()


def _count_up(root: Path) -> None:
    scratch = Scratch(root, 10**9)
    with scratch.entry("aa") as folder:
        scratch.once(folder / "original", lambda draft: draft.write_text(str(os.getpid())))
        with (root / "seen").open("a") as seen:
            seen.write((folder / "original").read_text() + "\n")


@pytest.mark.slow
def test_processes_at_once_make_it_once(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=_count_up, args=(tmp_path,)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    seen = (tmp_path / "seen").read_text().split()
    assert len(seen) == 3
    assert len(set(seen)) == 1


def _begin_work(root: Path) -> None:
    (Scratch(root, 10**9).own() / "left").mkdir()


@pytest.mark.slow
def test_work_of_the_dead_is_cleared_away(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path, 10**9)
    mine = scratch.own()
    assert scratch.own() == mine
    spawn = multiprocessing.get_context("spawn")
    process = spawn.Process(target=_begin_work, args=(tmp_path,))
    process.start()
    process.join()
    assert len([*(tmp_path / "work").iterdir()]) == 2
    scratch.clear_dead_work()
    assert [*(tmp_path / "work").iterdir()] == [mine]


def test_what_nobody_needs_any_more_is_dropped(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path, 10**9)
    folder = entry(scratch, "aa")
    with scratch.entry("aa"):
        scratch.drop("aa")
        assert folder.exists()
    scratch.drop("aa")
    assert not folder.exists()
