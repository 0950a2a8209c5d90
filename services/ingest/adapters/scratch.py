"""Files on the local disk that several steps of one file share, and that may vanish at any time.

Several processes use one scratch folder. Whoever uses an entry holds a shared
lock on it, whoever removes one needs it alone. The locks are those of the
kernel, which lets them go when their process dies, however it dies.
"""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

ROOM_EVERY_S = 10.0
"""How often a process looks whether the entries take too much: it has to look at all of them."""


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
        self._looked_s = -ROOM_EVERY_S
        self._own: Path | None = None
        self._owner = 0
        for folder in (self._entries, self._locks, self._work):
            folder.mkdir(parents=True, exist_ok=True)

    def clear_dead_work(self) -> None:
        """Remove what processes that are gone left unfinished."""
        for folder in self._work.iterdir():
            with _held(folder, fcntl.LOCK_EX | fcntl.LOCK_NB) as free:
                if free:
                    shutil.rmtree(folder, ignore_errors=True)

    def own(self) -> Path:
        """A folder of this process, gone some time after it."""
        while self._own is None or self._owner != os.getpid() or not self._own.exists():
            self._owner = os.getpid()
            self._own = Path(tempfile.mkdtemp(prefix=f"{self._owner}-", dir=self._work))
            # Open for as long as the process lives, and the lock with it. Somebody may have
            # found the folder in the moment before it was locked, and removed it.
            fcntl.flock(os.open(self._own, os.O_RDONLY), fcntl.LOCK_SH)
        return self._own

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
        if time.monotonic() >= self._looked_s + ROOM_EVERY_S:
            self._make_room()
            self._looked_s = time.monotonic()

    def drop(self, key: str) -> None:
        """Remove the folder of this key, unless somebody uses it."""
        try:
            with self._locked(key, fcntl.LOCK_EX | fcntl.LOCK_NB):
                shutil.rmtree(self._entries / key, ignore_errors=True)
        except BlockingIOError:
            return

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
            self.drop(entry.name)
            if not entry.exists():
                surplus_bytes -= sizes[entry]


@contextmanager
def _held(folder: Path, how: int) -> Generator[bool]:
    """Whether the lock on a folder could be had; it is let go on leaving."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        yield False
        return
    try:
        fcntl.flock(descriptor, how)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(descriptor)


def _size_bytes(folder: Path) -> int:
    total_bytes = 0
    for path, _, names in os.walk(folder):
        for name in names:
            try:
                total_bytes += (Path(path) / name).stat().st_blocks * 512
            except FileNotFoundError:
                continue
    return total_bytes
