"""A connection that sound is written to without a detour.

The hub writes the same bytes to all who listen, straight to their transports: a send through
the layers of the application would cost three times as much.
"""

import asyncio
import socket
from collections.abc import Callable

from services.gateway.adapters.live.figures import CUT

UNSENT_BYTES = 32 * 1024
"""What the system keeps of what it has not sent. With more, a reader that stalled is seen late."""
STALLED_S = 8.0
"""How long a reader may take nothing of what waits for it."""


class Line:
    """One listener's transport. Who is slow hears nothing until the most of it was taken."""

    __slots__ = (
        "_hang_up",
        "_loop",
        "_stalled",
        "_transport",
        "deaf",
        "gone",
        "is_over",
        "owed",
        "write",
    )

    def __init__(
        self,
        transport: asyncio.Transport,
        hang_up: Callable[[str, bool], None],
        backlog_bytes: int,
    ) -> None:
        self.write: Callable[[bytes], None] = transport.write
        self.deaf = False
        self.is_over = False
        self.owed = 0
        self.gone = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._transport = transport
        self._hang_up = hang_up
        self._stalled: asyncio.TimerHandle | None = None
        transport.set_write_buffer_limits(backlog_bytes, backlog_bytes // 4)
        unsent = getattr(socket, "TCP_NOTSENT_LOWAT", None)  # not on every system
        if unsent is not None:
            own = transport.get_extra_info("socket")
            if own is not None:  # it was closed in the meantime
                own.setsockopt(socket.IPPROTO_TCP, unsent, UNSENT_BYTES)
        if transport.is_closing():
            self.lose()

    def pause(self) -> None:
        """The reader has enough for now."""
        self.deaf = True
        if self._stalled is None:
            self._stalled = self._loop.call_later(STALLED_S, self._cut)

    def resume(self) -> None:
        """The reader has read."""
        self.deaf = self.is_over
        self._stop_clock()

    def end(self) -> None:
        """Write no more: it is closing."""
        self.deaf = self.is_over = True
        self._stop_clock()

    def lose(self) -> None:
        """It has closed."""
        self.end()
        self.gone.set()

    def hang_up(self, reason: str, *, for_good: bool = False) -> None:
        """End it, and say why where there is a way to."""
        self._hang_up(reason, for_good)

    def _cut(self) -> None:
        CUT.labels("stalled").inc()
        self._stalled = None
        self._hang_up("too slow", False)

    def _stop_clock(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None
