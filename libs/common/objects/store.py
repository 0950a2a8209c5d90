"""The object store for code on the event loop: every call runs in a thread of its pool."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import ParamSpec, TypeVar

from minio.error import S3Error
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from libs.common.faults import CannotStart, Fault, TimedOut, Unavailable
from libs.common.objects.blocking import BlockingObjectStore, ObjectStat, blocking_objects
from libs.common.settings import ObjectStoreSettings

SOON_S = 8.0
"""How long one may wait for what the store does at once: to look, to read a beginning."""
THREADS = 16
CHUNK_BYTES = 256 * 1024
PAUSE_S = 5.0
"""How long a connection waits for a reader. The store has a thousand, and readers are slow."""

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class ObjectStore:
    """One bucket; see ``BlockingObjectStore`` for what each operation does."""

    def __init__(self, blocking: BlockingObjectStore, threads: ThreadPoolExecutor) -> None:
        self._blocking = blocking
        self._threads = threads
        self._ping: asyncio.Task[bool] | None = None

    async def ping(self) -> None:
        """Return when the store answers. It is asked once at a time, whoever asks."""
        if self._ping is None or self._ping.done():
            self._ping = asyncio.create_task(self.exists("ping"))
            self._ping.add_done_callback(lambda asked: asked.cancelled() or asked.exception())
        await asyncio.shield(self._ping)

    async def put_bytes(self, key: str, content: bytes, content_type: str) -> None:
        """Store a small object."""
        await self._in_thread(self._blocking.put_bytes, key, content, content_type)

    async def put_file(self, key: str, path: Path, content_type: str) -> None:
        """Store a file of any size."""
        await self._in_thread(self._blocking.put_file, key, path, content_type)

    async def get_bytes(self, key: str) -> bytes:
        """Read a small object."""
        return await self._in_thread(self._blocking.get_bytes, key)

    async def download(self, key: str, path: Path) -> None:
        """Read an object into a file, which appears only when it is whole."""
        await self._in_thread(self._blocking.download, key, path)

    async def beginning(self, key: str, length: int) -> tuple[ObjectStat, bytes]:
        """Look, and read the first bytes, in one call."""
        return await _soon(self._threads.submit(self._blocking.beginning, key, length))

    async def open_range(
        self, key: str, start: int = 0, length: int | None = None, etag: str = ""
    ) -> AsyncGenerator[bytes]:
        """Read an object, or part of it, in chunks, each fetched when the reader asks for it.

        No thread waits for a slow reader, and no more than one chunk is held
        for it, nor a connection for more than a moment: then the rest is asked
        for anew, bound to the same content. A reader who may stop early wraps it
        in ``contextlib.aclosing``, which frees the connection at once.
        """
        opening = self._threads.submit(self._blocking.open, key, start, length, etag)
        reading: Future[bytes] | None = None
        try:
            response = await asyncio.wrap_future(opening)
            left, etag = int(response.headers["Content-Length"]), response.headers["ETag"]
            while left:
                reading = self._threads.submit(response.read, CHUNK_BYTES)
                chunk = await asyncio.wrap_future(reading)
                if not chunk:
                    raise Unavailable("the object store broke off")
                start, left = start + len(chunk), left - len(chunk)
                pause = _Pause(opening, reading)
                try:
                    yield chunk
                finally:
                    pause.end()
                if pause.was_long and left:
                    opening = self._threads.submit(
                        self._blocking.open, key, start, left, etag.strip('"')
                    )
                    reading = None
                    response = await asyncio.wrap_future(opening)
        except (HTTPError, OSError) as error:
            raise Unavailable("the object store broke off") from error
        finally:
            _close_when_done(opening, reading)

    async def stat(self, key: str) -> ObjectStat:
        """Look without reading."""
        return await _soon(self._threads.submit(self._blocking.stat, key))

    async def exists(self, key: str) -> bool:
        """Whether the key is there."""
        return await _soon(self._threads.submit(self._blocking.exists, key))

    async def list(self, prefix: str) -> list[str]:
        """Every key that begins so, in order."""
        return await self._in_thread(lambda: [*self._blocking.keys(prefix)])

    async def stats(self, prefix: str) -> Sequence[ObjectStat]:
        """What a listing tells of every key that begins so, in order; no content types."""
        return await self._in_thread(lambda: [*self._blocking.stats(prefix)])

    async def copy(self, source_key: str, key: str) -> None:
        """Store again under another key, without a way through this process."""
        await self._in_thread(self._blocking.copy, source_key, key)

    async def remove(self, key: str) -> None:
        """Remove the object; that it was not there is no fault."""
        await self._in_thread(self._blocking.remove, key)

    async def remove_prefix(self, prefix: str) -> None:
        """Remove every object whose key begins so."""
        await self._in_thread(self._blocking.remove_prefix, prefix)

    def presigned_get(
        self,
        key: str,
        expires_s: int,
        content_type: str | None = None,
        filename: str | None = None,
    ) -> str:
        """A URL by which anybody may read the object for so long. Makes no call."""
        return self._blocking.presigned_get(key, expires_s, content_type, filename)

    async def ensure_bucket(self) -> None:
        """Make the bucket unless it is there."""
        await self._in_thread(self._blocking.ensure_bucket)

    async def _in_thread(
        self,
        act: Callable[Arguments, Result],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Result:
        return await asyncio.wrap_future(self._threads.submit(act, *args, **kwargs))


@asynccontextmanager
async def open_objects(settings: ObjectStoreSettings) -> AsyncGenerator[ObjectStore]:
    """Connect to the object store, and make the bucket on first use."""
    blocking = blocking_objects(settings)
    threads = ThreadPoolExecutor(THREADS, thread_name_prefix="objects")
    try:
        objects = ObjectStore(blocking, threads)
        try:
            await objects.ensure_bucket()
        except (Fault, S3Error) as problem:
            where = settings.s3_endpoint
            reason = f"cannot use the objects at {where}: {problem}"
            raise CannotStart(reason, "s3_endpoint") from None
        yield objects
    finally:
        threads.shutdown(wait=False, cancel_futures=True)


class _Pause:
    """The time in which a reader does something else; a long one closes the connection."""

    def __init__(self, opening: "Future[BaseHTTPResponse]", reading: "Future[bytes]") -> None:
        self.was_long = False
        self._opening = opening
        self._reading = reading
        self._clock = asyncio.get_running_loop().call_later(PAUSE_S, self._close)

    def end(self) -> None:
        self._clock.cancel()

    def _close(self) -> None:
        self.was_long = True
        _close_when_done(self._opening, self._reading)


def _close_when_done(opening: "Future[BaseHTTPResponse]", reading: "Future[bytes] | None") -> None:
    """Close the connection as soon as no thread reads from it, without waiting for that."""

    def close(_: object) -> None:
        if not opening.cancelled() and opening.exception() is None:
            response = opening.result()
            response.close()
            response.release_conn()

    (reading or opening).add_done_callback(close)


async def _soon(result: "Future[Result]") -> Result:
    """Wait for a thread, but not for ever: the thread itself ends with its sockets."""
    try:
        async with asyncio.timeout(SOON_S):
            return await asyncio.wrap_future(result)
    except TimeoutError:
        raise TimedOut("the object store gave no answer in time") from None
