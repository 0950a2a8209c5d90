"""One listener of one kind of event: a durable consumer that heals itself.

How often a fact was tried is counted by the stream, durably and before the
handler starts (``num_delivered``), so a fact that kills its process is counted
too. One fact is taken at a time: a process that dies takes no bystanders
nearer to the dead-letter stream.
"""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import chain, repeat

import nats.errors
from nats.aio.msg import Msg
from nats.js import JetStreamContext, errors
from nats.js.api import AckPolicy, ConsumerConfig
from opentelemetry import trace
from prometheus_client import Histogram

from libs.common.events.streams import STREAM, ensure_streams
from libs.common.faults import TimedOut, Unavailable
from libs.common.outages import fault_in
from libs.common.tasks import end
from libs.common.telemetry import trace_context

logger = logging.getLogger(__name__)
tracer = trace.get_tracer(__name__)

HANDLE_SECONDS = Histogram(
    "event_handle_seconds", "Time to handle an event", ["subject", "listener", "outcome"]
)
PAUSES_S = (1.0, 10.0)
"""Before the second and the third try of a fact whose handler failed. There is no fourth."""
ACK_WAIT_S = 10.0
"""How long the stream waits for a sign of life before it gives a fact to another process."""
IDLE_S = 2.0
"""How long to wait for a fact before looking whether the consumer still stands."""
AGAIN_S = 0.5
"""Before listening again when the stream, the consumer or the connection failed."""
OUTAGE_PAUSES_S = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Between tries while a server the handler needs is down; the last one repeats."""

Handle = Callable[[bytes], Awaitable[None]]


class Listener:
    """Calls ``handle`` with the payload of each fact, and settles it with the stream."""

    def __init__(
        self,
        jetstream: JetStreamContext,
        subject: str,
        name: str,
        handle: Handle,
        pauses_s: Sequence[float],
    ) -> None:
        self._jetstream = jetstream
        self._subject = subject
        self._name = name
        self._durable = f"{name}-{subject.replace('.', '_')}"
        self._handle = handle
        self._pauses_s = pauses_s
        self._handling = asyncio.Lock()
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen until stopped. Once this returns, the stream keeps facts for this listener."""
        try:
            await self._ensure_consumer()
        except nats.errors.Error as error:
            raise Unavailable(f"cannot listen to {self._subject}") from error
        self._task = asyncio.create_task(self._run(), name=self._durable)

    async def stop(self, grace_s: float) -> None:
        """Take no more facts, and wait for the one in hand."""
        if self._task is None:
            return
        self._stopping.set()
        try:
            async with asyncio.timeout(grace_s):
                await self._handling.acquire()
        except TimeoutError:
            logger.warning("a handler did not finish", extra={"listener": self._durable})
        await end(self._task)

    async def _run(self) -> None:
        while True:
            try:
                await self._ensure_consumer()
                await self._listen()
            except (nats.errors.Error, OSError) as error:
                facts = {"listener": self._durable, "reason": repr(error)}
                logger.warning("cannot listen, trying again", extra=facts)
            except Exception:
                logger.exception("listener broke", extra={"listener": self._durable})
            await asyncio.sleep(AGAIN_S)

    async def _ensure_consumer(self) -> None:
        await ensure_streams(self._jetstream)
        if await self._astray():
            await self._forget()
        config = ConsumerConfig(
            durable_name=self._durable,
            filter_subject=self._subject,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=ACK_WAIT_S,
            max_deliver=-1,
            max_ack_pending=1000,
        )
        await self._jetstream.add_consumer(STREAM, config)

    async def _listen(self) -> None:
        subscription = await self._jetstream.pull_subscribe_bind(self._durable, STREAM)
        try:
            while True:
                try:
                    [message] = await subscription.fetch(1, timeout=IDLE_S)
                except nats.errors.TimeoutError:
                    if await self._astray():
                        return
                    continue
                async with self._handling:
                    await self._settle(message)
        finally:
            await subscription.unsubscribe()

    async def _astray(self) -> bool:
        """Whether the consumer waits for positions the stream will not reach for long.

        That is so when NATS lost the end of the stream or all of it. A new
        consumer then starts at the beginning: handlers are idempotent, and
        nothing says how far the stream was cut before it grew again.
        """
        try:
            # In this order: a fact that comes in between must not look like a loss.
            consumer = await self._jetstream.consumer_info(STREAM, self._durable)
            stream = await self._jetstream.stream_info(STREAM)
        except errors.NotFoundError:
            return True
        delivered = consumer.delivered.stream_seq if consumer.delivered else 0
        return delivered > stream.state.last_seq

    async def _forget(self) -> None:
        try:
            await self._jetstream.delete_consumer(STREAM, self._durable)
        except errors.NotFoundError:
            return
        logger.warning("stream lost its end, listening anew", extra={"listener": self._durable})

    async def _settle(self, message: Msg) -> None:
        """Acknowledge a fact that was handled, put back one that was not, bury a hopeless one."""
        tries, started = message.metadata.num_delivered, time.perf_counter()
        outcome = "dead"
        if tries > len(self._pauses_s) + 1:
            await self._bury(message, "its handler never came back")
        else:
            async with _signs_of_life(message):
                error = await self._tried(message)
            if error is None:
                outcome = "handled"
                await message.ack()
            elif tries <= len(self._pauses_s) or _is_outage(error):
                outcome = "again"
                await message.nak(delay=self._pauses_s[min(tries, len(self._pauses_s)) - 1])
            else:
                await self._bury(message, f"{type(error).__name__}: {error}")
        elapsed_s = time.perf_counter() - started
        HANDLE_SECONDS.labels(self._subject, self._name, outcome).observe(elapsed_s)

    async def _tried(self, message: Msg) -> Exception | None:
        """What the handler failed with, if it did. An outage is waited out, unless we stop."""
        pauses_s = chain(OUTAGE_PAUSES_S, repeat(OUTAGE_PAUSES_S[-1]))
        caller = trace_context(message.headers or {})
        with tracer.start_as_current_span(self._subject, caller, trace.SpanKind.CONSUMER):
            while True:
                try:
                    await self._handle(message.data)
                except Exception as error:
                    if not _is_outage(error):
                        logger.exception("event refused", extra={"listener": self._durable})
                        return error
                    facts = {"listener": self._durable, "reason": repr(error)}
                    logger.warning("an outage holds events up", extra=facts)
                    if await self._stopped_within(next(pauses_s)):
                        return error
                else:
                    return None

    async def _stopped_within(self, pause_s: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(pause_s):
                await self._stopping.wait()
        return self._stopping.is_set()

    async def _bury(self, message: Msg, reason: str) -> None:
        """Move the fact to the dead-letter stream, with the reason, and take it off this one."""
        original = message.headers or {}
        headers = original | {
            "Nats-Msg-Id": f"{self._name}/{original.get('Nats-Msg-Id', '')}",
            "Tutti-Reason": " ".join(reason.split())[:500],
            "Tutti-Tries": str(message.metadata.num_delivered),
        }
        subject = f"dead.{self._name}.{self._subject}"
        await self._jetstream.publish(subject, message.data, headers=headers)
        await message.term()
        facts = {
            "listener": self._durable,
            "reason": reason,
            "event_id": original.get("Nats-Msg-Id"),
        }
        logger.error("event buried", extra=facts)


def _is_outage(error: Exception) -> bool:
    """Whether waiting helps. A time-out is no outage: this one fact may be what takes so long."""
    fault = fault_in(error)
    return isinstance(fault, Unavailable) and not isinstance(fault, TimedOut)


@asynccontextmanager
async def _signs_of_life(message: Msg) -> AsyncGenerator[None]:
    async def beat() -> None:
        while True:
            await asyncio.sleep(ACK_WAIT_S / 3)
            await message.in_progress()

    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        await end(beating)
