from functools import cache
from itertools import pairwise

import pytest

from scripts.demo.music import Music
from scripts.demo.performing import score
from scripts.demo.pieces import PIECES
from scripts.demo.records import Piece
from services.synth.domain.playing import RATE_HZ, Note, Part
from services.synth.domain.score import DRUMS
from services.synth.domain.styles import style_named, styles
from services.synth.domain.theory import scale_tones

EVERY_PIECE = pytest.mark.parametrize("piece", PIECES, ids=[piece.title for piece in PIECES])


@cache
def notes_of(music: Music) -> tuple[Note, ...]:
    return tuple(note for span in score(music) for note in span.notes)


def pitch_classes(music: Music, part: Part, first_bar: int) -> list[int]:
    return [
        round(note.pitch) % 12
        for note in notes_of(music)
        if note.part is part and note.position >= music.line(first_bar)
    ]


def test_no_two_pieces_are_alike_in_style_key_and_tempo() -> None:
    begins = [piece.music.begins for piece in PIECES]
    assert len({each.seed for each in begins}) == len(PIECES)
    assert len({each.tempo_bpm for each in begins}) == len(PIECES)
    assert len({(each.tonic, each.mode) for each in begins}) >= 10
    assert {each.style for each in begins} == set(styles())
    lengths_s = [piece.music.line(piece.music.bars) / RATE_HZ for piece in PIECES]
    assert 50 < min(lengths_s) < 60
    assert 100 < max(lengths_s) < 110


@EVERY_PIECE
def test_a_piece_builds_up_and_comes_to_rest(piece: Piece) -> None:
    music = piece.music
    lines = [music.line(bar) for bar in range(0, music.bars + 1, 4)]
    many = [
        sum(begin <= note.position < end for note in notes_of(music))
        for begin, end in pairwise(lines)
    ]
    assert many.index(max(many)) in range(len(many) // 4, len(many) - 1)
    assert max(many) > 1.3 * many[0]
    assert max(many) > 1.3 * many[-1]


@EVERY_PIECE
def test_a_piece_ends_at_home_and_nothing_is_played_behind_its_end(piece: Piece) -> None:
    music, end = piece.music, piece.music.line(piece.music.bars)
    assert set(pitch_classes(music, Part.BASS, music.bars - 2)) == {music.begins.tonic}
    assert pitch_classes(music, Part.MELODY, 0)[-1] == music.begins.tonic
    assert all(note.position + note.length <= end for note in notes_of(music))
    last_bars = [n for n in notes_of(music) if n.position >= music.line(music.bars - 2)]
    assert not {note.part for note in last_bars} & {*DRUMS, Part.SWELL}


@EVERY_PIECE
def test_a_piece_keeps_to_its_keys(piece: Piece) -> None:
    begins = piece.music.begins
    tonics = {begins.tonic, *(c.tonic for _, c in piece.music.turns if c.tonic is not None)}
    keys = frozenset[int]().union(*(scale_tones(tonic, begins.mode) for tonic in tonics))
    pitched = [note for note in notes_of(piece.music) if note.part not in {*DRUMS, Part.SWELL}]
    assert len(keys) <= 8
    assert sum(round(note.pitch) % 12 in keys for note in pitched) > 0.94 * len(pitched)


@EVERY_PIECE
def test_a_piece_turns_where_bars_begin_and_says_so_in_order(piece: Piece) -> None:
    bars = [bar for bar, _ in piece.music.steered]
    assert bars == sorted(set(bars))
    assert bars[-1] < piece.music.bars
    for _, change in piece.music.steered:
        style_named(change.style or piece.music.begins.style)
        piece.music.begins.changed(change)
