"""The table of the demo library: twelve pieces, written out as data."""

from scripts.demo.music import Music
from scripts.demo.records import (
    AKARI,
    CIRCUITS,
    GARDENERS,
    GARDENS,
    HARBOUR,
    KITE,
    LETTERS,
    ORCHARD,
    ROOMS,
    Piece,
)  # fmt: skip
from services.synth.domain.parameters import Change, Mode, Parameters

C, D, E_FLAT, E, F, G, A, B_FLAT = 0, 2, 3, 4, 5, 7, 9, 10

# Parameters: style, tonic, mode, tempo_bpm, intensity, timbre, percussion, seed.
PIECES: tuple[Piece, ...] = (
    Piece(LETTERS, 1, 1, "First Light on the Breakwater", (HARBOUR,), "Ambient", Music(
        Parameters("drift", D, Mode.IONIAN, 72, 0.1, 0.2, 0.0, 9), 16,
        (
            (4, Change(intensity=0.35, timbre=0.35)),
            (8, Change(intensity=0.55, timbre=0.5)),
            (12, Change(intensity=0.45, timbre=0.4)),
        ))),
    Piece(LETTERS, 1, 2, "Letters to the Lighthouse", (HARBOUR, KITE), "Ambient", Music(
        Parameters("plucked", G, Mode.IONIAN, 84, 0.15, 0.3, 0.0, 149), 32,
        (
            (2, Change(intensity=0.35)),
            (8, Change(intensity=0.45, percussion=0.25)),
            (16, Change(intensity=0.65, timbre=0.45, percussion=0.4)),
            (24, Change(intensity=0.5, timbre=0.35)),
            (28, Change(intensity=0.35, percussion=0.2)),
        )),
        lyrics=(
            (2, "I wrote the weather on a postcard"),
            (4, "and gave it to the tide"),
            (6, "If you can read the rain from there"),
            (8, "then turn your lamp aside"),
            (10, "The boats are sleeping on their shadows"),
            (14, "the gulls have nothing left to say"),
            (18, "I leave the window open for you"),
            (22, "one light goes out, one finds its way"),
        )),
    Piece(LETTERS, 1, 3, "Undertow", (HARBOUR,), "Ambient", Music(
        Parameters("deep", A, Mode.DORIAN, 66, 0.15, 0.15, 0.0, 288), 16,
        (
            (4, Change(intensity=0.4, percussion=0.45)),
            (8, Change(intensity=0.7, timbre=0.35, percussion=0.75)),
            (12, Change(intensity=0.45, timbre=0.25, percussion=0.3)),
        ))),
    Piece(CIRCUITS, 1, 1, "Porchlight", (ORCHARD,), "Downtempo", Music(
        Parameters("pulse", F, Mode.IONIAN, 82, 0.2, 0.35, 0.0, 321), 32,
        (
            (4, Change(intensity=0.45, percussion=0.45)),
            (16, Change(intensity=0.7, timbre=0.5, percussion=0.65)),
            (24, Change(intensity=0.5, timbre=0.4, percussion=0.5)),
            (28, Change(intensity=0.35, percussion=0.3)),
        ))),
    Piece(CIRCUITS, 1, 2, "Apricot Hour", (ORCHARD,), "Downtempo", Music(
        Parameters("pulse", B_FLAT, Mode.LYDIAN, 96, 0.25, 0.5, 0.2, 412), 32,
        (
            (4, Change(intensity=0.5, percussion=0.6)),
            (12, Change(intensity=0.6, timbre=0.6)),
            (16, Change(style="drift", intensity=0.6, percussion=0.3)),
            (24, Change(style="pulse", intensity=0.75, timbre=0.65, percussion=0.75)),
        )), "opus"),
    Piece(CIRCUITS, 1, 3, "Slow Elevator", (ORCHARD,), "Jazz", Music(
        Parameters("plucked", C, Mode.DORIAN, 76, 0.25, 0.55, 0.3, 502), 32,
        (
            (4, Change(intensity=0.5, percussion=0.5)),
            (16, Change(style="nocturne", intensity=0.6, timbre=0.4, percussion=0.6)),
            (24, Change(style="plucked", intensity=0.55, timbre=0.5, percussion=0.5)),
            (28, Change(intensity=0.4, percussion=0.25)),
        ))),
    Piece(GARDENS, 1, 1, "Ständchen für müde Füchse", (GARDENERS,), "Chamber", Music(
        Parameters("nocturne", E, Mode.AEOLIAN, 112, 0.2, 0.3, 0.0, 611), 32,
        (
            (4, Change(intensity=0.5, percussion=0.3)),
            (16, Change(intensity=0.8, timbre=0.45, percussion=0.5)),
            (24, Change(intensity=0.5, timbre=0.35, percussion=0.3)),
        ))),
    Piece(GARDENS, 1, 2, "Der gläserne Brunnen", (GARDENERS,), "Chamber", Music(
        Parameters("plucked", A, Mode.IONIAN, 92, 0.3, 0.6, 0.0, 728), 32,
        (
            (8, Change(intensity=0.5, timbre=0.7)),
            (16, Change(style="choir", tonic=D, intensity=0.6, timbre=0.5)),
            (24, Change(style="plucked", tonic=A, intensity=0.7, timbre=0.75)),
            (28, Change(intensity=0.45, timbre=0.6)),
        ))),
    Piece(GARDENS, 2, 1, "Schlaflied für Émile", (GARDENERS,), "Chamber", Music(
        Parameters("nocturne", E_FLAT, Mode.IONIAN, 69, 0.3, 0.2, 0.0, 813), 16,
        (
            (4, Change(intensity=0.4)),
            (8, Change(intensity=0.5, timbre=0.3)),
            (12, Change(intensity=0.35, timbre=0.2)),
        ))),
    Piece(ROOMS, 1, 1, "雨上がりの小径", (AKARI,), "World", Music(
        Parameters("choir", D, Mode.AEOLIAN, 88, 0.1, 0.25, 0.0, 903), 32,
        (
            (4, Change(intensity=0.4)),
            (8, Change(intensity=0.55, timbre=0.35, percussion=0.5)),
            (16, Change(intensity=0.7, timbre=0.5, percussion=0.8)),
            (24, Change(intensity=0.5, timbre=0.35, percussion=0.4)),
        ))),
    Piece(ROOMS, 1, 2, "Kite Weather", (KITE,), "Folk", Music(
        Parameters("plucked", D, Mode.MIXOLYDIAN, 118, 0.4, 0.5, 0.2, 1004), 32,
        (
            (4, Change(intensity=0.6, percussion=0.6)),
            (16, Change(tonic=G, intensity=0.8, timbre=0.65, percussion=0.8)),
            (24, Change(tonic=D, intensity=0.9, timbre=0.75, percussion=0.9)),
        )), "mp3"),
    Piece(ROOMS, 1, 3, "Counting Stairs", (HARBOUR,), "Minimal", Music(
        Parameters("pulse", C, Mode.IONIAN, 116, 0.15, 0.4, 0.0, 1104), 32,
        (
            (4, Change(intensity=0.3)),
            (8, Change(intensity=0.5, percussion=0.3)),
            (16, Change(intensity=0.8, timbre=0.55, percussion=0.5)),
            (24, Change(intensity=0.95, timbre=0.7, percussion=0.7)),
            (28, Change(intensity=0.5, timbre=0.5, percussion=0.3)),
        ))),
)  # fmt: skip
