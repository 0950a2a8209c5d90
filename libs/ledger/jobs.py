"""Telling the ledger of a job: an event in the transaction that keeps the job's result."""

from libs.common.events import Event
from tutti.ledger.v1 import events_pb2, ledger_pb2


def job_finished(job: ledger_pb2.Job) -> Event:
    """A model or an analysis engine was called, well or not; the same job id is one row."""
    return Event.of(events_pb2.JobFinished(job=job), key=job.id)
