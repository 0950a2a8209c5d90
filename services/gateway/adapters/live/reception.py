"""What comes of one stream: kept open at the synth, and taken in order, every frame once."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from google.protobuf.message import DecodeError

from libs.common.faults import Fault, InvalidInput, NotFound, Unavailable
from services.gateway.adapters.live.figures import STALE
from services.gateway.adapters.live.streams import State, Streams
from services.gateway.domain.live.order import KEPT, Ring, Sieve, Verdict
from services.gateway.wire.sound import Moment, moment
from tutti.catalog.v1 import stations_pb2 as stations
from tutti.synth.v1 import synth_pb2 as pb

logger = logging.getLogger(__name__)

OPENS_WITHIN_S = 5.0
SILENT_S = 3.0
"""After so long without a frame the stream is opened again: it may have come to rest."""
AGAIN_S = 1.0


class Reception:
    """Hears a stream, and says what it plays."""

    def __init__(self, streams: Streams, take: Callable[[Moment], None]) -> None:
        self.moments: Ring[Moment] = Ring()
        self.chord = ""
        self._streams = streams
        self._take = take
        self._sieve = Sieve()
        self._incoming: deque[bytes] = deque(maxlen=KEPT)
        self._came = asyncio.Event()
        self._opened: asyncio.Future[State] = asyncio.get_running_loop().create_future()
        self._state: State | None = None
        self._heard_s = time.monotonic()

    async def opened(self) -> None:
        """Wait until it plays. Raises what the synth says, or Unavailable."""
        try:
            async with asyncio.timeout(OPENS_WITHIN_S):
                await asyncio.shield(self._opened)
        except TimeoutError:
            raise Unavailable("the station does not play now: try again") from None

    @property
    def state(self) -> State | None:
        """What it plays, and where it is; None before it does."""
        return self._state

    def hear(self, payload: bytes) -> None:
        """Take what was said on NATS, to be read in its turn."""
        self._incoming.append(payload)
        self._came.set()

    async def read(self) -> None:
        """Read what comes, for ever."""
        while True:
            await self._came.wait()
            self._came.clear()
            while self._incoming:
                with suppress(DecodeError):
                    self._pass_on(pb.Frame.FromString(self._incoming.popleft()))
                await asyncio.sleep(0)

    async def keep_open(self, wanted: Callable[[], stations.Station | None]) -> None:
        """Open the stream now, and again whenever it falls silent while somebody listens."""
        while True:
            is_silent = time.monotonic() > self._heard_s + SILENT_S
            if (not self._opened.done() or is_silent) and (station := wanted()) is not None:
                await self._open(station)
            await asyncio.sleep(AGAIN_S)

    def _pass_on(self, frame: pb.Frame) -> None:
        verdict = self._sieve.judge(frame.epoch, frame.position)
        if verdict is Verdict.STALE:
            STALE.inc()
            return
        self._heard_s = time.monotonic()
        heard = moment(frame, after_gap=verdict is Verdict.AFTER_GAP)
        self._note(heard)
        self.moments.add(heard)
        self._take(heard)

    def _note(self, heard: Moment) -> None:
        """Remember where the stream is."""
        if heard.told.HasField("bar"):
            self.chord = heard.told.bar.chord
        parameters = heard.parameters or (self._state.parameters if self._state else None)
        if parameters is not None:
            self._state = State(heard.position, heard.mark.revision, parameters)

    async def _open(self, station: stations.Station) -> None:
        try:
            state = await self._streams.open(station)
        except (NotFound, InvalidInput) as fault:  # it will never play
            if not self._opened.done():
                self._opened.set_exception(fault)
                self._opened.exception()  # whoever asks later is told, and nobody has to ask
        except Fault as fault:
            logger.info("a stream does not open", extra={"reason": str(fault)})
        else:
            self._state = self._state or state
            if not self._opened.done():
                self._opened.set_result(state)
