"""ffmpeg in the cage, from a descriptor into a file, for as long as somebody wants it."""

import asyncio
import logging
import os
import signal
import tempfile
from collections.abc import Sequence
from pathlib import Path
from subprocess import Popen
from typing import IO

from libs.audio.ffmpeg import program
from libs.common.faults import Unavailable
from libs.common.sandbox import Limits, Sandbox

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 0.02
SAID_BYTES = 4096


async def encode(
    sandbox: Sandbox, told: Sequence[str], allowed: Limits, sound: int, draft: Path
) -> float:
    """Run it to its end, and say how many seconds of sound it made.

    Cancelled, it is killed at once. Raises Unavailable when it fails or takes
    more than it may.
    """
    with draft.open("wb") as made, tempfile.TemporaryFile() as said:
        # On the thread of the event loop: under bubblewrap it dies with the thread.
        process = sandbox.start(
            [str(program()), *told],
            limits=allowed,
            readable=[program()],
            stdin=sound,
            stdout=made.fileno(),
            stderr=said.fileno(),
        )
        try:
            async with asyncio.timeout(allowed.wall_s):
                while process.poll() is None:  # noqa: ASYNC110 a process of the cage has no event
                    await asyncio.sleep(LOOK_EVERY_S)
        except TimeoutError:
            raise _failed("it took too long", said) from None
        finally:
            await _ended(process)
        if process.returncode:
            raise _failed(f"it ended with {process.returncode}", said)
        return _made_s(said)


async def write_all(descriptor: int, chunk: bytes) -> None:
    """Write to a pipe that does not block, waiting for room in it."""
    left = memoryview(chunk)
    while left:
        try:
            left = left[os.write(descriptor, left) :]
        except BlockingIOError:
            await _writable(descriptor)


async def _writable(descriptor: int) -> None:
    loop = asyncio.get_running_loop()
    room = asyncio.Event()
    loop.add_writer(descriptor, room.set)
    try:
        await room.wait()
    finally:
        loop.remove_writer(descriptor)


async def _ended(process: "Popen[bytes]") -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        await asyncio.to_thread(process.wait)


def _failed(why: str, said: IO[bytes]) -> Unavailable:
    logger.warning("could not make sound", extra={"reason": why, "said": _tail(said)})
    return Unavailable("the sound cannot be made in this form: ask for the file as it came")


def _made_s(said: IO[bytes]) -> float:
    """What ffmpeg says at the end: ``out_time_us`` is N/A where it made nothing."""
    for line in reversed(_tail(said).splitlines()):
        name, _, value = line.partition("=")
        if name == "out_time_us" and value.strip().lstrip("-").isdecimal():
            return int(value) / 1_000_000
    return 0.0


def _tail(said: IO[bytes]) -> str:
    length = said.seek(0, os.SEEK_END)
    said.seek(max(0, length - SAID_BYTES))
    return said.read().decode(errors="replace")
