"""By which number each method of the OpenSubsonic API refuses what it cannot do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from services.gateway.tests.apps import app_of
from services.gateway.tests.opensubsonic_methods import ANSWERS
from services.gateway.tests.opensubsonic_visit import Manner, Visit
from services.gateway.tests.tones import record

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from services.gateway.tests.conftest import Site
    from services.gateway.tests.people import Person

GENERIC, MISSING, ABSENT = 0, 10, 70
WANTED: Mapping[str, str] = {
    "addChatMessage": "message",
    "changePassword": "username password",
    "createBookmark": "id position",
    "createInternetRadioStation": "streamUrl name",
    "createPlaylist": "name",
    "createPodcastChannel": "url",
    "createShare": "id",
    "createUser": "username password email",
    "deleteBookmark": "id",
    "deleteInternetRadioStation": "id",
    "deletePlaylist": "id",
    "deletePodcastChannel": "id",
    "deletePodcastEpisode": "id",
    "deleteShare": "id",
    "deleteUser": "username",
    "download": "id",
    "downloadPodcastEpisode": "id",
    "findSonicPath": "startSongId endSongId",
    "getAlbum": "id",
    "getAlbumInfo": "id",
    "getAlbumInfo2": "id",
    "getAlbumList": "type",
    "getAlbumList2": "type",
    "getArtist": "id",
    "getArtistInfo": "id",
    "getArtistInfo2": "id",
    "getAvatar": "username",
    "getCaptions": "id",
    "getCoverArt": "id",
    "getLyricsBySongId": "id",
    "getMusicDirectory": "id",
    "getPlaylist": "id",
    "getPodcastEpisode": "id",
    "getSimilarSongs": "id",
    "getSimilarSongs2": "id",
    "getSong": "id",
    "getSongsByGenre": "genre",
    "getSonicSimilarTracks": "id",
    "getTopSongs": "artist",
    "getVideoInfo": "id",
    "hls.m3u8": "id",
    "jukeboxControl": "action",
    "reportPlayback": "mediaId mediaType positionMs state",
    "scrobble": "id",
    "search2": "query",
    "search3": "query",
    "setRating": "id rating",
    "star": "id",
    "stream": "id",
    "unstar": "id",
    "updateInternetRadioStation": "id streamUrl name",
    "updatePlaylist": "playlistId",
    "updateShare": "id",
    "updateUser": "username",
}
"""What a method cannot do without. Any of three does for ``star`` and ``unstar``."""
USUAL = {"mediaType": "song", "state": "playing", "positionMs": "0", "position": "0"}


@pytest.fixture
async def boss(site: Site, operator: Person) -> Visit:
    manner = Manner(as_xml=True, by_form=False, with_view=False)
    return Visit(await app_of(operator, site.client), manner)


@pytest.fixture
async def song(site: Site, operator: Person, tmp_path: Path) -> str:
    return f"tr-{(await record(site, operator, tmp_path))['id']}"


@pytest.mark.slow
async def test_what_a_method_cannot_do_without_is_asked_for(boss: Visit, song: str) -> None:
    assert WANTED.keys() <= ANSWERS.keys()
    for method, names in WANTED.items():
        whole = {name: USUAL.get(name, song) for name in names.split()}
        if method == "updateInternetRadioStation":
            whole["id"] = "ra-1"
        for left_out in whole:
            given = {name: value for name, value in whole.items() if name != left_out}
            assert await boss.refused(method, **given) == MISSING, (method, left_out)


@pytest.mark.slow
async def test_what_makes_no_sense_is_refused_and_what_is_not_there_is_not_found(
    boss: Visit, song: str
) -> None:
    made = await boss.ask("createPlaylist", name="one", songId=song)
    refused: list[tuple[int, str, dict[str, object]]] = [
        (MISSING, "getAlbumList2", {"type": "byYear"}),
        (MISSING, "getAlbumList2", {"type": "byGenre"}),
        (MISSING, "savePlayQueue", {"id": song, "current": "tr-another"}),
        (MISSING, "savePlayQueueByIndex", {"id": song}),
        (MISSING, "savePlayQueueByIndex", {"id": song, "currentIndex": 1}),
        (GENERIC, "getAlbumList2", {"type": "loudest"}),
        (GENERIC, "getAlbumList", {"type": "byYear", "fromYear": "then", "toYear": 1}),
        (GENERIC, "setRating", {"id": song, "rating": 6}),
        (GENERIC, "getCoverArt", {"id": song, "size": "large"}),
        (GENERIC, "getArtists", {"musicFolderId": "all"}),
        (GENERIC, "stream", {"id": song, "format": "exe"}),
        (GENERIC, "stream", {"id": song, "maxBitRate": "much"}),
        (GENERIC, "stream", {"id": song, "timeOffset": -1}),
        (GENERIC, "search3", {"query": "a", "songCount": -1}),
        (GENERIC, "createBookmark", {"id": song, "position": -1}),
        (GENERIC, "updatePlaylist", {"playlistId": made["id"], "songIndexToRemove": 1}),
        (GENERIC, "createPodcastChannel", {"url": "no address"}),
        (ABSENT, "createPlaylist", {"name": "x", "songId": "tr-gone"}),
        (ABSENT, "getArtists", {"musicFolderId": 999_999}),
        (ABSENT, "stream", {"id": "tr-gone"}),
        (ABSENT, "stream", {"id": made["id"]}),
        (ABSENT, "scrobble", {"id": "tr-gone"}),
        (ABSENT, "getLyricsBySongId", {"id": "tr-gone"}),
        (ABSENT, "deleteUser", {"username": "nobody"}),
        (ABSENT, "getSong", {"id": "tr-gone"}),
        (ABSENT, "star", {"id": "tr-gone"}),
        (ABSENT, "hls.m3u8", {"id": "tr-gone"}),
        (ABSENT, "getPlaylist", {"id": "pl-gone"}),
        (ABSENT, "deletePlaylist", {"id": "pl-gone"}),
        (ABSENT, "getAlbum", {"id": "?"}),
        (ABSENT, "getArtist", {"id": "?"}),
        (ABSENT, "getCoverArt", {"id": "?"}),
    ]
    for number, method, given in refused:
        assert await boss.refused(method, **given) == number, (method, given)
