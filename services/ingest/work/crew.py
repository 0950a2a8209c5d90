"""The processes that work: Celery's prefork pool, each child with a bench of its own."""

import asyncio
import ctypes
import logging
import os
import signal
import sys
import threading
import time
import warnings
from contextlib import AbstractAsyncContextManager, ExitStack
from dataclasses import dataclass

import asyncpg
from celery import signals
from celery.exceptions import SecurityWarning

from libs.common.faults import CannotStart
from libs.common.logs import log_as_json
from libs.common.objects import blocking_objects
from libs.common.postgres import Pool, connect
from libs.common.sandbox import open_sandbox
from libs.common.telemetry import telemetry
from services.ingest.adapters.engines import analysis_engine
from services.ingest.adapters.media.feeds import FeedReader
from services.ingest.adapters.media.inspection import Inspector
from services.ingest.adapters.originals import Originals
from services.ingest.adapters.postgres_claims import PostgresClaims
from services.ingest.adapters.postgres_errands import PostgresErrands
from services.ingest.adapters.postgres_feeds import PostgresFeeds
from services.ingest.adapters.postgres_library import register_content
from services.ingest.adapters.postgres_session import Session
from services.ingest.adapters.queue import RUN_ERRAND, RUN_STEP, StepQueue, celery_app
from services.ingest.adapters.scratch import Scratch
from services.ingest.domain.analysis import AnalysisEngine
from services.ingest.domain.claims import Claim
from services.ingest.settings import IngestSettings
from services.ingest.work.attempt import Attempts
from services.ingest.work.bench import Bench
from services.ingest.work.episodes import DownloadEpisode
from services.ingest.work.errands import Errands
from services.ingest.work.feeds import ReadFeed
from services.ingest.work.table import works

logger = logging.getLogger(__name__)

SCHEMA = "ingest"
WARM_S = 5.0
"""How long steps may go on after SIGTERM; what is unfinished then is queued again."""
PAUSE_S = 0.5
OUTAGE_S = 20.0
"""How long a child waits for the database before it leaves a step to the sweep."""
NICENESS = 10
"""Steps have time; listeners, who wait for the same processors, have none."""
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Tools:
    """What a child works with."""

    attempts: Attempts
    errands: Errands


class Crew:
    """A worker: one parent that takes steps from the queue, and children that do them.

    Made in the parent; each child opens what it needs after the fork, because no
    connection and no event loop survives one.
    """

    def __init__(self, settings: IngestSettings, scratch: Scratch) -> None:
        self._settings = settings
        self._scratch = scratch
        self._sandbox = open_sandbox()
        self._app = celery_app(settings.redis_url, settings.queue_name)
        self._app.task(name=RUN_STEP)(self._run_step)
        self._app.task(name=RUN_ERRAND)(self._run_errand)
        self._works = works(_analyst(settings.analysis_engine))
        self._opened = ExitStack()
        self._tools: Tools | None = None

    def work(self) -> int:
        """Work until told to stop. Returns the exit status."""
        asyncio.run(self._enlist())
        # Celery warns of root because of pickle; our messages are JSON and hold a number.
        warnings.simplefilter("ignore", SecurityWarning)
        signals.setup_logging.connect(self._log, weak=False)
        signals.worker_process_init.connect(self._begin, weak=False)
        signals.worker_process_shutdown.connect(self._close, weak=False)
        signals.worker_shutting_down.connect(_end_soon, weak=False)
        worker = self._app.Worker(
            pool="prefork",
            concurrency=self._settings.workers,
            max_tasks_per_child=self._settings.steps_per_process,
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
            quiet=True,
        )
        worker.start()
        return int(worker.exitcode or 0)

    async def _enlist(self) -> None:
        """Wait for the database as the service makes it, and note our engines there."""
        deadline_s = time.monotonic() + self._settings.patience_s
        engines = {step: work.engine for step, work in self._works.items() if work.engine}
        while True:
            try:
                async with connect(self._settings.database_url, SCHEMA, most=1) as pool:
                    await PostgresClaims(Session(pool)).enlist(engines)
            except (CannotStart, asyncpg.UndefinedTableError) as problem:
                if time.monotonic() > deadline_s:
                    raise
                logger.warning("not yet", extra={"reason": str(problem)})
                await asyncio.sleep(PAUSE_S)
            else:
                return

    def _log(self, **_: object) -> None:
        log_as_json(self._settings.log_level)
        for noisy in ("celery.worker.strategy", "celery.app.trace"):
            logging.getLogger(noisy).setLevel(logging.WARNING)

    def _run_step(self, step_id: int) -> None:
        if tools := self._at_hand():
            tools.attempts.make(step_id)

    def _run_errand(self, errand_id: int) -> None:
        if tools := self._at_hand():
            tools.errands.run(errand_id)

    def _at_hand(self) -> Tools | None:
        """What is opened on first use; None while the database is away."""
        if self._tools is None:
            try:
                self._tools = self._open()
            except CannotStart as problem:
                self._opened.close()
                logger.warning("work is left to the sweep", extra={"reason": str(problem)})
        return self._tools

    def _open(self) -> Tools:
        settings, opened = self._settings, self._opened
        opened.enter_context(telemetry(settings.model_copy(update={"metrics_port": None})))
        loop = opened.enter_context(asyncio.Runner())
        session = Session(self._connected(loop))
        opened.callback(lambda: loop.run(session.release()))

        async def register(claim: Claim, content_sha256: str) -> None:
            await register_content(await session.connection(), claim, content_sha256)

        objects = blocking_objects(settings)
        bench = Bench(
            objects,
            Originals(objects, settings.music_folders),
            self._scratch,
            self._sandbox,
            Inspector(self._sandbox),
            lambda claim, content_sha256: loop.run(register(claim, content_sha256)),
        )
        attempts = Attempts(loop, PostgresClaims(session), bench, self._works, StepQueue(self._app))
        return Tools(attempts, self._errands(loop, session, bench))

    def _errands(self, loop: asyncio.Runner, session: Session, bench: Bench) -> Errands:
        settings, rows = self._settings, PostgresErrands(session)
        feeds = PostgresFeeds(
            session, settings.podcast_refresh_h * 3600, settings.podcast_downloads
        )
        reader = FeedReader(bench.sandbox)
        read_feed = ReadFeed(feeds, reader, bench.inspector, bench.objects, bench.scratch)
        download = DownloadEpisode(
            rows, bench.sandbox, bench.objects, bench.scratch, settings.largest_episode_bytes
        )
        return Errands(loop, rows, read_feed, download, home=settings.private_addresses)

    def _connected(self, loop: asyncio.Runner) -> Pool:
        """Connect as soon as the database answers: without it there is nothing to do."""
        deadline_s = time.monotonic() + OUTAGE_S
        while True:
            connecting = connect(self._settings.database_url, SCHEMA, most=1)
            try:
                pool = loop.run(connecting.__aenter__())
            except CannotStart as problem:
                if time.monotonic() > deadline_s:
                    raise
                logger.warning("a step waits for the database", extra={"reason": str(problem)})
                time.sleep(PAUSE_S)
            else:
                self._opened.callback(_disconnect, loop, connecting)
                return pool

    def _begin(self, **_: object) -> None:
        _die_with_parent()
        os.nice(NICENESS)
        # A child begins when the worker does, and where another child died.
        self._scratch.clear_dead_work()

    def _close(self, **_: object) -> None:
        self._opened.close()


def _analyst(name: str) -> AnalysisEngine:
    try:
        return analysis_engine(name)
    except ValueError as problem:
        raise CannotStart(str(problem), "analysis_engine") from None


def _disconnect(loop: asyncio.Runner, connected: AbstractAsyncContextManager[Pool]) -> None:
    loop.run(connected.__aexit__(None, None, None))


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _end_soon(**_: object) -> None:
    """End this process, and by that its children, if steps do not end by themselves."""
    patience = threading.Timer(WARM_S, os._exit, [0])
    patience.daemon = True
    patience.start()
