"""What music there is."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Query

from libs.common.faults import NotFound
from services.gateway.http.entrance import Listener, guarded_router
from services.gateway.http.parts import CatalogPeer, IngestPeer
from services.gateway.wire.browsing import (
    AlbumEdit,
    AlbumQuery,
    ArtistEdit,
    ArtistQuery,
    ChangesQuery,
    LyricsEdit,
    SearchQuery,
    TrackEdit,
    TrackIds,
    TrackQuery,
    TracksWanted,
)
from services.gateway.wire.music import Album, Artist, Lyrics, Track
from services.gateway.wire.shapes import Id
from services.gateway.wire.shelves import (
    AlbumDetail,
    AlbumPage,
    ArtistDetail,
    ArtistPage,
    ChangePage,
    Found,
    GenreList,
    TrackList,
    TrackPage,
)
from tutti.catalog.v1 import catalog_pb2 as pb
from tutti.ingest.v1 import ingest_pb2

routes = guarded_router("music")


@routes.get("/artists")
async def list_artists(
    viewer: Listener, catalog: CatalogPeer, query: Annotated[ArtistQuery, Query()]
) -> ArtistPage:
    """List artists by sort name."""
    return ArtistPage.model_validate(await catalog.ListArtists(query.request(viewer.user_id)))


@routes.get("/artists/{artist_id}")
async def get_artist(viewer: Listener, catalog: CatalogPeer, artist_id: Id) -> ArtistDetail:
    """Read an artist with their albums and most played tracks."""
    asked = pb.GetArtistRequest(viewer_id=viewer.user_id, artist_id=artist_id)
    return ArtistDetail.model_validate(await catalog.GetArtist(asked))


@routes.patch("/artists/{artist_id}")
async def edit_artist(
    viewer: Listener, catalog: CatalogPeer, artist_id: Id, edit: ArtistEdit
) -> Artist:
    """Change what is written about an artist. Operators only: all libraries share artists."""
    answer = await catalog.EditArtist(edit.request(viewer.user_id, artist_id))
    return Artist.model_validate(answer.artist)


@routes.get("/albums")
async def list_albums(
    viewer: Listener, catalog: CatalogPeer, query: Annotated[AlbumQuery, Query()]
) -> AlbumPage:
    """List albums."""
    return AlbumPage.model_validate(await catalog.ListAlbums(query.request(viewer.user_id)))


@routes.get("/albums/{album_id}")
async def get_album(viewer: Listener, catalog: CatalogPeer, album_id: Id) -> AlbumDetail:
    """Read an album with its tracks."""
    asked = pb.GetAlbumRequest(viewer_id=viewer.user_id, album_id=album_id)
    return AlbumDetail.model_validate(await catalog.GetAlbum(asked))


@routes.patch("/albums/{album_id}")
async def edit_album(
    viewer: Listener, catalog: CatalogPeer, album_id: Id, edit: AlbumEdit
) -> Album:
    """Change what is written about an album."""
    answer = await catalog.EditAlbum(edit.request(viewer.user_id, album_id))
    return Album.model_validate(answer.album)


@routes.get("/tracks")
async def list_tracks(
    viewer: Listener, catalog: CatalogPeer, query: Annotated[TrackQuery, Query()]
) -> TrackPage:
    """List tracks."""
    return TrackPage.model_validate(await catalog.ListTracks(query.request(viewer.user_id)))


@routes.post("/tracks/lookup")
async def look_up_tracks(viewer: Listener, catalog: CatalogPeer, asked: TrackIds) -> TrackList:
    """Read tracks by their ids, in that order; those that may not be seen are left out."""
    request = pb.GetTracksRequest(viewer_id=viewer.user_id, track_ids=asked.ids)
    return TrackList.model_validate(await catalog.GetTracks(request))


@routes.post("/tracks/prepare")
async def prepare_tracks(
    viewer: Listener, catalog: CatalogPeer, ingest: IngestPeer, asked: TracksWanted
) -> TrackList:
    """Read tracks like `lookup`; those still `preparing` pass all others from now on."""
    request = pb.GetTracksRequest(viewer_id=viewer.user_id, track_ids=asked.ids)
    answer = await catalog.GetTracks(request)
    for track in answer.tracks:
        if track.preparing_item_id:
            await ingest.HastenItem(ingest_pb2.HastenItemRequest(item_id=track.preparing_item_id))
    return TrackList.model_validate(answer)


@routes.get("/tracks/{track_id}")
async def get_track(viewer: Listener, catalog: CatalogPeer, track_id: Id) -> Track:
    """Read a track."""
    asked = pb.GetTracksRequest(viewer_id=viewer.user_id, track_ids=[track_id])
    answer = await catalog.GetTracks(asked)
    if not answer.tracks:
        raise NotFound(f"there is no track {track_id}")
    return Track.model_validate(answer.tracks[0])


@routes.patch("/tracks/{track_id}")
async def edit_track(
    viewer: Listener, catalog: CatalogPeer, track_id: Id, edit: TrackEdit
) -> Track:
    """Change what is written about a track."""
    answer = await catalog.EditTrack(edit.request(viewer.user_id, track_id))
    return Track.model_validate(answer.track)


@routes.delete("/tracks/{track_id}", status_code=HTTPStatus.NO_CONTENT)
async def remove_track(viewer: Listener, catalog: CatalogPeer, track_id: Id) -> None:
    """Remove a track from its library."""
    asked = pb.RemoveTracksRequest(viewer_id=viewer.user_id, track_ids=[track_id])
    if not (await catalog.RemoveTracks(asked)).removed_count:
        raise NotFound(f"there is no track {track_id}")


@routes.get("/tracks/{track_id}/lyrics")
async def get_lyrics(viewer: Listener, catalog: CatalogPeer, track_id: Id) -> Lyrics:
    """Read the words of a track."""
    asked = pb.GetLyricsRequest(viewer_id=viewer.user_id, track_id=track_id)
    return Lyrics.model_validate((await catalog.GetLyrics(asked)).lyrics)


@routes.put("/tracks/{track_id}/lyrics", status_code=HTTPStatus.NO_CONTENT)
async def set_lyrics(
    viewer: Listener, catalog: CatalogPeer, track_id: Id, edit: LyricsEdit
) -> None:
    """Replace the words of a track; empty ones remove them."""
    await catalog.SetLyrics(
        pb.SetLyricsRequest(viewer_id=viewer.user_id, track_id=track_id, lyrics=edit.lyrics())
    )


@routes.get("/genres")
async def list_genres(viewer: Listener, catalog: CatalogPeer) -> GenreList:
    """List genres by name."""
    asked = pb.ListGenresRequest(viewer_id=viewer.user_id)
    return GenreList.model_validate(await catalog.ListGenres(asked))


@routes.get("/search")
async def search(
    viewer: Listener, catalog: CatalogPeer, query: Annotated[SearchQuery, Query()]
) -> Found:
    """Find artists, albums and tracks by words; typing errors are forgiven."""
    asked = pb.SearchNamesRequest(viewer_id=viewer.user_id, query=query.q, limit=query.limit)
    return Found.model_validate(await catalog.SearchNames(asked))


@routes.get("/changes")
async def list_changes(
    viewer: Listener, catalog: CatalogPeer, query: Annotated[ChangesQuery, Query()]
) -> ChangePage:
    """List everything added, changed or removed since a cursor, missing nothing."""
    asked = pb.ListChangesRequest(
        viewer_id=viewer.user_id, cursor=query.cursor, page_size=query.limit
    )
    return ChangePage.model_validate(await catalog.ListChanges(asked))
