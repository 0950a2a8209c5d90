"""Who listens for long: asked again and again whether they still may."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from libs.common.faults import Fault, NotFound, PermissionDenied, Unauthenticated
from libs.common.tasks import end
from services.gateway.adapters.live.audience import Ear
from services.gateway.adapters.live.figures import CUT

ASK_EVERY_S = 20.0
"""With what is known of sessions for as long, a right that ended ends a socket within a minute."""
ASKED_AT_ONCE = 16


@dataclass(frozen=True, slots=True, eq=False)
class Guest:
    """A listener, and how to find out whether they are still welcome."""

    ear: Ear
    ask: Callable[[], Awaitable[object]]
    """Raises the fault that would keep them out."""


class Guests:
    """Shows those out who have no right to stay any more."""

    def __init__(self) -> None:
        self._guests: set[Guest] = set()
        self._asking = asyncio.Semaphore(ASKED_AT_ONCE)

    @contextmanager
    def welcomed(self, guest: Guest) -> Generator[None]:
        """Ask about somebody while they are here."""
        self._guests.add(guest)
        try:
            yield
        finally:
            self._guests.discard(guest)

    async def ask_again(self) -> None:
        """Ask about all of them, for ever."""
        while True:
            await asyncio.sleep(ASK_EVERY_S)
            await asyncio.gather(*map(self._ask, self._guests))

    async def _ask(self, guest: Guest) -> None:
        async with self._asking:
            try:
                await guest.ask()
            except (Unauthenticated, PermissionDenied, NotFound) as fault:
                CUT.labels("not_welcome").inc()
                guest.ear.hang_up(str(fault), for_good=True)
            except Fault:
                return  # nobody knows just now


@asynccontextmanager
async def open_guests() -> AsyncGenerator[Guests]:
    """Be ready for guests."""
    guests = Guests()
    asking = asyncio.create_task(guests.ask_again())
    try:
        yield guests
    finally:
        await end(asking)
