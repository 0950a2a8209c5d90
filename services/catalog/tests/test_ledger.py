"""The ledger of AI jobs, over the service's own API and its bus."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import grpc
import pytest

from libs.common.events import Event
from services.catalog.domain.paging import page_token
from services.catalog.tests.refusals import refusal
from tutti.ledger.v1 import events_pb2
from tutti.ledger.v1 import ledger_pb2 as pb
from tutti.ledger.v1.ledger_pb2_grpc import LedgerServiceStub

if TYPE_CHECKING:
    from services.catalog.tests.conftest import Running
    from services.catalog.tests.recordings import Ingest
    from tutti.ledger.v1.ledger_pb2_grpc import LedgerServiceAsyncStub

NOW_MS = int(time.time() * 1000)


@pytest.fixture
def ledger(running: Running) -> LedgerServiceAsyncStub:
    return LedgerServiceStub(running.channel)


def job(name: str, user_id: str = "", kind: str = "analysis", latency_ms: int = 100) -> pb.Job:
    return pb.Job(
        id=name,
        service="ingest",
        kind=kind,
        engine="ear",
        engine_version="1.0",
        device="cpu",
        input_hash="a" * 64,
        tokens_in=3,
        tokens_out=4,
        audio_s=1.5,
        cost_usd=0.25,
        latency_ms=latency_ms,
        user_id=user_id,
        finished_at_unix_ms=NOW_MS,
    )


async def finish(running: Running, viewer_id: str, *jobs: pb.Job) -> None:
    """Announce jobs twice each, and wait until an operator sees all."""
    for n, finished in enumerate((*jobs, *jobs)):
        fact = events_pb2.JobFinished(job=finished)
        await running.bus.publish(Event.of(fact, f"{finished.id} {n}"))
    await running.bus.publish(Event.of(events_pb2.JobFinished(job=job("marker")), "marker"))
    listing = pb.ListJobsRequest(viewer_id=viewer_id, page_size=500)
    stub = LedgerServiceStub(running.channel)
    async with asyncio.timeout(10):
        while not any(each.id == "marker" for each in (await stub.ListJobs(listing)).jobs):  # noqa: ASYNC110  polls an API
            await asyncio.sleep(0.02)
    await running.database.execute("DELETE FROM jobs WHERE id = 'marker'")


async def test_a_job_is_one_row_though_reported_twice(
    running: Running, ingest: Ingest, ledger: LedgerServiceAsyncStub
) -> None:
    ada, bob = await ingest.user("ada"), await ingest.user("bob")
    hers = job("1", bob.id)
    await finish(running, ada.id, hers, job("2"), job("3", ada.id))
    of_all = await ledger.ListJobs(pb.ListJobsRequest(viewer_id=ada.id))
    assert [each.id for each in of_all.jobs] == ["3", "2", "1"]
    assert of_all.jobs[2] == hers
    of_bob = await ledger.ListJobs(pb.ListJobsRequest(viewer_id=bob.id))
    assert list(of_bob.jobs) == [hers]
    of_nobody = await ledger.ListJobs(pb.ListJobsRequest(viewer_id="nobody"))
    assert not of_nobody.jobs


async def test_jobs_are_listed_by_kind_by_failure_and_in_pages(
    running: Running, ingest: Ingest, ledger: LedgerServiceAsyncStub
) -> None:
    ada = await ingest.user("ada")
    jobs = [job(f"{n}", kind="speech" if n % 2 else "analysis") for n in range(5)]
    jobs[3].error = "out of\nmemory"
    jobs[0].finished_at_unix_ms += 1
    await finish(running, ada.id, *jobs)
    request, listed = pb.ListJobsRequest(viewer_id=ada.id, page_size=2), []
    while True:
        reply = await ledger.ListJobs(request)
        listed += [each.id for each in reply.jobs]
        if not reply.next_page_token:
            break
        request.page_token = reply.next_page_token
    assert listed == ["0", "4", "3", "2", "1"]
    speech = await ledger.ListJobs(pb.ListJobsRequest(viewer_id=ada.id, kind="speech"))
    assert [each.id for each in speech.jobs] == ["3", "1"]
    failed = await ledger.ListJobs(pb.ListJobsRequest(viewer_id=ada.id, failed_only=True))
    assert [each.error for each in failed.jobs] == ["out of\nmemory"]
    request.page_token = page_token((2**62, "a"))
    assert (await refusal(ledger.ListJobs(request)))[0] is grpc.StatusCode.INVALID_ARGUMENT


async def test_the_bill_is_a_query(
    running: Running, ingest: Ingest, ledger: LedgerServiceAsyncStub
) -> None:
    ada, bob = await ingest.user("ada"), await ingest.user("bob")
    jobs = [job(f"{n}", latency_ms=n) for n in range(1, 102)]
    cached = job("cached", latency_ms=0)
    cached.cache_hit = True
    old = job("old")
    old.finished_at_unix_ms -= 60_000
    speech = job("speech", bob.id, "speech")
    speech.error = "no voice"
    await finish(running, ada.id, *jobs, cached, old, speech)
    since = pb.SummariseJobsRequest(viewer_id=ada.id, since_unix_ms=NOW_MS)
    analysis, spoken = (await ledger.SummariseJobs(since)).totals
    assert (analysis.kind, analysis.engine, analysis.job_count) == ("analysis", "ear", 102)
    assert (analysis.cache_hit_count, analysis.failed_count) == (1, 0)
    assert (analysis.tokens_in, analysis.tokens_out) == (306, 408)
    assert (analysis.audio_s, analysis.cost_usd) == (153.0, 25.5)
    assert (analysis.latency_ms_p50, analysis.latency_ms_p99) == (51.0, 100.0)
    assert (spoken.kind, spoken.job_count, spoken.failed_count) == ("speech", 1, 1)
    since.viewer_id = bob.id
    assert list((await ledger.SummariseJobs(since)).totals) == [spoken]
    since.since_unix_ms = 2**62
    assert (await refusal(ledger.SummariseJobs(since)))[0] is grpc.StatusCode.INVALID_ARGUMENT


async def test_a_job_without_an_id_is_buried_and_stops_no_other(
    running: Running, ingest: Ingest, ledger: LedgerServiceAsyncStub
) -> None:
    ada = await ingest.user("ada")
    await running.bus.publish(Event.of(events_pb2.JobFinished(job=job("")), "nameless"))
    await finish(running, ada.id, job("named"))
    listed = await ledger.ListJobs(pb.ListJobsRequest(viewer_id=ada.id))
    assert [each.id for each in listed.jobs] == ["named"]
