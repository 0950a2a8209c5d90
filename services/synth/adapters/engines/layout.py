"""How sounds, notes and what a deck remembers lie in memory.

A deck is one block of bytes that these arrays are views of, so that a snapshot is a copy.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from services.synth.domain.playing import QUANTUM, Part

BLOCK = 63
"""Samples. What is steered, from pitch to gain, moves in steps or slopes of 1.4 ms."""
BLOCKS = QUANTUM // BLOCK
WIDE = BLOCK + 1
"""Samples that are worked out for a block: the last is never heard, but 64 fill whole registers."""

INSTRUMENTS = (Part.PAD, Part.BASS, Part.MELODY, Part.PLUCK, Part.BELL, Part.SWELL)
DRUMS = (Part.KICK, Part.SNARE, Part.HAT, Part.SHAKER)

PLAYING = 16
"""Notes at once, besides those that are fading out because another took their place."""
PLACES = 2 * PLAYING

CHORUS_RING = 20 * BLOCK
"""Samples: 28 ms."""
DELAY_RING = 360 * BLOCK
"""Samples: 514 ms, an eighth note at 60 BPM and a little."""
BEFORE_RING = 36 * BLOCK
"""Samples: 51 ms."""
LINES = 16
LINE_RING = 48 * BLOCK
CACHE_LINE = 64
"""Bytes."""
AHEAD = 4
"""Blocks that the limiter sees before they are heard."""
TAPS = 12
"""Of the filter that finds the peaks between samples."""
TAIL = (AHEAD + 1) * BLOCK + TAPS
LATENCY = AHEAD * BLOCK + TAPS // 2
"""Samples that what is played comes later."""

Record: TypeAlias = Any  # numpy's record: which fields it has, mypy cannot know
FREE, SOUNDING, FADING = 0, 1, 2

_F, _I = np.float32, np.int32

PATCH = np.dtype(
    [(name, _I) for name in ("round", "glassy")]
    + [
        (name, _F)
        for name in (
            "quiet", "loud",  # nepers
            "attack", "decay", "sustain", "release",  # samples, or a share
            "closed", "opened",  # octaves above 1 Hz
            "damping", "low", "band",
            "key_follow", "contour", "contour_decay", "velocity_octaves", "sweep_hz", "sweep",
            "tone", "detune", "near", "far",
            "partial", "partial_ratio", "partial_decay", "noise", "noise_decay",
            "vibrato_hz", "vibrato", "grain_hz", "grain", "glide",
            "chorus", "delay", "reverb",
        )
    ]
)  # fmt: skip
"""An instrument. Decays are samples, infinite where something stays."""

KIT = np.dtype(
    [
        (name, _F)
        for name in (
            "quiet", "loud", "attack",
            "body", "body_hz", "body_decay", "falls", "falls_decay",
            "noise", "closed", "opened", "damping", "high", "band", "noise_decay",
            "delay", "reverb",
        )
    ]
)  # fmt: skip
"""A drum, in the same units."""

ROOM = 14
(
    GAIN_QUIET, GAIN_LOUD,  # nepers
    CHORUS_HZ, CHORUS_DEPTH, CHORUS_LEVEL,  # depth: samples
    ECHO_FEEDBACK, ECHO_TONE, ECHO_LEVEL, ECHO_INTO_REVERB,  # tone: share per sample
    REVERB_LASTS, REVERB_DAMPING, REVERB_CUT, REVERB_EARLY, REVERB_LEVEL,  # lasts: samples
) = range(ROOM)  # fmt: skip
"""Columns of a table of rooms. What a deck is in glides from one row to another."""
BEFORE = ROOM
"""One column more, in samples, which glides more slowly."""
COLUMNS = ROOM + 1

NOTE = np.dtype(
    [("block", _I), ("drum", _I), ("patch", _I), ("part", _I)]
    + [(name, _F) for name in ("pitch", "velocity", "pan")]
    + [("length", np.int64), ("seed", np.uint32)]
)
SETTING = np.dtype(
    [("sound", _I), ("echo", _I)] + [(name, _F) for name in ("intensity", "timbre", "percussion")]
)
"""Echo: the time of the delay in samples."""

VOICE = np.dtype(
    [(name, _I) for name in ("state", "patch", "level")]
    + [(name, np.uint32) for name in ("seed", "first", "second", "third", "grit")]
    + [(name, np.int64) for name in ("age", "length")]
    + [
        (name, _F)
        for name in (
            "pitch", "from_pitch", "velocity", "pan", "fade",
            "left", "right", "partial", "noise",  # gains at the end of the last block
            "left_1", "left_2", "right_1", "right_2",  # the filters
        )
    ]
)  # fmt: skip
"""A note of an instrument, or of a drum, which needs less of it."""

MOOD = np.dtype(
    [("block", np.int64)]
    + [("echo", _I), ("next_echo", _I)]
    + [
        (name, _F)
        for name in (
            "intensity", "timbre", "percussion", "last_timbre",
            "echo_blend", "chorus_turn", "reverb_turn", "before",
            "echo_left", "echo_right", "cut_left", "cut_right",
            "gain", "release", "node",
        )
    ]
    + [(name, np.float64) for name in ("fast", "slow", "heard")]
)  # fmt: skip
"""What a deck remembers once: where it is, how it is tuned, and its one-pole filters."""

_ARRAYS: tuple[tuple[str, npt.DTypeLike, tuple[int, ...]], ...] = (
    ("mood", MOOD, (1,)),
    ("voices", VOICE, (PLACES,)),
    ("strikes", VOICE, (PLACES,)),
    ("last_pitch", np.float32, (len(INSTRUMENTS),)),
    ("room", np.float32, (COLUMNS,)),
    ("weighting", np.float64, (2, 3, 2)),
    ("chorus", np.float32, (2, CHORUS_RING)),
    ("delay", np.float32, (2, DELAY_RING)),
    ("before", np.float32, (2, BEFORE_RING)),
    ("lines", np.float32, (LINES, LINE_RING)),
    ("tail", np.float32, (2, TAIL)),
    ("peaks", np.float32, (AHEAD + 1,)),
    ("holds", np.float32, (AHEAD,)),
)


class DeckState(NamedTuple):
    """Everything that what comes next depends on."""

    mood: npt.NDArray[np.void]
    voices: npt.NDArray[np.void]
    strikes: npt.NDArray[np.void]
    last_pitch: npt.NDArray[np.float32]
    room: npt.NDArray[np.float32]
    weighting: npt.NDArray[np.float64]
    """Filters of the master: (channel, section, state)."""
    chorus: npt.NDArray[np.float32]
    delay: npt.NDArray[np.float32]
    before: npt.NDArray[np.float32]
    lines: npt.NDArray[np.float32]
    tail: npt.NDArray[np.float32]
    peaks: npt.NDArray[np.float32]
    holds: npt.NDArray[np.float32]


class Scratch(NamedTuple):
    """Where one block is worked out; nothing in it is remembered."""

    left: npt.NDArray[np.float32]
    right: npt.NDArray[np.float32]
    buses: npt.NDArray[np.float32]
    """(two each of DRY, CHORUS, ECHO, REVERB; sample)."""
    segment: npt.NDArray[np.float32]
    lines: npt.NDArray[np.float32]


DRY, CHORUSED, ECHOED, REVERBED = 0, 2, 4, 6
BUSES = 8


class Instruments(NamedTuple):
    """All sounds, and the tables they are made of."""

    patches: npt.NDArray[np.void]
    kits: npt.NDArray[np.void]
    rooms: npt.NDArray[np.float32]
    waves: npt.NDArray[np.float32]
    sine: npt.NDArray[np.float32]
    noise: npt.NDArray[np.float32]


def _aligned(size_bytes: int) -> int:
    return -(-size_bytes // CACHE_LINE) * CACHE_LINE


def _size_bytes(dtype: npt.DTypeLike, shape: tuple[int, ...]) -> int:
    return _aligned(np.dtype(dtype).itemsize * int(np.prod(shape)))


STATE_BYTES = sum(_size_bytes(dtype, shape) for _, dtype, shape in _ARRAYS)


def deck_state(memory: bytearray) -> DeckState:
    """View STATE_BYTES of memory as what a deck remembers."""
    views, offset = {}, 0
    for name, dtype, shape in _ARRAYS:
        views[name] = np.ndarray(shape, dtype=dtype, buffer=memory, offset=offset)
        offset += _size_bytes(dtype, shape)
    return DeckState(**views)


def fresh(memory: bytearray) -> DeckState:
    """Set the few things that do not begin with zero."""
    state = deck_state(memory)
    state.peaks[:] = 1
    state.holds[:] = 1
    state.mood["release"] = 1
    state.mood["node"] = 1
    return state


def scratch() -> Scratch:
    """Make room for one block; whole cache lines, or each register would be filled from two."""
    shapes = (WIDE,), (WIDE,), (BUSES, WIDE), (2 * WIDE,), (LINES, WIDE)
    sizes = [_size_bytes(np.float32, shape) for shape in shapes]
    memory = np.zeros(sum(sizes) + CACHE_LINE, dtype=np.uint8)
    offset = -memory.ctypes.data % CACHE_LINE
    views = []
    for shape, size in zip(shapes, sizes, strict=True):
        views.append(memory[offset : offset + size].view(np.float32).reshape(shape))
        offset += size
    return Scratch(*views)


def fingerprint() -> str:
    """What a snapshot must agree with to be read: names, types and shapes."""
    return repr([(name, np.dtype(dtype).descr, shape) for name, dtype, shape in _ARRAYS])
