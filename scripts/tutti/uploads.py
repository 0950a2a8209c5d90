"""Sending files in parts, so that a broken connection costs one part and not the file.

The server keeps what has arrived. Each file is named to it by a key made from
its path, size and time of change: asking again with the same key answers with
the same upload, so an import that was stopped goes on where it was when the
same command is given again.
"""

from __future__ import annotations

import asyncio
import hashlib
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from scripts.tutti.session import API, Refused, Server, reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

AUDIO_SUFFIXES = frozenset([
    ".flac", ".mp3", ".m4a", ".m4b", ".mp4", ".aac", ".ogg", ".oga", ".opus", ".wav", ".aif",
    ".aiff", ".aifc", ".mka", ".webm",
])  # fmt: skip
FILES_AT_ONCE = 3
TRIES = 5
TOO_MANY_REQUESTS = 429


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file on this machine that shall be sent."""

    path: Path
    size_bytes: int
    changed_ns: int

    @classmethod
    def at(cls, path: Path) -> LocalFile:
        """Look at the file as it is now."""
        stat = path.stat()
        return cls(path, stat.st_size, stat.st_mtime_ns)

    def key(self, library_id: str) -> str:
        """Name this very content of this very path to the server."""
        name = f"{library_id}\0{self.path.resolve()}\0{self.size_bytes}\0{self.changed_ns}"
        return hashlib.sha256(name.encode(errors="surrogateescape")).hexdigest()


def audio_files(paths: Iterable[Path]) -> Iterator[LocalFile]:
    """All audio files in the folders, by name, and every file that was named itself.

    Hidden files are left out of folders. A path that does not exist raises Refused.
    """
    for path in paths:
        if path.is_dir():
            found = (each for each in sorted(path.rglob("*")) if _is_audio(each, path))
            yield from map(LocalFile.at, found)
        elif path.is_file():
            yield LocalFile.at(path)
        else:
            raise Refused(f"{path} does not exist: name a file or a folder")


def _is_audio(path: Path, root: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
    return not hidden and path.suffix.lower() in AUDIO_SUFFIXES and path.is_file()


def batch_id(user_id: str, library_id: str, paths: Iterable[Path]) -> str:
    """The same for the same import of the same person, so that going on joins what was begun."""
    roots = "\0".join(sorted(str(path.resolve()) for path in paths))
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"tutti:{user_id}/{library_id}/{roots}"))


class Sender:
    """Sends files into one library as one batch."""

    def __init__(
        self, server: Server, library_id: str, batch: str, sent: Callable[[int], None]
    ) -> None:
        self._server = server
        self._library_id = library_id
        self._batch = batch
        self._sent = sent

    async def send(self, file: LocalFile) -> str:
        """Send what the server lacks of a file and start its pipeline. Answers the item's id."""
        if not file.size_bytes:
            raise Refused("the file has no content: copy or export it again")
        upload = await self._announce(file)
        if upload["item_id"]:
            self._sent(file.size_bytes)
            return str(upload["item_id"])
        received = set(upload["received_parts"])
        for number in range(1, upload["part_count"] + 1):
            size = await asyncio.to_thread(self._part_size, file, upload, number)
            if number not in received:
                await self._send_part(file, upload, number)
            self._sent(size)
        item = await self._patiently("POST", f"/uploads/{upload['id']}/complete")
        return str(item.json()["id"])

    # The upload as the API writes it in JSON.
    async def _announce(self, file: LocalFile) -> dict[str, Any]:
        body = {
            "file_name": file.path.name,
            "size_bytes": file.size_bytes,
            "library_id": self._library_id,
            "batch_id": self._batch,
        }
        headers = {"Idempotency-Key": file.key(self._library_id)}
        answer = await self._patiently("POST", "/uploads", json=body, headers=headers)
        return dict(answer.json())

    @staticmethod
    def _part_size(file: LocalFile, upload: dict[str, Any], number: int) -> int:
        whole = int(upload["part_size_bytes"])
        return min(whole, file.size_bytes - (number - 1) * whole)

    async def _send_part(self, file: LocalFile, upload: dict[str, Any], number: int) -> None:
        size = int(upload["part_size_bytes"])
        part = await asyncio.to_thread(_read, file.path, (number - 1) * size, size)
        path = f"/uploads/{upload['id']}/parts/{number}"
        headers = {"Content-Type": "application/octet-stream"}
        await self._patiently("PUT", path, content=part, headers=headers)

    # The options of httpx.AsyncClient.request.
    async def _patiently(self, method: str, path: str, **request: Any) -> httpx.Response:  # noqa: ANN401
        """Call until it works, waiting as the server asks; what is refused for good is raised."""
        for attempt in range(1, TRIES + 1):
            last = attempt == TRIES
            try:
                response = await self._server.client.request(method, API + path, **request)
            except httpx.TransportError as error:
                if last:
                    raise Refused(f"the connection broke {TRIES} times: {error}") from error
            else:
                if response.is_success:
                    return response
                if last or not (
                    response.is_server_error or response.status_code == TOO_MANY_REQUESTS
                ):
                    raise Refused(reason(response))
                await asyncio.sleep(float(response.headers.get("Retry-After", 0)))
            await asyncio.sleep(0.25 * 2**attempt)
        raise AssertionError("the last try answers or raises")


def _read(path: Path, offset: int, size: int) -> bytes:
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(size)
