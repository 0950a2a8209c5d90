"""What the tests of the whole service have in hand."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import psutil

from libs.common.events import Event
from services.ingest.domain.uploads import part_key
from tutti.catalog.v1 import events_pb2 as catalog_events
from tutti.ingest.v1 import events_pb2
from tutti.ingest.v1 import ingest_pb2 as pb
from tutti.ledger.v1 import events_pb2 as ledger_events
from tutti.ledger.v1 import ledger_pb2

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from pathlib import Path

    from libs.common.events import Bus
    from libs.common.objects import ObjectStore
    from services.ingest.settings import IngestSettings
    from tutti.ingest.v1.ingest_pb2_grpc import IngestServiceAsyncStub
    from tutti.ingest.v1.podcasts_pb2_grpc import PodcastsServiceAsyncStub

SETTLED = {
    pb.ITEM_STATE_PUBLISHED,
    pb.ITEM_STATE_DUPLICATE,
    pb.ITEM_STATE_QUARANTINED,
    pb.ITEM_STATE_UNDECIDED,
    pb.ITEM_STATE_DISMISSED,
}
PATIENCE_S = 180.0

Found = TypeVar("Found")


@dataclass
class Catalog:
    """Answers as the catalog does, and remembers what it was told."""

    bus: Bus
    ready: list[events_pb2.RecordingReady] = field(default_factory=list)
    reanalysed: list[events_pb2.RecordingReanalysed] = field(default_factory=list)
    quarantined: list[events_pb2.RecordingQuarantined] = field(default_factory=list)
    shown: dict[str, events_pb2.FoundRecording] = field(default_factory=dict)
    withdrawn: list[str] = field(default_factory=list)
    jobs: list[ledger_pb2.Job] = field(default_factory=list)
    tracks: dict[str, str] = field(default_factory=dict)
    refuses: str = ""
    answers: asyncio.Event = field(default_factory=asyncio.Event)

    async def open(self) -> None:
        """Listen from now on."""
        self.answers.set()
        await self.bus.subscribe(events_pb2.RecordingReady, "catalog", self._answer)
        await self.bus.subscribe(events_pb2.RecordingReanalysed, "catalog", self._note)
        await self.bus.subscribe(events_pb2.RecordingQuarantined, "catalog", self._mourn)
        await self.bus.subscribe(ledger_events.JobFinished, "catalog", self._enter)
        await self.bus.subscribe(events_pb2.RecordingsFound, "catalog", self._show)
        await self.bus.subscribe(events_pb2.RecordingWithdrawn, "catalog", self._withdraw)

    async def _answer(self, fact: events_pb2.RecordingReady) -> None:
        await self.answers.wait()
        self.ready.append(fact)
        key = uuid.uuid4().hex
        if self.refuses:
            refusal = catalog_events.TrackRefused(
                ingest_item_id=fact.ingest_item_id, reason=self.refuses
            )
            await self.bus.publish(Event.of(refusal, key))
            return
        track_id = fact.replaces_track_id or self.tracks.setdefault(
            fact.ingest_item_id, uuid.uuid4().hex
        )
        published = catalog_events.TrackPublished(
            track=fact.track,
            ingest_item_id=fact.ingest_item_id,
            replaced_original=bool(fact.replaces_track_id),
        )
        published.track.id = track_id
        published.track.library_id = fact.library_id
        await self.bus.publish(Event.of(published, key))

    def told(self, item_id: str) -> events_pb2.RecordingReady:
        """What it was told last of this item."""
        return [one for one in self.ready if one.ingest_item_id == item_id][-1]

    async def remove(
        self, track_id: str, library_id: str, content_sha256: str, item_id: str = ""
    ) -> None:
        """Say that a track is gone, and its content unused."""
        removed = catalog_events.TrackRemoved(
            track_id=track_id,
            library_id=library_id,
            content_sha256=content_sha256,
            content_unused=True,
            ingest_item_id=item_id,
        )
        await self.bus.publish(Event.of(removed, uuid.uuid4().hex))

    async def _show(self, fact: events_pb2.RecordingsFound) -> None:
        self.shown |= {one.ingest_item_id: one for one in fact.recordings}
        listed = catalog_events.TracksListed(found_id=fact.id)
        await self.bus.publish(Event.of(listed, uuid.uuid4().hex))

    async def _withdraw(self, fact: events_pb2.RecordingWithdrawn) -> None:
        self.withdrawn.append(fact.ingest_item_id)
        delisted = catalog_events.TrackDelisted(ingest_item_id=fact.ingest_item_id)
        await self.bus.publish(Event.of(delisted, uuid.uuid4().hex))

    async def _note(self, fact: events_pb2.RecordingReanalysed) -> None:
        self.reanalysed.append(fact)

    async def _enter(self, fact: ledger_events.JobFinished) -> None:
        self.jobs.append(fact.job)

    async def _mourn(self, fact: events_pb2.RecordingQuarantined) -> None:
        self.quarantined.append(fact)


class Worker:
    """A worker process, which may be killed."""

    def __init__(self, settings: IngestSettings, log: Path) -> None:
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self.configure(settings)

    def configure(self, settings: IngestSettings) -> None:
        """Give it other settings, from its next start on."""
        self._environment = _as_environment(settings)

    def start(self) -> None:
        """Start it in a session of its own."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "services.ingest.worker"],
                env=os.environ | self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    async def stop(self, signum: signal.Signals = signal.SIGTERM, within_s: float = 9.0) -> int:
        """Send it a signal, wait for its end and return its status."""
        assert self._process is not None
        process, self._process = self._process, None
        process.send_signal(signum)
        try:
            return await asyncio.to_thread(process.wait, within_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise

    def children(self) -> list[psutil.Process]:
        """Its children and theirs."""
        assert self._process is not None
        return psutil.Process(self._process.pid).children(recursive=True)

    @property
    def running(self) -> bool:
        """Whether it was started and not stopped."""
        return self._process is not None

    def log(self) -> str:
        """What it said so far."""
        return self._log.read_text()


@dataclass
class House:
    """Service, worker, store and catalog, and a person who brings files."""

    settings: IngestSettings
    stub: IngestServiceAsyncStub
    podcasts: PodcastsServiceAsyncStub
    objects: ObjectStore
    catalog: Catalog
    worker: Worker
    user_id: str = "ada"
    library_id: str = "home"

    async def bring(
        self, content: bytes, name: str, batch_id: str = "", library_id: str = ""
    ) -> pb.Item:
        """Upload a file in parts and have it taken in."""
        upload = await self.send(content, name, batch_id, library_id)
        request = pb.BeginIngestRequest(user_id=self.user_id, upload_id=upload.id)
        return (await self.stub.BeginIngest(request)).item

    async def send(
        self, content: bytes, name: str, batch_id: str = "", library_id: str = ""
    ) -> pb.Upload:
        """Upload a file in parts, and no more."""
        request = pb.CreateUploadRequest(
            user_id=self.user_id,
            library_id=library_id or self.library_id,
            batch_id=batch_id,
            file_name=name,
            size_bytes=len(content),
        )
        upload = (await self.stub.CreateUpload(request)).upload
        for number in range(1, upload.part_count + 1):
            start = (number - 1) * upload.part_size_bytes
            part = content[start : start + upload.part_size_bytes]
            await self.objects.put_bytes(part_key(upload.id, number), part, "audio/x")
            record = pb.RecordPartRequest(
                user_id=self.user_id,
                upload_id=upload.id,
                part_number=number,
                size_bytes=len(part),
            )
            upload = (await self.stub.RecordPart(record)).upload
        return upload

    async def look(self, item_id: str) -> pb.GetItemResponse:
        """An item and its steps as they are now."""
        return await self.stub.GetItem(pb.GetItemRequest(user_id=self.user_id, item_id=item_id))

    async def settled(self, *item_ids: str) -> Sequence[pb.Item]:
        """The items once they came to their end, or wait for a person."""
        found: list[pb.Item] = []
        try:
            async with asyncio.timeout(PATIENCE_S):
                while len(found) < len(item_ids):
                    item = (await self.look(item_ids[len(found)])).item
                    if item.state in SETTLED:
                        found.append(item)
                    else:
                        await asyncio.sleep(0.1)
        except TimeoutError:
            stuck = (await self.look(item_ids[len(found)])).steps
            steps = [f"{step.name} {step.state} {step.attempts} {step.error}" for step in stuck]
            raise AssertionError(f"not settled: {steps}\n{self.worker.log()[-6000:]}") from None
        return found

    async def until(self, item_id: str, step: str, state: pb.StepState.ValueType) -> pb.Step:
        """The step once it is in this state."""

        async def found() -> pb.Step | None:
            steps = (await self.look(item_id)).steps
            return next((one for one in steps if (one.name, one.state) == (step, state)), None)

        return await eventually(found)

    async def lacks(self, prefix: str) -> bool:
        """Whether the store has no object whose key begins so."""
        return not await self.objects.list(prefix)


def content(path: Path) -> bytes:
    """The bytes of a file."""
    return path.read_bytes()


async def eventually(look: Callable[[], Awaitable[Found | None]]) -> Found:
    """What is found, as soon as it is anything."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if found := await look():
                return found
            await asyncio.sleep(0.05)


def _as_environment(settings: IngestSettings) -> Mapping[str, str]:
    written = settings.model_dump(mode="json", exclude_none=True)
    written["music_folders"] = os.pathsep.join(map(str, settings.music_folders))
    return {f"INGEST_{name.upper()}": str(value) for name, value in written.items()}
