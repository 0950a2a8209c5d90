from itertools import pairwise

import pytest

from scripts.demo.harmony import Key, progression, voicings
from scripts.demo.melody import Note
from scripts.demo.music import Music
from scripts.demo.pieces import PIECES
from scripts.demo.records import Piece
from scripts.demo.score import score

EVERY_PIECE = pytest.mark.parametrize("piece", PIECES, ids=[piece.title for piece in PIECES])


def pitched(music: Music) -> list[Note]:
    parts = score(music)
    return [n for layer in music.layers if layer.role != "drums" for n in parts[layer.name]]


def test_the_same_seed_writes_the_same_notes() -> None:
    assert score(PIECES[0].music) == score(PIECES[0].music)


@EVERY_PIECE
def test_a_piece_keeps_to_its_key(piece: Piece) -> None:
    notes = pitched(piece.music)
    inside = [note.pitch % 12 in piece.music.key.pitch_classes for note in notes]
    assert sum(inside) / len(inside) > 0.93


@EVERY_PIECE
def test_a_melody_moves_mostly_by_step_within_a_singers_range(piece: Piece) -> None:
    parts = score(piece.music)
    for layer in piece.music.layers:
        if layer.role == "melody":
            tune = [note.pitch for note in parts[layer.name]]
            moves = [abs(b - a) for a, b in pairwise(tune)]
            assert sum(move <= 4 for move in moves) / len(moves) > 0.7
            assert 5 <= max(tune) - min(tune) <= 24


@EVERY_PIECE
def test_every_layer_plays_and_none_before_the_beginning(piece: Piece) -> None:
    parts = score(piece.music)
    assert all(parts.values())
    assert all(n.start_beat >= 0 and 0 < n.velocity <= 1 for notes in parts.values() for n in notes)


def test_voices_move_little_from_chord_to_chord() -> None:
    changes = progression("1+ 67 4+ 5s 37 67 27 5", Key("Eb", "major"), 4, 0)
    voiced = voicings(changes, 60)
    strides = [min(abs(p - q) for q in old) for old, new in pairwise(voiced) for p in new]
    assert sum(strides) / len(strides) < 2.5


def test_a_raised_dominant_holds_the_leading_note() -> None:
    (dominant,) = progression("5^", Key("E", "minor"), 3, 0)
    assert dominant.pitch_classes[1] == 3  # D sharp
