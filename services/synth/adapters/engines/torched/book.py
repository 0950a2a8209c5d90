"""Which note lies in which lane, from which block to which: worked out on the host.

How loud a note is, and so when it ends and which one makes room, depends on no sample.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from services.synth.adapters.engines.kernels.voices import FADE
from services.synth.adapters.engines.layout import BLOCK, BLOCKS, PLAYING
from services.synth.adapters.engines.torched.columns import (
    ENDS,
    FADES,
    FROM_PITCH,
    INTENSITY,
    LEFT,
    LENGTH,
    LEVEL,
    PATCH,
    PERCUSSION,
    PITCH,
    RIGHT,
    SEED,
    START,
    VELOCITY,
)
from services.synth.adapters.engines.torched.loudness import (
    envelope,
    grains,
    loud,
    strike_blocks,
    voice_blocks,
)
from services.synth.adapters.engines.wavetables import LEVEL_SEMITONES, LEVELS, LOWEST_PITCH

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy.typing as npt

    from services.synth.adapters.engines.layout import Instruments, Record

    Lanes = npt.NDArray[np.float64]

FADE_BLOCKS = round(1 / float(FADE))


@dataclass(frozen=True, slots=True)
class Page:
    """The lanes of one deck, and the last pitch of each part: they are written in place."""

    voices: Lanes
    strikes: Lanes
    last_pitch: npt.NDArray[np.float64]


class Book:
    """What is known of instruments and drums before anything sounds."""

    def __init__(self, instruments: Instruments) -> None:
        self._patches = _told(instruments.patches)
        self._kits = _told(instruments.kits)
        self._strike_blocks = [strike_blocks(kit) for kit in self._kits]
        self._noise = instruments.noise

    def lay(
        self,
        page: Page,
        notes: npt.NDArray[np.void],
        moods: npt.NDArray[np.float32],
        first: int,
        told: tuple[Lanes, Lanes],
    ) -> None:
        """Give the notes of a span their lanes.

        Parameters
        ----------
        page
            The deck.
        notes
            As ``plans`` lays them out.
        moods
            (1 + block, MOOD): that of the block before the span, and of each in it.
        first
            The span's first block, from the beginning of the deck.
        told
            Where lanes of voices and of strikes are written down: (quantum, lane, FIELDS).
        """
        begun = notes["block"] // BLOCKS
        off = np.flatnonzero(moods[1:, PERCUSSION] <= 0)
        _write_down(page, told, 0)
        for quantum in np.union1d(begun, off // BLOCKS).tolist():
            block = first + quantum * BLOCKS
            for note in notes[begun == quantum]:
                self._begin(page, note, block, moods[note["block"]])
            _turn_off(page.strikes, first + off[off // BLOCKS == quantum])
            _write_down(page, told, quantum)

    def _begin(self, page: Page, note: Record, quantum: int, mood: npt.NDArray[np.float32]) -> None:
        """Begin a note of the quantum that begins with that block, after a block of that mood."""
        block = quantum + int(note["block"]) % BLOCKS
        if note["drum"] >= 0:
            kit = int(note["patch"])
            blocks = self._strike_blocks[kit]
            gain = partial(self._strike_gain, mood)
            _write(page.strikes, (quantum, block), note, blocks, gain)
        elif note["part"] >= 0:
            patch = self._patches[int(note["patch"])]
            blocks = voice_blocks(max(int(note["length"]), BLOCK), patch)
            gain = partial(self._voice_gain, mood)
            lane = _write(page.voices, (quantum, block), note, blocks, gain)
            if lane is not None:
                _glide(lane, page.last_pitch, note, glides=patch["glide"] > 0)

    def _voice_gain(
        self, mood: npt.NDArray[np.float32], lane: npt.NDArray[np.float64], age: float
    ) -> float:
        """How loud a voice is on both sides together."""
        patch, velocity = self._patches[int(lane[PATCH])], lane[VELOCITY]
        gain = envelope(age, lane[LENGTH], patch) * loud(patch, float(mood[INTENSITY]))
        gain *= velocity * math.sqrt(velocity)
        gain *= grains(age, int(lane[SEED]), patch, self._noise)
        return float(gain * (lane[LEFT] + lane[RIGHT]))

    def _strike_gain(
        self, mood: npt.NDArray[np.float32], lane: npt.NDArray[np.float64], _: float
    ) -> float:
        gain = loud(self._kits[int(lane[PATCH])], float(mood[INTENSITY])) * lane[VELOCITY]
        return float(gain * math.sqrt(mood[PERCUSSION]) * (lane[LEFT] + lane[RIGHT]))


def _write_down(page: Page, told: tuple[Lanes, Lanes], quantum: int) -> None:
    """Write down how lanes are from a quantum on."""
    for lanes, table in zip((page.voices, page.strikes), told, strict=True):
        table[quantum:] = lanes


def _write(
    lanes: Lanes,
    now: tuple[int, int],
    note: Record,
    blocks: int,
    gain: Callable[[npt.NDArray[np.float64], float], float],
) -> npt.NDArray[np.float64] | None:
    """Give a note a lane that was free throughout the quantum, if there is one.

    No more than PLAYING sound at once: the one that matters least begins to fade.
    """
    quantum, block = now
    free = np.flatnonzero(lanes[:, ENDS] <= quantum)
    if not len(free):
        return None
    there = (lanes[:, START] <= block) & (block < lanes[:, ENDS])
    sounding = np.flatnonzero(there & np.isinf(lanes[:, FADES]))
    if len(sounding) >= PLAYING:
        fading = lanes[_least(lanes, sounding, block, gain)]
        fading[FADES], fading[ENDS] = block, min(fading[ENDS], block + FADE_BLOCKS)
    lane = lanes[free[0]]
    angle = math.pi / 4 * (1 + float(note["pan"]))
    lane[[START, FADES, ENDS]] = block, math.inf, block + blocks
    lane[[PATCH, SEED, PITCH, FROM_PITCH]] = (
        note["patch"], note["seed"], note["pitch"], note["pitch"],
    )  # fmt: skip
    lane[[VELOCITY, LEFT, RIGHT]] = note["velocity"], math.cos(angle), math.sin(angle)
    lane[LENGTH] = max(int(note["length"]), BLOCK) if note["drum"] < 0 else 0
    return lane


def _least(
    lanes: Lanes,
    sounding: npt.NDArray[np.int64],
    block: int,
    gain: Callable[[npt.NDArray[np.float64], float], float],
) -> int:
    """The softest of those that were let go, or else the oldest."""
    ages = (block - lanes[sounding, START]) * BLOCK
    let_go = ages > lanes[sounding, LENGTH]
    if not let_go.any():
        return int(sounding[np.argmax(ages)])
    gains = [
        gain(lanes[number], float(age))
        for number, age in zip(sounding[let_go], ages[let_go], strict=True)
    ]
    return int(sounding[let_go][np.argmin(gains)])


def _glide(
    lane: npt.NDArray[np.float64],
    last_pitch: npt.NDArray[np.float64],
    note: Record,
    *,
    glides: bool,
) -> None:
    part = int(note["part"])
    if glides and last_pitch[part] > 0:
        lane[FROM_PITCH] = last_pitch[part]
    last_pitch[part] = lane[PITCH]
    level = (max(lane[PITCH], lane[FROM_PITCH]) - LOWEST_PITCH) // LEVEL_SEMITONES
    lane[LEVEL] = min(max(level, 0), LEVELS - 1)


def _turn_off(strikes: Lanes, off: npt.NDArray[np.int64]) -> None:
    """End strokes in the first of the blocks in which percussion is off."""
    for block in off[::-1]:
        there = strikes[:, START] <= block
        strikes[there, ENDS] = np.minimum(strikes[there, ENDS], block + 1)


def _told(records: npt.NDArray[np.void]) -> list[Mapping[str, float]]:
    names = records.dtype.names or ()
    return [dict(zip(names, record.tolist(), strict=True)) for record in records]
