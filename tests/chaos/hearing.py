"""Someone who hears a station through the gateway, and notes whatever is wrong with it."""

from __future__ import annotations

import threading
import time
from itertools import pairwise
from typing import TYPE_CHECKING, Self

import numpy as np
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from services.gateway.domain.live.packets import FRAME_SAMPLES, HEADER, Flag
from tests.listener import until

if TYPE_CHECKING:
    from tests.listener import Listener

ENDED_S = 15.0
"""Without a frame for so long, the music has ended."""
BEGINS_SAMPLES = 10 * FRAME_SAMPLES
QUIETEST_RMS = 32.0
"""-60 dB of full scale. Once it has begun, what a station plays is never so quiet."""


class Notes:
    """What was heard, frame by frame."""

    def __init__(self) -> None:
        self.findings: list[str] = []
        """Samples that never came, came twice, or were silent."""
        self.heard_s: list[float] = []
        self._expected = -1

    @property
    def longest_wait_ms(self) -> float:
        """The longest time between two frames, of which each lasts 100 ms."""
        return 1000 * max(later - sooner for sooner, later in pairwise(self.heard_s))

    def take(self, message: bytes) -> None:
        """Take note of a frame as it came over the socket."""
        _, _, flags, _, _, length, _, _, position, _ = HEADER.unpack_from(message)
        sound = np.frombuffer(message, "<i2", offset=length).astype(np.float64)
        if self.heard_s and position != self._expected:
            self.findings.append(f"after {self._expected - 1} came {position}")
        if flags & Flag.GAP:
            self.findings.append(f"at {position} it says that something is missing")
        if position >= BEGINS_SAMPLES and np.sqrt(np.mean(sound**2)) < QUIETEST_RMS:
            self.findings.append(f"at {position} it is silent")
        self._expected = position + FRAME_SAMPLES
        self.heard_s.append(time.monotonic())


class Hearing(threading.Thread):
    """Listens for as long as the context is open, over one socket."""

    def __init__(self, person: Listener, station_id: str) -> None:
        super().__init__(name="hearing", daemon=True)
        path = f"/live/stations/{station_id}/ticket"
        ticket = person.ask("POST", path, json={})["ticket"]
        address = person.address.replace("http", "ws", 1)
        self._address = f"{address}/ws/stream?id={station_id}&format=pcm&ticket={ticket}"
        self._over = threading.Event()
        self.notes = Notes()

    def __enter__(self) -> Self:
        """Begin, and wait for the first frames."""
        self.start()
        self.hear(5)
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up."""
        self._over.set()
        self.join()

    def run(self) -> None:
        """Take note of every frame, until it is over or nothing more comes."""
        try:
            with connect(self._address, compression=None) as socket:
                while not self._over.is_set():
                    message = socket.recv(ENDED_S)
                    if isinstance(message, bytes):
                        self.notes.take(message)
        except (ConnectionClosed, TimeoutError, OSError) as error:
            self.notes.findings.append(f"the music ended: {error!r}")

    def hear(self, frames: int) -> None:
        """Return once so many more frames were heard, or nothing more comes."""
        wanted = len(self.notes.heard_s) + frames

        def heard() -> bool:
            return len(self.notes.heard_s) >= wanted or not self.is_alive()

        until(heard, "no music")
