"""What a stream's music depends on, besides its position."""

from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from libs.common.faults import InvalidInput

SLOWEST_BPM, FASTEST_BPM = 60.0, 120.0
LARGEST_SEED = 2**64 - 1


class Mode(StrEnum):
    """A scale that music moves in."""

    IONIAN = "ionian"
    DORIAN = "dorian"
    PHRYGIAN = "phrygian"
    LYDIAN = "lydian"
    MIXOLYDIAN = "mixolydian"
    AEOLIAN = "aeolian"


@dataclass(frozen=True, slots=True)
class Parameters:
    """All of them. Tonic is a pitch class, C is 0; the last three go from 0 to 1."""

    style: str
    tonic: int
    mode: Mode
    tempo_bpm: float
    intensity: float
    timbre: float
    percussion: float
    seed: int

    def __post_init__(self) -> None:
        _within("tonic", self.tonic, 0, 11)
        _within("tempo_bpm", self.tempo_bpm, SLOWEST_BPM, FASTEST_BPM)
        for name in ("intensity", "timbre", "percussion"):
            _within(name, getattr(self, name), 0, 1)
        _within("seed", self.seed, 0, LARGEST_SEED)

    def changed(self, change: "Change") -> "Parameters":
        """Return them after a change. Raises InvalidInput for a value out of its range."""
        return replace(self, **change.given())


@dataclass(frozen=True, slots=True)
class Change:
    """What shall be different; what is None stays."""

    style: str | None = None
    tonic: int | None = None
    mode: Mode | None = None
    tempo_bpm: float | None = None
    intensity: float | None = None
    timbre: float | None = None
    percussion: float | None = None
    seed: int | None = None

    def given(self) -> dict[str, Any]:  # as the fields have them
        """What it changes, by name."""
        values = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: value for name, value in values if value is not None}

    @property
    def waits_for_a_bar(self) -> bool:
        """Whether it is heard from the next bar line on, not at once."""
        return not self.given().keys() <= {"intensity", "timbre", "percussion"}


def _within(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise InvalidInput(f"{name} must be from {low:g} to {high:g}")
