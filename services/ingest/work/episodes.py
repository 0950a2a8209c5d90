"""Downloading episodes: from a stranger's server to their place in the store."""

import hashlib
from pathlib import Path
from typing import BinaryIO

from libs.common.objects import BlockingObjectStore
from libs.common.outbound import Caps, Outbound, Reply, Stamp, TooLarge, WrongAnswer
from libs.common.sandbox import Sandbox
from services.ingest.adapters.media.inspection import Inspector
from services.ingest.adapters.media.surveyor import Surveyor
from services.ingest.adapters.originals import digest_of
from services.ingest.adapters.postgres_errands import PostgresErrands
from services.ingest.adapters.scratch import Scratch
from services.ingest.domain.errands import Errand
from services.ingest.domain.formats import Encoding
from services.ingest.domain.podcasts import Sound
from services.ingest.domain.reasons import Refused

DOWNLOAD_S = 3600.0
LONGEST_S = 24 * 3600.0
PARTIAL = 206


class DownloadEpisode:
    """Downloads one file. Whatever ends it in the middle, the next try goes on from there.

    Parameters
    ----------
    most_bytes
        What is larger is refused.
    """

    def __init__(
        self,
        errands: PostgresErrands,
        sandbox: Sandbox,
        objects: BlockingObjectStore,
        scratch: Scratch,
        most_bytes: int,
    ) -> None:
        self._errands = errands
        self._sandbox = sandbox
        self._inspector = Inspector(sandbox, LONGEST_S)
        self._objects = objects
        self._scratch = scratch
        self._most_bytes = most_bytes

    async def perform(self, outbound: Outbound, errand: Errand) -> None:
        """Fetch, look whether it is sound, register, store, and only then say that it is here."""
        # By the address, too: what was begun of another one is not to be continued.
        key = hashlib.sha256(f"{errand.episode_id} {errand.url}".encode()).hexdigest()
        with self._scratch.entry(key) as folder:
            path = await self._fetched(outbound, errand, folder)
            try:
                sound = self._looked_at(path)
            except Refused:
                path.unlink()
                raise
            await self._errands.register(errand, sound.content_sha256)
            self._objects.put_file(sound.object_key, path, sound.container.content_type)
            await self._errands.downloaded(errand, sound)
        self._scratch.drop(key)

    async def _fetched(self, outbound: Outbound, errand: Errand, folder: Path) -> Path:
        """The whole file, which appears under its name only then."""
        whole, part, version = (folder / name for name in ("whole", "part", "version"))
        if whole.exists():
            return whole
        have_bytes = part.stat().st_size if part.exists() else 0
        known = version.read_text() if version.exists() else ""
        asked = {"Range": f"bytes={have_bytes}-", "If-Range": known} if have_bytes and known else {}
        try:
            async with outbound.get(errand.url, Caps(self._most_bytes, DOWNLOAD_S), asked) as reply:
                goes_on = _goes_on(reply, have_bytes)
                with part.open("ab" if goes_on else "wb") as file:
                    if not goes_on:
                        version.write_text(_version(reply.stamp))
                    await self._write(reply, file)
        except (TooLarge, WrongAnswer):
            part.unlink(missing_ok=True)
            raise
        return part.rename(whole)

    async def _write(self, reply: Reply, file: BinaryIO) -> None:
        async for chunk in reply.chunks():
            file.write(chunk)
            if file.tell() > self._most_bytes:  # with what was there before
                raise TooLarge(f"it has more than the {self._most_bytes:,} bytes that are accepted")

    def _looked_at(self, path: Path) -> Sound:
        encoding = self._encoding(path)
        return Sound(
            content_sha256=digest_of(path),
            container=encoding.container,
            size_bytes=path.stat().st_size,
            duration_ms=round(encoding.duration_s * 1000),
            bitrate_kbps=round(encoding.bitrate_bps / 1000),
        )

    def _encoding(self, path: Path) -> Encoding:
        """What its header says; what has none that can be believed is decoded to its end."""
        surveyor = Surveyor(self._sandbox, LONGEST_S)
        try:
            with path.open("rb") as file:
                glance = surveyor.glance(file)
        finally:
            surveyor.close()
        if glance is not None:
            return glance.encoding
        with self._scratch.folder() as folder:
            return self._inspector.inspect(path, "episode", folder).encoding


def _goes_on(reply: Reply, have_bytes: int) -> bool:
    """Whether this is the rest of what is here; a server may send all of it at any time."""
    if reply.status != PARTIAL:
        return False
    if not reply.headers.get("content-range", "").startswith(f"bytes {have_bytes}-"):
        raise WrongAnswer("the server sent another part than the one it was asked for", PARTIAL)
    return True


def _version(stamp: Stamp) -> str:
    """What proves that the rest is of the same version: a weak tag does not."""
    return stamp.last_modified if stamp.etag.startswith("W/") or not stamp.etag else stamp.etag
