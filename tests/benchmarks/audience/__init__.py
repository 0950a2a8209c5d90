"""A thousand listeners in one process: python -m tests.benchmarks.audience SPEC, as fanout.py does.

They read raw sockets by epoll, so that they cost little next to the server, and play nothing: of
what came only the head is looked at, and a counter for each says when a player with 400 ms in hand
would have run dry. Prints one line of JSON.
"""

from __future__ import annotations

import select
import socket
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.benchmarks.protocols import PROTOCOLS, Frame

if TYPE_CHECKING:
    from tests.benchmarks.protocols import Protocol

READ = memoryview(bytearray(256 * 1024))
"""What was read last, whoever read it: a buffer for each time costs more than the reading."""
SETTLES_S = 2.0
"""Between the last one's first frame and the beginning of the measurement."""
COMES_WITHIN_S = 30.0
IN_HAND_S = 0.4
"""What a player has before it begins."""
CHANGE_EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class Spec:
    """What to measure."""

    protocol: str
    host: str
    port: int
    path: str
    listeners: int
    seconds: float
    stalled: int = 0
    """So many more, who read nothing."""
    a_second: int = 250
    """How many come."""
    steers_by: str = ""
    """The path by which the first of them comes, who may steer."""


@dataclass(slots=True)
class Figures:
    """What was measured, in seconds."""

    heard: int = 0
    closed: int = 0
    cut: int = 0
    frames: int = 0
    missing: int = 0
    underruns: int = 0
    delays_s: list[float] = field(default_factory=list)
    joins_s: list[float] = field(default_factory=list)
    acks_s: list[float] = field(default_factory=list)
    changes_s: list[float] = field(default_factory=list)
    began_s: float = 0.0
    ended_s: float = 0.0


class Player:
    """What a listener would hear: it begins with 400 ms, and plays as time passes."""

    def __init__(self) -> None:
        self._in_hand_s = 0.0
        self._began_s: float | None = None
        self.underruns = 0

    def take(self, duration_s: float, now_s: float) -> None:
        """Put more in hand."""
        if self._began_s is not None and now_s - self._began_s > self._in_hand_s:
            self.underruns += 1
            self._in_hand_s, self._began_s = 0.0, None
        self._in_hand_s += duration_s
        if self._began_s is None and self._in_hand_s >= IN_HAND_S:
            self._began_s = now_s


class Listener:
    """One connection."""

    def __init__(self, spec: Spec, path: str = "", *, reads: bool = True) -> None:
        self.protocol: Protocol = PROTOCOLS[spec.protocol](spec.host, path or spec.path)
        self.socket = socket.socket()
        if not reads:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
        self.socket.connect((spec.host, spec.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.came_s = time.monotonic()
        self.first_s = 0.0
        self.sequence: int | None = None
        self.player = Player()
        self.socket.send(self.protocol.greeting)

    def read(self) -> list[Frame] | None:
        """What came, or None at the end."""
        try:
            size = self.socket.recv_into(READ)
        except BlockingIOError:
            return []
        except OSError:
            return None
        return self.protocol.take(READ[:size]) if size else None


class Audience:
    """All of them."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.figures = Figures()
        self._measuring = False
        self._poll = select.epoll()
        self._by_file: dict[int, Listener] = {}
        self._stalled: list[Listener] = []
        self._steered: tuple[int, float] = (0, 0.0)
        self._waits_for: int | None = None

    def measure(self) -> Figures:
        """Come, listen for so long, and go."""
        self._come()
        self._listen_until(time.monotonic() + SETTLES_S)
        before = {listener: listener.player.underruns for listener in self._by_file.values()}
        self.figures.began_s = time.time()
        self._measuring = True
        self._listen_until(time.monotonic() + self.spec.seconds)
        self._measuring = False
        self.figures.ended_s = time.time()
        present = self._by_file.values()
        self.figures.underruns = sum(one.player.underruns - before.get(one, 0) for one in present)
        self.figures.heard = len(self.figures.joins_s)
        self.figures.cut = sum(_was_cut(listener) for listener in self._stalled)
        return self.figures

    def _come(self) -> None:
        for number in range(self.spec.listeners):
            listener = Listener(self.spec, "" if number else self.spec.steers_by)
            self._by_file[listener.socket.fileno()] = listener
            self._poll.register(listener.socket, select.EPOLLIN)
            self._listen_until(listener.came_s + 1 / self.spec.a_second)
            if number < self.spec.stalled:
                self._stalled.append(Listener(self.spec, reads=False))
        deadline_s = time.monotonic() + COMES_WITHIN_S
        while len(self.figures.joins_s) < self.spec.listeners and time.monotonic() < deadline_s:
            self._listen_until(time.monotonic() + 0.1)

    def _listen_until(self, end_s: float) -> None:
        while (left_s := end_s - time.monotonic()) > 0:
            if self._measuring and self.spec.steers_by:
                self._steer()
            for file, _ in self._poll.poll(min(left_s, 0.05), 4096):
                listener = self._by_file[file]
                frames, now_s = listener.read(), time.monotonic()
                if frames is None:
                    self._lose(listener)
                else:
                    for frame in frames:
                        self._note(listener, frame, now_s)

    def _note(self, listener: Listener, frame: Frame, now_s: float) -> None:
        if frame.ack is not None:
            self._acknowledged(frame, now_s)
            return
        if not listener.first_s:
            listener.first_s = now_s
            self.figures.joins_s.append(now_s - listener.came_s)
        listener.player.take(frame.duration_s, now_s)
        if not self._measuring:
            listener.sequence = frame.sequence
            return
        self.figures.frames += 1
        self.figures.delays_s.append(frame.delay_s)
        if frame.sequence is not None and listener.sequence is not None:
            self.figures.missing += max(0, frame.sequence - listener.sequence - 1)
        listener.sequence = frame.sequence
        if self._waits_for is not None and (frame.revision or 0) >= self._waits_for:
            self.figures.changes_s.append(now_s - self._steered[1])
            self._waits_for = None

    def _steer(self) -> None:
        number, last_s = self._steered
        now_s = time.monotonic()
        if now_s > last_s + CHANGE_EVERY_S:
            listener = next(iter(self._by_file.values()))
            self._steered = (number + 1, now_s)
            listener.socket.send(listener.protocol.steer(number + 1))

    def _acknowledged(self, frame: Frame, now_s: float) -> None:
        if frame.ack == str(self._steered[0]):
            self.figures.acks_s.append(now_s - self._steered[1])
            self._waits_for = frame.revision

    def _lose(self, listener: Listener) -> None:
        self.figures.closed += 1
        del self._by_file[listener.socket.fileno()]
        self._poll.unregister(listener.socket)
        listener.socket.close()


def _was_cut(listener: Listener) -> bool:
    """Whether the server hung up: what it had sent before is read first."""
    try:
        while listener.socket.recv_into(READ):
            pass
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
