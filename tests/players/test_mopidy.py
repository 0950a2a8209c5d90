"""Mopidy browses, searches, plays and keeps playlists: TUTTI_PLAYERS=1 pytest tests/players.

By hand, since Mopidy at times stops answering for good when a playlist is cleared while it plays.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from tests.listener import Listener, until
from tests.players.mopidy import LACKING, Mopidy, Uninstallable, is_installed, playing
from tests.sounds import Piece
from tests.tagging import Tags

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.running import Tutti

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("TUTTI_PLAYERS" not in os.environ, reason="run by hand: TUTTI_PLAYERS=1"),
    pytest.mark.skipif(not is_installed(), reason=LACKING),
]

ARTIST, ALBUM = "Die Überfahrt", "Nordlicht & Söhne"
TITLES = ("Aufbruch", "Heimkehr")
LENGTH_S = 20
FAR_S, FAR = 12, "0:12"


@pytest.fixture
def owner(nadia: Listener, tmp_path: Path) -> Listener:
    """Somebody with an album, in two formats."""
    nadia.bring(
        *(
            Piece(
                810 + n,
                duration_s=LENGTH_S,
                tags=Tags(
                    title=title, artists=(ARTIST,), album=ALBUM, album_artist=ARTIST, track=n
                ),
            ).encoded(tmp_path / title, form)
            for n, (title, form) in enumerate(zip(TITLES, ("flac", "mp3"), strict=True), 1)
        )
    )
    return nadia


@pytest.fixture
def mopidy(tutti: Tutti, owner: Listener, tmp_path: Path) -> Iterator[Mopidy]:
    """The player, connected by an app password."""
    secret = owner.post("/me/app-passwords", json={"name": "Mopidy"})["secret"]
    try:
        with playing(tmp_path / "mopidy", tutti.address, owner.name, secret) as player:
            yield player
    except Uninstallable as reason:
        pytest.skip(f"Subidy cannot be installed: {reason}")


def test_mopidy_browses_searches_plays_seeks_and_keeps_a_playlist(
    tutti: Tutti, owner: Listener, mopidy: Mopidy
) -> None:
    _check_browsing(mopidy)
    _check_playing(tutti, mopidy)
    _check_playlists(owner, mopidy)


def _check_browsing(mopidy: Mopidy) -> None:
    assert ARTIST in [line.rpartition("/")[2] for line in mopidy.tell("ls", "Subsonic/Artists")]
    songs = mopidy.tell("-f", "%title%", "ls", f"Subsonic/Artists/{ARTIST}/{ALBUM}")
    assert songs == list(TITLES)
    assert TITLES[1] in mopidy.tell("-f", "%title%", "search", "any", TITLES[1])


def _check_playing(tutti: Tutti, mopidy: Mopidy) -> None:
    mopidy.tell("add", f"Subsonic/Artists/{ARTIST}/{ALBUM}")
    assert mopidy.tell("-f", "%title%", "playlist") == list(TITLES)
    for number, title in enumerate(TITLES, 1):
        mopidy.tell("play", str(number))
        until(lambda: 0 < mopidy.position_s < FAR_S, f"{title} does not begin")
        mopidy.tell("seek", FAR)
        until(lambda: mopidy.position_s > FAR_S, f"{title} does not go on at {FAR}")
        assert mopidy.tell("-f", "%title%", "current") == [title]
        assert mopidy.told("totaltime") == f"0:{LENGTH_S}"
    assert {200, 206} <= set(_streamed(tutti))


def _check_playlists(owner: Listener, mopidy: Mopidy) -> None:
    mopidy.tell("save", "For the road")
    assert mopidy.tell("lsplaylists") == ["For the road"]
    kept = owner.get("/playlists")["items"][0]
    assert (kept["name"], kept["track_count"]) == ("For the road", len(TITLES))
    mopidy.tell("clear")
    mopidy.tell("load", "For the road")
    assert mopidy.tell("-f", "%title%", "playlist") == list(TITLES)


def _streamed(tutti: Tutti) -> list[int]:
    """How the gateway answered to requests for sound."""
    lines = (tutti.home / "log" / "gateway.log").read_text().splitlines()
    facts = [json.loads(line) for line in lines if '"/rest/stream"' in line]
    return [each["status"] for each in facts]
