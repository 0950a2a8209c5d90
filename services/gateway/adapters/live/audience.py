"""All who hear one stream in one form."""

from typing import Protocol

from services.gateway.adapters.live.figures import LISTENERS, SENT, SKIPPED
from services.gateway.adapters.live.forms import Form
from services.gateway.domain.live.order import KEPT, Ring
from services.gateway.domain.live.packets import Flag, Packet

PRIMED = 4
"""Frames that a socket gets at once when it joins: what a player keeps before it begins."""


class Ear(Protocol):
    """A connection that packets are written to."""

    owed: int
    """Flags for the next packet it gets."""

    @property
    def deaf(self) -> bool:
        """Whether it takes nothing now, for it has not taken what came before."""

    def write(self, data: bytes, /) -> None:
        """Send, or keep to be sent."""

    def hang_up(self, reason: str, *, for_good: bool = False) -> None:
        """End it, and say why; for good where coming again helps nobody."""


class Audience:
    """Writes every packet to all who listen. Who is slow loses some, and delays nobody."""

    def __init__(self, form: Form, head: bytes = b"") -> None:
        self.form = form
        self._head = head
        self._ears: set[Ear] = set()
        self._ring: Ring[Packet] = Ring()
        self._sent = SENT.labels(form)
        self._skipped = SKIPPED.labels(form)
        self._listeners = LISTENERS.labels(form)

    def __len__(self) -> int:
        return len(self._ears)

    def send(self, packet: Packet) -> None:
        """Write a packet to all."""
        self._ring.add(packet)
        plain, skipped = packet.plain, 0
        for ear in self._ears:
            if ear.deaf:
                ear.owed |= Flag.GAP
                skipped += 1
            elif ear.owed:
                ear.write(packet.flagged(ear.owed))
                ear.owed = Flag.NONE
            else:
                ear.write(plain)
        self._sent.inc(len(self._ears) - skipped)
        if skipped:
            self._skipped.inc(skipped)

    def join(self, ear: Ear, resume: int | None = None) -> None:
        """Begin with what was played last, or go on from a position as if nothing had been."""
        if self._head:
            ear.write(self._head)
        rest = self._ring.since(resume) if resume is not None else None
        if rest is None:
            ear.owed = Flag.JOIN
            rest = self._ring.last(KEPT if self.form.is_radio else PRIMED)
        for packet in rest:
            ear.write(packet.flagged(ear.owed))
            ear.owed = Flag.NONE
        self._ears.add(ear)
        self._listeners.inc()

    def dismiss(self, reason: str) -> None:
        """Hang up on all."""
        for ear in list(self._ears):
            ear.hang_up(reason)

    def leave(self, ear: Ear) -> None:
        """Write no more to it."""
        if ear in self._ears:
            self._ears.remove(ear)
            self._listeners.dec()

    def recall(self, packet: Packet) -> None:
        """Keep a packet of the past for those who join, before anyone has."""
        self._ring.add(packet)
