"""What an app says it is playing, and what that amounts to."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

LONG_ENOUGH_MS = 240_000
"""Four minutes heard are a listening, or half of a shorter track: the rule of scrobbling."""
WHOLE = 0.8
"""A listening to so much of a track is one to all of it."""
SLACK_MS = 2_000
"""So much more than the clock allows may have been heard between two reports: they travel."""
GRACE_MS = 600_000
"""How long a track counts as playing after it should have ended; apps report late."""
PAUSED_MS = 3_600_000


class State(StrEnum):
    """What a player does."""

    STARTING = "starting"
    PLAYING = "playing"
    PAUSED = "paused"
    STOPPED = "stopped"


class End(StrEnum):
    """How a listening ended, as far as one knows."""

    COMPLETED = "completed"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Report:
    """A player's word on what it does."""

    track_id: str
    duration_ms: int
    state: State
    position_ms: int
    rate: float = 1.0
    counts: bool = True
    """Whether a listening is to be kept of it."""


@dataclass(frozen=True, slots=True)
class Playing:
    """What a player was last known to do."""

    listening_id: str
    """Another each time a track is started."""
    track_id: str
    duration_ms: int
    state: State
    position_ms: int
    rate: float
    began_ms: int
    """When it was started, since 1970."""
    told_ms: int
    """When this was said, since 1970."""
    heard_ms: int = 0
    counts: bool = True
    counted: bool = False

    @classmethod
    def begun(cls, report: Report, listening_id: str, now_ms: int) -> Self:
        """A track that starts now."""
        return cls(
            listening_id,
            report.track_id,
            report.duration_ms,
            report.state,
            report.position_ms,
            report.rate,
            now_ms,
            now_ms,
            counts=report.counts,
        )

    def after(self, report: Report, now_ms: int) -> Self:
        """The same listening, with one more report."""
        return replace(
            self,
            state=report.state,
            position_ms=report.position_ms,
            rate=report.rate,
            told_ms=now_ms,
            heard_ms=self.heard_ms + self._heard_since(report.position_ms, now_ms),
            counts=report.counts,
        )

    def goes_on_with(self, report: Report) -> bool:
        """Whether a report is about the same listening."""
        return report.track_id == self.track_id and report.state is not State.STARTING

    def position_at(self, now_ms: int) -> int:
        """Where the player should be by now."""
        if self.state is not State.PLAYING:
            return self.position_ms
        moved_ms = round((now_ms - self.told_ms) * self.rate)
        return min(self.position_ms + moved_ms, max(self.duration_ms, self.position_ms))

    def is_over(self, now_ms: int) -> bool:
        """Whether nobody has heard of the player for so long that it must have stopped."""
        if self.state is State.STOPPED:
            return True
        if self.state is State.PAUSED:
            return now_ms - self.told_ms > PAUSED_MS
        left_ms = max(0, self.duration_ms - self.position_ms) / max(self.rate, 0.1)
        return now_ms - self.told_ms > left_ms + GRACE_MS

    @property
    def end(self) -> End:
        """How it ended, or would have."""
        return End.COMPLETED if self.heard_ms >= WHOLE * self.duration_ms else End.STOPPED

    @property
    def is_worth_counting(self) -> bool:
        """Whether it was a listening, which is told at once, for the player may never say more."""
        return self.heard_ms >= min(self.duration_ms / 2, LONG_ENOUGH_MS)

    def _heard_since(self, position_ms: int, now_ms: int) -> int:
        """What was heard since the last report: no more than time has passed."""
        if self.state is not State.PLAYING:
            return 0
        passed_ms = round((now_ms - self.told_ms) * self.rate) + SLACK_MS
        return max(0, min(position_ms - self.position_ms, passed_ms))
