"""All who hear one station and can be told something, whichever replica they are connected to."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from google.protobuf.message import DecodeError

from services.gateway.adapters.live.airwaves import ROOM, Airwaves
from services.gateway.adapters.live.audience import Ear
from services.gateway.domain.live.packets import text
from services.gateway.wire.live import MOST_PEOPLE, Presence, State
from tutti.gateway.v1 import live_pb2 as pb

BELIEVED_S = 12.0
"""How long a replica that says nothing more is taken at its last word."""


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """A connection that hears what is said in the room."""

    connection: str
    name: str
    """Empty for who has no account."""
    ear: Ear
    wants_notes: bool = False


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Who listens at another replica, by its last word."""

    said_s: float
    listeners: int
    people: frozenset[str]


class Room:
    """Tells its members who else is here, and what was changed."""

    def __init__(self, station_id: str, airwaves: Airwaves, replica: str) -> None:
        self.subject = f"{ROOM}.{station_id}"
        self._airwaves = airwaves
        self._replica = replica
        self._members: set[Member] = set()
        self._elsewhere: dict[str, Elsewhere] = {}
        self._here = 0
        self._told: tuple[int, list[str]] = (0, [])
        self._came: set[Member] = set()
        self._revision = -1
        self._steered = b""
        self.has_newcomer = False

    def enter(self, member: Member, revision: int) -> None:
        """Tell them what was changed since a revision, and soon who is here; then all that comes.

        What was acknowledged a moment ago is not yet heard, and will be told of no more.
        """
        self._members.add(member)
        self._came.add(member)
        if self._steered and revision < self._revision:
            member.ear.write(self._steered)

    def leave(self, member: Member) -> None:
        """Tell them no more."""
        self._members.discard(member)
        self._came.discard(member)

    @property
    def listeners(self) -> int:
        """How many, at all replicas."""
        return self._here + sum(other.listeners for other in self._elsewhere.values())

    @property
    def own_people(self) -> list[str]:
        """The names of those connected here."""
        return sorted({member.name for member in self._members if member.name})[:MOST_PEOPLE]

    def count(self, here: int) -> None:
        """Take note of how many listen here, and tell those who do not know."""
        self._here = here
        since_s = time.monotonic() - BELIEVED_S
        for replica, other in list(self._elsewhere.items()):
            if other.said_s < since_s:
                del self._elsewhere[replica]
        people = set(self.own_people)
        people.update(*(other.people for other in self._elsewhere.values()))
        present = (self.listeners, sorted(people)[:MOST_PEOPLE])
        unaware = self._members if present != self._told else self._came
        self._told, self._came = present, set()
        presence = Presence(listeners=present[0], people=present[1])
        self._tell(text(presence.model_dump_json().encode()), unaware)

    def notes(self, score: bytes) -> None:
        """Tell those who asked for it what is played."""
        for member in self._members:
            if member.wants_notes and not member.ear.deaf:
                member.ear.write(score)

    @property
    def wants_notes(self) -> bool:
        """Whether anybody asked for them."""
        return any(member.wants_notes for member in self._members)

    def steered(self, news: pb.Steered) -> None:
        """Tell of a change, once, all but the connection that it came from."""
        if news.revision <= self._revision:
            return
        self._revision = news.revision
        self._steered = text(State.model_validate(news).model_dump_json().encode())
        by = news.by_connection
        self._tell(self._steered, (each for each in self._members if each.connection != by))

    def begin_at(self, revision: int) -> None:
        """What was changed before the first came is no news."""
        if self._revision < 0:
            self._revision = revision

    async def announce_steered(self, news: pb.Steered) -> None:
        """Tell everybody here and at the other replicas."""
        self.steered(news)
        message = pb.RoomNews(replica=self._replica, steered=news)
        await self._airwaves.say(self.subject, message)

    async def announce_presence(self, here: int) -> None:
        """Tell the other replicas who is here."""
        self.has_newcomer = False
        presence = pb.Presence(listeners=here, people=self.own_people)
        message = pb.RoomNews(replica=self._replica, presence=presence)
        await self._airwaves.say(self.subject, message)

    def hear(self, payload: bytes) -> None:
        """Take in what a replica says."""
        try:
            news = pb.RoomNews.FromString(payload)
        except DecodeError:
            return
        replica = news.replica
        if replica == self._replica:
            return
        if news.HasField("steered"):
            self.steered(news.steered)
        elif news.presence.listeners:
            self.has_newcomer = self.has_newcomer or replica not in self._elsewhere
            people = frozenset(news.presence.people)
            self._elsewhere[replica] = Elsewhere(time.monotonic(), news.presence.listeners, people)
        else:
            self._elsewhere.pop(replica, None)

    def _tell(self, message: bytes, members: Iterable[Member]) -> None:
        for member in members:
            if not member.ear.deaf:
                member.ear.write(message)
