"""Lists, pages and orders of what a viewer sees."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import grpc
import pytest

from services.catalog.domain.paging import page_token
from services.catalog.tests.recordings import recording, sha256
from tutti.catalog.v1 import catalog_pb2 as pb
from tutti.catalog.v1 import music_pb2

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

    from services.catalog.tests.conftest import Running
    from services.catalog.tests.recordings import Ingest
    from tutti.catalog.v1 import accounts_pb2
    from tutti.catalog.v1.catalog_pb2_grpc import CatalogServiceAsyncStub

TITLES = ["Éclair", "apple", "The Zoo", "banana", "Cherry", "東京", "A Day"]
IN_ORDER = ["apple", "banana", "Cherry", "A Day", "Éclair", "The Zoo", "東京"]


@pytest.fixture
async def ada(ingest: Ingest) -> accounts_pb2.User:
    ada = await ingest.user("ada")
    await ingest.publish(
        ada,
        *(
            recording(title, album=f"Album {title}", artists=[f"Band {title}"], date=f"{1990 + n}")
            for n, title in enumerate(TITLES)
        ),
    )
    return ada


async def all_tracks(
    music: CatalogServiceAsyncStub, request: pb.ListTracksRequest
) -> Sequence[music_pb2.Track]:
    """Page after page, two at a time."""
    request.page_size, tracks = 2, list[music_pb2.Track]()
    while True:
        answer = await music.ListTracks(request)
        tracks += answer.tracks
        request.page_token = answer.next_page_token
        if not request.page_token:
            assert answer.total_count == len(tracks)
            return tracks


async def all_albums(
    music: CatalogServiceAsyncStub, request: pb.ListAlbumsRequest
) -> Sequence[music_pb2.Album]:
    request.page_size, albums = 2, list[music_pb2.Album]()
    while True:
        answer = await music.ListAlbums(request)
        albums += answer.albums
        request.page_token = answer.next_page_token
        if not request.page_token:
            assert answer.total_count == len(albums)
            return albums


async def test_pages_of_every_order_hold_each_track_once(
    running: Running, music: CatalogServiceAsyncStub, ada: accounts_pb2.User
) -> None:
    await _play_and_rate_everything(running, ada.id)
    newest_first = TITLES[::-1]
    expected = {
        pb.TRACK_ORDER_UNSPECIFIED: IN_ORDER,
        pb.TRACK_ORDER_TITLE: IN_ORDER,
        pb.TRACK_ORDER_NEWEST: newest_first,
        pb.TRACK_ORDER_FREQUENT: newest_first,
        pb.TRACK_ORDER_RECENT: TITLES,
    }
    for order in pb.TrackOrder.values():
        tracks = await all_tracks(music, pb.ListTracksRequest(viewer_id=ada.id, order=order))
        titles = [track.title for track in tracks]
        assert sorted(titles) == sorted(TITLES)
        assert titles == expected.get(order, titles)
        ratings = [track.rating for track in tracks]
        if order == pb.TRACK_ORDER_RATING:
            assert ratings == sorted(ratings, reverse=True)


async def test_pages_of_every_order_hold_each_album_once(
    running: Running, music: CatalogServiceAsyncStub, ada: accounts_pb2.User
) -> None:
    await _play_and_rate_everything(running, ada.id)
    expected = {
        pb.ALBUM_ORDER_NEWEST: TITLES[::-1],
        pb.ALBUM_ORDER_FREQUENT: TITLES[::-1],
        pb.ALBUM_ORDER_RECENT: TITLES,
    }
    for order in pb.AlbumOrder.values():
        albums = await all_albums(music, pb.ListAlbumsRequest(viewer_id=ada.id, order=order))
        titles = [album.title.removeprefix("Album ") for album in albums]
        assert sorted(titles) == sorted(TITLES)
        assert titles == expected.get(order, titles)


async def _play_and_rate_everything(running: Running, user_id: str) -> None:
    await running.database.execute(
        """
        WITH numbered AS (SELECT id, row_number() OVER (ORDER BY added_at) AS n FROM tracks)
        INSERT INTO track_plays (user_id, track_id, play_count, last_played_at)
        SELECT $1, id, n, now() - n * interval '1 hour' FROM numbered
        """,
        user_id,
    )
    for kind in ("track", "album"):
        await running.database.execute(
            f"""
            INSERT INTO ratings (user_id, kind, entity_id, rating)
            SELECT $1, '{kind}', id, 1 + abs(hashtext(id)) % 5 FROM {kind}s
            """,  # noqa: S608  a table of ours
            user_id,
        )


async def test_a_shuffle_is_another_each_time_and_the_same_from_page_to_page(
    music: CatalogServiceAsyncStub, ada: accounts_pb2.User
) -> None:
    request = pb.ListTracksRequest(viewer_id=ada.id, order=pb.TRACK_ORDER_RANDOM, page_size=7)
    shuffles = [
        tuple(track.title for track in (await music.ListTracks(request)).tracks) for _ in range(5)
    ]
    assert len(set(shuffles)) > 1


async def test_artists_come_by_sort_name_in_pages(
    music: CatalogServiceAsyncStub, ada: accounts_pb2.User
) -> None:
    request, names = pb.ListArtistsRequest(viewer_id=ada.id, page_size=3), list[str]()
    while True:
        answer = await music.ListArtists(request)
        assert answer.total_count == len(TITLES)
        names += [artist.name for artist in answer.artists]
        request.page_token = answer.next_page_token
        if not request.page_token:
            break
    assert len(names) == len(TITLES)
    prefixed = pb.ListArtistsRequest(viewer_id=ada.id, name_prefix="BAND É")
    assert [each.name for each in (await music.ListArtists(prefixed)).artists] == ["Band Éclair"]


async def test_lists_narrow_to_library_artist_genre_year_and_favourites(
    running: Running, ingest: Ingest, music: CatalogServiceAsyncStub, ada: accounts_pb2.User
) -> None:
    ready = recording("Jazzy", genres=["Acid Jazz"], artists=["Eve"], album="Eve's")
    ready.album.date = "2020"
    (track,) = await ingest.publish(ada, ready)
    for kind, entity_id in [
        ("track", track.id),
        ("album", track.album_id),
        ("artist", track.artists[0].artist_id),
    ]:
        await running.database.execute(
            "INSERT INTO favourites (user_id, kind, entity_id) VALUES ($1, $2, $3)",
            ada.id, kind, entity_id,
        )  # fmt: skip
    for request in (
        pb.ListTracksRequest(viewer_id=ada.id, genre="acid JAZZ"),
        pb.ListTracksRequest(viewer_id=ada.id, artist_id=track.artists[0].artist_id),
        pb.ListTracksRequest(viewer_id=ada.id, favourites_only=True),
    ):
        assert [each.id for each in await all_tracks(music, request)] == [track.id]
    for album_request in (
        pb.ListAlbumsRequest(viewer_id=ada.id, genre="Acid Jazz"),
        pb.ListAlbumsRequest(viewer_id=ada.id, artist_id=track.artists[0].artist_id),
        pb.ListAlbumsRequest(viewer_id=ada.id, favourites_only=True),
        pb.ListAlbumsRequest(viewer_id=ada.id, from_year=2020, to_year=2020),
    ):
        assert [each.id for each in await all_albums(music, album_request)] == [track.album_id]
    favourites = pb.ListArtistsRequest(viewer_id=ada.id, favourites_only=True)
    (artist,) = (await music.ListArtists(favourites)).artists
    assert artist.name == "Eve"
    assert artist.HasField("favourite_at_unix_ms")
    elsewhere = pb.ListTracksRequest(viewer_id=ada.id, library_id="another")
    assert await all_tracks(music, elsewhere) == []
    here = pb.ListAlbumsRequest(viewer_id=ada.id, library_id=ada.own_library_id)
    assert len(await all_albums(music, here)) == len(TITLES) + 1


async def test_a_genre_is_one_however_it_is_written(
    ingest: Ingest, music: CatalogServiceAsyncStub
) -> None:
    ada = await ingest.user("ada")
    await ingest.publish(
        ada,
        recording("One", genres=["Trip-Hop", "Dub"], album="A"),
        recording("Two", genres=["trip-hop"], album="B"),
        recording("Three", genres=["Trip-Hop"], album="B"),
    )
    genres = (await music.ListGenres(pb.ListGenresRequest(viewer_id=ada.id))).genres
    assert [(each.name, each.album_count, each.track_count) for each in genres] == [
        ("Dub", 1, 1),
        ("Trip-Hop", 2, 3),
    ]


async def test_a_token_that_no_list_answered_with_is_refused(
    music: CatalogServiceAsyncStub,
) -> None:
    forged = (
        "nonsense",
        base64.urlsafe_b64encode(b'["title"]').decode(),
        page_token(("newest", 0, 5, "a", "b")),
        page_token(("title", 0, -1, "a", "b")),
        page_token(("title", 0, 5, "a", "\0")),
        page_token(("title", 2**64, 5, "a", "b")),
    )
    requests = [pb.ListTracksRequest(viewer_id="ada", page_token=token) for token in forged]
    late = page_token(("newest", 0, 5, 10**17, "b"))
    requests.append(pb.ListTracksRequest(order=pb.TRACK_ORDER_NEWEST, page_token=late))
    for request in requests:
        with pytest.raises(grpc.aio.AioRpcError, match="page_token") as refusal:
            await music.ListTracks(request)
        assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_impossible_requests_are_refused_with_the_reason(
    music: CatalogServiceAsyncStub,
) -> None:
    calls: dict[str, Awaitable[object]] = {
        "page_size must be from 1 to 500": music.ListTracks(pb.ListTracksRequest(page_size=501)),
        "page_size": music.ListArtists(pb.ListArtistsRequest(page_size=-1)),
        "order must be": music.ListAlbums(pb.ListAlbumsRequest(order=99)),  # type: ignore[arg-type]  # the point
        "a year must be": music.ListAlbums(pb.ListAlbumsRequest(from_year=-1)),
        "track_ids must be at most": music.GetTracks(pb.GetTracksRequest(track_ids=["a"] * 501)),
        "a shuffle goes on": music.ListTracks(
            pb.ListTracksRequest(order=pb.TRACK_ORDER_RANDOM, offset=1)
        ),
        "offset must be": music.ListArtists(pb.ListArtistsRequest(offset=-1)),
        "not both": music.ListAlbums(pb.ListAlbumsRequest(offset=1, page_token="x")),
        "a slice must have": music.SearchNames(
            pb.SearchNamesRequest(query="a", albums=pb.Slice(limit=501))
        ),
        "limit must be": music.SearchNames(pb.SearchNamesRequest(limit=101)),
        "query must have": music.SearchNames(pb.SearchNamesRequest(query="a" * 201)),
        "quality must be": music.GetRendition(pb.GetRenditionRequest()),
    }
    for reason, call in calls.items():
        with pytest.raises(grpc.aio.AioRpcError, match=reason) as refusal:
            await call
        assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_an_id_with_a_nul_is_refused_with_the_reason(
    music: CatalogServiceAsyncStub,
) -> None:
    with pytest.raises(grpc.aio.AioRpcError, match="NUL") as refusal:
        await music.GetAlbum(pb.GetAlbumRequest(viewer_id="ada", album_id="\0"))
    assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_the_object_to_play_is_named(ingest: Ingest, music: CatalogServiceAsyncStub) -> None:
    ada = await ingest.user("ada")
    (track,) = await ingest.publish(ada, recording("One"))
    request = pb.GetRenditionRequest(
        viewer_id=ada.id, track_id=track.id, quality=music_pb2.QUALITY_ORIGINAL
    )
    answer = await music.GetRendition(request)
    assert answer.rendition == track.renditions[0]
    assert (answer.title, answer.duration_ms) == ("One", 180_000)
    assert answer.content_sha256 == sha256("One")
    request.quality = music_pb2.QUALITY_HLS
    with pytest.raises(grpc.aio.AioRpcError, match="hls quality") as refusal:
        await music.GetRendition(request)
    assert refusal.value.code() is grpc.StatusCode.NOT_FOUND


async def test_tracks_asked_for_by_id_keep_their_order(
    music: CatalogServiceAsyncStub, ada: accounts_pb2.User
) -> None:
    tracks = await all_tracks(music, pb.ListTracksRequest(viewer_id=ada.id))
    ids = [tracks[n].id for n in (3, 1, 6)]
    asked = [ids[0], "unknown", *ids[1:]]
    answer = await music.GetTracks(pb.GetTracksRequest(viewer_id=ada.id, track_ids=asked))
    assert [track.id for track in answer.tracks] == ids


async def test_a_list_can_be_entered_anywhere(
    ingest: Ingest, music: CatalogServiceAsyncStub, ada: accounts_pb2.User
) -> None:
    bob = await ingest.user("bob")
    await music.EditLibrary(
        pb.EditLibraryRequest(
            viewer_id=ada.id,
            library_id=ada.own_library_id,
            member_ids=pb.StringList(values=[bob.id]),
        )
    )
    await ingest.publish(bob, recording("Cello", album="Album Cello", artists=["Band Cello"]))
    titles, records, bands = await entered(music, bob.id, 0, 500)
    assert titles == [*IN_ORDER[:2], "Cello", *IN_ORDER[2:]]
    for offset in (1, 3, 7, 8, 100):
        assert await entered(music, bob.id, offset, 3) == (
            titles[offset : offset + 3],
            records[offset : offset + 3],
            bands[offset : offset + 3],
        )


async def entered(
    music: CatalogServiceAsyncStub, viewer_id: str, offset: int, size: int
) -> tuple[list[str], list[str], list[str]]:
    """Titles, albums and artists from a place on, of eight each."""
    tracks = await music.ListTracks(
        pb.ListTracksRequest(viewer_id=viewer_id, page_size=size, offset=offset)
    )
    albums = await music.ListAlbums(
        pb.ListAlbumsRequest(viewer_id=viewer_id, page_size=size, offset=offset)
    )
    artists = await music.ListArtists(
        pb.ListArtistsRequest(viewer_id=viewer_id, page_size=size, offset=offset)
    )
    assert tracks.total_count == albums.total_count == artists.total_count == len(TITLES) + 1
    return (
        [track.title for track in tracks.tracks],
        [album.title for album in albums.albums],
        [artist.name for artist in artists.artists],
    )


async def test_a_list_goes_on_behind_where_it_was_entered(
    music: CatalogServiceAsyncStub, ada: accounts_pb2.User
) -> None:
    first = await music.ListTracks(pb.ListTracksRequest(viewer_id=ada.id, page_size=2, offset=3))
    asked = pb.ListTracksRequest(viewer_id=ada.id, page_token=first.next_page_token)
    rest = await music.ListTracks(asked)
    assert [track.title for track in [*first.tracks, *rest.tracks]] == IN_ORDER[3:]


async def test_years_narrow_tracks_and_order_albums_either_way(
    music: CatalogServiceAsyncStub, ada: accounts_pb2.User
) -> None:
    between = pb.ListTracksRequest(viewer_id=ada.id, from_year=1991, to_year=1993)
    tracks = (await music.ListTracks(between)).tracks
    assert sorted(track.date for track in tracks) == ["1991", "1992", "1993"]
    for n, album in enumerate(await all_albums(music, pb.ListAlbumsRequest(viewer_id=ada.id))):
        edit = pb.EditAlbumRequest(viewer_id=ada.id, album_id=album.id, date=f"{2005 - n}")
        await music.EditAlbum(edit)
    for order, expected in (
        (pb.ALBUM_ORDER_OLDEST, ["2001", "2002", "2003"]),
        (pb.ALBUM_ORDER_YEAR, ["2003", "2002", "2001"]),
    ):
        asked = pb.ListAlbumsRequest(viewer_id=ada.id, order=order, from_year=2001, to_year=2003)
        assert [album.date for album in await all_albums(music, asked)] == expected
