"""What sounds alike, over the service's own API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc
import pytest

from services.catalog.domain.sound import between, similarity
from services.catalog.tests.recordings import recording
from services.catalog.tests.refusals import refusal
from tutti.catalog.v1 import catalog_pb2
from tutti.catalog.v1 import sound_pb2 as pb
from tutti.catalog.v1.sound_pb2_grpc import SoundServiceStub

if TYPE_CHECKING:
    from services.catalog.tests.conftest import Running
    from services.catalog.tests.recordings import Ingest
    from tutti.catalog.v1 import accounts_pb2
    from tutti.catalog.v1.catalog_pb2_grpc import CatalogServiceAsyncStub
    from tutti.catalog.v1.sound_pb2_grpc import SoundServiceAsyncStub
    from tutti.ingest.v1 import events_pb2

ENERGIES = {"Dawn": 0.0, "Morning": 0.25, "Noon": 0.5, "Evening": 0.75, "Midnight": 1.0}


@pytest.fixture
def sound(running: Running) -> SoundServiceAsyncStub:
    return SoundServiceStub(running.channel)


def sounding(title: str, **heard: float | str) -> events_pb2.RecordingReady:
    """A recording of which an engine heard this, and else what it hears in all."""
    made = recording(title)
    for name, value in heard.items():
        setattr(made.track.analysis, name, value)
    return made


@pytest.fixture
async def ada(ingest: Ingest) -> accounts_pb2.User:
    ada = await ingest.user("ada")
    await ingest.publish(
        ada, *(sounding(title, energy=energy) for title, energy in ENERGIES.items())
    )
    return ada


async def ids(music: CatalogServiceAsyncStub, viewer_id: str) -> dict[str, str]:
    answer = await music.ListTracks(catalog_pb2.ListTracksRequest(viewer_id=viewer_id))
    return {track.title: track.id for track in answer.tracks}


async def like(
    sound: SoundServiceAsyncStub, viewer_id: str, track_id: str, limit: int = 0
) -> list[tuple[str, float]]:
    asked = pb.ListSimilarTracksRequest(viewer_id=viewer_id, track_id=track_id, limit=limit)
    found = (await sound.ListSimilarTracks(asked)).tracks
    return [(each.track.title, each.similarity) for each in found]


async def test_the_nearest_sounds_come_first(
    sound: SoundServiceAsyncStub, music: CatalogServiceAsyncStub, ada: accounts_pb2.User
) -> None:
    track = await ids(music, ada.id)
    found = await like(sound, ada.id, track["Dawn"])
    assert [title for title, _ in found] == ["Morning", "Noon", "Evening", "Midnight"]
    assert found[0][1] == pytest.approx(similarity(0.25), abs=1e-6)
    assert [title for title, _ in await like(sound, ada.id, track["Midnight"], 1)] == ["Evening"]


async def test_key_tempo_and_brightness_tell_sounds_apart(
    sound: SoundServiceAsyncStub, music: CatalogServiceAsyncStub, ingest: Ingest
) -> None:
    ada = await ingest.user("ada")
    await ingest.publish(
        ada,
        sounding("Seed", key="8A", tempo_bpm=120.0, spectral_centroid_hz=1000.0),
        sounding("Same", key="8A", tempo_bpm=120.0, spectral_centroid_hz=1000.0),
        sounding("Next key", key="9A", tempo_bpm=120.0, spectral_centroid_hz=1000.0),
        sounding("Far key", key="2A", tempo_bpm=120.0, spectral_centroid_hz=1000.0),
        sounding("Slow and dark", key="2A", tempo_bpm=60.0, spectral_centroid_hz=200.0),
    )
    track = await ids(music, ada.id)
    found = await like(sound, ada.id, track["Seed"])
    assert [title for title, _ in found] == ["Same", "Next key", "Far key", "Slow and dark"]
    assert found[0][1] == pytest.approx(1.0)


async def test_a_path_leads_in_even_steps(
    sound: SoundServiceAsyncStub, music: CatalogServiceAsyncStub, ada: accounts_pb2.User
) -> None:
    track = await ids(music, ada.id)

    async def path(limit: int) -> list[str]:
        asked = pb.FindTrackPathRequest(
            viewer_id=ada.id,
            from_track_id=track["Dawn"],
            to_track_id=track["Midnight"],
            limit=limit,
        )
        found = (await sound.FindTrackPath(asked)).tracks
        assert found[0].similarity == 1.0
        assert all(0 < each.similarity < 1 for each in found[1:])
        return [each.track.title for each in found]

    assert await path(5) == list(ENERGIES)
    assert await path(3) == ["Dawn", "Noon", "Midnight"]
    assert await path(2) == ["Dawn", "Midnight"]
    assert sorted(await path(0)) == sorted(ENERGIES)


async def test_only_what_one_sees_is_compared_and_only_what_was_heard(
    sound: SoundServiceAsyncStub,
    music: CatalogServiceAsyncStub,
    ingest: Ingest,
    ada: accounts_pb2.User,
) -> None:
    bob = await ingest.user("bob")
    unheard = recording("Unheard")
    unheard.track.ClearField("analysis")
    await ingest.publish(bob, sounding("Alone"), unheard)
    track = await ids(music, bob.id)
    assert await like(sound, bob.id, track["Alone"]) == []
    assert await like(sound, bob.id, track["Unheard"]) == []
    theirs = (await ids(music, ada.id))["Noon"]
    assert (await refusal(like(sound, bob.id, theirs)))[0] is grpc.StatusCode.NOT_FOUND
    asked = pb.FindTrackPathRequest(
        viewer_id=bob.id, from_track_id=track["Alone"], to_track_id=track["Unheard"]
    )
    found = (await sound.FindTrackPath(asked)).tracks
    assert [(each.track.title, each.similarity) for each in found] == [
        ("Alone", 1.0),
        ("Unheard", 0.0),
    ]


async def test_impossible_questions_are_refused(
    sound: SoundServiceAsyncStub, music: CatalogServiceAsyncStub, ada: accounts_pb2.User
) -> None:
    noon = (await ids(music, ada.id))["Noon"]
    same = pb.FindTrackPathRequest(viewer_id=ada.id, from_track_id=noon, to_track_id=noon)
    for call in (like(sound, ada.id, noon, 501), sound.FindTrackPath(same)):
        assert (await refusal(call))[0] is grpc.StatusCode.INVALID_ARGUMENT


def test_places_between_two_are_even() -> None:
    assert between([0.0, 1.0], [1.0, 0.0], 4) == [[0.25, 0.75], [0.5, 0.5], [0.75, 0.25]]
    assert between([0.0], [1.0], 1) == []
