"""The styles there are: musical data, read from services/synth/styles once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

from libs.common.faults import InvalidInput
from services.synth.domain.cells import Cell
from services.synth.domain.parameters import FASTEST_BPM, SLOWEST_BPM, Mode, Parameters
from services.synth.domain.reading import Like, Within, read
from services.synth.domain.score import BARS, BEATS, PHRASES
from services.synth.domain.theory import Colour

FOLDER = Path(__file__).parents[1] / "styles"

Share = Annotated[float, Within(0, 1)]
Pitch = Annotated[int, Within(24, 108)]
Weight = Annotated[float, Within(0, 100)]
Beats = Annotated[float, Within(-8, 32)]
Steps = Annotated[
    str, Like(r"[0-9.]{16}", "sixteen digits or dots, one for each quarter of a beat")
]
Tones = Annotated[
    str, Like(r"[rfto.]{16}", "sixteen of r, f, t, o and dots: root, fifth, third, octave")
]


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a stream of a style begins with, where nothing else is asked for."""

    tonic: Annotated[int, Within(0, 11)]
    mode: Mode
    tempo_bpm: Annotated[float, Within(SLOWEST_BPM, FASTEST_BPM)]
    intensity: Share
    timbre: Share
    percussion: Share


@dataclass(frozen=True, slots=True)
class Feel:
    """How the players keep time."""

    swing: Annotated[float, Within(0.5, 0.7)]
    """Where in a beat its second half falls: 0.5 is even, 2/3 a triplet."""
    looseness_ms: Annotated[float, Within(0, 30)]
    """The farthest that a note strays from its place."""


@dataclass(frozen=True, slots=True)
class Harmonies:
    """How chords move."""

    rhythms: tuple[tuple[int, ...], ...]
    """How many beats each chord of a phrase lasts; at most two bars."""
    colours: dict[Colour, Weight]
    cadences: tuple[dict[str, Weight], ...]
    """How each phrase of a section ends, by the names in the tables of the modes."""

    def __post_init__(self) -> None:
        for rhythm in self.rhythms:
            if sum(rhythm) != BARS * BEATS or min(rhythm) < 2 or max(rhythm) > 2 * BEATS:  # noqa: PLR2004  half a bar
                raise ValueError("rhythms must each add up to 32 beats, of 2 to 8")
            if len(rhythm) < PHRASES:
                raise ValueError("rhythms must each have 4 chords or more")
        if len(self.cadences) != PHRASES:
            raise ValueError("cadences must be 4, one for each phrase of a section")


@dataclass(frozen=True, slots=True)
class Register:
    """Where a part plays, how loud, and how much intensity it asks for."""

    low: Pitch
    high: Pitch
    velocity: Share
    thresholds: tuple[Share, ...]
    """For the pad and the melody one for each voice or cell, else of the first and the last."""

    def __post_init__(self) -> None:
        if self.high < self.low + 12:
            raise ValueError("high must be an octave above low or more")
        if len(self.thresholds) < 2:  # noqa: PLR2004  first and last
            raise ValueError("thresholds must be 2 or more")


@dataclass(frozen=True, slots=True)
class Melodies:
    """What tunes are made of."""

    register: Register
    rhythms: tuple[tuple[Beats, ...], ...]
    """Bars of a motif: beats of each note, a rest below 0."""
    endings: tuple[tuple[Beats, ...], ...]
    """The same for the two bars that close a phrase."""
    forms: tuple[tuple[tuple[Cell, ...], ...], ...]
    """Sections: four phrases of four cells."""
    heights: tuple[tuple[Annotated[float, Within(-7, 7)], ...], ...]
    """How far from the middle each of those cells lies, in steps of the scale."""

    def __post_init__(self) -> None:
        if any(sum(map(abs, bar)) != BEATS for bar in self.rhythms):
            raise ValueError("rhythms must each add up to 4 beats")
        if any(sum(map(abs, ending)) != 2 * BEATS for ending in self.endings):
            raise ValueError("endings must each add up to 8 beats")
        for section in (*self.forms, self.heights):
            if len(section) != PHRASES or any(len(cells) != BARS // 2 for cells in section):
                raise ValueError("forms and heights must be four phrases of four cells")


@dataclass(frozen=True, slots=True)
class Bass:
    """What lies below: the root, held, and what moves around it."""

    register: Register
    patterns: tuple[Tones, ...]


@dataclass(frozen=True, slots=True)
class Plucks:
    """Broken chords."""

    register: Register
    patterns: tuple[Steps, ...]
    """Bars: which tone of the chord, 0 the lowest of the register."""
    beats: Annotated[float, Within(0.1, 8)]


@dataclass(frozen=True, slots=True)
class Bells:
    """Single tones of the chord, here and there."""

    register: Register
    a_bar: Annotated[float, Within(0, 8)]
    """How many, on average."""
    beats: Annotated[float, Within(0.1, 8)]


@dataclass(frozen=True, slots=True)
class Drums:
    """Bars of rhythm: the heavier a digit, the louder the stroke and the sooner it is heard."""

    kick: tuple[Steps, ...]
    snare: tuple[Steps, ...]
    hat: tuple[Steps, ...]
    shaker: tuple[Steps, ...]
    fills: tuple[Steps, ...]
    """Of the snare, in the last bar of a phrase."""
    velocity: Share


@dataclass(frozen=True, slots=True)
class Swells:
    """Breath of noise that leads into what comes."""

    velocity: Share
    beats: Annotated[float, Within(1, 16)]
    threshold: Share
    """Within a section. Into a new one there is always one."""


@dataclass(frozen=True, slots=True)
class Style:
    """A way of making music."""

    description: str
    sound: str
    """The name of its instruments and room."""
    begins_with: Beginning
    feel: Feel
    harmony: Harmonies
    pad: Register
    bass: Bass
    melody: Melodies
    plucks: Plucks
    bells: Bells
    drums: Drums
    swells: Swells
    name: str = ""
    """The name of its file."""

    def parameters(self, seed: int) -> Parameters:
        """What a stream of it begins with."""
        begin = self.begins_with
        return Parameters(
            style=self.name,
            tonic=begin.tonic,
            mode=begin.mode,
            tempo_bpm=begin.tempo_bpm,
            intensity=begin.intensity,
            timbre=begin.timbre,
            percussion=begin.percussion,
            seed=seed,
        )


@cache
def styles() -> Mapping[str, Style]:
    """All of them, by name. Raises Unreadable for a file that makes no sense."""
    return MappingProxyType({path.stem: style_of(path) for path in sorted(FOLDER.glob("*.toml"))})


def style_of(path: Path) -> Style:
    """The style of a file. Raises Unreadable, which says where and why."""
    return replace(read(Style, path), name=path.stem)


def style_named(name: str) -> Style:
    """A style. Raises InvalidInput where there is none of the name."""
    style = styles().get(name)
    if style is None:
        raise InvalidInput(f"style must be one of {', '.join(styles())}")
    return style
