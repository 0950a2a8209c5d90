"""Every method of the OpenSubsonic API, called in four manners and checked field by field."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from services.gateway.tests.apps import app_of
from services.gateway.tests.house import House, open_worker
from services.gateway.tests.opensubsonic_methods import ANSWERS
from services.gateway.tests.opensubsonic_visit import Manner, Visit
from services.gateway.tests.people import sign_in
from services.gateway.tests.recordings import publish
from services.gateway.tests.test_apps_media import painted
from services.gateway.tests.tones import record
from services.gateway.tests.waiting import until
from tests.broadcaster import Broadcaster, Entry, broadcasting, picture
from tests.sounds import Piece
from tutti.catalog.v1 import music_pb2
from tutti.ingest.v1 import events_pb2

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from services.gateway.tests.conftest import Site, Studio
    from services.gateway.tests.people import Person

PATIENCE_S = 120.0
MANNERS = [
    Manner(as_xml=False, by_form=False, with_view=False),
    Manner(as_xml=True, by_form=True, with_view=True),
    Manner(as_xml=False, by_form=True, with_view=True),
    Manner(as_xml=True, by_form=False, with_view=False),
]
OF_PODCASTS = {
    "createPodcastChannel",
    "deletePodcastChannel",
    "deletePodcastEpisode",
    "downloadPodcastEpisode",
    "getNewestPodcasts",
    "getPodcastEpisode",
    "getPodcasts",
    "refreshPodcasts",
}
PLAYER = {
    "name": "a test",
    "platform": "paper",
    "directPlayProfiles": [
        {"containers": ["mp3"], "audioCodecs": ["mp3"], "protocols": ["http"]},
    ],
    "transcodingProfiles": [{"container": "mp3", "audioCodec": "mp3", "protocol": "http"}],
}


@dataclass(frozen=True, slots=True)
class Stage:
    """A library with all that may stand in an answer, and two apps: a listener's, an operator's."""

    site: Site
    mine: Visit
    boss: Visit
    songs: Mapping[str, dict[str, Any]]

    def song(self, title: str) -> str:
        return f"tr-{self.songs[title]['id']}"

    @property
    def album(self) -> str:
        return f"al-{self.songs['Blau']['album_id']}"

    @property
    def artist(self) -> str:
        return f"ar-{self.songs['Blau']['artists'][0]['artist_id']}"


def credited(*names: str) -> list[music_pb2.ArtistCredit]:
    last = len(names) - 1
    return [
        music_pb2.ArtistCredit(
            name=name,
            join_phrase="" if number == last else " feat. ",
            musicbrainz_artist_id="5b11f4ce-a62d-471e-81fc-a69a8278c7da",
        )
        for number, name in enumerate(names)
    ]


def heard(energy: float) -> music_pb2.Analysis:
    return music_pb2.Analysis(engine="ear", engine_version="1", tempo_bpm=96.4, energy=energy)


RICH = events_pb2.AlbumTags(
    title='Blau & "Grün" <Rot>',
    artists=credited("Zoë", "Øystein"),
    date="2001-02",
    original_date="1987-03-04",
    disc_count=2,
    label="Élan",
    musicbrainz_release_id="f4a261d5-1a92-4d3f-8f0c-8c0e6b1f3a55",
)
MIXED = events_pb2.AlbumTags(title="Mixed", compilation=True)


async def furnish(site: Site, person: Person, folder: Path) -> dict[str, dict[str, Any]]:
    """Songs with all tags, with hardly any, on a record of many, on none, and one that sounds."""
    bare = {"genres": [], "date": "", "track_number": 0, "loudness": None, "analysis": None}
    rich = {
        "artists": credited("Zoë", "Åsa"),
        "sort_title": "blau",
        "disc_number": 2,
        "composers": ["C. Omponist", "D. Ichter"],
        "isrc": "USSM18300073",
        "comment": "line\nline\ttab",
        "explicit": True,
        "genres": ["Jazz", "Ambient & more"],
        "musicbrainz_recording_id": "f3f72a0d-a554-4c8a-9c52-94e1d11b84b0",
        "analysis": heard(0.2),
        "loudness": music_pb2.Loudness(
            track_gain_db=-4.123, track_peak=0.9, album_gain_db=-5, album_peak=1
        ),
    }
    return {
        "Blau": await publish(site, person, "Blau", RICH, **rich),
        "Ebbe": await publish(
            site,
            person,
            "Ebbe",
            MIXED,
            artists=credited("The Ebbs"),
            analysis=heard(0.5),
            has_lyrics=False,
            has_synced_lyrics=False,
        ),
        "Alone": await publish(
            site, person, "Alone", events_pb2.AlbumTags(), artists=[], **bare, has_lyrics=False
        ),
        "Tones": await record(site, person, folder),
    }


@pytest.fixture(params=MANNERS, ids=str)
async def stage(
    request: pytest.FixtureRequest, studio: Studio, tmp_path: Path
) -> AsyncIterator[Stage]:
    site = studio.site
    songs = await furnish(site, studio.owner, tmp_path)
    async with sign_in(site.client, "operator") as operator:
        mine = Visit(await app_of(studio.owner, site.client), request.param)
        boss = Visit(await app_of(operator, site.client), request.param, mine.called)
        yield Stage(site, mine, boss, songs)


@pytest.mark.slow
async def test_every_method_answers_as_the_api_has_it(stage: Stage) -> None:
    await mark(stage)
    await browse(stage)
    await read_about(stage)
    await look_up(stage)
    await arrange(stage)
    await come_back(stage)
    await play(stage)
    await share(stage)
    await tune(stage)
    await administer(stage)
    await miss(stage)
    assert stage.mine.called == set(ANSWERS) - OF_PODCASTS


@pytest.mark.slow
async def test_every_method_of_podcasts_answers_as_the_api_has_it(
    site: Site, ada: Person, operator: Person, house: House, tmp_path: Path
) -> None:
    apps = await app_of(ada, site.client), await app_of(operator, site.client)
    sound = Piece(7, duration_s=2.0).encoded(tmp_path / "night", "mp3").read_bytes()
    with broadcasting() as air:
        air.offer("/1.mp3", sound)
        air.offer("/night.png", picture("#223366"), "image/png")
        async with open_worker(house, tmp_path / "scratch"):
            for number, manner in enumerate(MANNERS):
                mine, boss = (Visit(app, manner) for app in apps)
                await follow(mine, boss, air, number, sound)
                assert mine.called | boss.called >= OF_PODCASTS


async def follow(mine: Visit, boss: Visit, air: Broadcaster, number: int, sound: bytes) -> None:
    """Podcasts, to the sound of an episode."""
    night = Entry("Night <1>", "1.mp3", "n1", "01 Jan 2024 10:00:00 GMT", "<p>Sleep</p>", "2")
    cover = '<itunes:image href="night.png"/>'
    url = air.feed(f"/feed-{number}.xml", "Talk & so", [night], cover)
    await boss.ask("createPodcastChannel", url=url)
    nothing = air.url(f"/nothing-{number}.xml")
    await boss.ask("createPodcastChannel", url=nothing)
    await boss.ask("refreshPodcasts")
    seen: dict[str, Any] = {}

    async def downloaded() -> bool:
        listed = (await mine.ask("getPodcasts"))["channel"]
        seen.update({each["url"]: each for each in listed})
        episodes = seen[url].get("episode", [])
        failed = seen[nothing]["status"] == "error"
        return failed and any(each["status"] == "completed" for each in episodes)

    await until(downloaded, PATIENCE_S)
    channel, [episode] = seen[url]["id"], seen[url]["episode"]
    await mine.ask("getPodcasts", id=channel, includeEpisodes="false")
    await mine.ask("getNewestPodcasts", count=5)
    assert await mine.ask("getPodcastEpisode", id=episode["id"]) == episode
    assert (await mine.fetch("stream", id=episode["streamId"])).content == sound
    await mine.fetch("getCoverArt", id=seen[url]["coverArt"])
    await boss.ask("deletePodcastEpisode", id=episode["id"])
    await mine.ask("getPodcastEpisode", id=episode["id"])
    await boss.ask("downloadPodcastEpisode", id=episode["id"])
    for gone in (url, nothing):
        await boss.ask("deletePodcastChannel", id=seen[gone]["id"])


async def mark(stage: Stage) -> None:
    """Favourites, ratings and plays, which stand in whatever is read after them."""
    mine, song = stage.mine, stage.song("Blau")
    await mine.ask(
        "star", id=[song, stage.song("Ebbe")], albumId=stage.album, artistId=stage.artist
    )
    await mine.ask("unstar", id=stage.song("Ebbe"))
    for name, rating in ((song, 5), (stage.album, 4), (stage.artist, 1), (stage.artist, 0)):
        await mine.ask("setRating", id=name, rating=rating)
    await mine.ask("setRating", id=stage.artist, rating=3)
    await mine.ask("scrobble", id=[song, stage.song("Ebbe")], time=[1_700_000_000_000] * 2)
    await mine.ask("scrobble", id=song, submission="false")
    told = {"mediaType": "song", "mediaId": song, "positionMs": 1000, "state": "playing"}
    await mine.ask("reportPlayback", **told, playbackRate=1.5)
    [entry] = (await mine.ask("getNowPlaying"))["entry"]
    assert entry["playbackRate"] == 1.5

    async def counted() -> bool:
        return "playCount" in await mine.ask("getSong", id=song)

    await until(counted)


async def browse(stage: Stage) -> None:
    mine = stage.mine
    for method in ("ping", "getLicense", "getOpenSubsonicExtensions", "tokenInfo", "getGenres"):
        await mine.ask(method)
    for folder in (await mine.ask("getMusicFolders"))["musicFolder"]:
        await mine.ask("getMusicDirectory", id=folder["id"])
        await mine.ask("getArtists", musicFolderId=folder["id"])
    for method in ("getArtists", "getIndexes", "getVideos", "getChatMessages"):
        await mine.ask(method)
    for name in (stage.album, stage.artist):
        await mine.ask("getMusicDirectory", id=name)
    assert len((await mine.ask("getAlbum", id=stage.album))["song"]) == 1
    for index in (await mine.ask("getArtists"))["index"]:
        for artist in index["artist"]:
            await mine.ask("getArtist", id=artist["id"])


async def read_about(stage: Stage) -> None:
    mine = stage.mine
    for title in stage.songs:
        await mine.ask("getSong", id=stage.song(title))
        await mine.ask("getLyricsBySongId", id=stage.song(title), enhanced="true")
    for name in (stage.song("Blau"), stage.album, stage.artist):
        await mine.ask("getArtistInfo", id=name)
        await mine.ask("getArtistInfo2", id=name)
    for method in ("getAlbumInfo", "getAlbumInfo2"):
        await mine.ask(method, id=stage.album)


async def look_up(stage: Stage) -> None:
    mine, song = stage.mine, stage.song("Blau")
    for kind in (
        "random",
        "newest",
        "highest",
        "frequent",
        "recent",
        "starred",
        "byYear",
        "byGenre",
    ):
        given = {"type": kind, "genre": "Jazz", "fromYear": 1900, "toYear": 2100}
        assert await mine.ask("getAlbumList", **given), kind
        assert await mine.ask("getAlbumList2", **given), kind
    await mine.ask("getAlbumList2", type="alphabeticalByName", size=500)
    await mine.ask("getAlbumList2", type="alphabeticalByArtist", offset=10_000)
    await mine.ask("getRandomSongs", size=500)
    await mine.ask("getRandomSongs", genre="there is none")
    assert (await mine.ask("getSongsByGenre", genre="Jazz"))["song"]
    for method in ("getStarred", "getStarred2"):
        assert set(await mine.ask(method)) == {"artist", "album", "song"}
    assert (await mine.ask("search", any="Blau"))["match"]
    for query in ("Blau", '""', "there is nothing like it"):
        await mine.ask("search2", query=query)
        await mine.ask("search3", query=query)
    assert (await mine.ask("getTopSongs", artist="zoë"))["song"]
    assert (await mine.ask("getTopSongs", artist="Nobody")) == {}
    for name in (song, stage.album, stage.artist):
        await mine.ask("getSimilarSongs", id=name)
        await mine.ask("getSimilarSongs2", id=name)
    assert await mine.ask("getSonicSimilarTracks", id=song)
    assert await mine.ask("getSonicSimilarTracks", id=song, count=0) is None
    assert await mine.ask("findSonicPath", startSongId=song, endSongId=stage.song("Ebbe"))
    assert (await mine.ask("getLyrics", artist="Zoë", title="Blau"))["value"]
    assert (await mine.ask("getLyrics", artist="Nobody", title="Nothing")) == {}


async def arrange(stage: Stage) -> None:
    """Playlists."""
    mine, two = stage.mine, [stage.song("Blau"), stage.song("Ebbe")]
    made = await mine.ask("createPlaylist", name='Night & "day"', songId=two)
    assert [each["id"] for each in made["entry"]] == two
    await mine.ask(
        "updatePlaylist", playlistId=made["id"], comment="all", public="true", songIndexToRemove=0
    )
    read = await mine.ask("getPlaylist", id=made["id"])
    assert (read["comment"], read["public"], read["songCount"]) == ("all", True, 1)
    empty = await mine.ask("createPlaylist", playlistId=made["id"])
    assert "entry" not in empty
    assert (await mine.ask("getPlaylists"))["playlist"]
    await stage.boss.ask("getPlaylists")
    await mine.ask("deletePlaylist", id=made["id"])
    assert await mine.ask("getPlaylists") == {}


async def come_back(stage: Stage) -> None:
    """The queue and bookmarks."""
    mine, two = stage.mine, [stage.song("Blau"), stage.song("Ebbe")]
    assert await mine.ask("getPlayQueue") is None
    assert await mine.ask("getPlayQueueByIndex") is None
    await mine.ask("savePlayQueue", id=two, current=two[1], position=1234)
    assert (await mine.ask("getPlayQueue"))["current"] == two[1]
    await mine.ask("savePlayQueueByIndex", id=[*two, two[0]], currentIndex=0, position=5)
    assert (await mine.ask("getPlayQueueByIndex"))["currentIndex"] == 0
    await mine.ask("savePlayQueue")
    assert "entry" not in await mine.ask("getPlayQueue")
    assert await mine.ask("getBookmarks") == {}
    await mine.ask("createBookmark", id=two[0], position=4000, comment="here")
    await mine.ask("createBookmark", id=two[1], position=0)
    assert len((await mine.ask("getBookmarks"))["bookmark"]) == 2
    await mine.ask("deleteBookmark", id=two[0])


async def play(stage: Stage) -> None:
    """What is no envelope."""
    mine, song, sounding = stage.mine, stage.song("Blau"), stage.song("Tones")
    cover = (await mine.ask("getSong", id=song))["coverArt"]
    key = f"covers/{cover.removeprefix('co-')}.webp"
    await stage.site.objects.put_bytes(key, painted(600), "image/webp")
    assert (await mine.fetch("getCoverArt", id=cover)).headers["content-type"] == "image/jpeg"
    for method in ("stream", "download"):
        whole = await mine.fetch(method, id=sounding, format="raw")
        assert whole.headers["content-type"] == "audio/flac"
        assert whole.content.startswith(b"fLaC")
    playlist = await mine.fetch("hls.m3u8", id=song)
    assert playlist.status_code == 302
    given = {"mediaId": sounding, "mediaType": "song"}
    decision = await mine.describe("getTranscodeDecision", json.dumps(PLAYER), **given)
    assert (decision["canDirectPlay"], decision["canTranscode"]) == (False, True)
    named = {**given, "transcodeParams": decision["transcodeParams"]}
    made = await mine.fetch("getTranscodeStream", **named)
    assert made.headers["content-type"] == "audio/mpeg"


async def share(stage: Stage) -> None:
    mine = stage.mine
    assert await mine.ask("getShares") == {}
    things = [stage.song("Blau"), stage.album]
    expires = 4_102_444_800_000
    [made] = (await mine.ask("createShare", id=things, description="Hör!", expires=expires))[
        "share"
    ]
    await mine.app.client.get(made["url"])
    await mine.ask("getShares")
    await mine.ask("updateShare", id=made["id"], description="again", expires=0)
    await mine.ask("deleteShare", id=made["id"])


async def tune(stage: Stage) -> None:
    """Radio."""
    mine, boss = stage.mine, stage.boss
    radio = {
        "name": f"Élan & {mine.app.user_name}",
        "streamUrl": "https://radio.example/live.mp3?a=1&b=2",
    }
    await boss.ask("createInternetRadioStation", **radio)
    listed = (await mine.ask("getInternetRadioStations"))["internetRadioStation"]
    live = next(each for each in listed if each["id"].startswith("li-"))
    assert live["streamUrl"].startswith("http")
    [one] = [each for each in listed if each["name"] == radio["name"]]
    changed = {"id": one["id"], **radio, "homepageUrl": "https://radio.example"}
    await boss.ask("updateInternetRadioStation", **changed)
    await mine.ask("getInternetRadioStations")
    await boss.ask("deleteInternetRadioStation", id=one["id"])


async def administer(stage: Stage) -> None:
    mine, boss = stage.mine, stage.boss
    name = f"eve-{mine.app.password_id}"[:30]
    await boss.ask("createUser", username=name, password="correct horse", email="e@example.org")
    await boss.ask("updateUser", username=name, email="f@example.org", adminRole="false")
    assert (await boss.ask("getUser", username=name))["email"] == "f@example.org"
    await mine.ask("getUser", username=mine.app.user_name)
    await mine.ask("getUser")
    assert (await boss.ask("getUsers"))["user"]
    await boss.ask("deleteUser", username=name)
    await boss.ask("startScan")
    await mine.ask("getScanStatus")
    same = {"username": mine.app.user_name, "password": mine.app.secret}
    await mine.ask("changePassword", **same)


async def miss(stage: Stage) -> None:
    """What a server for music has not."""
    mine = stage.mine
    assert await mine.refused("addChatMessage", message="hello") == 50
    assert await mine.refused("jukeboxControl", action="status") == 50
    assert await mine.refused("getAvatar", username=mine.app.user_name) == 70
    assert await mine.refused("getCaptions", id="1") == 70
    assert await mine.refused("getVideoInfo", id="1") == 70
