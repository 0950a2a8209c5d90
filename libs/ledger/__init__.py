"""The AI-jobs ledger, from the side of those who run jobs."""

from libs.ledger.jobs import job_finished

__all__ = ["job_finished"]
