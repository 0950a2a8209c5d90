"""Mounted folders: which of them may be looked through, and what lies there."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from libs.common.faults import InvalidInput, NotFound, PermissionDenied
from services.ingest.domain.quarantine import Quarantine, Unusable
from services.ingest.domain.scans import Sighting, may_be_music


def allowed_folder(given: str, allowed: Sequence[Path]) -> Path:
    """The real path of a folder that lies within one of the allowed ones.

    Links are followed before the comparison, so that none leads out.
    """
    if not given or "\0" in given or not Path(given).is_absolute():
        raise InvalidInput("folder must be an absolute path")
    real = Path(os.path.realpath(given))
    if not any(real.is_relative_to(os.path.realpath(root)) for root in allowed):
        raise PermissionDenied("this server's settings do not allow music from that folder")
    if not real.is_dir():
        raise NotFound(f"there is no folder {given}")
    return real


def opened(path: str, folders: Sequence[Path]) -> BinaryIO:
    """The file itself: no link that was put in its place, or in that of a folder above it."""
    real = os.path.realpath(path)
    if real != path or not any(Path(real).is_relative_to(os.path.realpath(f)) for f in folders):
        raise Unusable(Quarantine.gone("it lies outside the folders that may be scanned"))
    try:
        return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb")
    except OSError as fault:
        raise Unusable(Quarantine.gone(fault.strerror or "it cannot be read")) from fault


def music_in(folder: Path) -> dict[str, Sighting]:
    """Every file that may be music, at any depth, by its path. Links are not followed.

    Names that are no valid UTF-8 are left out: no row could hold them.
    """
    return dict(_walk(folder))


def _walk(folder: Path) -> Iterator[tuple[str, Sighting]]:
    waiting = [str(folder)]
    while waiting:
        try:
            entries = os.scandir(waiting.pop())
        except OSError:
            continue  # gone meanwhile, or not ours to read
        with entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if not entry.name.startswith("."):
                        waiting.append(entry.path)
                elif may_be_music(entry.name) and entry.is_file(follow_symlinks=False):
                    yield from _sighted(entry)


def _sighted(entry: os.DirEntry[str]) -> Iterator[tuple[str, Sighting]]:
    try:
        entry.path.encode()
        seen = entry.stat(follow_symlinks=False)
    except (OSError, UnicodeEncodeError):
        return
    yield entry.path, Sighting(seen.st_size, seen.st_mtime_ns)
