"""What a replica knows of all streams: whose each is, and when it last went on."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from services.synth.domain.streams import Beat, Claim

ALIVE_S = 1.5
"""A replica that was heard so recently is counted upon."""
BEGINNING_S = 1.5
"""How long a new owner may take until the first sample."""
DOUBT_S = 0.15
"""A frame comes every 0.1 s. From one that is so late on, its replica is asked for."""
JITTER_S = 0.05
"""So that, of many who could go on, one is first: at most so much later."""


@dataclass(slots=True)
class Place:
    """Where a stream stands."""

    claim: Claim
    patience_s: float
    """How long it may be silent."""
    went_on_s: float
    """When it last went on, or had its claim changed."""
    position: int
    """The first sample that was not sent, as far as was heard."""
    sent_s: float
    """When the last of its frames was heard of; minus infinity where none was."""
    is_given_up: bool = False
    """Its owner is no more."""


class Standing:
    """Judges by what is heard whose turn it is.

    Parameters
    ----------
    replica
        The name of this one.
    silence_s
        How long a stream may not go on before another replica does.
    chance
        A number from 0 to 1, another each time and in each replica.
    """

    def __init__(self, replica: str, silence_s: float, chance: Callable[[], float]) -> None:
        self._chance = chance
        self._replica = replica
        self._silence_s = silence_s
        self._places: dict[str, Place] = {}
        self._rooms: dict[str, tuple[int, float]] = {}

    def claimed(self, stream_id: str, claim: Claim | None, now_s: float) -> None:
        """Take note of whose a stream is; None where it is no stream any more."""
        before = self._places.get(stream_id)
        if claim is None:
            self._places.pop(stream_id, None)
        elif before is None or before.claim != claim:
            position = max(claim.position, before.position if before else 0)
            # Nobody is waited for where nobody owns it.
            patience_s = self._jittered(BEGINNING_S if claim.owner else 0)
            sent_s = before.sent_s if before else float("-inf")
            self._places[stream_id] = Place(claim, patience_s, now_s, position, sent_s)

    def beat(self, beat: Beat, now_s: float) -> None:
        """Take note of a sign of life."""
        self._rooms[beat.replica] = (beat.room, now_s)
        for mark in beat.marks:
            place = self._places.get(mark.stream_id)
            if place is None or mark.position <= place.position:
                continue
            place.position, place.sent_s = mark.position, now_s
            if mark.epoch == place.claim.epoch:
                place.went_on_s = now_s
                place.patience_s = self._jittered(self._silence_s)

    def forgive(self, now_s: float) -> None:
        """Nothing could be heard for reasons of our own: begin to wait anew."""
        for place in self._places.values():
            place.went_on_s = now_s

    def silent(self, held: Collection[str], now_s: float) -> list[str]:
        """The streams, of those that are not held here, that should go on and do not."""
        return [
            stream_id
            for stream_id, place in self._places.items()
            if not place.claim.rests
            and stream_id not in held
            and now_s - place.went_on_s > place.patience_s
        ]

    def doubtful(self, now_s: float) -> set[str]:
        """The other replicas of which a frame is late, so that it is worth asking for them."""
        return {
            place.claim.owner
            for place in self._places.values()
            if place.claim.owner not in ("", self._replica)
            and not place.is_given_up
            and now_s - place.went_on_s > DOUBT_S
        }

    def gone(self, replica: str) -> None:
        """Take note that a replica is no more: nobody waits for its streams."""
        for place in self._places.values():
            if place.claim.owner == replica:
                place.is_given_up, place.patience_s = True, 0.0

    def claim(self, stream_id: str) -> Claim | None:
        """Whose a stream is, as far as was heard."""
        place = self._places.get(stream_id)
        return None if place is None else place.claim

    def position(self, stream_id: str) -> int:
        """The first sample that was not sent, as far as was heard; 0 where nothing was."""
        place = self._places.get(stream_id)
        return 0 if place is None else place.position

    def sent_s(self, stream_id: str) -> float:
        """When the last frame of a stream was heard of; minus infinity where none was."""
        place = self._places.get(stream_id)
        return float("-inf") if place is None else place.sent_s

    def owners(self) -> set[str]:
        """The other replicas that streams belong to, alive or not."""
        owners = {place.claim.owner for place in self._places.values()}
        return owners - {"", self._replica}

    def roomiest(self, now_s: float) -> str | None:
        """The other replica that lives and has most room, if any has some."""
        rooms = [
            (room, replica)
            for replica, (room, heard_s) in self._rooms.items()
            if replica != self._replica and room > 0 and now_s - heard_s < ALIVE_S
        ]
        return max(rooms)[1] if rooms else None

    def _jittered(self, patience_s: float) -> float:
        return patience_s + JITTER_S * self._chance()
