"""Files on the local disk that several steps of one file share, and that may vanish at any time.

Several processes use one scratch folder. Whoever uses an entry holds a shared
lock on it, whoever removes one needs it alone. The locks are those of the
kernel, which lets them go when their process dies, however it dies.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path


class Scratch:
    """A folder of entries by content hash, of bounded size, and of work in progress by process.

    Parameters
    ----------
    root
        The folder; made if it is missing.
    most_bytes
        How much the entries may take; the ones unused for longest go first.
    """

    def __init__(self, root: Path, most_bytes: int) -> None:
        self._entries = root / "entries"
        self._locks = root / "locks"
        self._work = root / "work"
        self._most_bytes = most_bytes
        for folder in (self._entries, self._locks, self._work):
            folder.mkdir(parents=True, exist_ok=True)

    def clear_dead_work(self) -> None:
        """Remove what processes that are gone left unfinished, and one of this process's number."""
        for folder in self._work.iterdir():
            if not _alive(int(folder.name)) or int(folder.name) == os.getpid():
                shutil.rmtree(folder, ignore_errors=True)

    def own(self) -> Path:
        """A folder of this process, gone some time after it."""
        mine = self._work / str(os.getpid())
        mine.mkdir(exist_ok=True)
        return mine

    @contextmanager
    def folder(self) -> Generator[Path]:
        """A folder for this piece of work alone, gone afterwards."""
        with tempfile.TemporaryDirectory(dir=self.own()) as folder:
            yield Path(folder)

    @contextmanager
    def entry(self, key: str) -> Generator[Path]:
        """The folder of this key, made if it is missing, safe from removal meanwhile."""
        with self._locked(key, fcntl.LOCK_SH):
            folder = self._entries / key
            folder.mkdir(exist_ok=True)
            os.utime(folder)
            yield folder
        self._make_room()

    @contextmanager
    def alone(self, target: Path) -> Generator[None]:
        """Keep every other process from making the same target meanwhile."""
        with (target.parent / f".{target.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def once(self, target: Path, make: Callable[[Path], object]) -> Path:
        """The target, made by one process if it is not there; it appears when it is whole."""
        with self.alone(target):
            if not target.exists():
                with self.folder() as folder:
                    draft = folder / target.name
                    make(draft)
                    draft.rename(target)
        return target

    @contextmanager
    def _locked(self, key: str, how: int) -> Generator[None]:
        # Entries that share a lock are only kept a little longer than they had to be.
        with (self._locks / key[:2]).open("w") as lock:
            fcntl.flock(lock, how)
            yield

    def _make_room(self) -> None:
        entries = sorted((entry.stat().st_mtime, entry) for entry in self._entries.iterdir())
        sizes = {entry: _size_bytes(entry) for _, entry in entries}
        surplus_bytes = sum(sizes.values()) - self._most_bytes
        for _, entry in entries:
            if surplus_bytes <= 0:
                return
            try:
                with self._locked(entry.name, fcntl.LOCK_EX | fcntl.LOCK_NB):
                    shutil.rmtree(entry, ignore_errors=True)
                    surplus_bytes -= sizes[entry]
            except BlockingIOError:
                continue  # in use


def _alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _size_bytes(folder: Path) -> int:
    total_bytes = 0
    for path, _, names in os.walk(folder):
        for name in names:
            try:
                total_bytes += (Path(path) / name).stat().st_blocks * 512
            except FileNotFoundError:
                continue
    return total_bytes
