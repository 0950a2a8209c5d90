"""How many at once, in all and for each listener."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

from services.gateway.domain.in_hand import TooManyAtOnce


class NoTurn(TooManyAtOnce):
    """So much is being made already that one more would have to wait for too long."""

    code = "too_many_transcodes"


class Turns:
    """Gives turns in the order in which they are asked for.

    Parameters
    ----------
    most, most_each
        How many at once: in all, and of one listener.
    patience_s
        How long one waits for a turn at most: players that fetch ahead ask for more than they get.
    """

    def __init__(self, most: int, most_each: int, patience_s: float) -> None:
        self._all = asyncio.Semaphore(most)
        self._most_each = most_each
        self._each: dict[str, tuple[asyncio.Semaphore, int]] = {}
        self._patience_s = patience_s

    @asynccontextmanager
    async def turn(self, who: str) -> AsyncGenerator[None]:
        """Wait for one's turn, which lasts as long as the context. Raises NoTurn."""
        own, waiting = self._each.get(who, (asyncio.Semaphore(self._most_each), 0))
        self._each[who] = own, waiting + 1
        try:
            async with AsyncExitStack() as held:
                try:
                    async with asyncio.timeout(self._patience_s):
                        await held.enter_async_context(own)
                        await held.enter_async_context(self._all)
                except TimeoutError:
                    raise NoTurn(
                        "too much sound is being made in other forms just now: ask again later, "
                        "or for the file as it came"
                    ) from None
                yield
        finally:
            own, waiting = self._each.pop(who)
            if waiting > 1:
                self._each[who] = own, waiting - 1
