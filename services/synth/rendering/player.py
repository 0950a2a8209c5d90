"""One stream as the render thread plays it."""

import json
from collections.abc import Iterable
from typing import Any

from services.synth.domain.conductor import Bar, Conductor
from services.synth.domain.frames import Rendered
from services.synth.domain.parameters import Change
from services.synth.domain.phrases import Composer
from services.synth.domain.playing import FRAME, QUANTUM, RATE_HZ, Deck, Span
from services.synth.domain.streams import Logged, Snapshot

CATCH_UP_S = 2.0
"""What is later than this is not hurried any more: time begins anew."""


class Player:
    """Where a stream stands. Belongs to the render thread from when it is added.

    Parameters
    ----------
    stream_id, epoch
        Whose frames these are.
    conductor
        Stands where the stream goes on; a frame begins there.
    deck
        What the stream sounds like there.
    revision
        The last change that the conductor knows of.
    """

    def __init__(
        self, stream_id: str, epoch: int, conductor: Conductor, deck: Deck, revision: int
    ) -> None:
        self.stream_id, self.epoch = stream_id, epoch
        self.conductor, self.deck = conductor, deck
        self.revision = revision
        self.held = False
        """Not to be rendered on: a change of which is not yet known whether it happened."""
        self.audible_from = conductor.position
        self._heard_revision = revision
        self._to_be_heard: list[tuple[int, int]] = []
        self._began_s = 0.0

    @classmethod
    def restored(
        cls, stream_id: str, epoch: int, snapshot: Snapshot, compose: Composer
    ) -> "Player":
        """Stand where a snapshot was taken; the deck is to be set. Raises InvalidInput."""
        kept = json.loads(snapshot.music)
        conductor = Conductor.restore(kept["conductor"], compose)
        player = cls(stream_id, epoch, conductor, Deck(-1), snapshot.revision)
        player._heard_revision = kept["heard_revision"]
        player._to_be_heard = [(position, revision) for position, revision in kept["to_be_heard"]]
        return player

    @property
    def position(self) -> int:
        """The next sample to be rendered."""
        return self.conductor.position

    @property
    def music(self) -> bytes:
        """What ``restored`` needs besides the sound."""
        kept: dict[str, Any] = {
            "conductor": self.conductor.state,
            "heard_revision": self._heard_revision,
            "to_be_heard": self._to_be_heard,
        }
        return json.dumps(kept).encode()

    @property
    def audible(self) -> bool:
        """Whether the next frame is to be heard, not only to be caught up with."""
        return self.frames_behind == 0

    @property
    def frames_behind(self) -> int:
        """How many frames are to be caught up with before one is to be heard."""
        return max(0, -(-(self.audible_from - self.position) // FRAME))

    @property
    def due_s(self) -> float:
        """When the next frame is to be rendered."""
        return self._began_s + self.position / RATE_HZ

    def go_on(self, audible_from: int, due_s: float) -> None:
        """Be heard from a frame on that is due then."""
        self.audible_from = max(audible_from, self.position)
        self._began_s = due_s - self.audible_from / RATE_HZ

    def resume(self, now_s: float) -> None:
        """Begin time anew where it is too late to hurry."""
        if self.audible and now_s - self.due_s > CATCH_UP_S:
            self.go_on(self.position, now_s)

    def place(self, change: Change) -> int:
        """Say where a change would take effect, and wait there until it is known to happen."""
        position = self.conductor.place(change, self.position)
        self.held = True
        return position

    def let_go(self) -> None:
        """Wait no more. One step, which other threads may do as well."""
        self.held = False

    def take(self, change: Change, position: int, revision: int) -> int:
        """Take a change up, as soon as can be where its place has gone by; return the place."""
        if position < self.position:
            position = self.conductor.place(change, self.position)
        self.conductor.apply(change, position)
        self.revision = revision
        self._to_be_heard.append((position, revision))
        self.held = False
        return position

    def take_all(self, changes: Iterable[Logged]) -> None:
        """Take up what the log has behind the snapshot."""
        for logged in changes:
            if logged.change is not None and logged.revision > self.revision:
                self.take(logged.change, logged.position, logged.revision)

    def advance(self, frames: int) -> tuple[Span, tuple[Bar, ...]]:
        """Walk so many frames on."""
        span, bars = self.conductor.advance(frames * FRAME // QUANTUM)
        heard = [revision for position, revision in self._to_be_heard if position < self.position]
        self._heard_revision = max([self._heard_revision, *heard])
        self._to_be_heard = [each for each in self._to_be_heard if each[0] >= self.position]
        return span, bars

    def rendered(self, span: Span, bars: tuple[Bar, ...], pcm: bytes, *, late: bool) -> Rendered:
        """The frame that was just walked through."""
        return Rendered(
            self.stream_id,
            self.epoch,
            span.position,
            self._heard_revision,
            self.conductor.parameters,
            span.notes,
            bars,
            pcm,
            late,
        )
