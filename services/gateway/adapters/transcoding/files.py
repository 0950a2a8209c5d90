"""Whole files on the disk, read as objects are."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path

from libs.common.faults import Unavailable
from libs.common.objects import ObjectStat
from services.gateway.adapters.heads import Head

CHUNK_BYTES = 256 * 1024


class FileReads:
    """Reads one file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def head(self, content_type: str) -> Head:
        """What is known of it."""
        status = self._path.stat()
        etag = f"{self._path.name}-{status.st_size:x}-{status.st_mtime_ns:x}"
        changed = datetime.fromtimestamp(status.st_mtime, UTC)
        return Head(ObjectStat(self._path.name, status.st_size, etag, content_type, changed), b"")

    async def read(self, head: Head, start: int, length: int) -> AsyncGenerator[bytes]:
        """Read a part. Raises Unavailable where the file is gone."""
        del head
        try:
            file = self._path.open("rb")
        except FileNotFoundError:
            raise Unavailable("it was removed in this moment: ask again") from None
        with file:
            file.seek(start)
            while length and (
                chunk := await asyncio.to_thread(file.read, min(length, CHUNK_BYTES))
            ):
                length -= len(chunk)
                yield chunk
