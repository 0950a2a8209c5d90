"""Waves without aliases: for each third of an octave a table of the harmonics that fit.

A table that is read by linear interpolation adds images of its harmonics; with 4096 samples
those of a saw at 440 Hz lie 90 dB below it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from services.synth.adapters.engines.sounds import Wave

    Table = npt.NDArray[np.float32]

TABLE = 4096
"""Samples in one cycle; tables have one more, so that interpolation needs no modulo."""
TABLE_BITS = 12
LOWEST_PITCH, LEVEL_SEMITONES, LEVELS = 20.0, 4.0, 24
VIBRATO_SEMITONES = 1.0
"""Room above a level's highest note, so that a note which trembles keeps its table."""
HIGHEST_HZ = 20_000.0
MOST_HARMONICS = 256
"""More, and the images of the highest in low notes would be heard."""
LEFT_OVER = 0.02
"""-34 dB, of harmonics that are left out."""
NOISE = 2**17
OTHER_EAR = 50_021
"""Samples between the noise on the left and on the right."""
_SEED = 440


def wavetables(waves: Iterable[Wave]) -> Table:
    """Make all tables, each with an RMS of one half: (wave, level, TABLE + 1).

    Harmonics have the same phases in all waves, so that waves blend without cancelling; the
    phases are scattered, so that no wave is much more peaked than another.
    """
    phases = np.random.Generator(np.random.Philox(_SEED)).uniform(0, 2 * np.pi, MOST_HARMONICS)
    return np.stack([[_table(wave, level, phases) for level in range(LEVELS)] for wave in waves])


def _table(wave: Wave, level: int, phases: npt.NDArray[np.float64]) -> Table:
    lowest = LOWEST_PITCH + level * LEVEL_SEMITONES
    middle_hz = hertz(lowest + LEVEL_SEMITONES / 2)
    top_hz = hertz(lowest + LEVEL_SEMITONES + VIBRATO_SEMITONES)
    count = max(1, min(MOST_HARMONICS, int(HIGHEST_HZ / top_hz)))
    spectrum = np.zeros(TABLE // 2 + 1, dtype=np.complex128)
    levels = _levels(wave, np.arange(1, count + 1), middle_hz)
    spectrum[1 : count + 1] = levels * np.exp(1j * phases[:count])
    cycle = np.fft.irfft(spectrum)
    cycle *= 0.5 / np.sqrt(np.mean(cycle**2))
    return np.append(cycle, cycle[0]).astype(np.float32)


def _levels(
    wave: Wave, numbers: npt.NDArray[np.int64], fundamental_hz: float
) -> npt.NDArray[np.float64]:
    levels = np.asarray(numbers ** -float(wave.slope), dtype=np.float64)
    if wave.harmonics:
        levels = np.zeros(len(numbers))
        some = wave.harmonics[: len(numbers)]
        levels[: len(some)] = some
    if wave.odd:
        levels[1::2] = 0
    frequencies_hz = np.asarray(numbers * fundamental_hz, dtype=np.float64)
    strange = np.array([_strange(int(number)) for number in numbers])
    levels[strange & (frequencies_hz < wave.tempered_below_hz)] *= LEFT_OVER
    if wave.formants:
        levels *= _body(wave, frequencies_hz)
    return levels if levels.any() else np.eye(1, len(numbers))[0]


def _strange(number: int) -> bool:
    """Whether a harmonic is no sum of octaves and fifths."""
    for factor in (2, 3):
        while number % factor == 0:
            number //= factor
    return number > 1


def _body(wave: Wave, frequencies_hz: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """A sum of resonances above a quiet floor."""
    body = np.full(len(frequencies_hz), 0.03)
    for centre_hz, width_hz, level in wave.formants:
        body += level / np.sqrt(1 + (2 * (frequencies_hz - centre_hz) / width_hz) ** 2)
    return body


def hertz(pitch: float) -> float:
    """The frequency of a MIDI number."""
    return float(440 * 2 ** ((pitch - 69) / 12))


def sine() -> Table:
    """One cycle: (TABLE + 1,)."""
    return np.sin(2 * np.pi * np.arange(TABLE + 1) / TABLE).astype(np.float32)


def noise(block: int) -> Table:
    """White noise from -1 to 1, three seconds of it: (NOISE + OTHER_EAR + block,).

    It begins again at its end, so that a block at any place of the NOISE samples is in one
    piece, and so is the one for the other ear.
    """
    draws = np.random.Philox(_SEED).random_raw(NOISE) >> np.uint64(40)
    once = (draws.astype(np.float64) / 2**23 - 1).astype(np.float32)
    return np.append(once, once[: OTHER_EAR + block])
