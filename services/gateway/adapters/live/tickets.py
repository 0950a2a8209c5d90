"""Tickets: one opens one socket, once, within half a minute.

They lie in Redis, and are no more than random names there: nothing can be read from one or
forged, and all replicas honour it. Without Redis there are none; who can send a header or a
cookie needs none.
"""

import json
import secrets
from dataclasses import asdict, dataclass
from hashlib import sha256

from libs.common.cache import Cache
from libs.common.faults import Unauthenticated

LIFETIME_S = 30


class BadTicket(Unauthenticated):
    """The ticket opens nothing."""

    code = "bad_ticket"


@dataclass(frozen=True, slots=True)
class Claim:
    """Who gets in, where, and by what right."""

    user_id: str
    session_id: str
    station_id: str
    invitation: str
    key_id: str = ""


class Tickets:
    """Issues and redeems."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    async def issue(self, claim: Claim) -> str:
        """Make a ticket."""
        ticket = secrets.token_urlsafe(24)
        await self._cache.set(_name(ticket), json.dumps(asdict(claim)).encode(), LIFETIME_S)
        return ticket

    async def redeem(self, ticket: str, station_id: str) -> Claim:
        """Take a ticket; of several who bring it one is let in. Raises BadTicket."""
        name = _name(ticket)
        is_first = await self._cache.add(f"{name}:used", b"", LIFETIME_S)
        kept = await self._cache.get(name) if is_first else None
        if kept is None:
            raise BadTicket("the ticket was used, or is too old: ask for another")
        claim = Claim(**json.loads(kept))
        if claim.station_id != station_id:
            raise BadTicket("the ticket is for another station")
        return claim


def _name(ticket: str) -> str:
    return f"live:ticket:{sha256(ticket.encode()).hexdigest()}"
