"""Finding names however they are typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.catalog.tests.recordings import recording
from tutti.catalog.v1 import catalog_pb2 as pb

if TYPE_CHECKING:
    from services.catalog.tests.recordings import Ingest
    from tutti.catalog.v1.catalog_pb2_grpc import CatalogServiceAsyncStub

SHELF = [
    ("Bohemian Rhapsody", "Queen", "A Night at the Opera"),
    ("Love of My Life", "Queen", "A Night at the Opera"),
    ("Hyperballad", "Björk", "Post"),
    ("夜の東京", "東京事変", "教育"),
    ("Yesterday", "The Beatles", "Help!"),
    ("Nothing Else Matters", "Metallica", "Metallica"),
    ("Café", "Ångström", "Smörgåsbord"),
    ("Война", "Кино", "Группа крови"),
]

QUERIES = {
    "bohemian rhapsody": "Bohemian Rhapsody",
    "BOHEM": "Bohemian Rhapsody",
    "boh": "Bohemian Rhapsody",
    "queen bohemian": "Bohemian Rhapsody",
    "bohemain rapsody": "Bohemian Rhapsody",
    "bjrok": "Hyperballad",
    "hyperbalad": "Hyperballad",
    "beetles": "Yesterday",
    "yesturday": "Yesterday",
    "東京": "夜の東京",
    "東亰事変": "夜の東京",
    "cafe": "Café",
    "angstrom": "Café",
    "metalica": "Nothing Else Matters",
    "кино": "Война",
    "y": "Yesterday",
}


async def test_names_are_found_with_typing_errors_half_typed_and_in_every_script(
    ingest: Ingest, music: CatalogServiceAsyncStub
) -> None:
    ada = await ingest.user("ada")
    await ingest.publish(
        ada, *(recording(title, [artist], album) for title, artist, album in SHELF)
    )
    found = {
        query: (await music.SearchNames(pb.SearchNamesRequest(viewer_id=ada.id, query=query)))
        for query in QUERIES
    }
    first = {query: answer.tracks[0].title for query, answer in found.items() if answer.tracks}
    assert first == QUERIES
    assert [artist.name for artist in found["metalica"].artists] == ["Metallica"]
    assert found["metalica"].albums[0].title == "Metallica"


def found_in(answer: pb.SearchNamesResponse) -> list[object]:
    return [*answer.artists, *answer.albums, *answer.tracks]


async def test_nothing_is_found_for_nothing_and_for_noise(
    ingest: Ingest, music: CatalogServiceAsyncStub
) -> None:
    ada = await ingest.user("ada")
    await ingest.publish(ada, recording("Bohemian Rhapsody"))
    for query in ("", "  ", "\u0301", "%_\\", "qqqqqqqq"):
        answer = await music.SearchNames(pb.SearchNamesRequest(viewer_id=ada.id, query=query))
        assert found_in(answer) == [], query


async def test_search_and_lists_show_nothing_of_other_libraries(
    ingest: Ingest, music: CatalogServiceAsyncStub
) -> None:
    ada, bob = await ingest.user("ada"), await ingest.user("bob")
    (track,) = await ingest.publish(ada, recording("Bohemian Rhapsody"))
    answer = await music.SearchNames(pb.SearchNamesRequest(viewer_id=bob.id, query="bohemian"))
    assert found_in(answer) == []
    assert (await music.ListTracks(pb.ListTracksRequest(viewer_id=bob.id))).total_count == 0
    asked = pb.GetTracksRequest(viewer_id=bob.id, track_ids=[track.id])
    assert not (await music.GetTracks(asked)).tracks


async def test_a_mistyped_word_is_taken_for_one_that_names_are_made_of(
    ingest: Ingest, music: CatalogServiceAsyncStub
) -> None:
    ada = await ingest.user("ada")
    # Word for word the second is less like what is typed; as a stretch of letters, more.
    kalomi, _ = await ingest.publish(
        ada, recording("Kalomi", album="One"), recording("Kao Elmi", album="Two")
    )

    async def found(query: str) -> list[str]:
        answer = await music.SearchNames(pb.SearchNamesRequest(viewer_id=ada.id, query=query))
        return [track.title for track in answer.tracks]

    assert await found("kaolmi") == ["Kalomi"]
    edit = pb.EditTrackRequest(viewer_id=ada.id, track_id=kalomi.id, title="Serenade")
    await music.EditTrack(edit)
    assert await found("sernedae") == ["Serenade"]
    assert await found("kaolmi") == ["Kao Elmi"]


async def test_what_is_found_comes_in_slices_of_one_order(
    ingest: Ingest, music: CatalogServiceAsyncStub
) -> None:
    ada = await ingest.user("ada")
    await ingest.publish(ada, *(recording(f"Sonata {n}", ["Band"], "Sonatas") for n in range(7)))

    async def found(offset: int, limit: int) -> list[str]:
        asked = pb.SearchNamesRequest(
            viewer_id=ada.id,
            query="sonata",
            artists=pb.Slice(),
            albums=pb.Slice(limit=5),
            tracks=pb.Slice(offset=offset, limit=limit),
        )
        answer = await music.SearchNames(asked)
        assert not answer.artists
        assert [album.title for album in answer.albums] == ["Sonatas"]
        return [track.title for track in answer.tracks]

    whole = await found(0, 500)
    assert sorted(whole) == [f"Sonata {n}" for n in range(7)]
    pages = [await found(offset, 3) for offset in (0, 3, 6, 9)]
    assert [title for page in pages for title in page] == whole


async def test_a_search_can_keep_to_one_library(
    ingest: Ingest, music: CatalogServiceAsyncStub
) -> None:
    ada = await ingest.user("ada")
    await ingest.publish(ada, recording("Bohemian Rhapsody", ["Queen"], "A Night"))
    other = await music.CreateLibrary(pb.CreateLibraryRequest(viewer_id=ada.id, name="Other"))
    for library_id, count in ((ada.own_library_id, 1), (other.library.id, 0)):
        for query in ("bohemian", "bohemain", "queen", "night"):
            asked = pb.SearchNamesRequest(viewer_id=ada.id, query=query, library_id=library_id)
            answer = await music.SearchNames(asked)
            assert len(answer.tracks) + len(answer.artists) + len(answer.albums) >= count
            assert bool(found_in(answer)) == bool(count), (query, count)
