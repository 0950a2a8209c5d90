"""Music to listen to in tests: composed once, however many tests ask for it."""

from collections.abc import Iterator
from functools import cache

from services.synth.domain.composition import compose
from services.synth.domain.parameters import Mode
from services.synth.domain.playing import Part
from services.synth.domain.score import BARS, BEATS, DRUMS, Event, Phrase, Piece
from services.synth.domain.styles import styles

STYLES = ("choir", "deep", "drift", "nocturne", "plucked", "pulse")
SEED = 20_240_229


def piece(style: str, seed: int = SEED) -> Piece:
    return Piece.of(styles()[style].parameters(seed))


@cache
def two_hours(style: str) -> tuple[Phrase, ...]:
    tempo_bpm = styles()[style].begins_with.tempo_bpm
    count = int(120 * tempo_bpm / (BARS * BEATS)) + 1
    return tuple(compose(piece(style), number) for number in range(count))


def events(phrase: Phrase, *parts: Part) -> Iterator[Event]:
    for bar in phrase.bars:
        yield from (event for event in bar if not parts or event.part in parts)


def pitched(phrase: Phrase) -> Iterator[Event]:
    return (event for event in events(phrase) if event.part not in DRUMS)


def modes() -> list[Mode]:
    return list(Mode)
