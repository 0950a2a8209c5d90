"""The object store for code that may block: Celery workers, scripts, and the threads of ours."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from io import BytesIO
from pathlib import Path
from urllib.parse import quote, urlsplit

import urllib3
from minio import Minio
from minio.datatypes import Object
from minio.deleteobjects import DeleteObject
from minio.error import MinioException, S3Error
from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from libs.common.faults import CannotStart, Conflict, InvalidInput, NotFound, Unavailable
from libs.common.settings import ObjectStoreSettings
from libs.common.sockets import watchful

PART_BYTES = 16 * 2**20
"""Larger files travel in parts; three are in memory at once."""
CONNECTIONS = 64
ABSENT = {"NoSuchKey", "NoSuchBucket", "NoSuchUpload"}


@dataclass(frozen=True, slots=True)
class ObjectStat:
    """What the store knows of one object."""

    key: str
    size_bytes: int
    etag: str
    content_type: str
    last_modified: datetime


class BlockingObjectStore:
    """One bucket. Raises ``NotFound`` for a key that is not there, ``Unavailable`` for outages."""

    def __init__(self, client: Minio, bucket: str, public: Minio | None = None) -> None:
        self._client = client
        self._bucket = bucket
        self._public = public or client

    def ensure_bucket(self) -> None:
        """Make the bucket unless it is there."""
        with _faults(self._bucket):
            if self._client.bucket_exists(self._bucket):
                return
            try:
                self._client.make_bucket(self._bucket)
            except S3Error as error:
                if error.code != "BucketAlreadyOwnedByYou":  # somebody else was faster
                    raise

    def put_bytes(self, key: str, content: bytes, content_type: str) -> None:
        """Store a small object."""
        with _faults(key):
            self._client.put_object(
                self._bucket, key, BytesIO(content), len(content), content_type=content_type
            )

    def put_file(self, key: str, path: Path, content_type: str) -> None:
        """Store a file of any size."""
        with _faults(key):
            self._client.fput_object(
                self._bucket, key, str(path), content_type=content_type, part_size=PART_BYTES
            )

    def get_bytes(self, key: str) -> bytes:
        """Read a small object."""
        response = self.open(key)
        try:
            with _faults(key):
                return response.read()
        finally:
            response.close()
            response.release_conn()

    def download(self, key: str, path: Path) -> None:
        """Read an object into a file, which appears only when it is whole."""
        with _faults(key):
            self._client.fget_object(self._bucket, key, str(path))

    def open(
        self, key: str, start: int = 0, length: int | None = None, etag: str = ""
    ) -> BaseHTTPResponse:
        """Begin to read; the caller reads from the response, closes it and releases it.

        With an ``etag`` it is that content or, where it was replaced, a ``Conflict``.
        """
        only: dict[str, str | list[str] | tuple[str]] = {"If-Match": f'"{etag}"'} if etag else {}
        with _faults(key):
            return self._client.get_object(
                self._bucket, key, offset=start, length=length or 0, request_headers=only
            )

    def beginning(self, key: str, length: int) -> tuple[ObjectStat, bytes]:
        """Look, and read the first bytes, in one call."""
        try:
            response = self.open(key, 0, length)
        except InvalidInput:  # an empty object has no first byte
            return self.stat(key), b""
        try:
            with _faults(key):
                return _stat(key, _whole(self._bucket, key, response)), response.read()
        finally:
            response.close()
            response.release_conn()

    def stat(self, key: str) -> ObjectStat:
        """Look without reading."""
        with _faults(key):
            return _stat(key, self._client.stat_object(self._bucket, key))

    def exists(self, key: str) -> bool:
        """Whether the key is there."""
        try:
            self.stat(key)
        except NotFound:
            return False
        return True

    def keys(self, prefix: str) -> Iterator[str]:
        """Every key that begins so, in order, fetched a page at a time."""
        return (found.key for found in self.stats(prefix))

    def stats(self, prefix: str) -> Iterator[ObjectStat]:
        """What a listing tells of every key that begins so, in order; no content types."""
        with _faults(prefix):
            for entry in self._client.list_objects(self._bucket, prefix, recursive=True):
                if entry.object_name is not None:
                    yield _stat(entry.object_name, entry)

    def copy(self, source_key: str, key: str) -> None:
        """Store again under another key, without a way through this process."""
        from minio.commonconfig import CopySource  # noqa: PLC0415

        with _faults(source_key):
            self._client.copy_object(self._bucket, key, CopySource(self._bucket, source_key))

    def remove(self, key: str) -> None:
        """Remove the object; that it was not there is no fault."""
        with _faults(key):
            self._client.remove_object(self._bucket, key)

    def remove_prefix(self, prefix: str) -> None:
        """Remove every object whose key begins so."""
        with _faults(prefix):
            doomed = (DeleteObject(key) for key in self.keys(prefix))
            for failure in self._client.remove_objects(self._bucket, doomed):
                raise Unavailable(f"could not remove {failure.name}")

    def presigned_get(
        self,
        key: str,
        expires_s: int,
        content_type: str | None = None,
        filename: str | None = None,
    ) -> str:
        """A URL by which anybody may read the object for so long. Makes no call."""
        headers: dict[str, str | list[str] | tuple[str]] = {}
        if content_type is not None:
            headers["response-content-type"] = content_type
        if filename is not None:
            disposition = f"attachment; filename*=UTF-8''{quote(filename, safe='')}"
            headers["response-content-disposition"] = disposition
        return self._public.presigned_get_object(
            self._bucket, key, timedelta(seconds=expires_s), response_headers=headers or None
        )


def blocking_objects(settings: ObjectStoreSettings) -> BlockingObjectStore:
    """Prepare to use the store the settings name. Makes no call."""
    if not settings.s3_access_key or not settings.s3_secret_key:
        raise CannotStart("the object store needs an access key and a secret key", "s3_access_key")
    client = _client(settings, settings.s3_endpoint)
    public = settings.s3_public_endpoint and _client(settings, settings.s3_public_endpoint)
    return BlockingObjectStore(client, settings.s3_bucket, public or None)


def _client(settings: ObjectStoreSettings, endpoint: str) -> Minio:
    parts = urlsplit(endpoint)
    return Minio(
        parts.netloc,
        settings.s3_access_key,
        settings.s3_secret_key,
        secure=parts.scheme == "https",
        region=settings.s3_region,  # else every bucket costs a call that asks for it
        http_client=urllib3.PoolManager(
            maxsize=CONNECTIONS,
            # With the 8 s in which a silent connection ends, and one more try: under 12 s.
            timeout=urllib3.Timeout(connect=1.5, read=30),
            retries=urllib3.Retry(
                total=3, connect=1, backoff_factor=0.1, status_forcelist=[500, 502, 503]
            ),
            socket_options=[*HTTPConnection.default_socket_options, *watchful()],
        ),
    )


def _stat(key: str, found: Object) -> ObjectStat:
    return ObjectStat(
        key,
        found.size or 0,
        (found.etag or "").strip('"'),
        found.content_type or "application/octet-stream",
        found.last_modified or datetime.fromtimestamp(0, UTC),
    )


def _whole(bucket: str, key: str, response: BaseHTTPResponse) -> Object:
    """What the head of an answer to a range says of the whole."""
    headers = response.headers
    size = headers.get("Content-Range", "").rpartition("/")[2] or headers["Content-Length"]
    modified = parsedate_to_datetime(headers["Last-Modified"])
    content_type = headers.get("Content-Type")
    return Object(bucket, key, modified, headers["ETag"], int(size), content_type=content_type)


@contextmanager
def _faults(key: str) -> Generator[None]:
    try:
        yield
    except S3Error as error:
        if error.code in ABSENT:
            raise NotFound(f"there is no object {key}") from error
        if error.code == "InvalidRange":
            raise InvalidInput(f"{key} ends before the range begins") from error
        if error.code == "PreconditionFailed":
            raise Conflict(f"{key} was replaced") from error
        raise
    except (HTTPError, OSError, MinioException) as error:
        raise Unavailable("the object store cannot be reached") from error
