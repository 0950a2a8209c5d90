"""What a trial cost: attempts, repeated deliveries, restarts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.chaos.ground import Ground

ATTEMPTS = """
    SELECT count(*) AS steps, coalesce(sum(attempts), 0) AS attempts,
        count(*) FILTER (WHERE attempts > 1) AS repeated, coalesce(max(attempts), 0) AS most,
        coalesce(sum(setbacks), 0) AS setbacks
    FROM ingest.steps WHERE state IN ('done', 'failed')
"""
SENDINGS = """
    SELECT coalesce(sum(sends - 1) FILTER (WHERE sends > 1), 0) AS again, count(*) AS events
    FROM (SELECT sends FROM ingest.outbox UNION ALL SELECT sends FROM catalog.outbox) AS sent
"""


async def figures(ground: Ground) -> dict[str, object]:
    """Read off what the servers counted."""
    [attempts] = await ground.rows(ATTEMPTS)
    [sendings] = await ground.rows(SENDINGS)
    async with ground.jetstream() as jetstream:
        stream = (await jetstream.stream_info("tutti")).state
        consumers = await jetstream.consumers_info("tutti")
    status = json.loads((ground.home / "fleet.json").read_text())
    return {
        "steps": dict(attempts),
        "events": {
            "kept": sendings["events"],
            "sent again": sendings["again"],
            "in the stream": stream.messages,
            "delivered": sum(each.delivered.consumer_seq for each in consumers if each.delivered),
        },
        "starts": {name: each["starts"] for name, each in status["programs"].items()},
    }
