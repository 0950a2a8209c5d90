"""What is written on the page of a stream now: notes that sound, and the bar."""

from collections import deque

from services.gateway.domain.live.order import KEPT
from services.gateway.domain.live.packets import FRAME_SAMPLES
from services.gateway.wire.sound import score
from tutti.synth.v1 import synth_pb2 as pb

MOST = 400
"""Frames with notes; the longest notes last half a minute."""


class Told:
    """What one frame told of notes, without its sound."""

    __slots__ = ("_frame", "_message", "ends_at", "position")

    def __init__(self, frame: pb.Frame) -> None:
        bar = frame.bar if frame.HasField("bar") else None
        self._frame = pb.Frame(position=frame.position, notes=frame.notes, bar=bar)
        self._message = b""
        self.position: int = frame.position
        ends = (note.onset + note.length for note in frame.notes)
        self.ends_at = self.position + max(ends, default=0)

    @property
    def message(self) -> bytes:
        """As listeners read it, written down when the first of them asks."""
        self._message = self._message or score(self._frame)
        return self._message


class Score:
    """Keeps notes for as long as they sound, for those who come meanwhile."""

    def __init__(self) -> None:
        self._told: deque[Told] = deque(maxlen=MOST)
        self._bar: Told | None = None

    def add(self, frame: pb.Frame) -> Told | None:
        """Take in a frame; None where nothing begins in it."""
        has_bar = frame.HasField("bar")
        if not frame.notes and not has_bar:
            return None
        told = Told(frame)
        if self._told and told.position <= self._told[-1].position:
            self._told.clear()  # the stream began anew
        self._told.append(told)
        if has_bar:
            self._bar = told
            self._forget(told.position - KEPT * FRAME_SAMPLES)
        return told

    def since(self, position: int | None) -> list[bytes]:
        """What somebody lacks who heard all before a position, or nothing at all."""
        heard = -1 if position is None else position - 1
        return [told.message for told in self._told if told.position > heard]

    def _forget(self, position: int) -> None:
        lasting = (told for told in self._told if told.ends_at > position or told is self._bar)
        self._told = deque(lasting, maxlen=MOST)
