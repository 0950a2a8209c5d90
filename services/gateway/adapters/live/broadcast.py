"""One stream as this process carries it: heard once, and written to all who listen here."""

import asyncio
import logging
import time
from collections.abc import Generator, Mapping
from concurrent.futures import Executor
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass

from libs.common.cache import Cache
from libs.common.faults import Unavailable
from libs.common.tasks import end
from services.gateway.adapters.live.airwaves import HEARD, PCM, Airwaves
from services.gateway.adapters.live.audience import Audience, Ear
from services.gateway.adapters.live.forms import UNCODED, Form
from services.gateway.adapters.live.reception import Reception
from services.gateway.adapters.live.room import Member, Room
from services.gateway.adapters.live.score import Score
from services.gateway.adapters.live.segments import Segments
from services.gateway.adapters.live.streams import State, Streams
from services.gateway.adapters.live.studio import Studio
from services.gateway.domain.live.order import KEPT
from services.gateway.wire.sound import Moment
from tutti.catalog.v1 import stations_pb2 as stations
from tutti.gateway.v1 import live_pb2 as news
from tutti.synth.v1 import synth_pb2 as pb

logger = logging.getLogger(__name__)

SAY_EVERY_S = 5.0
CALM_S = 0.25
"""Between two things said: a crowd that comes in at once is told of once."""
TELL_AGAIN_S = 1.0
LINGERS_S = 10.0
"""How long a stream is heard on after the last listener left: most come back at once."""


@dataclass(frozen=True, slots=True)
class Means:
    """What every broadcast needs."""

    airwaves: Airwaves
    streams: Streams
    threads: Executor
    cache: Cache
    replica: str


class Broadcast:
    """A stream that is on the air here while somebody listens."""

    def __init__(self, station: stations.Station, means: Means) -> None:
        self.station = station
        self.room = Room(station.id, means.airwaves, means.replica)
        self._means = means
        self._studio = Studio(station, means.threads, means.cache)
        self._uncoded: dict[Form, Audience] = {}
        self._score = Score()
        self._reception = Reception(means.streams, self._play)
        self._changed = asyncio.Event()
        self._wanted_s = time.monotonic()
        self._task = asyncio.create_task(self._live())

    async def opened(self) -> "Broadcast":
        """Wait until it plays. Raises what the synth says, or Unavailable."""
        self._wanted_s = time.monotonic()
        await self._reception.opened()
        self.room.begin_at(self.state.revision)
        return self

    async def close(self) -> None:
        """Go off the air."""
        await end(self._task)

    @contextmanager
    def heard_by(self, form: Form, ear: Ear, resume: int | None = None) -> Generator[None]:
        """Write to a connection while the context is open."""
        audience = self._audience(form)
        audience.join(ear, resume)
        self._changed.set()
        try:
            yield
        finally:
            audience.leave(ear)
            if form in self._uncoded and not audience:
                del self._uncoded[form]
            self._wanted_s = time.monotonic()
            self._changed.set()

    @contextmanager
    def visited_by(self, member: Member, resume: int | None = None) -> Generator[None]:
        """Have somebody in the room, and show what is being played to who wants to see it."""
        self.room.enter(member, self.state.revision)
        if member.wants_notes:
            for message in self._score.since(resume):
                member.ear.write(message)
        try:
            yield
        finally:
            self.room.leave(member)

    @property
    def state(self) -> State:
        """What it plays, and where it is."""
        state = self._reception.state
        if state is None:
            raise Unavailable("the station does not play now: try again")
        return state

    @property
    def segments(self) -> Segments:
        """The stream in segments."""
        self._wanted_s = time.monotonic()
        self._changed.set()
        return self._studio.segmented(self._reception.moments.last(KEPT))

    def segment(self, number: int) -> bytes | None:
        """A segment that was cut here."""
        return self._studio.segment(number)

    @property
    def title(self) -> str:
        """What a radio shows: the station, the style, the chord."""
        state = self._reception.state
        style = state.parameters.style if state else ""
        parts = (self.station.name, style, self._reception.chord)
        return " - ".join(part for part in parts if part)

    @property
    def listeners(self) -> int:
        """How many, here."""
        return sum(map(len, self._uncoded.values())) + self._studio.listeners

    @property
    def codecs(self) -> list[str]:
        """What it is sent as now."""
        forms = (form for form, audience in self._audiences().items() if audience)
        return sorted({*map(str, forms), *(["hls"] if self._studio.is_segmented else [])})

    @property
    def is_wanted(self) -> bool:
        """Whether somebody listens, or did a moment ago."""
        return bool(self.listeners) or time.monotonic() < self._wanted_s + LINGERS_S

    async def steer(self, change: pb.Change, by: str, connection: str) -> pb.SteerStreamResponse:
        """Change what is played, and tell everybody else."""
        answer = await self._means.streams.steer(self.station.id, change, by)
        logged = answer.logged
        await self.room.announce_steered(
            news.Steered(
                revision=logged.revision,
                position=logged.position,
                parameters=answer.parameters,
                by=by,
                by_connection=connection,
            )
        )
        return answer

    def _audiences(self) -> Mapping[Form, Audience]:
        return {**self._uncoded, **self._studio.audiences}

    def _audience(self, form: Form) -> Audience:
        if form not in UNCODED:
            return self._studio.audience(form, self._reception.moments)
        if form not in self._uncoded:
            audience = self._uncoded[form] = Audience(form)
            for kept in self._reception.moments:
                audience.recall(UNCODED[form](kept))
        return self._uncoded[form]

    async def _live(self) -> None:
        airwaves, station_id = self._means.airwaves, self.station.id
        try:
            async with AsyncExitStack() as stack:
                stack.push_async_callback(self._say_goodbye)
                stack.push_async_callback(self._studio.close)
                stop = await airwaves.listen(f"{PCM}.{station_id}", self._reception.hear)
                stack.push_async_callback(stop)
                stop = await airwaves.listen(self.room.subject, self._hear_room)
                stack.push_async_callback(stop)
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._reception.keep_open(self._wanted))
                    tasks.create_task(self._reception.read())
                    tasks.create_task(self._tell())
        except Exception:
            logger.exception("a broadcast failed", extra={"station": station_id})
        finally:
            for audience in self._audiences().values():
                audience.dismiss("the station went off the air")

    def _hear_room(self, payload: bytes) -> None:
        self.room.hear(payload)
        self._changed.set()

    def _play(self, heard: Moment) -> None:
        told = self._score.add(heard.told)
        if told is not None and self.room.wants_notes:
            self.room.notes(told.message)
        for form, audience in self._uncoded.items():
            audience.send(UNCODED[form](heard))
        self._studio.feed(heard)

    def _wanted(self) -> stations.Station | None:
        return self.station if self.is_wanted else None

    async def _tell(self) -> None:
        """Say who listens: to the synth, to the other replicas, to the room."""
        said, said_s = (-1, [""]), 0.0
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(TELL_AGAIN_S):
                    await self._changed.wait()
            self._changed.clear()
            here = self.listeners
            now_said, now_s = (here, self.room.own_people), time.monotonic()
            if now_said != said or self.room.has_newcomer or now_s > said_s + SAY_EVERY_S:
                said, said_s = now_said, now_s
                await self._say(here)
            self.room.count(here)
            self._tell_of_others_changes()
            await self._studio.rest()
            await asyncio.sleep(CALM_S)

    def _tell_of_others_changes(self) -> None:
        """Some steer without us; their changes come with the frames."""
        state = self._reception.state
        if state is not None:
            self.room.steered(
                news.Steered(
                    revision=state.revision, position=state.position, parameters=state.parameters
                )
            )

    async def _say(self, here: int) -> None:
        heard = pb.Heard(by=self._means.replica, listeners=here)
        await self._means.airwaves.say(f"{HEARD}.{self.station.id}", heard)
        await self.room.announce_presence(here)

    async def _say_goodbye(self) -> None:
        await self._say(0)
