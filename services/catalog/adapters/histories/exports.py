"""Files of data exports, unpacked no further than is safe."""

import codecs
import itertools
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePosixPath
from tempfile import TemporaryFile
from typing import IO

from services.catalog.domain.histories import apple, spotify
from services.catalog.domain.histories.fields import Row
from services.catalog.domain.histories.listens import (
    MOST_PARTS,
    PART_BYTES,
    BadExport,
    HeardElsewhere,
    Source,
)
from services.catalog.domain.histories.reading import entries, rows

CHUNK_BYTES = 64 * 1024
MOST_UNPACKED_BYTES = 2**31
MOST_ENTRIES = 2_000_000
MOST_FOLDER_BYTES = 2**20
"""Of a zip's list of contents: some ten thousand files."""
MOST_FILES = 200
DEEPEST = 2
"""Apple puts a zip into a zip."""
ZIP, ZIP_END, ZIP64_END = b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x07"
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError)
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
KNOWN = (
    "send Spotify's Streaming_History_Audio_*.json, endsong_*.json or StreamingHistory*.json, "
    "Apple Music's Apple Music Play Activity.csv, or a zip with some of them"
)


def listens(file: IO[bytes]) -> tuple[Source, Iterator[HeardElsewhere | None]]:
    """What kind of export it is, and what it says: None for each entry that says nothing."""
    found = _documents(file, DEEPEST)
    first = next(found, None)
    if first is None:
        raise BadExport(f"there is no listening history in this zip: {KNOWN}")
    read = (_read(*each) for each in itertools.chain([first], found))
    said = itertools.chain.from_iterable(read)
    return first[0], itertools.islice(said, MOST_ENTRIES)


def _read(source: Source, chunks: Iterable[bytes]) -> Iterator[HeardElsewhere | None]:
    text = codecs.iterdecode(chunks, "utf-8-sig", "replace")
    table = source is Source.APPLE_MUSIC
    entry_of: Callable[[Row], HeardElsewhere | None] = apple.listen if table else spotify.listen
    for entry in rows(text) if table else entries(text):
        yield entry_of(entry) if isinstance(entry, dict) else None


def _documents(
    file: IO[bytes], depth: int, budget: list[int] | None = None
) -> Iterator[tuple[Source, Iterable[bytes]]]:
    """Each file of listens in this one, which may be one itself."""
    left = budget if budget is not None else [MOST_UNPACKED_BYTES]
    begin = file.read(4096)
    file.seek(0)
    if begin.startswith(ZIP):
        yield from _packed(file, depth, left)
    else:
        yield _kind(begin), _chunks(file, left)


def _kind(begin: bytes) -> Source:
    if begin.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"["):
        return Source.SPOTIFY
    header = begin.decode("utf-8-sig", "replace").split("\n")[0]
    if all(column in header for column in apple.COLUMNS):
        return Source.APPLE_MUSIC
    raise BadExport(f"this file is not known here: {KNOWN}")


def _packed(
    file: IO[bytes], depth: int, left: list[int]
) -> Iterator[tuple[Source, Iterable[bytes]]]:
    _check_folder(file)
    try:
        with zipfile.ZipFile(file) as package:
            for each in _wanted(package, depth):
                with package.open(each) as member:
                    if apple.ZIPS.fullmatch(_name(each)):
                        yield from _nested(member, depth, left)
                    else:
                        table = apple.FILES.fullmatch(_name(each))
                        source = Source.APPLE_MUSIC if table else Source.SPOTIFY
                        yield source, _chunks(member, left)
    except DAMAGED as error:
        raise BadExport(f"this zip is damaged or locked: {error}") from None


def _wanted(package: zipfile.ZipFile, depth: int) -> list[zipfile.ZipInfo]:
    wanted = [each for each in package.infolist() if _is_wanted(_name(each), depth)]
    if len(wanted) > MOST_FILES:
        raise BadExport(f"a zip may hold {MOST_FILES} files of listens at most")
    if any(each.compress_type not in METHODS for each in wanted):
        raise BadExport("this zip is packed in an unusual way: unpack it, and send what is in it")
    return sorted(wanted, key=lambda each: each.filename)


def _is_wanted(name: str, depth: int) -> bool:
    if depth and apple.ZIPS.fullmatch(name):
        return True
    return bool(spotify.FILES.fullmatch(name) or apple.FILES.fullmatch(name))


def _name(member: zipfile.ZipInfo) -> str:
    return PurePosixPath(member.filename).name


def _nested(
    member: IO[bytes], depth: int, left: list[int]
) -> Iterator[tuple[Source, Iterable[bytes]]]:
    with TemporaryFile() as inner:
        for chunk in _chunks(member, left):
            inner.write(chunk)
            if inner.tell() > MOST_PARTS * PART_BYTES:
                raise BadExport("a zip in this zip is too large")
        inner.seek(0)
        yield from _packed(inner, depth - 1, left)


def _chunks(file: IO[bytes], left: list[int]) -> Iterator[bytes]:
    """What is in a file, as long as not too much came out of all of them together."""
    while chunk := _chunk(file):
        left[0] -= len(chunk)
        if left[0] < 0:
            raise BadExport(f"this holds more than {MOST_UNPACKED_BYTES} bytes")
        yield chunk


def _chunk(file: IO[bytes]) -> bytes:
    try:
        return file.read(CHUNK_BYTES)
    except DAMAGED as error:
        raise BadExport(f"this zip is damaged: {error}") from None


def _check_folder(file: IO[bytes]) -> None:
    """Refuse a zip whose list of contents would take much memory to read."""
    size_bytes = file.seek(0, 2)
    file.seek(max(0, size_bytes - 2**16 - 22))
    tail = file.read()
    file.seek(0)
    end = tail.rfind(ZIP_END)
    if end < 0 or len(tail) < end + 16:
        raise BadExport("this zip ends too soon")
    (folder_bytes,) = struct.unpack_from("<I", tail, end + 12)
    if folder_bytes > MOST_FOLDER_BYTES or ZIP64_END in tail[max(0, end - 20) : end]:
        raise BadExport("this zip holds too many files: unpack it, and send those with listens")
