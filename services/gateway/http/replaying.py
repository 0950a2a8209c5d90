"""Idempotency-Key: a POST sent again is answered again, and not done again."""

import re
from collections.abc import Awaitable, Callable

from fastapi import Request, Response

from libs.common.faults import InvalidInput
from libs.common.rpc import acting_once
from services.gateway.adapters.replays import Attempt, Replay, Replays
from services.gateway.domain.principals import Principal

FIRST_PASSING_FAILURE = 500
PASSING_FAILURES = (408, 409, 425, 429)


async def answered_once(
    replays: Replays,
    principal: Principal,
    key: str,
    request: Request,
    answer: Callable[[Request], Awaitable[Response]],
) -> Response:
    """Answer as the first time, or for the first time.

    Where the first answer was lost on its way here, services that remember the
    deed give it again.
    """
    if not re.fullmatch(r"[\x21-\x7e]{1,200}", key):
        raise InvalidInput("an Idempotency-Key is 1 to 200 visible ASCII characters")
    attempt = Attempt(principal.user_id, key, request.url.path, await request.body())
    replay = await replays.begin(attempt)
    if replay is not None:
        headers = {"Idempotency-Replayed": "true", "Content-Type": replay.content_type}
        return Response(replay.body, replay.status, headers)
    try:
        with acting_once(attempt.deed):
            response = await answer(request)
    except BaseException:
        await replays.abandon(attempt)
        raise
    if response.status_code >= FIRST_PASSING_FAILURE or response.status_code in PASSING_FAILURES:
        await replays.abandon(attempt)
    else:
        content_type = response.headers.get("content-type", "")
        replay = Replay(response.status_code, content_type, bytes(response.body))
        await replays.finish(attempt, replay)
    return response
