"""A stream that this replica plays, as the event loop sees it."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from nats.aio.subscription import Subscription

from services.synth.adapters.claims import Claims
from services.synth.adapters.control_log import ControlLog
from services.synth.adapters.snapshots import Snapshots
from services.synth.domain.parameters import Parameters
from services.synth.domain.streams import Claim
from services.synth.rendering.player import Player

MOST_UNHEARD = 100
"""Frames of which it is not known whether NATS had them, kept to be sent again."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What NATS keeps of streams."""

    claims: Claims
    log: ControlLog
    snapshots: Snapshots
    ensure: Callable[[], Awaitable[object]]
    """Makes anew what NATS has lost."""


@dataclass(slots=True)
class Owned:
    """A stream of ours, until it is gone."""

    id: str
    claim: Claim
    claim_revision: int
    log_sequence: int
    snapshot_revision: int
    player: Player
    parameters: Parameters
    """With every change that was taken up."""
    revision: int
    saved_revision: int
    asked_s: float
    """When somebody last wanted it to play."""
    position: int
    """The first sample that has not been sent."""
    gone: bool = False
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Changes and the end of it come one after another."""
    saving: asyncio.Task[None] | None = None
    answers: Subscription | None = None
    unheard: deque[tuple[int, bytes]] = field(default_factory=lambda: deque(maxlen=MOST_UNHEARD))
    told_parameters: Parameters | None = None
    """Those that the last frame with parameters named."""

    @property
    def epoch(self) -> int:
        """Of this time of ours."""
        return self.claim.epoch

    def was_heard(self, position: int) -> None:
        """NATS has had all frames before a position."""
        while self.unheard and self.unheard[0][0] < position:
            self.unheard.popleft()
