"""Files on the local disk that can be had anew: those used last, as many as there is room for.

Several processes may share one folder. A file has its name from the moment
it is whole, by one rename. Drafts lie in a folder of their process, which holds
a lock on it that the kernel lets go when the process dies, however it dies;
then the others remove it. Whoever has a file open goes on reading it when it
is removed.
"""

import fcntl
import os
import shutil
import tempfile
import time
from pathlib import Path


class Shelf:
    """A folder of files by name.

    Parameters
    ----------
    root
        The folder; made if it is missing, for this user alone.
    most_bytes
        How much the files may take together.
    """

    def __init__(self, root: Path, most_bytes: int) -> None:
        self._files = root / "files"
        self._all_drafts = root / "drafts"
        self._most_bytes = most_bytes
        for folder in (self._files, self._all_drafts):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._drafts, self._lock = _own_folder(self._all_drafts)
        _clear_dead(self._all_drafts)

    def found(self, name: str) -> Path | None:
        """The file of this name, if it is there; it counts as used now."""
        path = self._files / name
        try:
            changed_ns = path.stat().st_mtime_ns
            os.utime(path, ns=(time.time_ns(), changed_ns))
        except FileNotFoundError:
            return None
        return path

    def draft(self) -> Path:
        """A new empty file to write to."""
        descriptor, path = tempfile.mkstemp(dir=self._drafts)
        os.close(descriptor)
        return Path(path)

    def keep(self, draft: Path, name: str) -> Path:
        """Give a draft that is whole its name, and make room for it."""
        path = self._files / name
        draft.rename(path)
        self.make_room()
        return path

    def make_room(self) -> None:
        """Remove what was not used for longest until all fits."""
        files = sorted(_listed(self._files), key=lambda one: one[1].st_atime_ns)
        surplus_bytes = sum(status.st_size for _, status in files) - self._most_bytes
        for path, status in files:
            if surplus_bytes <= 0:
                break
            path.unlink(missing_ok=True)
            surplus_bytes -= status.st_size

    def close(self) -> None:
        """Remove the drafts that are left."""
        shutil.rmtree(self._drafts, ignore_errors=True)
        os.close(self._lock)


def _own_folder(root: Path) -> tuple[Path, int]:
    """A folder of this process, and its lock."""
    while True:
        folder = Path(tempfile.mkdtemp(dir=root))
        lock = os.open(folder, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_SH)
        if folder.exists():  # somebody may have found it before it was locked
            return folder, lock
        os.close(lock)


def _clear_dead(root: Path) -> None:
    for folder in root.iterdir():
        try:
            lock = os.open(folder, os.O_RDONLY)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        else:
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(lock)


def _listed(folder: Path) -> list[tuple[Path, os.stat_result]]:
    found = []
    for path in folder.iterdir():
        try:
            found.append((path, path.stat()))
        except FileNotFoundError:  # another process removed it
            continue
    return found
