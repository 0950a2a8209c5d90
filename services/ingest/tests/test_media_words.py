"""Tags, lyrics, keys, reasons and the ranking of encodings: pure, and quick."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.domain.formats import Codec, Container, Encoding, better
from services.ingest.domain.keys import Key, mirex_score
from services.ingest.domain.loudness import Loudness
from services.ingest.domain.lyrics import LyricLine, plain_text, synced_lines
from services.ingest.domain.plain import from_json, to_json
from services.ingest.domain.reasons import Reason
from services.ingest.domain.tags import Tags, clean, split_artists, tags_from, with_file_name

FLAC = Encoding(Container.FLAC, Codec.FLAC, 44_100, 2, 16, 900_000, 180.0, 180.0)
MP3 = Encoding(Container.MP3, Codec.MP3, 44_100, 2, None, 192_000, 180.0, 180.0)


@pytest.mark.parametrize(
    ("name", "artists", "title", "track"),
    [
        ("01 - Björk - Jóga.mp3", ("Björk",), "Jóga", 1),
        ("Björk - Jóga.flac", ("Björk",), "Jóga", None),
        ("07. Jóga.ogg", (), "Jóga", 7),
        ("2-11 Jóga.m4a", (), "Jóga", 11),
        ("A feat. B - Song.mp3", ("A", "B"), "Song", None),
        ("some_song_name.wav", (), "some song name", None),
        ("Artist - Album - 03 - Title.mp3", ("Artist",), "Title", None),
        ("1999.mp3", (), "1999", None),
        (".mp3", (), "Untitled", None),
    ],
)
def test_a_file_without_tags_is_named_by_its_file_name(
    name: str, artists: tuple[str, ...], title: str, track: int | None
) -> None:
    tags = with_file_name(Tags(), name)
    assert (tags.artists, tags.title, tags.track) == (artists, title, track)


def test_tags_win_over_the_file_name() -> None:
    tags = with_file_name(Tags(title="Right", artists=("She",)), "01 - Wrong - Wrong.mp3")
    assert (tags.title, tags.artists) == ("Right", ("She",))


def test_credits_are_split_into_artists_and_bands_with_a_slash_stay_whole() -> None:
    assert split_artists(["AC/DC"]) == ("AC/DC",)
    assert split_artists(["A feat. B; C / D"]) == ("A", "B", "C", "D")
    assert split_artists(["Song (feat. X)"]) == ("Song", "X")


def test_text_loses_control_characters_and_direction_overrides() -> None:
    assert clean("a\0b\x1b[31m\u202ec", 99) == "ab[31mc"
    assert clean("e\u0301", 99) == "\u00e9"
    assert clean(" \n\t", 99) is None
    assert len(clean("x" * 9_999, 255) or "") == 255


def test_nonsense_in_tags_is_left_out() -> None:
    fields = {
        "date": ["soon"], "tracknumber": ["0/x"], "bpm": ["1e999"], "isrc": ["nope"],
        "replaygaintrackgain": ["loud"], "musicbrainzalbumid": ["' OR 1=1"],
    }  # fmt: skip
    assert tags_from(fields) == Tags()


def test_gains_of_opus_are_brought_to_the_reference_of_replay_gain() -> None:
    tags = tags_from({"r128trackgain": ["-2560"]})
    assert tags.replay_gain.track_gain_db == -10 + 5


@given(st.dictionaries(st.sampled_from(["title", "artist", "date", "lyrics", "bpm"]),
                       st.lists(st.text(), max_size=3)))  # fmt: skip
def test_any_text_in_tags_becomes_valid_tags(fields: dict[str, list[str]]) -> None:
    tags = with_file_name(tags_from(fields), "x.mp3")
    assert tags.title
    assert from_json(Tags, to_json(tags)) == tags


def test_lrc_gives_lines_in_time_and_plain_words() -> None:
    text = "[ti:x]\n[offset:+500]\n[00:12.50][00:02.5]Twice\n[00:05]<00:05.1>Word <00:05.9>by word"
    assert synced_lines(text) == (
        LyricLine(2_000, "Twice"),
        LyricLine(4_500, "Word by word"),
        LyricLine(12_000, "Twice"),
    )
    assert plain_text(text) == "Twice\nWord by word"
    assert synced_lines("No times\nhere") == ()


@pytest.mark.parametrize(
    ("tonic", "minor", "name", "camelot"),
    [(0, False, "C major", "8B"), (9, True, "A minor", "8A"), (6, True, "F# minor", "11A"),
     (11, False, "B major", "1B"), (8, True, "G# minor", "1A"), (5, False, "F major", "7B")],
)  # fmt: skip
def test_keys_have_the_names_of_musicians_and_of_djs(
    tonic: int, minor: bool, name: str, camelot: str
) -> None:
    assert (Key(tonic, minor).name, Key(tonic, minor).camelot) == (name, camelot)


def test_mirex_forgives_fifths_relatives_and_parallels() -> None:
    truth = Key(0, minor=False)
    near = [Key(0, False), Key(7, False), Key(9, True), Key(0, True), Key(1, False)]
    assert [mirex_score(key, truth) for key in near] == [1.0, 0.5, 0.3, 0.2, 0.0]


def test_the_better_encoding_is_the_one_to_keep() -> None:
    ranking = [
        replace(FLAC, bit_depth=24, sample_rate_hz=96_000),
        replace(FLAC, bit_depth=24),
        FLAC,
        replace(MP3, bitrate_bps=320_000),
        replace(MP3, codec=Codec.OPUS, bitrate_bps=128_000),
        MP3,
        replace(MP3, codec=Codec.AAC, bitrate_bps=96_000),
    ]
    for place, one in enumerate(ranking):
        assert not better(one, one)
        assert all(better(one, worse) for worse in ranking[place + 1 :])
        assert not any(better(worse, one) for worse in ranking[place + 1 :])


def test_replay_gain_brings_a_recording_to_minus_18_lufs() -> None:
    assert Loudness(-9.5, 4.0, -6.0206).track_gain_db == -8.5
    assert Loudness(-9.5, 4.0, -6.0206).track_peak == pytest.approx(0.5, abs=1e-4)
    assert Loudness(None, None, None).track_gain_db is None


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_sentence_for_people(reason: Reason) -> None:
    assert reason.sentence.endswith(".")
    assert reason.value not in reason.sentence.split()
