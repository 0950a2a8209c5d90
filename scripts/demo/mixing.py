"""Playing the notes and placing the players: pan, level, echo, hall."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from scripts.demo.instruments import INSTRUMENTS, frequency_hz
from scripts.demo.mastering import loudness_lufs, master
from scripts.demo.melody import Note
from scripts.demo.music import Layer, Music
from scripts.demo.score import score
from scripts.demo.synthesis import RATE_HZ, Audio, band, filtered

LEAD_IN_S = 0.25
_TOUCHES = (0.4, 0.6, 0.8)  # velocities at which tones are rendered; gain fills the gaps


def render(music: Music) -> Audio:
    """The finished sound of a piece, at streaming loudness; the same music, the same samples."""
    return master(_mix(music), fade_s=0.75 * music.hall_s)


def _mix(music: Music) -> Audio:
    """Play every layer and blend them in one room, at no particular loudness."""
    length_s = LEAD_IN_S + 1.2 + music.hall_s + music.length_beats * 60 / music.tempo_bpm
    samples = int(length_s * RATE_HZ)
    dry, to_hall, to_echo = (np.zeros((2, samples), np.float32) for _ in range(3))
    parts = score(music)
    for layer in music.layers:
        sound = _placed(_played(parts[layer.name], layer, music.tempo_bpm, samples), layer)
        dry += sound
        to_hall += np.float32(layer.reverb) * sound
        to_echo += np.float32(layer.echo) * sound
    echoes = _echoes(to_echo, 0.75 * 60 / music.tempo_bpm)
    return dry + echoes + _hall(to_hall + 0.4 * echoes, music.hall_s, music.seed)


def _played(notes: Sequence[Note], layer: Layer, tempo_bpm: int, samples: int) -> Audio:
    instrument = INSTRUMENTS[layer.instrument]
    beat_s = 60 / tempo_bpm
    longest_s = instrument.release_s + beat_s * max(note.length_beats for note in notes)
    track = np.zeros((2, samples), np.float32)
    tones: dict[tuple[int, float], Audio] = {}
    release = int(instrument.release_s * RATE_HZ)
    letting_go = _letting_go(release)
    for note in notes:
        touch = min(_TOUCHES, key=lambda t: abs(t - note.velocity))
        key = (note.pitch, touch)
        if key not in tones:
            tones[key] = instrument.tone(frequency_hz(note.pitch), touch, longest_s)
        tone = tones[key]
        begin = int((LEAD_IN_S + note.start_beat * beat_s) * RATE_HZ)
        held = int(note.length_beats * beat_s * RATE_HZ)
        end = min(held + release, tone.shape[1], samples - begin)
        sounding = tone[:, :end] * np.float32(note.velocity**1.2)
        sounding[:, held:] *= letting_go[: max(0, end - held)]
        track[:, begin : begin + end] += sounding
    return track


def _letting_go(samples: int) -> Audio:
    """An exponential release, bent to reach silence."""
    along = np.arange(samples) / max(1, samples)
    return (np.exp(-3.5 * along) * (1 - along)).astype(np.float32)


def _placed(track: Audio, layer: Layer) -> Audio:
    """Bring a layer to its loudness and turn it towards its side at constant power."""
    # Before it is panned a layer is alike on both sides: one tells its loudness.
    level_db = -20 + layer.level_lu - loudness_lufs(track[:1])
    angle = (layer.pan + 1) * np.pi / 4
    sides = np.sqrt(2) * np.array([[np.cos(angle)], [np.sin(angle)]])
    return np.asarray(track * (10 ** (level_db / 20) * sides), dtype=np.float32)


def _echoes(sound: Audio, every_s: float) -> Audio:
    """Four echoes from side to side, each softer, all darker than the sound."""
    dark = filtered(sound.mean(axis=0), partial(band, low_hz=250, high_hz=2600))
    wet = np.zeros_like(sound)
    for count in range(1, 5):
        shift = int(count * every_s * RATE_HZ)
        near, far = count % 2, (count + 1) % 2
        wet[near, shift:] += 0.55 ** (count - 1) * dark[:-shift]
        wet[far, shift:] += 0.3 * 0.55 ** (count - 1) * dark[:-shift]
    return wet


def _hall(sound: Audio, reverb_s: float, seed: int) -> Audio:
    """Convolve with a room, block by block: short transforms stay in the processor's cache."""
    room = _room(reverb_s, seed)
    size = 1 << (2 * room.shape[1] - 1).bit_length()
    hop = size - room.shape[1] + 1
    spectrum = np.fft.rfft(room, size, axis=1)
    wet = np.zeros((2, sound.shape[1] + size), np.float32)
    for start in range(0, sound.shape[1], hop):
        block = np.fft.rfft(sound[:, start : start + hop], size, axis=1)
        wet[:, start : start + size] += np.fft.irfft(block * spectrum, size, axis=1)
    return wet[:, : sound.shape[1]]


def _room(reverb_s: float, seed: int) -> Audio:
    """An impulse response of unit energy, 20 ms after the sound, different in each ear."""
    samples = int(1.25 * reverb_s * RATE_HZ)
    t = np.arange(samples) / RATE_HZ
    white = np.random.default_rng(seed).standard_normal((2, samples)).astype(np.float32)
    room = np.zeros_like(white)
    # low edge in Hz, high edge in Hz, share of the mid-band reverberation time, gain
    for low, high, share, gain in (
        (160, 700, 1.0, 1.0),
        (700, 2400, 0.85, 0.8),
        (2400, 7000, 0.45, 0.4),
    ):
        fall = np.exp(-np.log(1000) * t / (share * reverb_s)).astype(np.float32)
        room += gain * fall * filtered(white, partial(band, low_hz=low, high_hz=high))
    room *= np.minimum(1, t / 0.03).astype(np.float32)
    room *= np.clip((t[-1] - t) / 0.3, 0, 1).astype(np.float32)
    room /= np.sqrt(np.sum(room**2, axis=1, keepdims=True))
    return np.pad(room, ((0, 0), (int(0.02 * RATE_HZ), 0)))
