"""The table of the demo library: twelve pieces, written out as data."""

from scripts.demo.harmony import Key
from scripts.demo.music import Layer, Music, Section
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

PENTATONIC = frozenset({0, 1, 2, 4, 5})
MINOR_PENTATONIC = frozenset({0, 2, 3, 4, 6})

PIECES: tuple[Piece, ...] = (
    Piece(LETTERS, 1, 1, "First Light on the Breakwater", (HARBOUR,), "Ambient", Music(
        11, 72, 4, Key("D", "major"),
        (
            Layer("tune", "felt piano", "melody", "gentle", 74, reverb=0.55, echo=0.12),
            Layer("hands", "felt piano", "arp", "0123-2-1", 57, -6, -0.15, 0.4),
            Layer("low", "felt piano", "bass", "r-------", 41, -8, 0.0, 0.3),
            Layer("haze", "warm pad", "pad", "", 62, -11, 0.0, 0.5),
            Layer("bow", "strings", "line", "", 67, -12, 0.3, 0.6),
        ),
        (
            Section("1+ 6+", "hands haze low", 0.75),
            Section("1+ 6+ 4+ 5s 1+ 37 49 1+", "tune hands low haze", 0.85, "a"),
            Section("67 37 4+ 1+ 27 67 47 5s", "tune hands low haze bow", 1.0, "b"),
            Section("1+ 4+ 47 1+", "hands haze low bow", 0.7),
        ), hall_s=3.0)),
    Piece(LETTERS, 1, 2, "Letters to the Lighthouse", (HARBOUR, KITE), "Ambient", Music(
        12, 84, 4, Key("G", "major"),
        (
            Layer("tune", "guitar", "melody", "lyric", 67, 0, 0.2, 0.35, 0.1),
            Layer("answer", "felt piano", "melody", "gentle", 76, -1, -0.25, 0.45, 0.1),
            Layer("pick", "guitar", "arp", "0-213-21", 55, -6, 0.35, 0.3),
            Layer("keys", "felt piano", "chords", "5-------4---4---", 59, -7, -0.3, 0.35),
            Layer("low", "upright bass", "bass", "r---5-r-", 40, -6, 0, 0.1),
            Layer("bow", "strings", "pad", "", 64, -13, 0, 0.5),
        ),
        (
            Section("1+ 4+", "pick low", 0.75),
            Section("1+ 5 67 4+ 1+ 5s 4+ 1", "tune pick low keys", 0.85, "a"),
            Section("67 37 4+ 1+ 67 27 4+ 5s", "answer pick low keys bow", 0.95, "b"),
            Section("1+ 5 67 4+ 27 5s 4+ 1", "tune pick low keys bow", 1.0, "a"),
            Section("4+ 1+", "pick keys low", 0.65),
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
        13, 66, 4, Key("A", "dorian"),
        (
            Layer("tune", "voice", "melody", "gentle", 69, -1, 0.1, 0.6, 0.15),
            Layer("choir", "choir", "pad", "", 60, -6, 0, 0.6),
            Layer("drops", "harp", "arp", "0-2-4-5-7-5-4-2-", 62, -7, -0.3, 0.5, 0.25),
            Layer("low", "round bass", "bass", "r-----5-", 38, -8, 0, 0.1),
            Layer("pulse", "frame drum", "drums", "5.......3.....2.", 60, -9, 0, 0.5),
        ),
        (
            Section("19 4+", "choir drops", 0.75),
            Section("19 4+ 19 4+ 37 7 4+ 1s", "tune choir drops low", 0.9, "a"),
            Section("37 4+ 19 57 37 7 4+ 1s", "tune choir drops low pulse", 1.0, "b"),
            Section("19 1+", "choir drops low", 0.65),
        ), hall_s=3.2)),
    Piece(CIRCUITS, 1, 1, "Porchlight", (ORCHARD,), "Downtempo", Music(
        21, 82, 4, Key("F", "major"),
        (
            Layer("tune", "vibraphone", "melody", "syncopated", 74, 0, 0.2, 0.35, 0.1, PENTATONIC),
            Layer("keys", "electric piano", "chords", "7-----5-..6---4-", 61, -2, -0.2, 0.22),
            Layer("low", "upright bass", "bass", "r--r5-a-", 38, -3, 0, 0.05),
            Layer("kick", "kick", "drums", "8.....5...7.....", 60, -5, 0, 0.05),
            Layer("snare", "brush", "drums", "....6.......6..2", 60, -11, 0.1, 0.2),
            Layer("hat", "hat", "drums", "5.3.5.3.5.3.5.34", 60, -19, -0.3, 0.1),
            Layer("haze", "warm pad", "pad", "", 64, -14, 0, 0.4),
        ),
        (
            Section("47 37 27 17", "keys hat", 0.8),
            Section("47 37 27 17 47 37 29 1+", "tune keys low kick snare hat", 0.95, "a"),
            Section("67 27 57 17 47 37 29 5s", "tune keys low kick snare hat haze", 1.0, "b"),
            Section("47 37 29 1+", "keys low hat haze", 0.75),
        ), swing=0.58, hall_s=1.6)),
    Piece(CIRCUITS, 1, 2, "Apricot Hour", (ORCHARD,), "Downtempo", Music(
        22, 96, 4, Key("Bb", "lydian"),
        (
            Layer("tune", "flute", "melody", "syncopated", 74, 0, 0.15, 0.4, 0.2),
            Layer("keys", "electric piano", "chords", "..6..5..6-...5..", 62, -4, -0.25, 0.25),
            Layer("glint", "celesta", "arp", ".4.2.5.3", 62, -10, 0.4, 0.45, 0.2),
            Layer("low", "round bass", "bass", "r..r..o.5.r.", 37, -4, 0, 0.05),
            Layer("kick", "kick", "drums", "8...5...8...5...", 60, -6, 0, 0.05),
            Layer("clap", "rim", "drums", "....5..3....5...", 60, -15, 0.3, 0.25),
            Layer("shaker", "shaker", "drums", "4253425342534253", 60, -17, -0.35, 0.12),
            Layer("haze", "warm pad", "pad", "", 62, -10, 0, 0.4),
        ),
        (
            Section("17 2 17 2", "keys haze shaker", 0.75),
            Section("17 2 37 67 17 2 57 1+", "tune keys low kick clap shaker", 0.95, "a"),
            Section("67 37 2 17 67 57 2 57", "tune keys low kick clap shaker glint haze", 1.0, "b"),
            Section("17 2 37 67 17 2 57 1+", "tune keys low kick clap shaker glint haze", 1.0, "a"),
            Section("17 1+", "keys haze glint", 0.65),
        ), swing=0.54, hall_s=1.8), "opus"),
    Piece(CIRCUITS, 1, 3, "Slow Elevator", (ORCHARD,), "Jazz", Music(
        23, 76, 4, Key("C", "dorian"),
        (
            Layer("tune", "clarinet", "melody", "lyric", 70, 0, 0.15, 0.35, 0.1),
            Layer("keys", "electric piano", "chords", "6---..5-....4-..", 60, -4, -0.25, 0.25),
            Layer("low", "upright bass", "bass", "r35a", 38, -2, 0, 0.06),
            Layer("snare", "brush", "drums", "3..25..23..25..2", 60, -13, 0.15, 0.2),
            Layer("hat", "hat", "drums", "..5...5...5...5.", 60, -20, -0.25, 0.15),
            Layer("bow", "strings", "pad", "", 62, -14, 0, 0.4),
        ),
        (
            Section("19 47 19 47", "keys low hat", 0.75),
            Section("19 47 37 77 27 57 19 47", "tune keys low snare hat", 0.9, "a"),
            Section("37 77 37 77 27 57 19 1+", "tune keys low snare hat bow", 1.0, "b"),
            Section("19 1+", "keys low", 0.65),
        ), swing=0.62, hall_s=1.6)),
    Piece(GARDENS, 1, 1, "Walzer für müde Füchse", (GARDENERS,), "Chamber", Music(
        31, 112, 3, Key("E", "minor"),
        (
            Layer("tune", "clarinet", "melody", "waltz", 71, 0, 0.2, 0.4),
            Layer("second", "celesta", "melody", "waltz", 79, -2, -0.3, 0.45, 0.12),
            Layer("keys", "felt piano", "chords", "..5-4-", 60, -5, -0.2, 0.3),
            Layer("low", "upright bass", "bass", "r-.", 40, -3, 0, 0.15),
            Layer("bow", "strings", "pad", "", 62, -10, 0.1, 0.5),
        ),
        (
            Section("1 1+ 1 5^", "keys low", 0.8),
            Section("1 4 7 3 6 27 5^ 1 1 4 7 3 6 4 5^ 1", "tune keys low", 0.9, "a"),
            Section("3 7 1 5^ 6 3 4 5^ 3 7 1 5^ 6 4 5^ 1", "second keys low bow", 0.95, "b"),
            Section("1 4 7 3 6 4 5^ 1", "tune keys low bow", 1.0, "a"),
            Section("4 1 4 1", "keys low bow", 0.7),
        ))),
    Piece(GARDENS, 1, 2, "Der gläserne Brunnen", (GARDENERS,), "Chamber", Music(
        32, 92, 3, Key("A", "major"),
        (
            Layer("tune", "celesta", "melody", "barcarolle", 78, 0, 0.15, 0.5, 0.2),
            Layer("harp", "harp", "arp", "023423", 57, -3, -0.25, 0.4),
            Layer("low", "upright bass", "bass", "r-----", 41, -6, 0, 0.2),
            Layer("bow", "strings", "pad", "", 62, -8, 0, 0.5),
            Layer("reed", "flute", "line", "", 71, -9, 0.35, 0.5),
        ),
        (
            Section("1+ 4+ 1+ 4+", "harp", 0.75),
            Section("1+ 67 4+ 5 1+ 37 4+ 1+", "tune harp low", 0.85, "a"),
            Section("67 37 4+ 1+ 27 67 47 5s", "tune harp low bow", 0.95, "b"),
            Section("1+ 67 4+ 5 27 5s 4+ 1+", "tune harp low bow reed", 1.0, "a"),
            Section("4+ 27 4+ 1+", "harp low bow", 0.65),
        ), hall_s=2.8)),
    Piece(GARDENS, 2, 1, "Schlaflied für Émile", (GARDENERS,), "Chamber", Music(
        33, 69, 4, Key("Eb", "major"),
        (
            Layer("tune", "felt piano", "melody", "lyric", 75, 0, 0.1, 0.5, degrees=PENTATONIC),
            Layer("hands", "felt piano", "arp", "02132132", 58, -6, -0.15, 0.4),
            Layer("low", "felt piano", "bass", "r---5---", 41, -8, 0, 0.3),
            Layer("bow", "strings", "pad", "", 62, -10, 0, 0.55),
            Layer("choir", "choir", "pad", "", 65, -13, 0, 0.6),
        ),
        (
            Section("1+ 4+", "hands low", 0.7),
            Section("1+ 67 4+ 5s 37 67 27/5s 1", "tune hands low", 0.85, "a"),
            Section("4+ 1+ 27 67 4+ 37 27 5s", "tune hands low bow", 0.95, "b"),
            Section("4+ 27 1+ 1+", "hands low bow choir", 0.65),
        ), hall_s=2.6)),
    Piece(ROOMS, 1, 1, "雨上がりの小径", (AKARI,), "World", Music(
        41, 88, 4, Key("D", "minor"),
        (
            Layer("tune", "flute", "melody", "lyric", 74, 0, 0.2, 0.5, 0.15, MINOR_PENTATONIC),
            Layer("koto", "koto", "arp", "0-1324-3", 60, -3, -0.3, 0.35, 0.12),
            Layer("deep", "koto", "bass", "r---5-o-", 45, -6, -0.1, 0.3),
            Layer("haze", "warm pad", "pad", "", 62, -10, 0, 0.5),
            Layer("drum", "frame drum", "drums", "6.....3.4.....2.", 60, -8, 0, 0.4),
            Layer("wood", "rim", "drums", "......3.......2.", 60, -20, 0.4, 0.5),
        ),
        (
            Section("1+ 6+", "koto deep", 0.75),
            Section("1+ 6+ 4+ 5s 1+ 37 4s 1+", "tune koto deep haze", 0.85, "a"),
            Section("6+ 7 57 1+ 6+ 7 4s 5s", "tune koto deep haze drum wood", 1.0, "b"),
            Section("1+ 6+ 4+ 5s 1+ 37 4s 1+", "tune koto deep haze drum", 0.95, "a"),
            Section("6+ 1s", "koto deep haze", 0.65),
        ), hall_s=2.6)),
    Piece(ROOMS, 1, 2, "Kite Weather", (KITE,), "Folk", Music(
        42, 124, 4, Key("D", "mixolydian"),
        (
            Layer("tune", "guitar", "melody", "lively", 71, 0, 0.15, 0.3, 0.08, PENTATONIC),
            Layer("whistle", "flute", "melody", "lively", 78, -1, -0.2, 0.4, 0.1, PENTATONIC),
            Layer("pick", "guitar", "arp", "02132413", 57, -4, -0.4, 0.25),
            Layer("strum", "guitar", "chords", "6-5.4-5.", 61, -7, 0.4, 0.25),
            Layer("low", "upright bass", "bass", "r-5-", 40, -4, 0, 0.08),
            Layer("foot", "frame drum", "drums", "6...4...", 60, -8, 0, 0.15),
            Layer("shaker", "shaker", "drums", "52535253", 60, -18, 0.3, 0.12),
        ),
        (
            Section("1+ 7+ 4+ 1+", "pick low", 0.8),
            Section("1+ 7+ 4+ 1+ 1+ 7+ 4+ 1+", "tune pick low foot", 0.9, "a"),
            Section("67 4+ 1+ 5s 67 4+ 7+ 1+", "whistle pick strum low foot shaker", 1.0, "b"),
            Section("1+ 7+ 4+ 1+ 1+ 7+ 4+ 1+", "tune pick strum low foot shaker", 1.0, "a"),
            Section("67 4+ 1+ 5s 67 4+ 7+ 1+", "whistle pick strum low foot shaker", 1.0, "b"),
            Section("4+ 7+ 1+ 1", "pick low", 0.7),
        ), hall_s=1.5), "mp3"),
    Piece(ROOMS, 1, 3, "Counting Stairs", (HARBOUR,), "Minimal", Music(
        43, 116, 4, Key("C", "major"),
        (
            Layer("high", "marimba", "arp", "02431324", 67, 0, 0.4, 0.3, 0.1),
            Layer("cross", "marimba", "arp", "3.1.4.2.3.1.", 62, -2, -0.4, 0.3),
            Layer("tune", "vibraphone", "melody", "gentle", 74, 0, 0.1, 0.45, 0.1),
            Layer("low", "round bass", "bass", "r-----5-r---o---", 38, -5, 0, 0.06),
            Layer("bow", "strings", "pad", "", 64, -9, 0, 0.5),
            Layer("tick", "rim", "drums", "..3...3...3..23.", 60, -19, 0.2, 0.3),
        ),
        (
            Section("67 67 4+ 4+", "high", 0.75),
            Section("67 67 4+ 4+ 1+ 1+ 5s 5s", "high cross low tick", 0.85),
            Section("67 37 4+ 1+ 27 67 49 5s", "tune high cross low tick bow", 1.0, "a"),
            Section("67 37 4+ 1+ 27 67 49 5s", "tune high cross low tick bow", 1.0, "b"),
            Section("67 4+ 1+ 1+", "high cross bow", 0.7),
        ), hall_s=2.0)),
)  # fmt: skip
