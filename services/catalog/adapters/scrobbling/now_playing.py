"""What people hear now, told as best it can: nobody misses it a minute later."""

import asyncio
import logging
from collections.abc import Mapping
from typing import TypeAlias

from libs.common.postgres import Pool
from services.catalog.adapters.scrobbling.queue import scrobbled_track
from services.catalog.adapters.scrobbling.scrobblers import Scrobblers
from services.catalog.adapters.sealing import CannotUnseal
from services.catalog.domain.music import UnknownTrack
from services.catalog.domain.scrobbling import (
    ProofRefused,
    Refused,
    ScrobbledTrack,
    Scrobbling,
    Service,
    TryLater,
)

logger = logging.getLogger(__name__)

MOST_WAITING = 100
TELL_S = 10.0

News: TypeAlias = tuple[Service, str, ScrobbledTrack]


class NowPlaying:
    """Passes on what people begin to hear."""

    def __init__(
        self, pool: Pool, scrobblers: Scrobblers, services: Mapping[Service, Scrobbling]
    ) -> None:
        self._pool = pool
        self._scrobblers = scrobblers
        self._services = services
        self._waiting: asyncio.Queue[News] = asyncio.Queue(MOST_WAITING)

    async def set(self, user_id: str, track_id: str) -> None:
        """Have the user's services told. What does not fit into the queue is left out."""
        async with self._pool.acquire() as connection:
            track = await scrobbled_track(connection, user_id, track_id)
        if track is None:
            raise UnknownTrack("there is no such track")
        try:
            connected = await self._scrobblers.connected(user_id)
        except CannotUnseal:
            return  # the sender tells its user
        for service, proof in connected:
            if not self._waiting.full():
                self._waiting.put_nowait((service, proof, track))

    async def run(self) -> None:
        """Tell until cancelled."""
        while True:
            service, proof, track = await self._waiting.get()
            try:
                async with asyncio.timeout(TELL_S):
                    await self._services[service].now_playing(proof, track)
            except (TryLater, Refused, ProofRefused, TimeoutError) as reason:
                logger.info(
                    "now playing was not told", extra={"service": service, "reason": str(reason)}
                )
