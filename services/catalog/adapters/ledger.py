"""The ledger of AI jobs in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime

from libs.common.postgres import Pool
from services.catalog.adapters.libraries import viewer_of
from services.catalog.domain.ledger import Job, JobTotal
from services.catalog.domain.moments import END_OF_TIME, microseconds, moment_at
from services.catalog.domain.paging import Page, PageAsked

COLUMNS = [field.name for field in fields(Job)]
JOB = ", ".join(COLUMNS)


class Ledger:
    """Keeps jobs, and adds them up."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def record(self, job: Job) -> None:
        """Keep a job once, however often its end is reported."""
        parameters = ", ".join(f"${n}" for n in range(1, len(COLUMNS) + 1))
        await self._pool.execute(
            f"INSERT INTO jobs ({JOB}) VALUES ({parameters}) ON CONFLICT DO NOTHING",
            *asdict(job).values(),
        )

    async def page(
        self, viewer_id: str, kind: str, asked: PageAsked, *, failed_only: bool
    ) -> Page[Job]:
        """Jobs, last finished first: all of them for operators, their own for others."""
        async with self._pool.acquire() as connection:
            viewer = await viewer_of(connection, viewer_id)
            finished_us, job_id = asked.after or (microseconds(END_OF_TIME), "")
            rows = await connection.fetch(
                f"""
                SELECT {JOB} FROM jobs
                WHERE ($1 OR user_id = $2) AND ($3 = '' OR kind = $3) AND (NOT $4 OR error <> '')
                    AND (finished_at, id) < ($5, $6)
                ORDER BY finished_at DESC, id DESC LIMIT $7
                """,
                viewer.is_operator, viewer.id, kind, failed_only,
                moment_at(int(finished_us)), job_id, asked.size + 1,
            )  # fmt: skip
        jobs = [Job(**dict(row)) for row in rows]
        return Page.of(jobs, asked, lambda job: (microseconds(job.finished_at), job.id))

    async def totals(self, viewer_id: str, since: datetime) -> Sequence[JobTotal]:
        """Jobs since a time added up by kind, engine and model, for whom the viewer may ask."""
        async with self._pool.acquire() as connection:
            viewer = await viewer_of(connection, viewer_id)
            rows = await connection.fetch(
                """
                SELECT kind, engine, model, count(*) AS job_count,
                    count(*) FILTER (WHERE error <> '') AS failed_count,
                    count(*) FILTER (WHERE cache_hit) AS cache_hit_count,
                    sum(tokens_in)::bigint AS tokens_in, sum(tokens_out)::bigint AS tokens_out,
                    sum(audio_s) AS audio_s, sum(cost_usd) AS cost_usd,
                    coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY latency_ms)
                        FILTER (WHERE NOT cache_hit), 0) AS latency_ms_p50,
                    coalesce(percentile_cont(0.99) WITHIN GROUP (ORDER BY latency_ms)
                        FILTER (WHERE NOT cache_hit), 0) AS latency_ms_p99
                FROM jobs WHERE ($1 OR user_id = $2) AND finished_at >= $3
                GROUP BY kind, engine, model ORDER BY kind, engine, model
                """,
                viewer.is_operator, viewer.id, since,
            )  # fmt: skip
        return [JobTotal(**dict(row)) for row in rows]
