"""From a recording that is ready to a track in a library."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from libs.common.events import Event
from services.catalog.tests.recordings import ARRIVES_S, credited, recording, sha256
from tutti.catalog.v1 import catalog_pb2 as pb
from tutti.catalog.v1 import music_pb2
from tutti.ingest.v1 import events_pb2 as ingest_pb2

if TYPE_CHECKING:
    from services.catalog.tests.conftest import Running
    from services.catalog.tests.recordings import Ingest
    from tutti.catalog.v1.catalog_pb2_grpc import CatalogServiceAsyncStub

MUSICBRAINZ_IDS = [f"{n}0000000-0000-4000-8000-000000000000" for n in range(3)]


async def albums_of(music: CatalogServiceAsyncStub, viewer_id: str) -> list[music_pb2.Album]:
    return list((await music.ListAlbums(pb.ListAlbumsRequest(viewer_id=viewer_id))).albums)


async def artists_of(music: CatalogServiceAsyncStub, viewer_id: str) -> list[music_pb2.Artist]:
    return list((await music.ListArtists(pb.ListArtistsRequest(viewer_id=viewer_id))).artists)


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


async def test_everything_known_of_a_recording_is_kept(
    ingest: Ingest, music: CatalogServiceAsyncStub
) -> None:
    ada = await ingest.user("ada")
    ready = recording("First Light", composers=["Bach"], isrc="GBAYE0601498", comment="two\nlines")
    ready.track.loudness.album_gain_db = -3.5
    (published,) = await ingest.publish(ada, ready)
    request = pb.GetTracksRequest(viewer_id=ada.id, track_ids=[published.id])
    (track,) = (await music.GetTracks(request)).tracks
    assert track == published
    for name in ("format", "loudness", "analysis"):
        assert getattr(track, name) == getattr(ready.track, name)
    for name in ("composers", "isrc", "comment", "duration_ms", "date", "genres", "renditions"):
        assert getattr(track, name) == getattr(ready.track, name)
    assert track.has_waveform


async def test_a_repeated_announcement_is_answered_again_and_published_once(
    ingest: Ingest, music: CatalogServiceAsyncStub
) -> None:
    ada = await ingest.user("ada")
    ready = recording("First Light")
    (first,) = await ingest.publish(ada, ready)
    (second,) = await ingest.publish(ada, ready)
    assert first == second
    listing = await music.ListTracks(pb.ListTracksRequest(viewer_id=ada.id))
    assert listing.total_count == len(listing.tracks) == 1


async def test_the_same_content_is_one_track_of_a_library(ingest: Ingest) -> None:
    ada, bob = await ingest.user("ada"), await ingest.user("bob")
    (first,) = await ingest.publish(ada, recording("First Light"))
    (again,) = await ingest.publish(ada, recording("First Light"))
    (elsewhere,) = await ingest.publish(bob, recording("First Light"))
    assert first.id == again.id != elsewhere.id


async def test_a_library_that_is_gone_refuses_with_the_reason(ingest: Ingest) -> None:
    ada = await ingest.user("ada")
    ready = recording("First Light")
    ready.library_id = "gone"
    await ingest.announce(ada, ready)
    assert (await ingest.refusal()).reason == "the library was removed"
    await ingest.announce(ada, ready)
    assert (await ingest.refusal()).ingest_item_id == ready.ingest_item_id


async def test_nobody_publishes_into_the_library_of_another(ingest: Ingest) -> None:
    ada, bob = await ingest.user("ada"), await ingest.user("bob")
    ready = recording("First Light")
    ready.library_id = ada.own_library_id
    await ingest.announce(bob, ready)
    assert "may not add" in (await ingest.refusal()).reason
    by_operator = recording("First Light")
    by_operator.library_id = bob.own_library_id
    assert (await ingest.publish(ada, by_operator))[0].library_id == bob.own_library_id


async def test_a_track_that_was_removed_is_not_promised_again(
    ingest: Ingest, music: CatalogServiceAsyncStub
) -> None:
    ada = await ingest.user("ada")
    ready = recording("First Light")
    (track,) = await ingest.publish(ada, ready)
    await music.RemoveTracks(pb.RemoveTracksRequest(viewer_id=ada.id, track_ids=[track.id]))
    await ingest.announce(ada, ready)
    assert "removed" in (await ingest.refusal()).reason


async def test_artists_are_known_by_name_however_it_is_written(
    ingest: Ingest, music: CatalogServiceAsyncStub
) -> None:
    ada = await ingest.user("ada")
    await ingest.publish(
        ada,
        recording("One", artists=["Björk"]),
        recording("Two", artists=["BJORK", "Sigur Rós"]),
    )
    artists = await artists_of(music, ada.id)
    assert [(artist.name, artist.track_count) for artist in artists] == [
        ("Björk", 2),
        ("Sigur Rós", 1),
    ]


async def test_musicbrainz_ids_keep_namesakes_apart(
    ingest: Ingest, music: CatalogServiceAsyncStub
) -> None:
    ada = await ingest.user("ada")
    _, one, other = MUSICBRAINZ_IDS
    tracks = await ingest.publish(
        ada,
        recording("Unnamed", artists=["John Williams"]),
        recording("Guitar", artists=[f"John Williams = {one}"]),
        recording("Film", artists=[f"John Williams = {other}"]),
    )
    unnamed, guitar, film = (track.artists[0].artist_id for track in tracks)
    assert unnamed == guitar != film
    assert len(await artists_of(music, ada.id)) == 2


async def test_albums_are_known_by_title_artist_and_year(
    ingest: Ingest, music: CatalogServiceAsyncStub
) -> None:
    ada = await ingest.user("ada")
    live = recording("Three", album="DAWN")
    live.album.date = "2005"
    await ingest.publish(
        ada,
        recording("One", disc_number=1, track_number=2),
        recording("Two", artists=["Ada", "Bob"], album=" dawn", disc_number=2, track_number=1),
        live,
        recording("Four", artists=["Eve"]),
    )
    albums = await albums_of(music, ada.id)
    assert sorted((each.date, each.track_count, each.disc_count) for each in albums) == [
        ("1999-05-01", 1, 1),
        ("1999-05-01", 2, 2),
        ("2005", 1, 1),
    ]


async def test_musicbrainz_tells_releases_of_one_title_apart(ingest: Ingest) -> None:
    ada = await ingest.user("ada")
    readies = [recording(title) for title in ("One", "Two", "Three")]
    for ready, release_id in zip(readies, [*MUSICBRAINZ_IDS[1:], ""], strict=True):
        ready.album.musicbrainz_release_id = release_id
    one, two, three = await ingest.publish(ada, *readies)
    assert one.album_id != two.album_id
    assert three.album_id == one.album_id


async def test_a_compilation_is_by_various_artists(
    ingest: Ingest, music: CatalogServiceAsyncStub
) -> None:
    ada = await ingest.user("ada")
    readies = [recording("One", artists=["Eve"]), recording("Two", artists=["Bob"])]
    for ready in readies:
        ready.album.compilation = True
    await ingest.publish(ada, *readies)
    (album,) = await albums_of(music, ada.id)
    assert (album.artists[0].name, album.track_count) == ("Various Artists", 2)
    eve = next(each for each in await artists_of(music, ada.id) if each.name == "Eve")
    page = await music.GetArtist(pb.GetArtistRequest(viewer_id=ada.id, artist_id=eve.id))
    assert not page.albums
    assert [each.id for each in page.appears_on] == [album.id]


async def test_a_track_may_stand_outside_any_album_without_artist_or_title(
    ingest: Ingest, music: CatalogServiceAsyncStub
) -> None:
    ada = await ingest.user("ada")
    (track,) = await ingest.publish(ada, recording("", artists=[], album=""))
    assert (track.title, track.album_id, len(track.artists)) == ("a.flac", "", 0)
    assert await albums_of(music, ada.id) == []


async def test_join_phrases_and_credits_stay_as_written(ingest: Ingest) -> None:
    ada = await ingest.user("ada")
    await ingest.publish(ada, recording("One", artists=["Ada"]))
    (track,) = await ingest.publish(ada, recording("Two", artists=["ADA", "Bob"]))
    assert [(each.name, each.join_phrase) for each in track.artists] == [
        ("ADA", " feat. "),
        ("Bob", ""),
    ]


async def test_later_files_fill_in_what_an_album_lacks(
    ingest: Ingest, music: CatalogServiceAsyncStub
) -> None:
    ada = await ingest.user("ada")
    complete = recording("Two")
    complete.album.label, complete.album.barcode = "Warp", "0801061"
    await ingest.publish(ada, recording("One"), complete)
    (album,) = await albums_of(music, ada.id)
    assert (album.label, album.barcode) == ("Warp", "0801061")


async def test_a_better_original_keeps_the_track_and_what_people_wrote(
    ingest: Ingest, music: CatalogServiceAsyncStub
) -> None:
    ada = await ingest.user("ada")
    (track,) = await ingest.publish(ada, recording("First Light", label="Old"))
    edit = pb.EditTrackRequest(viewer_id=ada.id, track_id=track.id, title="My Title")
    edit.genres.values.append("Mine")
    await music.EditTrack(edit)
    better = recording("better", label="New", genres=["Theirs"])
    better.replaces_track_id = track.id
    await ingest.announce(ada, better)
    answer = await asyncio.wait_for(ingest.published.get(), ARRIVES_S)
    assert answer.replaced_original
    assert answer.unused_content_sha256 == track.content_sha256
    assert answer.track.id == track.id
    assert answer.track.content_sha256 == better.track.content_sha256
    assert (answer.track.title, answer.track.label) == ("My Title", "New")
    assert answer.track.genres == ["Mine"]


async def test_a_replacement_may_move_the_track_to_another_album(
    ingest: Ingest, music: CatalogServiceAsyncStub
) -> None:
    ada = await ingest.user("ada")
    (track,) = await ingest.publish(ada, recording("One", artists=["Ada"], album="Wrong"))
    better = recording("better", artists=["Bob"], album="Right")
    better.replaces_track_id = track.id
    await ingest.publish(ada, better)
    assert [album.title for album in await albums_of(music, ada.id)] == ["Right"]
    assert [artist.name for artist in await artists_of(music, ada.id)] == ["Bob"]


async def test_a_new_analysis_reaches_every_library_with_that_content(
    ingest: Ingest, running: Running
) -> None:
    ada, bob = await ingest.user("ada"), await ingest.user("bob")
    await ingest.publish(ada, recording("One"))
    await ingest.publish(bob, recording("One"))
    heard = ingest_pb2.RecordingReanalysed(
        content_sha256=sha256("One"),
        analysis=music_pb2.Analysis(engine="ear", engine_version="2", tempo_bpm=90.0),
    )
    await running.bus.publish(Event.of(heard, "again"))
    edited = [(await asyncio.wait_for(ingest.edited.get(), ARRIVES_S)).track for _ in range(2)]
    assert {track.library_id for track in edited} == {ada.own_library_id, bob.own_library_id}
    for track in edited:
        assert (track.analysis.engine_version, track.analysis.tempo_bpm) == ("2", 90.0)
        assert track.loudness.integrated_lufs == pytest.approx(-14.0)


async def test_a_cover_made_anew_is_the_albums_and_the_artists_too(
    ingest: Ingest, running: Running, music: CatalogServiceAsyncStub
) -> None:
    ada = await ingest.user("ada")
    await ingest.publish(ada, recording("One"))
    renewed = ingest_pb2.RecordingReanalysed(
        content_sha256=sha256("One"), cover_sha256=sha256("another")
    )
    await running.bus.publish(Event.of(renewed, "renewed"))
    track = (await asyncio.wait_for(ingest.edited.get(), ARRIVES_S)).track
    assert track.loudness.integrated_lufs == pytest.approx(-14.0)
    (album,), (artist,) = await albums_of(music, ada.id), await artists_of(music, ada.id)
    covers = {each.cover_sha256 for each in (track, album, artist)}
    assert covers == {sha256("another")}


async def test_many_at_once_share_artist_and_album(
    ingest: Ingest, music: CatalogServiceAsyncStub
) -> None:
    ada = await ingest.user("ada")
    await ingest.publish(ada, *(recording(f"Part {n}", track_number=n) for n in range(20)))
    (album,) = await albums_of(music, ada.id)
    assert (album.track_count, album.duration_ms) == (20, 20 * 180_000)
    (artist,) = await artists_of(music, ada.id)
    assert (artist.track_count, artist.album_count) == (20, 1)
    answer = await music.GetAlbum(pb.GetAlbumRequest(viewer_id=ada.id, album_id=album.id))
    assert [track.track_number for track in answer.tracks] == list(range(20))


async def test_lyrics_come_with_the_file(ingest: Ingest, music: CatalogServiceAsyncStub) -> None:
    ada = await ingest.user("ada")
    ready = recording("One")
    ready.lyrics.plain = "la la"
    ready.lyrics.lines.add(start_ms=1000, text="la la")
    (track,) = await ingest.publish(ada, ready)
    assert track.has_lyrics
    assert track.has_synced_lyrics
    answer = await music.GetLyrics(pb.GetLyricsRequest(viewer_id=ada.id, track_id=track.id))
    assert answer.lyrics == ready.lyrics


async def test_album_artists_in_tags_decide_whose_album_it_is(
    ingest: Ingest, music: CatalogServiceAsyncStub
) -> None:
    ada = await ingest.user("ada")
    ready = recording("One", artists=["Guest"])
    ready.album.artists.extend(credited(["Host"]))
    await ingest.publish(ada, ready)
    (album,) = await albums_of(music, ada.id)
    assert [credit.name for credit in album.artists] == ["Host"]


async def test_tags_from_strangers_are_cleaned_and_never_block_the_way(ingest: Ingest) -> None:
    ada = await ingest.user("ada")
    ready = recording(
        "T\0itle", artists=["A\0da", " "], track_number=-3, disc_number=10**6, date="soon"
    )
    ready.track.format.file_name = "a\0.flac"
    ready.track.artists[0].musicbrainz_artist_id = "none"
    ready.album.label = "x" * 1000
    ready.lyrics.plain = "la\0la"
    ready.lyrics.lines.add(start_ms=-5, text="before")
    (track,) = await ingest.publish(ada, ready)
    assert (track.title, track.format.file_name) == ("T itle", "a .flac")
    assert [each.name for each in track.artists] == ["A da"]
    assert track.artists[0].musicbrainz_artist_id == ""
    assert (track.track_number, track.disc_number, track.date) == (0, 0, "")
    assert track.has_lyrics
    assert not track.has_synced_lyrics
