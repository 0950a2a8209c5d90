"""Calls from one replica to another, over NATS: to the one that plays a stream, or by its name."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

import grpc
import nats.errors
from google.protobuf.message import Message
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from opentelemetry import trace

from libs.common.faults import Fault, TimedOut, Unavailable
from libs.common.outages import fault_in
from libs.common.rpc.status import FAULT, status_of
from libs.common.telemetry import trace_context, trace_headers

logger = logging.getLogger(__name__)
tracer = trace.get_tracer(__name__)

SUBJECT = "tutti.synth.v1.ask."
CALL, FAULTY = "Tutti-Call", "Tutti-Fault"
IN_HAND = 64
"""Calls to one stream or replica that are worked on at once; more are refused."""

Answer = Callable[[bytes], Awaitable[Message]]


class NobodyThere(Unavailable):
    """No replica answers to this name."""

    code = "nobody_there"


class Asking:
    """Asks others, and answers them."""

    def __init__(self, connection: Client) -> None:
        self._connection = connection
        self._tasks: set[asyncio.Task[None]] = set()

    async def ask(self, whom: str, call: str, request: Message, timeout_s: float) -> bytes:
        """Ask, and return the answer. Raises what the other raised, or NobodyThere."""
        headers = {CALL: call, **trace_headers()}
        payload = request.SerializeToString()
        try:
            answer = await self._connection.request(
                f"{SUBJECT}{whom}", payload, timeout=timeout_s, headers=headers
            )
        except nats.errors.NoRespondersError:
            raise NobodyThere(f"{whom} has nobody who plays it just now; try again") from None
        except (nats.errors.TimeoutError, TimeoutError):
            raise TimedOut(f"{whom} gave no answer in time") from None
        except (nats.errors.Error, OSError) as error:
            raise Unavailable("NATS cannot be reached") from error
        if (answer.headers or {}).get(FAULTY):
            raise _fault(answer.data)
        return answer.data

    async def answer(self, whom: str, answers: Mapping[str, Answer]) -> Subscription:
        """Answer calls to this name until unsubscribed."""

        async def called(message: Msg) -> None:
            if len(self._tasks) >= IN_HAND:
                await self._refuse(message, Unavailable("too many calls at once; try again"))
                return
            task = asyncio.create_task(self._answered(message, answers))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        return await self._connection.subscribe(f"{SUBJECT}{whom}", cb=called)

    async def _answered(self, message: Msg, answers: Mapping[str, Answer]) -> None:
        headers = message.headers or {}
        call = headers.get(CALL, "")
        answer = answers.get(call, partial(_unknown, call))
        with tracer.start_as_current_span(call, trace_context(headers), trace.SpanKind.SERVER):
            try:
                payload = (await answer(message.data)).SerializeToString()
            except Exception as error:
                fault = fault_in(error)
                if fault is None:
                    logger.exception("call failed", extra={"method": call})
                await self._refuse(message, fault or Unavailable("internal error"))
                return
        await message.respond(payload)

    async def _refuse(self, message: Msg, fault: Fault) -> None:
        told = {"status": status_of(fault).name, "code": fault.code, "message": str(fault)}
        # An answer by itself would carry the headers of the call.
        payload = json.dumps(told).encode()
        await self._connection.publish(message.reply, payload, headers={FAULTY: "1"})


async def _unknown(call: str, _request: bytes) -> Message:
    raise Unavailable(f"this replica does not know the call {call}")


def _fault(payload: bytes) -> Fault:
    told = json.loads(payload)
    kind = FAULT.get(grpc.StatusCode[told["status"]], Unavailable)
    return kind(told["message"], told["code"])
