"""What is read from exports, and what no export may do."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest

from services.catalog.adapters.histories import exports
from services.catalog.domain.histories.listens import BadExport, Source
from services.catalog.domain.histories.reading import LONGEST_ENTRY, entries
from tests.exports import (
    BEGAN,
    apple,
    heard_on_apple,
    packed,
    spotify,
    streamed,
    streamed_shortly,
)

if TYPE_CHECKING:
    from services.catalog.domain.histories.listens import HeardElsewhere


def read(content: bytes) -> tuple[Source, list[HeardElsewhere | None]]:
    source, said = exports.listens(io.BytesIO(content))
    return source, list(said)


def titles(content: bytes) -> list[str]:
    return [each.recording.title for each in read(content)[1] if each]


def test_spotify_writes_down_when_it_ended() -> None:
    source, [listen, podcast] = read(spotify(streamed("One"), streamed(None)))
    assert (source, podcast) == (Source.SPOTIFY, None)
    assert listen
    assert (listen.at, listen.played_ms) == (BEGAN, 180_000)
    said = listen.recording
    assert (said.title, said.artist, said.album) == ("One", "Ada", "Dawn")
    _, [short] = read(spotify(streamed_shortly("One")))
    assert short
    assert short.at == BEGAN


def test_apple_names_no_artist_and_much_that_is_no_music() -> None:
    rows = [
        heard_on_apple("One"),
        heard_on_apple("A video", {"Media Type": "VIDEO"}),
        heard_on_apple("Begun", {"Event Type": "PLAY_START"}),
        heard_on_apple("Two", {"Container Artist Name": "Ada", "Event Start Timestamp": ""}),
        heard_on_apple("", hour=4),
    ]
    source, [one, video, begun, two, nameless] = read(apple(rows))
    assert (source, video, begun, nameless) == (Source.APPLE_MUSIC, None, None, None)
    assert one
    assert two
    assert (one.at, one.recording.artist, one.recording.duration_ms) == (BEGAN, "", 180_400)
    assert (two.at, two.recording.artist) == (BEGAN, "Ada")


def test_files_of_listens_are_found_in_a_zip_and_no_others() -> None:
    package = packed(
        {
            "Spotify Extended Streaming History/Streaming_History_Audio_2020_1.json": spotify(
                streamed("One")
            ),
            "Spotify Extended Streaming History/Streaming_History_Video_2020.json": b"{",
            "MyData/endsong_0.json": spotify(streamed("Two")),
            "MyData/StreamingHistory_music_0.json": spotify(streamed_shortly("Three")),
            "MyData/StreamingHistory_podcast_0.json": b"{",
            "MyData/Identity.json": b"{}",
            "../../etc/passwd": b"root",
        }
    )
    assert sorted(titles(package)) == ["One", "Three", "Two"]
    inner = packed(
        {"Apple Music Activity/Apple Music Play Activity.csv": apple([heard_on_apple("One")])}
    )
    outer = packed({"Apple_Media_Services/Apple Music Activity.zip": inner})
    assert titles(outer) == ["One"]


def test_the_same_listen_has_the_same_id_in_every_reading() -> None:
    _, [first, second] = read(spotify(streamed("One"), streamed("One", hour=1)))
    _, [again] = read(packed({"endsong_0.json": spotify(streamed("ONE"))}))
    assert first
    assert second
    assert again
    assert first.id == again.id != second.id


def bomb() -> bytes:
    return packed({"endsong_0.json": b"[" + b" " * 100_000_000 + b"]"})


def test_a_bomb_goes_off_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    content = bomb()
    assert len(content) < 200_000
    monkeypatch.setattr(exports, "MOST_UNPACKED_BYTES", 10_000_000)
    with pytest.raises(BadExport, match="more than 10000000 bytes"):
        read(content)


def crowded() -> bytes:
    return packed({f"a long and useless name of a file, number {n}": b"" for n in range(14_000)})


def locked() -> bytes:
    package = bytearray(packed({"endsong_0.json": spotify(streamed("One"))}))
    package[package.find(b"PK\x01\x02") + 8] |= 1
    package[6] |= 1
    return bytes(package)


def damaged() -> bytes:
    package = bytearray(packed({"endsong_0.json": spotify(*[streamed("One")] * 500)}))
    package[200] ^= 0xFF
    return bytes(package)


def unusual() -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_LZMA) as package:
        package.writestr("endsong_0.json", spotify(streamed("One")))
    return whole.getvalue()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not known here"),
        (b"\x89PNG\r\n", "not known here"),
        (b'{"a": 1}', "not known here"),
        (packed({"photo.jpg": b""}), "no listening history"),
        (crowded(), "too many files"),
        (locked(), "locked"),
        (damaged(), "damaged"),
        (unusual(), "unusual way"),
        (b"PK\x03\x04 and no end", "ends too soon"),
        (b"[" * 100_000, "too deep"),
        (b'[{"a": "' + b"x" * 2 * LONGEST_ENTRY, "damaged"),
        (b"[1, 2, 3", "ends too soon"),
        (apple([]) + b"x" * 2 * LONGEST_ENTRY, "too long"),
    ],
)
def test_what_is_no_export_is_refused_in_words(content: bytes, why: str) -> None:
    with pytest.raises(BadExport, match=why):
        read(content)


def test_senseless_entries_say_nothing() -> None:
    rows: list[object] = [
        1, None, "x", [], {}, {"ts": 5, "ms_played": "x"},
        {"ts": "2023-05-01T12:00:00Z", "ms_played": 1e300, "master_metadata_track_name": "\0"},
        {"ts": "0001-01-01T00:00:00Z", "ms_played": 90_000, "master_metadata_track_name": "Old"},
    ]  # fmt: skip
    assert [each for each in read(spotify(*rows))[1] if each] == []  # type: ignore[arg-type]  # no entries


@pytest.mark.parametrize("size", [1, 7, 64, 10_000])
def test_a_list_is_read_however_it_is_cut(size: int) -> None:
    text = spotify(*[streamed(f'{n} \\ " ] 夜') for n in range(20)]).decode()
    cut = (text[n : n + size] for n in range(0, len(text), size))
    assert list(entries(cut)) == [streamed(f'{n} \\ " ] 夜') for n in range(20)]
