"""Files as they were given: from an upload or a mounted folder to their place by content."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from libs.common.faults import NotFound
from libs.common.objects import BlockingObjectStore
from services.ingest.adapters.folders import opened
from services.ingest.adapters.media.sniff import container_of
from services.ingest.domain.claims import Claim
from services.ingest.domain.formats import Container
from services.ingest.domain.quarantine import Quarantine, Unusable
from services.ingest.domain.reasons import Reason, Refused
from services.ingest.domain.recording import original_key
from services.ingest.domain.uploads import part_key, parts_prefix

CHUNK_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class Original:
    """What a file is by its bytes."""

    content_sha256: str
    container: Container
    size_bytes: int

    @property
    def key(self) -> str:
        """Where it lies in the store."""
        return original_key(self.content_sha256, self.container)


class Originals:
    """Brings originals to the local disk, and to the store."""

    def __init__(self, objects: BlockingObjectStore, folders: Sequence[Path]) -> None:
        self._objects = objects
        self._folders = folders

    def collect(self, claim: Claim, draft: Path) -> Original:
        """Write the bytes of a claim's file, wherever they are now, and say what they are."""
        sha256 = hashlib.sha256()
        with draft.open("wb") as file:
            for chunk in self._chunks(claim):
                sha256.update(chunk)
                file.write(chunk)
            size_bytes = file.tell()
        if claim.upload_id and size_bytes != claim.size_bytes:
            detail = f"{size_bytes:,} of {claim.size_bytes:,} bytes arrived"
            raise Refused(Reason.TRUNCATED, detail)
        if claim.content_sha256:
            _require(claim.content_sha256, sha256.hexdigest())
        with draft.open("rb") as file:
            return Original(sha256.hexdigest(), container_of(file), size_bytes)

    def fetch(self, content_sha256: str, path: Path) -> None:
        """Bring it back from the store, as it was given and not otherwise."""
        key = self._key(content_sha256)
        if key is None:
            raise NotFound(f"there is no original of {content_sha256}")
        self._objects.download(key, path)
        _require(content_sha256, digest_of(path))

    def _key(self, content_sha256: str) -> str | None:
        return next(self._objects.keys(f"audio/{content_sha256}/original."), None)

    def _chunks(self, claim: Claim) -> Iterator[bytes]:
        # What was killed between naming the content and storing it has its parts still.
        staged = self._key(claim.content_sha256) if claim.content_sha256 else None
        if staged is not None:
            yield from self._object(staged)
        elif claim.upload_id:
            for number in range(1, len([*self._objects.keys(parts_prefix(claim.upload_id))]) + 1):
                yield from self._part(claim.upload_id, number)
        else:
            with opened(claim.source_path or "", self._folders) as file:
                yield from iter(lambda: file.read(CHUNK_BYTES), b"")

    def _part(self, upload_id: str, number: int) -> Iterator[bytes]:
        try:
            yield from self._object(part_key(upload_id, number))
        except NotFound:
            raise Refused(Reason.TRUNCATED, f"part {number} is not in the store") from None

    def _object(self, key: str) -> Iterator[bytes]:
        response = self._objects.open(key)
        try:
            yield from response.stream(CHUNK_BYTES)
        finally:
            response.close()
            response.release_conn()


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _require(content_sha256: str, found_sha256: str) -> None:
    if found_sha256 != content_sha256:
        raise Unusable(Quarantine.damaged(f"{found_sha256} lies where {content_sha256} should"))
