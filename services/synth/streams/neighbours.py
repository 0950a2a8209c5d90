"""The other replicas: whether they live, and which of their streams fall silent."""

import asyncio
import time
from collections.abc import Collection

from google.protobuf.empty_pb2 import Empty

from libs.common.faults import TimedOut, Unavailable
from services.synth.adapters.asking import Asking, NobodyThere
from services.synth.adapters.ether import Ether
from services.synth.domain.standing import Standing
from services.synth.domain.streams import Beat
from services.synth.wire import decode_beat

LOOK_EVERY_S = 0.03
LONGEST_LOOK_S = 2 * LOOK_EVERY_S
"""Who was held up for longer has not listened meanwhile: that time does not count."""
RECONNECTED_S = 2.0
"""After NATS was away, others may not be back yet."""
PING_S = 0.2


def by_name(replica: str) -> str:
    """How a replica itself is asked, not one of its streams."""
    return f"replica.{replica}"


class Neighbours:
    """Judges the other replicas by what is heard of them."""

    def __init__(self, standing: Standing, ether: Ether, asking: Asking) -> None:
        self._standing = standing
        self._ether = ether
        self._asking = asking
        self._asked_for: dict[str, asyncio.Task[None]] = {}
        self._connections, self._connected_s = ether.connections, float("-inf")
        self._listened_s, self._looked_s = 0.0, time.monotonic()

    @property
    def now_s(self) -> float:
        """Seconds that this replica has been listening: the clock by which others are judged."""
        return self._listened_s + min(time.monotonic() - self._looked_s, LONGEST_LOOK_S)

    def hear(self, payload: bytes) -> Beat:
        """Take note of a sign of life."""
        beat = decode_beat(payload)
        self._standing.beat(beat, self.now_s)
        return beat

    def silent(self, held: Collection[str], *, is_deaf: bool) -> list[str]:
        """The streams that should go on and do not, of those not held here. To be asked often."""
        self._listened_s, self._looked_s = self.now_s, time.monotonic()
        if self._ether.connections != self._connections:
            self._connections, self._connected_s = self._ether.connections, self._listened_s
        is_new = self._listened_s - self._connected_s < RECONNECTED_S
        if is_deaf or is_new or not self._ether.connected:
            self._standing.forgive(self._listened_s)
            return []
        for other in self._standing.doubtful(self._listened_s) - self._asked_for.keys():
            self._asked_for[other] = asyncio.create_task(self._ask_for(other))
        return self._standing.silent(held, self._listened_s)

    async def _ask_for(self, other: str) -> None:
        """Find out whether a replica has a connection to NATS: one that was killed has none."""
        try:
            await self._asking.ask(by_name(other), "Ping", Empty(), PING_S)
        except NobodyThere:
            self._standing.gone(other)
        except (TimedOut, Unavailable):
            return  # it is there and busy, or we are not
        finally:
            del self._asked_for[other]
