"""Recordings as ingest makes them: objects in the store, and word to the catalog."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
import uuid
from typing import TYPE_CHECKING, Any

from libs.common.events import Event
from services.gateway.tests.people import API
from tutti.catalog.v1 import music_pb2
from tutti.ingest.v1 import events_pb2

if TYPE_CHECKING:
    from services.gateway.tests.conftest import Site
    from services.gateway.tests.people import Person

SOUND = bytes(range(256)) * 2000
"""Half a megabyte, longer than one chunk, in which every place can be told from its neighbours."""
COVER = b"RIFF a picture WEBP"
ARRIVES_S = 15.0
DAWN = events_pb2.AlbumTags(title="Dawn", date="1999-05-01")
HLS = {
    "master.m3u8": b"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=128000\nmedium/index.m3u8\n",
    "medium/index.m3u8": b"#EXTM3U\n#EXTINF:6,\nsegment-000.m4s\n",
    "medium/segment-000.m4s": b"a segment of sound",
}


async def publish(
    site: Site,
    person: Person,
    title: str,
    album: events_pb2.AlbumTags = DAWN,
    **tags: object,
) -> dict[str, Any]:
    """Put a recording into somebody's library, and wait until they can see its track."""
    content = hashlib.sha256(f"{title} {uuid.uuid4()}".encode()).hexdigest()
    cover = hashlib.sha256(content.encode()).hexdigest()
    await _store(site, content, cover)
    ready = events_pb2.RecordingReady(
        ingest_item_id=uuid.uuid4().hex,
        user_id=person.id,
        library_id=person.library_id,
        track=_track(title, content, cover, tags),
        album=album,
        lyrics=music_pb2.Lyrics(plain="la", lines=[music_pb2.LyricLine(start_ms=1000, text="la")]),
    )
    await site.bus.publish(Event.of(ready, ready.ingest_item_id))
    return await _arrived(person, content)


async def _store(site: Site, content: str, cover: str) -> None:
    objects = site.objects
    await objects.put_bytes(f"audio/{content}/high.mp3", SOUND, "audio/mpeg")
    for name, body in HLS.items():
        await objects.put_bytes(f"audio/{content}/hls/{name}", body, "application/octet-stream")
    for size in ("", "-96", "-300", "-600"):
        await objects.put_bytes(f"covers/{cover}{size}.webp", COVER + size.encode(), "image/webp")
    peaks = json.dumps({"version": 2, "channels": 1, "data": [-1, 1]}).encode()
    await objects.put_bytes(f"waveforms/{content}.json", peaks, "application/json")


def _track(title: str, content: str, cover: str, tags: dict[str, object]) -> music_pb2.Track:
    usual: dict[str, object] = {
        "content_sha256": content,
        "title": title,
        "artists": [music_pb2.ArtistCredit(name="Ada & die Bänd")],
        "date": "1999-05-01",
        "genres": ["Ambient"],
        "track_number": 1,
        "cover_sha256": cover,
        "format": music_pb2.SourceFormat(
            container="flac", codec="flac", size_bytes=1000, file_name="a.flac", lossless=True
        ),
        "loudness": music_pb2.Loudness(integrated_lufs=-14.0, track_gain_db=-4.0, track_peak=0.9),
        "analysis": music_pb2.Analysis(
            engine="ear", engine_version="1", tempo_bpm=120.0, key="8A", energy=0.5, beats_s=[0.5]
        ),
        "has_lyrics": True,
        "has_synced_lyrics": True,
        "has_waveform": True,
        "renditions": [
            music_pb2.Rendition(
                quality=music_pb2.QUALITY_HIGH,
                object_key=f"audio/{content}/high.mp3",
                content_type="audio/mpeg",
                size_bytes=len(SOUND),
                bitrate_kbps=320,
            ),
            music_pb2.Rendition(
                quality=music_pb2.QUALITY_HLS,
                object_key=f"audio/{content}/hls/master.m3u8",
                content_type="application/vnd.apple.mpegurl",
                size_bytes=100,
            ),
        ],
        "duration_ms": 180_000,
    }
    return music_pb2.Track(**usual | tags)  # type: ignore[arg-type]  # fields of Track, whatever the test wants


async def _arrived(person: Person, content: str) -> dict[str, Any]:
    deadline_s = time.monotonic() + ARRIVES_S
    while time.monotonic() < deadline_s:
        page = await person.ask("GET", "/tracks", params={"order": "newest"})
        for track in page["items"]:
            if track["content_sha256"] == content:
                return dict(track)
        await asyncio.sleep(0.05)
    raise AssertionError(f"{API}/tracks did not show the track within {ARRIVES_S} s")
