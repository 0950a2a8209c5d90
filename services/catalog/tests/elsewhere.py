"""A catalog, a listener with tracks, and the services they tell, all in this process."""

from __future__ import annotations

import time
import uuid
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from libs.common.events import Event
from services.catalog.tests.conftest import open_catalog
from services.catalog.tests.recordings import Ingest
from tests.scrobblers.lastfm import KEY, SECRET, LittleLastFm
from tests.scrobblers.listenbrainz import LittleListenBrainz
from tests.scrobblers.serving import serving
from tutti.catalog.v1 import scrobbling_pb2 as pb
from tutti.catalog.v1.scrobbling_pb2_grpc import ScrobblingServiceStub
from tutti.gateway.v1 import events_pb2

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from libs.common.events import JetStreamBus
    from services.catalog.tests.conftest import Running
    from tutti.catalog.v1 import accounts_pb2
    from tutti.catalog.v1.music_pb2 import Track
    from tutti.catalog.v1.scrobbling_pb2_grpc import ScrobblingServiceAsyncStub
    from tutti.ingest.v1.events_pb2 import RecordingReady

TOKEN = "c0ffee00-0000-4000-8000-000000000001"
NOW_MS = int(time.time() * 1000) - 3_600_000


def settings(listenbrainz: str, lastfm: str) -> dict[str, object]:
    """What a catalog is told of the little servers."""
    return {
        "listenbrainz_url": listenbrainz,
        "lastfm_url": f"{lastfm}/2.0/",
        "lastfm_api_key": KEY,
        "lastfm_api_secret": SECRET,
    }


@dataclass(slots=True)
class Scene:
    """Who plays what, and who is told."""

    running: Running
    listenbrainz: LittleListenBrainz
    lastfm: LittleLastFm
    ada: accounts_pb2.User
    tracks: Sequence[Track]
    ingest: Ingest
    listenbrainz_url: str

    @property
    def scrobbling(self) -> ScrobblingServiceAsyncStub:
        return ScrobblingServiceStub(self.running.channel)

    async def connect_listenbrainz(self) -> pb.ScrobblerStatus:
        asked = pb.ConnectListenBrainzRequest(user_id=self.ada.id, token=TOKEN)
        return (await self.scrobbling.ConnectListenBrainz(asked)).scrobbler

    async def connect_lastfm(self) -> pb.ScrobblerStatus:
        begun = await self.scrobbling.BeginLastFm(pb.BeginLastFmRequest(user_id=self.ada.id))
        self.lastfm.allowed[begun.url.rpartition("token=")[2]] = "ada-fm"
        finish = pb.FinishLastFmRequest(user_id=self.ada.id)
        return (await self.scrobbling.FinishLastFm(finish)).scrobbler

    async def play(self, track: Track, *, at_ms: int = NOW_MS, **more: object) -> str:
        """Report a play, whole unless it says otherwise; answers its id."""
        told = {"id": uuid.uuid4().hex, "end": events_pb2.PLAYBACK_END_COMPLETED} | more
        playback = events_pb2.Playback(
            user_id=self.ada.id,
            track_id=track.id,
            started_at_unix_ms=at_ms,
            played_ms=int(str(told.pop("played_ms", track.duration_ms))),
            **told,  # type: ignore[arg-type]  # fields of Playback, whatever the test wants
        )
        fact = events_pb2.PlaybackReported(plays=[playback])
        await self.running.bus.publish(Event.of(fact, uuid.uuid4().hex))
        return playback.id

    async def status(self, scrobbler: pb.Scrobbler.ValueType) -> pb.ScrobblerStatus:
        asked = pb.ListScrobblersRequest(user_id=self.ada.id)
        found = (await self.scrobbling.ListScrobblers(asked)).scrobblers
        return next(each for each in found if each.scrobbler == scrobbler)


@asynccontextmanager
async def open_scene(
    database_url: str, bus: JetStreamBus, *recordings: RecordingReady
) -> AsyncGenerator[Scene]:
    """Ada with these recordings, before she is connected to anybody."""
    listenbrainz, lastfm = LittleListenBrainz({TOKEN: "ada-lb"}), LittleLastFm()
    async with (
        serving(listenbrainz.app()) as listenbrainz_url,
        serving(lastfm.app()) as lastfm_url,
        open_catalog(database_url, bus, **settings(listenbrainz_url, lastfm_url)) as running,
    ):
        ingest = Ingest(running)
        await ingest.listen()
        ada = await ingest.user("ada")
        tracks = await ingest.publish(ada, *recordings)
        yield Scene(running, listenbrainz, lastfm, ada, tracks, ingest, listenbrainz_url)
