"""Sound while it is made into a file: read by all who want it, as far as it has come."""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable, Coroutine
from pathlib import Path

from libs.common.faults import Unavailable

CHUNK_BYTES = 256 * 1024
LOOK_EVERY_S = 0.02
"""How often those who have read all there is look for more."""


class Making:
    """A file that grows, and the work that makes it grow, which ends with its last reader.

    Nothing is held for slow readers but their place in the file, which has a
    largest size.

    Parameters
    ----------
    draft
        The file, empty.
    work
        Makes it. What it raises is raised to all who read.
    """

    def __init__(
        self, draft: Path, work: Callable[["Making"], Coroutine[None, None, None]]
    ) -> None:
        self.draft = draft
        self._file = draft.open("rb")
        self._readers = 0
        self._work = asyncio.create_task(work(self))
        self._work.add_done_callback(lambda done: done.cancelled() or done.exception())

    @property
    def forsaken(self) -> bool:
        """Whether it has been given up, so that nobody may join."""
        return self._work.done() or bool(self._work.cancelling())

    async def read(self) -> AsyncGenerator[bytes]:
        """All of it from the beginning, until it is whole. Raises what the work raised."""
        self._readers += 1
        place = 0
        try:
            while True:
                ended = self._work.done()
                chunk = await asyncio.to_thread(os.pread, self._file.fileno(), CHUNK_BYTES, place)
                if chunk:
                    place += len(chunk)
                    yield chunk
                elif ended:
                    self._check()
                    return
                else:
                    await asyncio.sleep(LOOK_EVERY_S)
        finally:
            self._readers -= 1
            if not self._readers:
                self._work.cancel()
                self._file.close()

    async def end(self) -> None:
        """Give it up, and wait until the work has stopped."""
        self._work.cancel()
        await asyncio.wait([self._work])

    def _check(self) -> None:
        if self._work.cancelled():
            raise Unavailable("the server is stopping: ask again in a moment")
        self._work.result()
