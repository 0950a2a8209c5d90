"""Whole lists, page after page."""

from collections.abc import AsyncIterator

from services.gateway.http.subsonic.calls import Call
from tutti.catalog.v1 import catalog_pb2 as pb
from tutti.catalog.v1 import music_pb2

LARGEST_PAGE = 500


async def all_artists(call: Call, asked: pb.ListArtistsRequest) -> AsyncIterator[music_pb2.Artist]:
    """All artists of a list."""
    asked.page_size = LARGEST_PAGE
    while True:
        answer = await call.parts.peers.catalog.ListArtists(asked)
        for row in answer.artists:
            yield row
        if not answer.next_page_token:
            return
        asked.page_token = answer.next_page_token


async def all_albums(call: Call, asked: pb.ListAlbumsRequest) -> AsyncIterator[music_pb2.Album]:
    """All albums of a list."""
    asked.page_size = LARGEST_PAGE
    while True:
        answer = await call.parts.peers.catalog.ListAlbums(asked)
        for row in answer.albums:
            yield row
        if not answer.next_page_token:
            return
        asked.page_token = answer.next_page_token


async def all_tracks(call: Call, asked: pb.ListTracksRequest) -> AsyncIterator[music_pb2.Track]:
    """All tracks of a list."""
    asked.page_size = LARGEST_PAGE
    while True:
        answer = await call.parts.peers.catalog.ListTracks(asked)
        for row in answer.tracks:
            yield row
        if not answer.next_page_token:
            return
        asked.page_token = answer.next_page_token
