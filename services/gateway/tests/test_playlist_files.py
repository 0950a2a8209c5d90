"""Playlist files: written, read again, and read as others wrote them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.playlist_files import (
    MOST_SONGS,
    NotAPlaylist,
    PlaylistFile,
    Song,
    TooManySongs,
    guesses,
    jspf,
    m3u,
    read,
)
from services.gateway.domain.playlist_files.songs import one_line, prose

WORDS = st.text(st.characters(codec="utf-8"), max_size=40)
LINES = WORDS.map(one_line).filter(bool)
SECONDS = st.integers(0, 360_000).map(lambda length_s: length_s * 1000)
SONGS = st.builds(
    Song,
    title=LINES,
    artist=LINES,
    album=LINES | st.just(""),
    duration_ms=SECONDS,
    track_id=st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True) | st.just(""),
    path=st.lists(LINES, min_size=1, max_size=3).map("/".join).map(str.strip),
)
LISTS = st.lists(SONGS, min_size=1, max_size=5)


@given(title=LINES, songs=LISTS)
def test_what_was_written_as_m3u8_is_read_again(title: str, songs: list[Song]) -> None:
    text = m3u.written(PlaylistFile(title, songs=songs))
    again = read(text.encode())
    assert again.title == title
    assert [bare(song) for song in again.songs] == [bare(song) for song in songs]


def bare(song: Song) -> Song:
    return replace(song, line=0, path=song.path.removeprefix("./"))


@given(title=WORDS, comment=WORDS, songs=LISTS, number=st.integers(0, 999))
def test_what_was_written_as_jspf_is_read_again(
    title: str, comment: str, songs: list[Song], number: int
) -> None:
    recording = "b1a9c0e9-d987-4042-ae91-78d6a3267d69"
    songs = [replace(song, path="", track_number=number) for song in songs]
    songs[0] = replace(songs[0], musicbrainz_recording_id=recording, isrc="USRC17607839")
    again = read(jspf.written(PlaylistFile(title, comment, "Ada", songs)).encode())
    assert again == PlaylistFile(one_line(title), prose(comment), "Ada", tuple(songs))


@given(st.binary(max_size=300) | WORDS.map(str.encode))
def test_any_bytes_are_songs_or_refused(content: bytes) -> None:
    try:
        songs = read(content).songs
    except NotAPlaylist:
        return
    assert songs
    for song in songs:
        for guess in guesses(song):
            assert len((guess.title + guess.artist + guess.album).encode()) < 4000


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["title", "creator", "identifier", "duration", "trackNum", "location"]),
            inner,
        )
    ),
)


@given(st.lists(JSON, min_size=1, max_size=4), JSON)
def test_any_json_in_a_jspf_is_a_song_each(tracks: list[object], title: object) -> None:
    told = {"playlist": {"title": title, "annotation": title, "track": tracks, "link": [1]}}
    file = read(json.dumps(told).encode())
    assert len(file.songs) == len(tracks)
    for text in (file.title, file.comment, *(song.title for song in file.songs)):
        text.encode()  # no halves of characters, which nobody could be sent


WRITTEN_BY_OTHERS = """\ufeff#EXTM3U\r
#PLAYLIST: Tides \r
#EXTINF:181,Ada - Dusk - Reprise\r
D:\\Music\\Ada\\Dawn\\01 - Dusk.mp3\r
\r
#EXTINF:-1 tvg-id="a,b" group-title="x",Bob - Ebb\r
http://example.org/Bob/Sea/02%20Ebb.mp3?token=1#a\r
#EXTALB:Sea\r
# a remark\r
Music/Bob/Sea/1-03 Flow.flac\r
#EXTINF:90.5,No path follows\r
#EXTINF:90\r
last.ogg"""


def test_what_others_write_is_understood() -> None:
    file = read(WRITTEN_BY_OTHERS.encode())
    assert file.title == "Tides"
    told = [(song.line, song.artist, song.title, song.duration_ms) for song in file.songs]
    assert told == [
        (4, "Ada", "Dusk - Reprise", 181_000),
        (7, "Bob", "Ebb", 0),
        (10, "", "", 0),
        (11, "", "No path follows", 90_500),
        (13, "", "", 90_000),
    ]
    assert file.songs[2].album == "Sea"
    assert file.songs[0].path == "D:\\Music\\Ada\\Dawn\\01 - Dusk.mp3"
    assert guesses(file.songs[1])[1] == replace(file.songs[1], path="02 Ebb.mp3", album="Sea")


@pytest.mark.parametrize(
    ("path", "likely"),
    [
        ("Ada/Dawn/01 - Dusk.mp3", ("Ada", "Dawn", "Dusk")),
        ("C:\\Ada\\Dawn\\1-07. Dusk.mp3", ("Ada", "Dawn", "Dusk")),
        ("file:///m/Ad%C3%A4/Dawn/Dusk.flac", ("Adä", "Dawn", "Dusk")),
        ("Ada - Dusk.mp3", ("Ada", "", "Dusk")),
        ("Nena/99/99 Luftballons.mp3", ("Nena", "99", "99 Luftballons")),
        ("Dusk", ("", "", "Dusk")),
        ("http://[bad/Ada/Dawn/Dusk.mp3", ("Ada", "Dawn", "Dusk")),
    ],
)
def test_a_path_tells_what_it_is(path: str, likely: tuple[str, str, str]) -> None:
    guessed = [(guess.artist, guess.album, guess.title) for guess in guesses(Song(path=path))]
    assert likely in guessed
    assert len(guessed) <= 3


@pytest.mark.parametrize(("path", "told"), [("a/Track 01.mp3", ""), ("a/Dusk.mp3", "Dusk.mp3")])
def test_files_are_not_told_apart_by_numbers(path: str, told: str) -> None:
    assert {guess.path for guess in guesses(Song(title="Other", path=path))} == {told}


def test_lists_of_old_programs_are_read() -> None:
    assert read("Bänd/Dämmerung.mp3".encode("cp1252")).songs[0].path == "Bänd/Dämmerung.mp3"
    assert read("Bänd/夜.mp3".encode("utf-16")).songs[0].path == "Bänd/夜.mp3"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "names no songs"),
        (b"#EXTM3U\n# nothing", "names no songs"),
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><playlist/>', "XSPF"),
        (b"[playlist]\nFile1=a.mp3", "PLS"),
        (b"ID3\x04\x00\x00", "bytes that no text does"),
        (b'{"a": ' * 100_000, "nested too deeply"),
        (b'{"playlist": {"track": [' + b"9" * 5000 + b"]}}", "no JSPF"),
        (b'{"playlist": {"track": {}}}', "list of tracks"),
        (b'{"playlist": []}', "list of tracks"),
        (b'{"playlist": {"track": []}}', "names no songs"),
    ],
)
def test_what_is_no_playlist_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(NotAPlaylist, match=why):
        read(content)


def test_a_file_names_no_more_than_a_playlist_holds() -> None:
    assert len(read(b"a.mp3\n" * MOST_SONGS).songs) == MOST_SONGS
    with pytest.raises(TooManySongs, match="this file names 10001"):
        read(b"a.mp3\n" * (MOST_SONGS + 1))


def test_lines_without_an_end_are_cut() -> None:
    song = read(b"#EXTINF:1," + b'"a,' * 1_500_000 + b"\n" + b"b/" * 500_000).songs[0]
    assert len(song.title) <= 255
    assert len(song.path) <= 8000


def test_a_path_that_looks_like_a_remark_stays_a_path() -> None:
    file = PlaylistFile("A", songs=[Song(title="Dusk", artist="#1", path="#1/Dusk.mp3")])
    assert m3u.written(file).splitlines()[-1] == "./#1/Dusk.mp3"
