"""Files through the whole pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from services.ingest.tests.house import content, eventually
from tests.sounds import Piece, heard
from tests.tagging import Tags, cover
from tutti.catalog.v1 import music_pb2
from tutti.ingest.v1 import ingest_pb2 as pb

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from services.ingest.tests.house import House
    from tutti.ledger.v1 import ledger_pb2

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

DAWN = Tags(
    title="Dämmerung",
    artists=("Ada", "Grace"),
    album="Tage",
    album_artist="Ada",
    track=3,
    disc=1,
    disc_total=2,
    date="1984-05-06",
    genre="Ambient",
    lyrics="first\nsecond",
    cover=cover("#336699"),
)


async def test_an_upload_becomes_a_published_track(house: House, tmp_path: Path) -> None:
    path = Piece(seed=1, tags=DAWN).encoded(tmp_path / "dawn", "flac")
    item = await house.bring(content(path), "dawn.flac")
    [ended] = await house.settled(item.id)
    assert ended.state == pb.ITEM_STATE_PUBLISHED
    assert (ended.title, ended.artist, ended.progress) == ("Dämmerung", "Ada, Grace", 1)
    ready = house.catalog.told(item.id)
    assert ended.track_id == house.catalog.tracks[item.id]
    track = ready.track
    assert track.content_sha256 == ended.content_sha256
    assert (track.title, track.track_number, track.disc_number) == ("Dämmerung", 3, 1)
    assert [(one.name, one.join_phrase) for one in track.artists] == [("Ada", " & "), ("Grace", "")]
    assert (ready.album.title, ready.album.disc_count, ready.album.date) == (
        "Tage",
        2,
        "1984-05-06",
    )
    assert ready.lyrics.plain == "first\nsecond"
    assert track.has_lyrics
    assert not track.has_synced_lyrics
    assert track.duration_ms == pytest.approx(8000, abs=50)
    assert track.format.codec == "flac"
    assert -40 < track.loudness.integrated_lufs < 0
    for size in ("", "-96", "-300", "-600"):
        assert await house.objects.exists(f"covers/{track.cover_sha256}{size}.webp")
    assert await house.objects.exists(f"waveforms/{track.content_sha256}.json")


async def test_every_rendition_plays_the_same_music(house: House, tmp_path: Path) -> None:
    path = Piece(seed=2, tone_hz=660).encoded(tmp_path / "two", "mp3")
    item = await house.bring(content(path), "two.mp3")
    await house.settled(item.id)
    made = {one.quality: one for one in house.catalog.told(item.id).track.renditions}
    assert set(made) == set(music_pb2.Quality.values()) - {music_pb2.QUALITY_UNSPECIFIED}
    for quality, rendition in made.items():
        sound = await house.objects.get_bytes(rendition.object_key)
        if quality == music_pb2.QUALITY_HLS:
            assert sound.startswith(b"#EXTM3U")
            continue
        assert rendition.size_bytes == len(sound)
        assert heard(sound).tone_hz == pytest.approx(660, rel=0.01)
        assert heard(sound).duration_s == pytest.approx(8, abs=0.2)


async def test_what_was_heard_is_announced_and_noted_in_the_ledger(
    house: House, tmp_path: Path
) -> None:
    path = Piece(seed=3).encoded(tmp_path / "three", "flac")
    item = await house.bring(content(path), "three.flac")
    other = await house.bring(content(path), "three.flac", library_id="elsewhere")
    await house.settled(item.id, other.id)
    heard_ = house.catalog.told(item.id).track.analysis
    assert heard_.engine
    assert heard_.spectral_centroid_hz > 100
    assert 0 <= heard_.energy <= 1
    jobs = await eventually(lambda: jobs_of(house, item))
    assert {(job.kind, job.engine) for job in jobs} == {("analysis", heard_.engine)}
    assert {job.output_reference for job in jobs} == {item.id, other.id}
    assert jobs[0].audio_s == pytest.approx(8, abs=0.1)


async def jobs_of(house: House, item: pb.Item) -> Sequence[ledger_pb2.Job]:
    sha256 = house.catalog.told(item.id).track.content_sha256
    jobs = [job for job in house.catalog.jobs if job.input_hash == sha256]
    return jobs if len(jobs) == 2 else []
