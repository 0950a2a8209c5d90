"""Phrases composed ahead, so that the beat never waits for one."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from services.synth.domain.score import Phrase, Piece

Composer = Callable[[Piece, int], Phrase]
"""Writes a phrase of a piece, by its number."""


class Phrases:
    """A composer that remembers its latest phrases; for any number of threads and streams.

    Parameters
    ----------
    compose
        Who writes them.
    room
        How many it remembers; those used longest ago are forgotten first.
    """

    def __init__(self, compose: Composer, room: int = 256) -> None:
        self._compose = compose
        self._room = room
        self._written: OrderedDict[tuple[Piece, int], Phrase] = OrderedDict()
        self._lock = Lock()

    def __call__(self, piece: Piece, number: int) -> Phrase:
        """The phrase: remembered, else composed now."""
        with self._lock:
            phrase = self._written.get((piece, number))
            if phrase is not None:
                self._written.move_to_end((piece, number))
                return phrase
        # Composed outside the lock: two who want the same one at once get the same notes.
        phrase = self._compose(piece, number)
        with self._lock:
            self._written[piece, number] = phrase
            while len(self._written) > self._room:
                self._written.popitem(last=False)
        return phrase

    def prepare(self, piece: Piece, number: int) -> None:
        """Compose a phrase before it is needed. May take tens of milliseconds."""
        self(piece, number)

    def ready(self, piece: Piece, number: int) -> bool:
        """Whether it would be handed out at once."""
        with self._lock:
            return (piece, number) in self._written
