"""Files on the local disk that can be had anew: those used last, as many as there is room for.

Several processes may share one folder. A file has its name from the moment
it is whole, by one rename; what a process leaves behind that is killed
meanwhile is a draft, and drafts that nobody writes to any more are removed.
Whoever has a file open goes on reading it when it is removed.
"""

import os
import tempfile
import time
from pathlib import Path

FORSAKEN_S = 3600.0
"""A draft that nobody has written to for so long has lost its process."""


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
        self._drafts = root / "drafts"
        self._most_bytes = most_bytes
        for folder in (self._files, self._drafts):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

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
        """Remove what was not used for longest until all fits, and drafts without a process."""
        files = sorted(_listed(self._files), key=lambda one: one[1].st_atime_ns)
        surplus_bytes = sum(status.st_size for _, status in files) - self._most_bytes
        for path, status in files:
            if surplus_bytes <= 0:
                break
            path.unlink(missing_ok=True)
            surplus_bytes -= status.st_size
        for path, status in _listed(self._drafts):
            if status.st_mtime < time.time() - FORSAKEN_S:
                path.unlink(missing_ok=True)


def _listed(folder: Path) -> list[tuple[Path, os.stat_result]]:
    found = []
    for path in folder.iterdir():
        try:
            found.append((path, path.stat()))
        except FileNotFoundError:  # another process removed it
            continue
    return found
