"""Answers kept for a day, so that a POST sent twice with one Idempotency-Key acts once."""

import base64
import json
import logging
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from uuid import uuid4

from libs.common.cache import Cache
from libs.common.faults import FailedPrecondition, InvalidInput, Unavailable

logger = logging.getLogger(__name__)

KEPT_S = 24 * 3600.0
IN_FLIGHT_S = 60.0
"""How long a first request that died without an answer holds back the second."""


class StillRunning(FailedPrecondition):
    """The first request with this key has not been answered yet."""

    code = "in_progress"


class KeyReused(InvalidInput):
    """The key came with another body before."""

    code = "idempotency_key_reused"


@dataclass(frozen=True, slots=True)
class Replay:
    """An answer as it was given."""

    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request by its key: who sent it, where to, and what it said."""

    user_id: str
    key: str
    path: str
    body: bytes

    @property
    def name(self) -> str:
        """What the answer is kept under."""
        parts = "\0".join((self.user_id, self.path, self.key))
        return f"replay:{sha256(parts.encode()).hexdigest()}"

    @property
    def deed(self) -> str:
        """What the services know it by; with another body it is another deed."""
        return sha256(f"{self.name}\0{self.body_hash}".encode()).hexdigest()

    @property
    def body_hash(self) -> str:
        """What tells this request from another with its key."""
        return sha256(self.body).hexdigest()


class Replays:
    """Remembers answers."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    async def begin(self, attempt: Attempt) -> Replay | None:
        """The answer given before; None for the first. Raises StillRunning or KeyReused."""
        # By whom: adding is tried again when a connection breaks, and may then find its own claim.
        claim = json.dumps({"body": attempt.body_hash, "by": uuid4().hex}).encode()
        if await self._cache.add(attempt.name, claim, IN_FLIGHT_S):
            return None
        found = await self._cache.get(attempt.name)
        if found == claim:
            return None
        kept = json.loads(found or claim)
        if kept["body"] != attempt.body_hash:
            raise KeyReused("this Idempotency-Key came with another body: choose a new one")
        if "status" not in kept:
            raise StillRunning("the first request with this Idempotency-Key is still running")
        return Replay(kept["status"], kept["type"], base64.b64decode(kept["answer"]))

    async def finish(self, attempt: Attempt, replay: Replay) -> None:
        """Keep an answer. It is given even if it cannot be kept: what it says was done."""
        kept = {
            "body": attempt.body_hash,
            "status": replay.status,
            "type": replay.content_type,
            "answer": base64.b64encode(replay.body).decode(),
        }
        try:
            await self._cache.set(attempt.name, json.dumps(kept).encode(), KEPT_S)
        except Unavailable:
            logger.warning("the cache is away: an answer is not kept for its Idempotency-Key")

    async def abandon(self, attempt: Attempt) -> None:
        """The request failed for a reason that may pass: let it be sent again."""
        with suppress(Unavailable):  # then the claim ends by itself
            await self._cache.delete(attempt.name)
