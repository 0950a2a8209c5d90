"""Which tracks are meant by what others wrote, over the service's own API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc
import pytest

from services.catalog.domain.matching import artist_keys
from services.catalog.tests.recordings import recording
from services.catalog.tests.refusals import refusal
from tutti.catalog.v1 import matching_pb2 as pb
from tutti.catalog.v1 import music_pb2
from tutti.catalog.v1.matching_pb2_grpc import MatchingServiceStub

if TYPE_CHECKING:
    from services.catalog.tests.conftest import Running
    from services.catalog.tests.recordings import Ingest
    from tutti.catalog.v1.matching_pb2_grpc import MatchingServiceAsyncStub

RECORDING = "e13d0cf7-3a4a-4a3b-9b4e-2d4e3c4c5b6a"


@pytest.fixture
def matching(running: Running) -> MatchingServiceAsyncStub:
    return MatchingServiceStub(running.channel)


def by(title: str, artist: str = "", **more: object) -> pb.TrackDescription:
    return pb.TrackDescription(title=title, artist=artist, **more)  # type: ignore[arg-type]  # ** has one type


def named(file_name: str) -> music_pb2.SourceFormat:
    return music_pb2.SourceFormat(
        container="flac", codec="flac", size_bytes=1000, file_name=file_name, lossless=True
    )


async def test_tracks_are_found_however_they_are_written(
    ingest: Ingest, matching: MatchingServiceAsyncStub
) -> None:
    ada, bob = await ingest.user("ada"), await ingest.user("bob")
    shelf = [
        recording("Café del Mar", ["Énergie 52"], "Eins"),
        recording("Love (feat. Bo)", ["Ada", "Bo"], "Zwei"),
        recording("Come Together - Remastered 2009", ["The Beatles"], "Abbey Road"),
        recording("Come Together", ["Someone Else"], "Covers"),
        recording("Intro", ["Ada"], "Live", duration_ms=60_000),
        recording("Intro", ["Ada"], "Studio", duration_ms=90_000, content_sha256="0" * 64),
        recording("夜の庭", ["坂本 龍一"], "Nacht"),
        recording("By id", ["X"], "Ids", musicbrainz_recording_id=RECORDING),
        recording("By code", ["X"], "Ids", isrc="DEAB11900001"),
        recording("???", ["Signs"], "Ids"),
        recording("Wanted", ["Y"], "Files"),
    ]
    shelf[-1].track.format.CopyFrom(named("07 Wanted.flac"))
    tracks = await ingest.publish(bob, *shelf)
    await ingest.publish(ada, recording("Hidden", ["Ada"]))
    cafe, love, together, cover, live, studio, night, an_id, code, signs, wanted = tracks
    asked = [
        (by("CAFE DEL MAR", "energie 52"), cafe),
        (by("Café del Mar", "Somebody"), None),
        (by("Love", "Ada & Bo"), love),
        (by("Love [ft. Bo]", "Bo"), love),
        (by("Come Together", "The Beatles"), together),
        (by("Come Together (2019 Remaster)", "Beatles, The"), together),
        (by("Come Together", "Someone Else"), cover),
        (by("Intro", "Ada", album="studio"), studio),
        (by("Intro", "Ada", duration_ms=61_000), live),
        (by("Intro", "", album="LIVE"), live),
        (by("Intro", "", duration_ms=88_000), studio),
        (by("夜の庭", "坂本 龍一"), night),
        (by("other words", "nobody", musicbrainz_recording_id=RECORDING.upper()), an_id),
        (by("other words", "nobody", isrc="de-ab1-19-00001"), code),
        (by("", "", track_id=night.id), night),
        (by("???", "Signs"), signs),
        (by("", "", file_name="..\\Musik/07 wanted.FLAC"), wanted),
        (by("Hidden", "Ada"), None),
        (by("", ""), None),
        (by("%", "\\"), None),
    ]
    answer = await matching.MatchTracks(
        pb.MatchTracksRequest(viewer_id=bob.id, descriptions=[described for described, _ in asked])
    )
    wrong = [
        described
        for (described, track), match in zip(asked, answer.matches, strict=True)
        if (track.id if track else "") != match.track_id
    ]
    assert not wrong


async def test_more_than_can_be_matched_at_once_is_refused(
    matching: MatchingServiceAsyncStub,
) -> None:
    asked = pb.MatchTracksRequest(viewer_id="bob", descriptions=[by("x")] * 501)
    assert (await refusal(matching.MatchTracks(asked)))[0] is grpc.StatusCode.INVALID_ARGUMENT


def test_artists_are_looked_for_whole_and_in_parts() -> None:
    assert artist_keys("Simon & Garfunkel")[:2] == ["simon & garfunkel", "simon and garfunkel"]
    assert artist_keys("Ada feat. Bo, Cleo") == ["ada feat. bo, cleo", "ada", "bo", "cleo"]
    assert artist_keys("") == []
