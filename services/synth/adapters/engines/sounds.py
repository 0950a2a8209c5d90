"""Instruments, effects and masters, as the files in ``services/synth/sounds`` describe them.

Where a value is a pair, the first holds at intensity 0 and the second at intensity 1.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

SOUNDS = Path(__file__).parents[2] / "sounds"
WAVES = "waves"
"""The file that is no sound, but what the waves of all sounds are made of."""

Level = Annotated[float, Field(ge=-60, le=12)]
Share = Annotated[float, Field(ge=0, le=1)]
Hertz = Annotated[float, Field(ge=20, le=18_000)]
Cycles = Annotated[float, Field(ge=0, le=40, description="a second")]
Milliseconds = Annotated[float, Field(ge=0, le=20_000)]
Octaves = Annotated[float, Field(ge=-6, le=6)]


class Described(BaseModel):
    """What stands in a file: exactly the fields there are, within their ranges."""

    model_config = ConfigDict(extra="forbid", frozen=True)


D = TypeVar("D", bound=Described)


class Instrument(Described):
    """What plays one melodic part."""

    waves: tuple[str, str] = Field(description="of timbre 0 and of timbre 1")
    level_db: tuple[Level, Level]
    attack_ms: Milliseconds = 5
    decay_ms: Milliseconds = 500
    sustain: Share = 1
    release_ms: Milliseconds = Field(default=300, description="until 60 dB are gone")
    cutoff_hz: tuple[Hertz, Hertz]
    resonance: float = Field(default=0.7, ge=0.5, le=8, description="Q of the filter")
    passes: Literal["low", "band"] = "low"
    key_follow: Share = 0.5
    contour_octaves: Octaves = Field(default=0, description="how far each onset opens the filter")
    contour_ms: Milliseconds = 300
    velocity_octaves: Octaves = 0.7
    sweep_hz: Cycles = 0
    sweep_octaves: Octaves = 0
    tone: Share = 1
    detune_cents: float = Field(default=5, ge=0, le=30)
    width: Share = Field(default=0.5, description="of the two oscillators between the speakers")
    partial: Share = Field(default=0, description="a sine beside the oscillators")
    partial_ratio: float = Field(default=1, ge=0.25, le=16)
    partial_ms: Milliseconds = Field(default=0, description="it decays by; 0: it stays")
    noise: Share = 0
    noise_ms: Milliseconds = Field(default=0, description="it decays by; 0: it stays")
    vibrato_hz: Cycles = 5
    vibrato_cents: float = Field(default=0, ge=0, le=50)
    grain_hz: Cycles = 0
    grain_depth: Share = 0
    glide_ms: Milliseconds = 0
    chorus: Share = 0
    delay: Share = 0
    reverb: Share = 0.3

    @model_validator(mode="after")
    def _glides_shortly(self) -> Self:
        if self.glide_ms and not 5 <= self.glide_ms <= 50:  # noqa: PLR2004  as the message says
            raise ValueError("glide_ms must be 0, or from 5 to 50")
        return self


class Drum(Described):
    """What plays one part of the percussion: a falling sine, and a burst of noise."""

    level_db: tuple[Level, Level]
    attack_ms: Milliseconds = 0
    body: Share = 0
    body_hz: Annotated[float, Field(ge=20, le=2000)] = 60
    body_ms: Milliseconds = 150
    falls_octaves: Annotated[float, Field(ge=0, le=5)] = 0
    falls_ms: Milliseconds = 30
    noise: Share = 0
    noise_hz: tuple[Hertz, Hertz] = (4000, 6000)
    noise_resonance: float = Field(default=0.8, ge=0.5, le=8)
    noise_passes: Literal["high", "band"] = "high"
    noise_ms: Milliseconds = 60
    delay: Share = 0
    reverb: Share = 0.15


class Chorus(Described):
    """Voices that are doubled, each a little late and never equally so."""

    rate_hz: Annotated[float, Field(ge=0.02, le=1)] = 0.3
    depth_ms: Annotated[float, Field(ge=0, le=4)] = 2
    level: Share = 0.6

    @model_validator(mode="after")
    def _moves_slowly(self) -> Self:
        if self.rate_hz * self.depth_ms > 1.5:  # noqa: PLR2004  as the message says
            raise ValueError("rate_hz times depth_ms must be at most 1.5, or pitch would shake")
        return self


class Delay(Described):
    """Echoes an eighth note apart, from one side to the other: 250 to 500 ms."""

    feedback: Annotated[float, Field(ge=0, le=0.8)] = 0.4
    tone_hz: Hertz = 3000
    level: Share = 0.4
    into_reverb: Share = 0.3


class Reverb(Described):
    """The room."""

    lasts_s: Annotated[float, Field(ge=0.3, le=8, description="until 60 dB are gone")] = 2.5
    before_ms: Annotated[float, Field(ge=20, le=50)] = 28
    damping: Annotated[float, Field(ge=0, le=0.5)] = 0.3
    low_cut_hz: Hertz = 120
    early: Share = 0.4
    level: Share = 0.5


class Sound(Described):
    """All that one style is played with."""

    gain_db: tuple[float, float] = Field(description="brings the sum to -16 LUFS")
    pad: Instrument
    bass: Instrument
    melody: Instrument
    pluck: Instrument
    bell: Instrument
    swell: Instrument
    kick: Drum
    snare: Drum
    hat: Drum
    shaker: Drum
    chorus: Chorus = Chorus()
    delay: Delay = Delay()
    reverb: Reverb = Reverb()


class Wave(Described):
    """The harmonics that a wave is made of, and what a body does to them."""

    harmonics: tuple[float, ...] = Field(default=(), description="levels, from the first on")
    slope: float = Field(default=1, ge=0, le=4, description="without them: harmonic ** -slope")
    odd: bool = False
    tempered_below_hz: float = Field(
        default=0,
        ge=0,
        le=5000,
        description="harmonics below it that no piano has a key for, the fifth, the seventh and "
        "so on, are nearly left out: they would beat with the thirds and sevenths of chords",
    )
    formants: tuple[tuple[Hertz, Hertz, float], ...] = Field(
        default=(), description="frequency, bandwidth, level"
    )


def sounds_of(folder: Path = SOUNDS) -> Mapping[str, Sound]:
    """Read all sounds of a folder, by name in the order of the alphabet.

    Raises
    ------
    ValueError
        A file says what no sound can be, or names a wave that there is not.
    """
    waves = waves_of(folder)
    paths = sorted(path for path in folder.glob("*.toml") if path.stem != WAVES)
    sounds = {path.stem: _described(Sound, path, tomllib.loads(path.read_text())) for path in paths}
    for name, sound in sounds.items():
        for part, instrument in sound:
            missing = set(getattr(instrument, "waves", ())) - waves.keys()
            if missing:
                there = ", ".join(sorted(waves))
                raise ValueError(
                    f"{folder / name}.toml: {part}.waves: no wave {missing.pop()}, of {there}"
                )
    return sounds


def waves_of(folder: Path = SOUNDS) -> Mapping[str, Wave]:
    """Read what waves are made of, by name."""
    path = folder / f"{WAVES}.toml"
    told = tomllib.loads(path.read_text())
    return {name: _described(Wave, path, each) for name, each in sorted(told.items())}


def _described(kind: type[D], path: Path, told: object) -> D:
    try:
        return kind.model_validate(told)
    except ValidationError as problem:
        first = problem.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        raise ValueError(f"{path}: {place}: {first['msg']}") from problem
