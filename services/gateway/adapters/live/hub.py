"""The streams that somebody hears through this process."""

import asyncio
import logging
import os
import socket
import uuid
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from libs.common.cache import Cache
from libs.common.faults import Unavailable
from libs.common.tasks import end
from services.gateway.adapters.live.airwaves import open_airwaves
from services.gateway.adapters.live.broadcast import Broadcast, Means
from services.gateway.adapters.live.codings import description
from services.gateway.adapters.live.figures import STREAMS
from services.gateway.adapters.live.forms import CODED, Form
from services.gateway.adapters.live.segments import shared_segment
from services.gateway.adapters.live.streams import Streams
from services.gateway.settings import GatewaySettings
from tutti.catalog.v1 import stations_pb2 as stations

logger = logging.getLogger(__name__)

MOST_STREAMS = 500
"""On one replica: each that is encoded takes some hundredths of a core."""
LOOK_EVERY_S = 1.0


class Hub:
    """Goes on the air with a station when the first comes to listen, and off after the last."""

    def __init__(self, means: Means) -> None:
        self.streams = means.streams
        self._means = means
        self._broadcasts: dict[str, Broadcast] = {}

    async def tune(self, station: stations.Station, form: Form | None = None) -> Broadcast:
        """The broadcast of a station, which plays. Raises what the synth says, or Unavailable."""
        if form is not None and (coding := CODED.get(form)) is not None:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._means.threads, description, coding)
        broadcast = self._broadcasts.get(station.id)
        if broadcast is None:
            if len(self._broadcasts) >= MOST_STREAMS:
                raise Unavailable("too many stations play here: try again")
            broadcast = self._broadcasts[station.id] = Broadcast(station, self._means)
            STREAMS.inc()
        broadcast.station = station
        return await broadcast.opened()

    def playing(self, station_id: str) -> Broadcast | None:
        """The broadcast of a station, if it is on the air here."""
        return self._broadcasts.get(station_id)

    async def segment(self, station_id: str, number: int) -> bytes:
        """Two seconds of a station, from here or from another replica. Raises NotFound."""
        broadcast = self._broadcasts.get(station_id)
        kept = broadcast.segment(number) if broadcast else None
        return kept or await shared_segment(self._means.cache, station_id, number)

    async def tend(self) -> None:
        """Take off the air what nobody hears, for ever."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            for station_id, broadcast in list(self._broadcasts.items()):
                if not broadcast.is_wanted:
                    del self._broadcasts[station_id]
                    STREAMS.dec()
                    await broadcast.close()

    async def close(self) -> None:
        """Take everything off the air."""
        await asyncio.gather(*(broadcast.close() for broadcast in self._broadcasts.values()))
        STREAMS.dec(len(self._broadcasts))
        self._broadcasts.clear()


@asynccontextmanager
async def open_hub(
    settings: GatewaySettings, streams: Streams, cache: Cache
) -> AsyncGenerator[Hub]:
    """Be ready to go on the air."""
    replica = f"{socket.gethostname()}-{uuid.uuid4().hex[:8]}"
    with ThreadPoolExecutor(os.cpu_count(), "live-encoder") as threads:
        async with open_airwaves(settings.nats_url) as airwaves:
            hub = Hub(Means(airwaves, streams, threads, cache, replica))
            tending = asyncio.create_task(hub.tend())
            try:
                yield hub
            finally:
                await end(tending)
                await hub.close()
