"""Tracks that are shown before they can be played, and what becomes of them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from libs.common.events import Event
from services.catalog.tests.recordings import ARRIVES_S, recording
from services.catalog.tests.test_changes import Device
from tutti.catalog.v1 import catalog_pb2 as pb
from tutti.catalog.v1 import events_pb2, music_pb2
from tutti.ingest.v1 import events_pb2 as ingest_pb2

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.catalog.tests.conftest import Running
    from services.catalog.tests.recordings import Ingest
    from tutti.catalog.v1 import accounts_pb2
    from tutti.catalog.v1.catalog_pb2_grpc import CatalogServiceAsyncStub


class Finder:
    """Announces what was found in a folder, and waits for the answers."""

    def __init__(self, running: Running) -> None:
        self._bus = running.bus
        self._count = 0
        self._answers: asyncio.Queue[str] = asyncio.Queue()

    async def listen(self) -> None:
        async def listed(fact: events_pb2.TracksListed) -> None:
            await self._answers.put(fact.found_id)

        async def delisted(fact: events_pb2.TrackDelisted) -> None:
            await self._answers.put(fact.ingest_item_id)

        await self._bus.subscribe(events_pb2.TracksListed, "test", listed)
        await self._bus.subscribe(events_pb2.TrackDelisted, "test", delisted)

    async def find(
        self, user: accounts_pb2.User, *readies: ingest_pb2.RecordingReady, library_id: str = ""
    ) -> ingest_pb2.RecordingsFound:
        """Announce recordings by what only their tags say; each is known by its title."""
        self._count += 1
        fact = ingest_pb2.RecordingsFound(
            id=f"find {self._count}",
            user_id=user.id,
            library_id=library_id or user.own_library_id,
            recordings=map(_found, readies),
        )
        await self.tell(fact)
        return fact

    async def tell(self, fact: ingest_pb2.RecordingsFound) -> None:
        """Announce it, once more perhaps."""
        self._count += 1
        await self._bus.publish(Event.of(fact, key=f"{fact.id} {self._count}"))
        assert await asyncio.wait_for(self._answers.get(), ARRIVES_S) == fact.id

    async def withdraw(self, item_id: str) -> None:
        """Say that a file came to nothing."""
        self._count += 1
        fact = ingest_pb2.RecordingWithdrawn(ingest_item_id=item_id)
        await self._bus.publish(Event.of(fact, key=f"{item_id} {self._count}"))
        assert await asyncio.wait_for(self._answers.get(), ARRIVES_S) == item_id


def _found(ready: ingest_pb2.RecordingReady) -> ingest_pb2.FoundRecording:
    track = music_pb2.Track()
    track.CopyFrom(ready.track)
    for name in ("content_sha256", "loudness", "analysis", "renditions", "has_waveform"):
        track.ClearField(name)
    track.cover_sha256 = ""
    return ingest_pb2.FoundRecording(ingest_item_id=track.title, track=track, album=ready.album)


def _ready(title: str, comment: str = "") -> ingest_pb2.RecordingReady:
    """The recording of a file known by its title."""
    ready = recording(title, comment=comment)
    ready.ingest_item_id = title
    return ready


@pytest.fixture
async def finder(running: Running) -> Finder:
    finder = Finder(running)
    await finder.listen()
    return finder


async def shown(music: CatalogServiceAsyncStub, viewer_id: str) -> dict[str, music_pb2.Track]:
    listing = await music.ListTracks(pb.ListTracksRequest(viewer_id=viewer_id))
    return {track.title: track for track in listing.tracks}


def titles(tracks: Sequence[music_pb2.Track]) -> list[str]:
    return [track.title for track in tracks]


async def test_what_is_found_is_shown_with_artists_and_albums(
    ingest: Ingest, finder: Finder, music: CatalogServiceAsyncStub
) -> None:
    ada = await ingest.user("ada")
    await finder.find(
        ada,
        recording("One", track_number=1),
        recording("Two", track_number=2),
        recording("Three", artists=("Bo", "Cy"), album="Dusk"),
        recording("Four", artists=("Bo",), album=""),
    )
    tracks = await shown(music, ada.id)
    assert {title: track.preparing_item_id for title, track in tracks.items()} == {
        title: title for title in ("One", "Two", "Three", "Four")
    }
    assert [credit.name for credit in tracks["Three"].artists] == ["Bo", "Cy"]
    albums = await music.ListAlbums(pb.ListAlbumsRequest(viewer_id=ada.id))
    assert [(each.title, each.track_count, list(each.genres)) for each in albums.albums] == [
        ("Dawn", 2, ["Ambient"]),
        ("Dusk", 1, ["Ambient"]),
    ]
    artists = await music.ListArtists(pb.ListArtistsRequest(viewer_id=ada.id))
    assert [(each.name, each.track_count) for each in artists.artists] == [
        ("Ada", 2), ("Bo", 2), ("Cy", 1),
    ]  # fmt: skip
    libraries = await music.ListLibraries(pb.ListLibrariesRequest(viewer_id=ada.id))
    [library] = [each for each in libraries.libraries if each.id == ada.own_library_id]
    assert (library.track_count, library.size_bytes) == (4, 4000)
    found = await music.SearchNames(pb.SearchNamesRequest(viewer_id=ada.id, query="three bo dusk"))
    assert titles(found.tracks) == ["Three"]


async def test_a_find_told_again_is_shown_once(
    ingest: Ingest, finder: Finder, music: CatalogServiceAsyncStub
) -> None:
    ada = await ingest.user("ada")
    fact = await finder.find(ada, recording("One"), recording("Two"))
    before = await shown(music, ada.id)
    await finder.tell(fact)
    assert await shown(music, ada.id) == before


async def test_it_becomes_the_same_track_when_it_is_ready(
    ingest: Ingest, finder: Finder, music: CatalogServiceAsyncStub
) -> None:
    ada = await ingest.user("ada")
    device = Device(music, ada.id)
    fact = await finder.find(ada, recording("One"))
    before = (await shown(music, ada.id))["One"]
    request = pb.GetRenditionRequest(
        viewer_id=ada.id, track_id=before.id, quality=music_pb2.QUALITY_ORIGINAL
    )
    answer = await music.GetRendition(request)
    assert (answer.preparing_item_id, answer.HasField("rendition")) == ("One", False)
    await device.sync()
    await music.EditTrack(pb.EditTrackRequest(viewer_id=ada.id, track_id=before.id, comment="mine"))
    (track,) = await ingest.publish(ada, _ready("One", comment="theirs"))
    assert (track.id, track.added_at_unix_ms) == (before.id, before.added_at_unix_ms)
    assert (track.preparing_item_id, track.comment) == ("", "mine")
    assert track.content_sha256
    assert (await music.GetRendition(request)).rendition.object_key
    await finder.tell(fact)
    assert [each.id for each in (await shown(music, ada.id)).values()] == [track.id]
    await device.sync()
    assert device.copy["track"] == {track.id: (await shown(music, ada.id))["One"]}


async def test_what_comes_to_nothing_is_shown_no_more_and_never_again(
    ingest: Ingest, finder: Finder, music: CatalogServiceAsyncStub
) -> None:
    ada = await ingest.user("ada")
    fact = await finder.find(ada, recording("One"), recording("Two", album="Dusk"))
    device = Device(music, ada.id)
    await device.sync()
    await finder.withdraw("Two")
    await finder.withdraw("Two")
    await device.sync()
    assert device.titles() == ["One"]
    albums = await music.ListAlbums(pb.ListAlbumsRequest(viewer_id=ada.id))
    assert [each.title for each in albums.albums] == ["Dawn"]
    removed = await asyncio.wait_for(ingest.removed.get(), ARRIVES_S)
    assert removed.ingest_item_id == ""
    await finder.tell(fact)
    assert set(await shown(music, ada.id)) == {"One"}


async def test_a_withdrawal_that_overtakes_its_find_holds(
    ingest: Ingest, finder: Finder, music: CatalogServiceAsyncStub
) -> None:
    ada = await ingest.user("ada")
    await finder.withdraw("One")
    await finder.find(ada, recording("One"))
    assert await shown(music, ada.id) == {}
    # A person had it tried again, and it went well.
    await ingest.publish(ada, _ready("One"))
    assert set(await shown(music, ada.id)) == {"One"}


async def test_a_copy_of_what_is_there_leaves_for_it(
    ingest: Ingest, finder: Finder, music: CatalogServiceAsyncStub
) -> None:
    ada = await ingest.user("ada")
    (original,) = await ingest.publish(ada, recording("One"))
    await finder.find(ada, recording("Copy"))
    copy = recording("One", album="Other")
    copy.ingest_item_id = "Copy"
    (answer,) = await ingest.publish(ada, copy)
    assert answer.id == original.id
    assert set(await shown(music, ada.id)) == {"One"}


async def test_a_better_original_takes_the_place_of_both(
    ingest: Ingest, finder: Finder, music: CatalogServiceAsyncStub
) -> None:
    ada = await ingest.user("ada")
    (worse,) = await ingest.publish(ada, recording("One"))
    await finder.find(ada, recording("Better"))
    better = _ready("Better")
    better.replaces_track_id = worse.id
    (answer,) = await ingest.publish(ada, better)
    assert answer.id == worse.id
    assert set(await shown(music, ada.id)) == {"Better"}


async def test_who_removes_it_does_not_want_it_later(
    ingest: Ingest, finder: Finder, music: CatalogServiceAsyncStub
) -> None:
    ada = await ingest.user("ada")
    fact = await finder.find(ada, recording("One"))
    track = (await shown(music, ada.id))["One"]
    await music.RemoveTracks(pb.RemoveTracksRequest(viewer_id=ada.id, track_ids=[track.id]))
    removed = await asyncio.wait_for(ingest.removed.get(), ARRIVES_S)
    assert (removed.track_id, removed.ingest_item_id) == (track.id, "One")
    await finder.tell(fact)
    await ingest.announce(ada, _ready("One"))
    assert "removed" in (await ingest.refusal()).reason
    assert await shown(music, ada.id) == {}


async def test_nobody_shows_music_in_the_library_of_another(
    ingest: Ingest, finder: Finder, music: CatalogServiceAsyncStub
) -> None:
    ada, bob = await ingest.user("ada"), await ingest.user("bob")
    await finder.find(bob, recording("One"), library_id=ada.own_library_id)
    await finder.find(bob, recording("Two"), library_id="gone")
    assert await shown(music, ada.id) == {}
