"""From a recording that is ready to a track in a library."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from services.catalog.tests.recordings import ARRIVES_S, recording, sha256
from tutti.catalog.v1 import catalog_pb2 as pb
from tutti.catalog.v1 import music_pb2
from tutti.ingest.v1 import events_pb2 as ingest_pb2

if TYPE_CHECKING:
    from services.catalog.tests.conftest import Running
    from services.catalog.tests.recordings import Ingest
    from tutti.catalog.v1.catalog_pb2_grpc import CatalogServiceAsyncStub


async def test_a_recording_becomes_track_album_and_artist(
    ingest: Ingest, music: CatalogServiceAsyncStub
) -> None:
    ada = await ingest.user("ada")
    (track,) = await ingest.publish(ada, recording("First Light", track_number=1))
    answer = await music.GetAlbum(pb.GetAlbumRequest(viewer_id=ada.id, album_id=track.album_id))
    assert [each.title for each in answer.tracks] == ["First Light"]
    assert (answer.album.title, answer.album.track_count) == ("Dawn", 1)
    assert answer.album.cover_sha256 == sha256("cover of Dawn")
    artist_id = track.artists[0].artist_id
    page = await music.GetArtist(pb.GetArtistRequest(viewer_id=ada.id, artist_id=artist_id))
    assert (page.artist.name, page.artist.album_count, page.artist.track_count) == ("Ada", 1, 1)
    assert [album.id for album in page.albums] == [track.album_id]
    assert [each.id for each in page.top_tracks] == [track.id]
