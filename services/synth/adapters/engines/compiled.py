"""The engine for processors: kernels that numba compiles, one deck after the other."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from libs.common.faults import ResourceExhausted
from services.synth.adapters.engines import layout
from services.synth.adapters.engines.kernels.playing import play_span
from services.synth.adapters.engines.patches import instruments
from services.synth.adapters.engines.plans import plan_of
from services.synth.adapters.engines.snapshots import Seal
from services.synth.domain.playing import Deck, Setting, Span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from services.synth.adapters.engines.sounds import Sound, Wave
    from services.synth.domain.playing import Sound as Samples


class CompiledEngine:
    """Plays with what numba compiled. It lets go of the interpreter while it computes."""

    name = "numba"
    at_once = 4

    def __init__(
        self, sounds: Mapping[str, Sound], waves: Mapping[str, Wave], most_decks: int
    ) -> None:
        self._instruments = instruments(sounds, waves)
        self._numbers = {name: number for number, name in enumerate(sounds)}
        self._seal = Seal(
            self.name, f"{layout.fingerprint()} {', '.join(sounds)}", layout.STATE_BYTES
        )
        self._most_decks = most_decks
        self._free = count(1)
        self._memories: dict[Deck, bytearray] = {}
        self._states: dict[Deck, layout.DeckState] = {}
        self._scratch = layout.scratch()
        self._compile(next(iter(sounds)))

    def open(self) -> Deck:
        """Make room for a stream, silent so far."""
        memory = bytearray(layout.STATE_BYTES)
        return self._keep(memory, layout.fresh(memory))

    def close(self, deck: Deck) -> None:
        """Forget a stream."""
        del self._memories[deck], self._states[deck]

    def render(self, work: Sequence[tuple[Deck, Span]]) -> Samples:
        """Play a span on each deck: (deck, 2, samples), full scale 1."""
        samples = work[0][1].length if work else 0
        out = np.empty((len(work), 2, samples), dtype=np.float32)
        for number, (deck, span) in enumerate(work):
            plan = plan_of(span, self._numbers)
            play_span(self._states[deck], plan, self._instruments, self._scratch, out[number])
        return out

    def snapshot(self, deck: Deck) -> bytes:
        """Everything that what comes next depends on, besides the spans to come."""
        return self._seal.sealed(self._memories[deck])

    def restore(self, snapshot: bytes) -> Deck:
        """Make room for a stream as it was. Raises InvalidInput for what it did not write."""
        memory = self._seal.opened(snapshot)
        return self._keep(memory, layout.deck_state(memory))

    def _compile(self, sound: str) -> None:
        """Play a quantum of silence, so that nobody waits for the compiler later."""
        deck = self.open()
        self.render([(deck, Span(0, (Setting(sound, 60, 0, 0, 0),), ()))])
        self.close(deck)

    def _keep(self, memory: bytearray, state: layout.DeckState) -> Deck:
        if len(self._memories) >= self._most_decks:
            raise ResourceExhausted(f"this engine plays at most {self._most_decks} streams")
        deck = Deck(next(self._free))
        self._memories[deck], self._states[deck] = memory, state
        return deck
