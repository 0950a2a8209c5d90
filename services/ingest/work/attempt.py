"""One attempt at one step: claim it, do it, settle it, and sort out how it failed if it did."""

import asyncio
import errno
import logging
import time
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar

from billiard.exceptions import SoftTimeLimitExceeded
from opentelemetry import trace
from prometheus_client import Histogram

from libs.common.faults import Unavailable
from libs.common.outages import fault_in
from libs.common.sandbox import OverLimit
from libs.common.telemetry import trace_context
from services.ingest.adapters.postgres_claims import PostgresClaims
from services.ingest.adapters.queue import StepQueue
from services.ingest.domain.claims import Claim, NotYet, Outcome
from services.ingest.domain.pipeline import Step
from services.ingest.domain.quarantine import Quarantine, Unusable
from services.ingest.domain.reasons import Refused
from services.ingest.work.bench import Bench
from services.ingest.work.work import Work

logger = logging.getLogger(__name__)
tracer = trace.get_tracer(__name__)

STEP_SECONDS = Histogram(
    "ingest_step_seconds",
    "Time an attempt at a step took",
    ["step", "outcome"],
    buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000),
)
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE}
LONGEST_PAUSE_S = 60.0
AFTER_FAILURE_S = 2.0
OUTAGE_PAUSES_S = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Between tries to reach a database that is away."""

Answer = TypeVar("Answer")


class Attempts:
    """Makes attempts, one at a time, in one worker process.

    Parameters
    ----------
    loop
        Runs what the database is told; it stands still while a step is done.
    """

    def __init__(
        self,
        loop: asyncio.Runner,
        claims: PostgresClaims,
        bench: Bench,
        works: Mapping[Step, Work],
        queue: StepQueue,
    ) -> None:
        self._loop = loop
        self._claims = claims
        self._bench = bench
        self._works = works
        self._queue = queue

    def make(self, step_id: int) -> None:
        """Attempt the step, if it is still to be done."""
        try:
            # Else the queue would be emptied in a moment, and nothing be done.
            claim = self._patiently(lambda: self._claims.claim(step_id), {"step_id": step_id})
        except Exception as error:
            if not is_outage(error):
                raise
            logger.warning("cannot claim a step", extra={"reason": repr(error)})
            return
        if claim is not None:
            started_s = time.monotonic()
            with tracer.start_as_current_span(
                f"ingest.{claim.step}", trace_context({"traceparent": claim.traceparent})
            ):
                outcome = self._outcome(claim)
            elapsed_s = time.monotonic() - started_s
            STEP_SECONDS.labels(claim.step, outcome).observe(elapsed_s)

    def _outcome(self, claim: Claim) -> str:
        try:
            try:
                return self._done(claim)
            except Exception as error:  # noqa: BLE001  sorted out below, every one of them
                return self._sorted_out(claim, error)
        except Exception as error:
            # Not even that could be written down: the sweep finds the claim when its time is up.
            if not is_outage(error):
                raise
            logger.warning("a step is left to the sweep", extra=_facts(claim, error))
            return "left"

    def _done(self, claim: Claim) -> str:
        work, started_s = self._works[claim.step], time.monotonic()
        result = self._loop.run(self._claims.known_result(claim, work.engine))
        known = result is not None
        bench = self._bench.at_work()
        if result is None:
            result = work.perform(bench, claim)
        duration_ms = round((time.monotonic() - started_s) * 1000)
        outcome = Outcome(work.engine, result, duration_ms, known, bench.stored)
        # It may have been dear.
        freed = self._patiently(
            lambda: self._claims.finish(claim, outcome, work.settle), _facts(claim)
        )
        try:
            self._queue.put(freed)
        except Unavailable:
            logger.warning("steps wait for the queue", extra={"steps": len(freed)})
        return "known" if known else "done"

    # Any: what a coroutine is sent and given while it runs is the loop's own business.
    def _patiently(
        self, ask: Callable[[], Coroutine[Any, Any, Answer]], facts: Mapping[str, object]
    ) -> Answer:
        """Ask the database, again after a pause while it is away; the last failure is raised."""
        for pause_s in OUTAGE_PAUSES_S:
            try:
                return self._loop.run(ask())
            except Exception as error:
                if not is_outage(error):
                    raise
                extra = {**facts, "reason": repr(error)}
                logger.warning("a step waits for the database", extra=extra)
                time.sleep(pause_s)
        return self._loop.run(ask())

    def _sorted_out(self, claim: Claim, error: Exception) -> str:
        claims, run = self._claims, self._loop.run
        match error:
            case Refused():
                run(claims.refuse(claim, Quarantine.of(error)))
                return "refused"
            case Unusable():
                run(claims.refuse(claim, error.quarantine))
                return "refused"
            case NotYet():
                run(claims.postpone(claim, error.wait_s, str(error), setback=False))
                return "waits"
            case SoftTimeLimitExceeded() | OverLimit():
                too_much = Quarantine.gave_up(str(error) or "it took too long")
                run(claims.fail(claim, too_much, AFTER_FAILURE_S))
                return "failed"
        if is_outage(error):
            logger.warning("an outage holds a step up", extra=_facts(claim, error))
            pause_s = min(2.0**claim.setbacks, LONGEST_PAUSE_S)
            run(claims.postpone(claim, pause_s, str(error), setback=True))
            return "outage"
        logger.error("a step failed", extra=_facts(claim, error), exc_info=error)
        fault = Quarantine.fault_of_ours(f"{type(error).__name__}: {error}"[:1000])
        run(claims.fail(claim, fault, AFTER_FAILURE_S))
        return "failed"


def is_outage(error: Exception) -> bool:
    """Whether something else is down or full, so that the file is not to blame."""
    if isinstance(error, OSError) and error.errno in FULL:
        return True
    return isinstance(fault_in(error), Unavailable)


def _facts(claim: Claim, error: Exception | None = None) -> dict[str, object]:
    reason = {} if error is None else {"reason": repr(error)}
    return {"step": claim.step, "item_id": claim.item_id, **reason}
