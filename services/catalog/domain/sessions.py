"""Sessions: one sign-in on one device, carried on by tokens that are each good for one use.

A refresh token has two parts, ``<family>.<turn>``: the family is the same as
long as the session lives, the turn is new each time. Only their SHA-256 are
kept. Whoever shows the right family with a turn that was used before, has
either stolen it or was stolen from, so the session ends for both.

An answer may get lost on its way. The turn used last may therefore be shown
again within ``GRACE`` while none of its successors has been used: it gets one
more successor, and whichever of them is used first becomes the only one.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from libs.common.faults import Unauthenticated

GRACE = timedelta(seconds=10)
IDLE = timedelta(days=30)
"""How long a session stands unused."""

OLDEST = timedelta(days=365)
"""How long a session stands however much it is used."""

MOST_SUCCESSORS = 4
MOST_SESSIONS = 100
"""Of one user; opening one more ends the one unused for longest."""


class SessionEnded(Unauthenticated):
    """A token was used twice, so one of two hands had no right to it."""

    code = "session_ended"


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in on one device."""

    id: str
    user_id: str
    device: str
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Turns:
    """The SHA-256 of the turns that may come next, and of the one used last."""

    live: tuple[bytes, ...]
    spent: bytes | None = None
    spent_at: datetime | None = None

    def after(self, shown: bytes, fresh: bytes, now: datetime) -> "Turns | None":
        """The turns once ``shown`` was traded for ``fresh``; None when it was used before."""
        if shown in self.live:
            return Turns((fresh,), shown, now)
        lost = self.spent_at is not None and now - self.spent_at <= GRACE
        if shown == self.spent and lost and len(self.live) < MOST_SUCCESSORS:
            return replace(self, live=(*self.live, fresh))
        return None


def expiry(created_at: datetime, now: datetime) -> datetime:
    """When a session ends that is used now and never again."""
    return min(now + IDLE, created_at + OLDEST)
