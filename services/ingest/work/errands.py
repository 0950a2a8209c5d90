"""One try at one errand: claim it, do it, and sort out how it failed if it did."""

import asyncio
import logging
import time

from prometheus_client import Histogram

from libs.common.outbound import CallFailed, NoAnswer, Outbound, WrongAnswer
from libs.common.sandbox import OverLimit
from services.ingest.adapters.postgres_errands import PostgresErrands
from services.ingest.domain.claims import NotYet
from services.ingest.domain.errands import Errand
from services.ingest.domain.feeds import NotAFeed
from services.ingest.domain.reasons import Refused
from services.ingest.work.attempt import OUTAGE_PAUSES_S, is_outage
from services.ingest.work.episodes import DownloadEpisode
from services.ingest.work.feeds import ReadFeed

logger = logging.getLogger(__name__)

ERRAND_SECONDS = Histogram(
    "ingest_errand_seconds",
    "Time that a try to fetch something for podcasts took",
    ["errand", "outcome"],
    buckets=(0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3000),
)
AGENT = "Tutti (a music server; podcasts)"
LONGEST_PAUSE_S = 60.0
PASSING = (408, 416, 425, 429)
"""Refusals of HTTP that may be over a moment later, besides all that begin with 5."""
SERVER_ERRORS = 500


class Errands:
    """Runs errands, one at a time, in one worker process.

    Parameters
    ----------
    loop
        Nothing else goes on in it, so that what blocks holds nobody up.
    home
        Whether servers in private networks may be called.
    """

    def __init__(
        self,
        loop: asyncio.Runner,
        rows: PostgresErrands,
        read_feed: ReadFeed,
        download: DownloadEpisode,
        *,
        home: bool,
    ) -> None:
        self._loop = loop
        self._rows = rows
        self._read_feed = read_feed
        self._download = download
        self._home = home

    def run(self, errand_id: int) -> None:
        """Do the errand, if it is still to be done."""
        try:
            self._loop.run(self._run(errand_id))
        except Exception as error:
            if not is_outage(error):
                raise
            # Not even that could be written down: the sweep finds the claim when its time is up.
            facts = {"errand_id": errand_id, "reason": repr(error)}
            logger.warning("an errand is left to the sweep", extra=facts)

    async def _run(self, errand_id: int) -> None:
        errand = await self._rows.claim(errand_id)
        if errand is None:
            return
        kind, started_s = "feed" if errand.episode_id is None else "episode", time.monotonic()
        try:
            async with Outbound(AGENT, home=self._home) as outbound:
                if errand.episode_id is None:
                    await self._read_feed.perform(outbound, errand)
                else:
                    await self._download.perform(outbound, errand)
            outcome = "done"
        except Exception as error:  # noqa: BLE001  sorted out there, every one of them
            outcome = await self._told(errand, error)
        ERRAND_SECONDS.labels(kind, outcome).observe(time.monotonic() - started_s)

    async def _told(self, errand: Errand, error: Exception) -> str:
        """Write down how it failed; while the database is away, again and again for some time.

        What is left as under way keeps others from being begun.
        """
        for pause_s in OUTAGE_PAUSES_S:
            try:
                return await self._sorted_out(errand, error)
            except Exception as outage:
                if not is_outage(outage):
                    raise
                await asyncio.sleep(pause_s)
        return await self._sorted_out(errand, error)

    async def _sorted_out(self, errand: Errand, error: Exception) -> str:
        facts = {"errand_id": errand.id, "reason": repr(error)}
        match error:
            case CallFailed():
                reason = f"It could not be fetched: {error}."
                await self._rows.fail(errand, reason, may_pass=_may_pass(error))
                return "refused"
            case NotAFeed():
                await self._rows.fail(errand, str(error), may_pass=False)
                return "refused"
            case Refused():
                await self._rows.fail(errand, error.reason.sentence, may_pass=False)
                return "refused"
            case NotYet():
                await self._rows.postpone(errand, error.wait_s)
                return "waits"
        if is_outage(error):
            logger.warning("an outage holds an errand up", extra=facts)
            await self._rows.postpone(errand, min(2.0**errand.setbacks, LONGEST_PAUSE_S))
            return "outage"
        reason = "Something went wrong on this server. Whoever runs it can look into it."
        if isinstance(error, OverLimit):
            reason = "Reading it took more time or memory than it should need."
        logger.error("an errand failed", extra=facts, exc_info=error)
        await self._rows.fail(errand, reason, may_pass=True)
        return "failed"


def _may_pass(failure: CallFailed) -> bool:
    """Whether asking again soon may help."""
    if isinstance(failure, WrongAnswer):
        return failure.status in PASSING or failure.status >= SERVER_ERRORS
    return isinstance(failure, NoAnswer)
