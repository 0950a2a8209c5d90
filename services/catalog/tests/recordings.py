"""Recordings as ingest announces them, made up for tests."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from libs.common.events import Event
from tutti.catalog.v1 import accounts_pb2, events_pb2, music_pb2
from tutti.catalog.v1.accounts_pb2_grpc import AccountsServiceStub
from tutti.ingest.v1 import events_pb2 as ingest_pb2

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.catalog.tests.conftest import Running

ARRIVES_S = 10.0


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def credited(names: Sequence[str]) -> Sequence[music_pb2.ArtistCredit]:
    """Credits of these names: "A feat. B"; "A = id" gives a MusicBrainz id."""
    parted = [name.partition(" = ") for name in names]
    return [
        music_pb2.ArtistCredit(
            name=name,
            musicbrainz_artist_id=musicbrainz_id,
            join_phrase=" feat. " if n + 1 < len(names) else "",
        )
        for n, (name, _, musicbrainz_id) in enumerate(parted)
    ]


def recording(
    title: str, artists: Sequence[str] = ("Ada",), album: str = "Dawn", **tags: object
) -> ingest_pb2.RecordingReady:
    """A recording whose content follows from its title; ``tags`` are fields of Track."""
    content = sha256(title)
    track = music_pb2.Track(
        content_sha256=content,
        title=title,
        artists=credited(artists),
        duration_ms=180_000,
        date="1999-05-01",
        genres=["Ambient"],
        cover_sha256=sha256(f"cover of {album}") if album else "",
        format=music_pb2.SourceFormat(
            container="flac", codec="flac", size_bytes=1000, file_name="a.flac", lossless=True
        ),
        loudness=music_pb2.Loudness(integrated_lufs=-14.0, track_gain_db=-4.0, track_peak=0.9),
        analysis=music_pb2.Analysis(
            engine="ear", engine_version="1", tempo_bpm=120.0, key="8A", energy=0.5, beats_s=[0.5]
        ),
        has_waveform=True,
        renditions=[
            music_pb2.Rendition(
                quality=music_pb2.QUALITY_ORIGINAL,
                object_key=f"audio/{content}/original.flac",
                content_type="audio/flac",
                size_bytes=1000,
                bitrate_kbps=900,
            )
        ],
    )
    for name, value in tags.items():
        if isinstance(value, list):
            del getattr(track, name)[:]
            getattr(track, name).extend(value)
        else:
            setattr(track, name, value)
    return ingest_pb2.RecordingReady(
        track=track, album=ingest_pb2.AlbumTags(title=album, date="1999-05-01")
    )


@dataclass(slots=True)
class Ingest:
    """Stands where ingest stands: announces recordings and reads the answers."""

    running: Running
    published: asyncio.Queue[events_pb2.TrackPublished] = field(default_factory=asyncio.Queue)
    refused: asyncio.Queue[events_pb2.TrackRefused] = field(default_factory=asyncio.Queue)
    edited: asyncio.Queue[events_pb2.TrackEdited] = field(default_factory=asyncio.Queue)
    removed: asyncio.Queue[events_pb2.TrackRemoved] = field(default_factory=asyncio.Queue)
    count: itertools.count[int] = field(default_factory=itertools.count)

    async def listen(self) -> None:
        bus = self.running.bus
        await bus.subscribe(events_pb2.TrackPublished, "test", self.published.put)
        await bus.subscribe(events_pb2.TrackRefused, "test", self.refused.put)
        await bus.subscribe(events_pb2.TrackEdited, "test", self.edited.put)
        await bus.subscribe(events_pb2.TrackRemoved, "test", self.removed.put)

    async def user(self, name: str) -> accounts_pb2.User:
        """Sign somebody up. The first one is the operator."""
        accounts = AccountsServiceStub(self.running.channel)
        request = accounts_pb2.CreateUserRequest(name=name, password="a slow train of thought")
        return (await accounts.CreateUser(request)).user

    async def announce(self, user: accounts_pb2.User, ready: ingest_pb2.RecordingReady) -> None:
        """Send a recording to a user's own library, unless it names another."""
        ready.user_id = ready.user_id or user.id
        ready.library_id = ready.library_id or user.own_library_id
        ready.ingest_item_id = ready.ingest_item_id or f"item {next(self.count)}"
        key = f"{ready.ingest_item_id} {next(self.count)}"
        await self.running.bus.publish(Event.of(ready, key))

    async def publish(
        self, user: accounts_pb2.User, *readies: ingest_pb2.RecordingReady
    ) -> list[music_pb2.Track]:
        """Announce recordings, and wait until all are published; answers in their order."""
        for ready in readies:
            await self.announce(user, ready)
        answers = {}
        for _ in readies:
            answer = await asyncio.wait_for(self.published.get(), ARRIVES_S)
            answers[answer.ingest_item_id] = answer.track
        return [answers[ready.ingest_item_id] for ready in readies]

    async def refusal(self) -> events_pb2.TrackRefused:
        return await asyncio.wait_for(self.refused.get(), ARRIVES_S)
