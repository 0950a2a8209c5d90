"""Makes sound in the form that somebody asks for, and keeps what it made from the beginning."""

import asyncio
import logging
import os
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO

from libs.audio.ffmpeg import program
from libs.common.objects import ObjectStore
from libs.common.sandbox import Sandbox, open_sandbox
from services.gateway.adapters.transcoding.encoding import encode, write_all
from services.gateway.adapters.transcoding.making import Making
from services.gateway.adapters.transcoding.recipes import arguments, limits
from services.gateway.adapters.transcoding.shelf import Shelf
from services.gateway.adapters.transcoding.turns import Turns
from services.gateway.domain.sounds.choosing import Source, Target
from services.gateway.settings import GatewaySettings

logger = logging.getLogger(__name__)

STREAMED = ("flac", "mp3", "ogg", "aac", "wav")
"""Containers that are read from the beginning to the end. Others have at their end what the
reader must know at first, so the whole of them is fetched before."""
SHORT_S = 2.0
"""What is shorter than its source by more is sent, for there is no more, but not kept."""


class Transcoder:
    """Makes sound for those who listen, each form of it once."""

    def __init__(self, sandbox: Sandbox, shelf: Shelf, turns: Turns, objects: ObjectStore) -> None:
        self._sandbox = sandbox
        self._shelf = shelf
        self._turns = turns
        self._objects = objects
        self._under_way: dict[str, Making] = {}

    def kept(self, source: Source, target: Target) -> Path | None:
        """The whole file, if it was made before."""
        return self._shelf.found(_name(source, target))

    def read(
        self, who: str, source: Source, target: Target, offset_ms: int
    ) -> AsyncGenerator[bytes]:
        """The sound as it is made, which ends when nobody reads it any more.

        Raises NoTurn, or Unavailable where it cannot be made.
        """
        name = f"{_name(source, target)}-{offset_ms}"
        making = self._under_way.get(name)
        if making is None or making.forsaken:

            async def work(made: Making) -> None:
                try:
                    async with self._turns.turn(who):
                        await self._make(made.draft, source, target, offset_ms)
                finally:
                    made.draft.unlink(missing_ok=True)
                    if self._under_way.get(name) is made:
                        del self._under_way[name]

            making = Making(self._shelf.draft(), work)
            self._under_way[name] = making
        return making.read()

    async def close(self) -> None:
        """Give up all that is under way."""
        await asyncio.gather(*(making.end() for making in [*self._under_way.values()]))

    async def _make(self, draft: Path, source: Source, target: Target, offset_ms: int) -> None:
        allowed = limits(source, target)
        key = source.original.object_key
        if offset_ms or source.container not in STREAMED:
            with await self._original(key) as sound:
                told = arguments(source, target, offset_ms, seekable=True)
                made_s = await encode(self._sandbox, told, allowed, sound.fileno(), draft)
        else:
            told = arguments(source, target, offset_ms, seekable=False)
            async with self._piped(key) as sound_from:
                made_s = await encode(self._sandbox, told, allowed, sound_from, draft)
        if offset_ms:
            return
        if source.duration_ms and made_s < source.duration_ms / 1000 - SHORT_S:
            expected_s = source.duration_ms / 1000
            facts = {"key": key, "made_s": made_s, "expected_s": expected_s}
            logger.warning("made less sound than there should be", extra=facts)
            return
        await asyncio.to_thread(self._shelf.keep, draft, _name(source, target))

    async def _original(self, key: str) -> IO[bytes]:
        """The original, fetched once for several looks into it."""
        name = f"original-{_digest(key)}"
        if path := self._shelf.found(name):
            return path.open("rb")
        draft = self._shelf.draft()
        try:
            await self._objects.download(key, draft)
            sound = draft.open("rb")
            await asyncio.to_thread(self._shelf.keep, draft, name)
        finally:
            draft.unlink(missing_ok=True)
        return sound

    @asynccontextmanager
    async def _piped(self, key: str) -> AsyncGenerator[int]:
        """A descriptor to read an object from, as it comes from the store."""
        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        feeding = asyncio.create_task(self._feed(key, writing))
        try:
            yield reading
        finally:
            os.close(reading)
            feeding.cancel()
            await asyncio.wait([feeding])
            if not feeding.cancelled():
                feeding.result()  # that the store failed is why ffmpeg did

    async def _feed(self, key: str, writing: int) -> None:
        try:
            async with aclosing(self._objects.open_range(key)) as chunks:
                async for chunk in chunks:
                    await write_all(writing, chunk)
        except BrokenPipeError:
            return  # it has read enough
        finally:
            os.close(writing)


@asynccontextmanager
async def open_transcoder(
    settings: GatewaySettings, objects: ObjectStore
) -> AsyncGenerator[Transcoder]:
    """A transcoder while the context is open."""
    sandbox = await asyncio.to_thread(open_sandbox)
    await asyncio.to_thread(program)
    shelf = await asyncio.to_thread(Shelf, settings.scratch_folder, settings.scratch_bytes)
    await asyncio.to_thread(shelf.make_room)
    turns = Turns(settings.transcodes, settings.transcodes_each, settings.transcode_wait_s)
    transcoder = Transcoder(sandbox, shelf, turns, objects)
    try:
        yield transcoder
    finally:
        await transcoder.close()
        shelf.close()


def _name(source: Source, target: Target) -> str:
    return f"{_digest(source.original.object_key)}-{target.name}"


def _digest(key: str) -> str:
    return sha256(key.encode()).hexdigest()
