"""The queue of steps: Celery on Redis. It may lose anything, for a sweep fills it again."""

import asyncio
import logging
from collections.abc import Iterable, Mapping

from celery import Celery
from kombu.exceptions import KombuError, OperationalError
from redis.exceptions import RedisError

from libs.common.faults import Unavailable
from libs.common.sockets import watchful_tcp
from services.ingest.adapters.broker import Transport
from services.ingest.domain.pipeline import LAST_PRIORITY, PIPELINE, Turn

logger = logging.getLogger(__name__)

RUN_STEP = "ingest.run_step"
RUN_ERRAND = "ingest.run_errand"
ERRAND_LIMIT_S = 2 * 3600
"""Every part of an errand has a limit of its own, and all of them together are shorter."""
ERRAND_PRIORITY = 1
"""There are few of them at a time: they pass by the backlog, and not by who waits to listen."""
GRACE_S = 30
"""Between asking a step to end and killing its process."""
OUTAGES = (KombuError, OperationalError, OSError, RedisError)
"""The last is what kombu lets through: Redis refuses to write when its disk is full."""
PRIORITIES = range(LAST_PRIORITY + 1)


def celery_app(redis_url: str, name: str) -> Celery:
    """Celery as both ends of the queue use it."""
    app = Celery("ingest", broker=redis_url, set_as_current=False)
    app.conf.update(
        broker_transport=f"{Transport.__module__}:{Transport.__name__}",
        accept_content=["json"],
        task_serializer="json",
        task_default_queue=name,
        task_ignore_result=True,
        task_acks_late=True,
        task_publish_retry=False,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={
            "priority_steps": list(PRIORITIES),
            "queue_order_strategy": "priority",
            "visibility_timeout": 6 * 3600,
            "socket_connect_timeout": 2,
            "socket_timeout": 10,
            "socket_keepalive": True,
            "socket_keepalive_options": watchful_tcp(),
        },
    )
    return app


class StepQueue:
    """The end that puts in."""

    def __init__(self, app: Celery) -> None:
        self._app = app

    def put(self, steps: Mapping[int, Turn]) -> None:
        """Let a worker have these steps, known by the id of their row."""
        try:
            with self._app.producer_pool.acquire(block=True, timeout=5) as producer:
                for step_id, turn in steps.items():
                    limit_s = PIPELINE[turn.step].limit_s
                    self._app.send_task(
                        RUN_STEP,
                        [step_id],
                        priority=turn.priority,
                        soft_time_limit=limit_s,
                        time_limit=limit_s + GRACE_S,
                        producer=producer,
                    )
        except OUTAGES as error:
            raise Unavailable("the queue cannot be reached") from error

    def run_errands(self, errand_ids: Iterable[int]) -> None:
        """Let a worker have these errands, known by the id of their row."""
        try:
            with self._app.producer_pool.acquire(block=True, timeout=5) as producer:
                for errand_id in errand_ids:
                    self._app.send_task(
                        RUN_ERRAND,
                        [errand_id],
                        priority=ERRAND_PRIORITY,
                        time_limit=ERRAND_LIMIT_S,
                        producer=producer,
                    )
        except OUTAGES as error:
            raise Unavailable("the queue cannot be reached") from error

    def depth(self) -> int:
        """How many steps nobody has taken out yet."""
        queue = self._app.conf.task_default_queue
        try:
            with self._app.connection_for_write() as connection:
                try:
                    return int(connection.SimpleQueue(queue).qsize())
                except connection.channel_errors:
                    return 0  # Redis keeps no empty list, and so the queue is "not found"
        except OUTAGES as error:
            raise Unavailable("the queue cannot be reached") from error

    async def offer(self, steps: Mapping[int, Turn]) -> None:
        """Put in, off the event loop. While the queue is down the rows wait for the sweep."""
        if not steps:
            return
        try:
            await asyncio.to_thread(self.put, steps)
        except Unavailable:
            logger.warning("steps wait for the queue", extra={"steps": len(steps)})
