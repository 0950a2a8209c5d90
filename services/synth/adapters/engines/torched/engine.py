"""The engine for many decks at once, where torch computes: graphics cards, or a processor."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import torch

from libs.common.faults import CannotStart, ResourceExhausted
from services.synth.adapters.engines.layout import BLOCKS
from services.synth.adapters.engines.patches import instruments
from services.synth.adapters.engines.plans import Plan, plan_of
from services.synth.adapters.engines.snapshots import Seal
from services.synth.adapters.engines.torched.book import Book, Page
from services.synth.adapters.engines.torched.columns import ENDS, IN_BLOCKS
from services.synth.adapters.engines.torched.memory import Pages, Ringing
from services.synth.adapters.engines.torched.moods import glided, targets
from services.synth.adapters.engines.torched.playing import Players
from services.synth.domain.playing import Deck, Span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from services.synth.adapters.engines.sounds import Sound, Wave
    from services.synth.domain.playing import Sound as Samples

    _Busy: TypeAlias = tuple[npt.NDArray[np.float64], list[int]]
    _Part: TypeAlias = npt.NDArray[np.generic] | torch.Tensor


class TorchEngine:
    """Plays all decks it is given in one call, each operation for all of them.

    Parameters
    ----------
    sounds, waves
        What there is to play with.
    most_decks
        For so many there is memory from the start.
    device
        Where to compute: cpu, cuda, cuda:1; auto is the first graphics card, or else cpu.
    """

    def __init__(
        self, sounds: Mapping[str, Sound], waves: Mapping[str, Wave], most_decks: int, device: str
    ) -> None:
        self._device = device_of(device)
        if self._device.type == "cpu":
            torch.set_num_threads(1)  # else it takes every processor for sums that one does as fast
        self._numbers = {name: number for number, name in enumerate(sounds)}
        laid_out = instruments(sounds, waves)
        self._rooms, self._book = laid_out.rooms, Book(laid_out)
        self._players = Players(laid_out, self._device)
        self._most_decks = most_decks
        self._pages, self._ringing = Pages.of(most_decks), Ringing.of(most_decks, self._device)
        self._free, self._decks = list(range(most_decks)), 0
        self._places: dict[Deck, int] = {}
        parts = self._parts(0) if most_decks else []
        shapes = repr([(str(part.dtype), part.shape) for part in parts])
        size = sum(part.nbytes for part in parts)
        self._seal = Seal("torch", f"{shapes} {', '.join(sounds)}", size)

    @property
    def at_once(self) -> int:
        """How many decks it had best be given in one call: all."""
        return self._most_decks

    @property
    def name(self) -> str:
        """Where it computes: torch on cpu, torch on cuda:0."""
        return f"torch on {self._device}"

    def open(self) -> Deck:
        """Make room for a stream, silent so far."""
        deck = self._placed()
        blank: list[_Part] = [*Pages.of(1).parts(), *Ringing.of(1, self._device).parts()]
        self._fill(self._places[deck], [_bytes(part) for part in blank])
        return deck

    def close(self, deck: Deck) -> None:
        """Forget a stream."""
        self._free.append(self._places.pop(deck))

    def render(self, work: Sequence[tuple[Deck, Span]]) -> Samples:
        """Play a span on each deck: (deck, 2, samples), full scale 1."""
        if not work:
            return np.empty((0, 2, 0), np.float32)
        places = np.array([self._places[deck] for deck, _ in work])
        plans = [plan_of(span, self._numbers) for _, span in work]
        voices, strikes, moods = self._laid_out(places, plans)
        with torch.inference_mode():
            return self._played(places, (_busy(voices), _busy(strikes)), moods)

    def _played(
        self,
        places: npt.NDArray[np.int64],
        lanes: tuple[_Busy, _Busy],
        moods: npt.NDArray[np.float32],
    ) -> Samples:
        """Send everything to the device, play, and only then wait for what comes of it."""
        there = torch.from_numpy(places).to(self._device)
        told = torch.from_numpy(moods).to(self._device)
        voices, strikes = (
            [table[quantum, :, :count] if count else None for quantum, count in enumerate(counts)]
            for table, counts in (
                (torch.from_numpy(busy).to(self._device), counts) for busy, counts in lanes
            )
        )
        ringing = self._ringing.taken(there)
        played = [
            self._players.quantum(each, told[:, quantum * BLOCKS : (quantum + 1) * BLOCKS], ringing)
            for quantum, each in enumerate(zip(voices, strikes, strict=True))
        ]
        self._ringing.put(there, ringing)
        sound: Samples = torch.cat(played, -1).cpu().numpy()
        return sound

    def snapshot(self, deck: Deck) -> bytes:
        """Everything that what comes next depends on, besides the spans to come."""
        parts = self._parts(self._places[deck])
        return self._seal.sealed(b"".join(_bytes(part) for part in parts))

    def restore(self, snapshot: bytes) -> Deck:
        """Make room for a stream as it was. Raises InvalidInput for what it did not write."""
        memory, pieces = memoryview(self._seal.opened(snapshot)), []
        for part in self._parts(0):
            pieces.append(bytes(memory[: part.nbytes]))
            memory = memory[part.nbytes :]
        deck = self._placed()
        self._fill(self._places[deck], pieces)
        return deck

    def _laid_out(
        self, places: npt.NDArray[np.int64], plans: Sequence[Plan]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float32]]:
        """Lanes of voices and of strikes, (quantum, deck, lane, FIELDS), and moods."""
        pages = self._pages
        mood, first = pages.mood[places], pages.block[places]
        before = mood[:, None].copy()
        asked = targets([plan.settings for plan in plans], self._rooms)
        moods = glided(mood, first == 0, asked)
        known = np.concatenate((before, moods), 1)
        quanta = moods.shape[1] // BLOCKS
        voices, strikes = (
            np.empty((quanta, len(places), *table.shape[1:]))
            for table in (pages.voices, pages.strikes)
        )
        for number, (place, plan) in enumerate(zip(places, plans, strict=True)):
            page = Page(pages.voices[place], pages.strikes[place], pages.last_pitch[place])
            told = voices[:, number], strikes[:, number]
            self._book.lay(page, plan.notes, known[number], int(first[number]), told)
        begins = first + np.arange(quanta)[:, None] * BLOCKS
        for table in (voices, strikes):
            table[..., IN_BLOCKS] -= begins[..., None, None]
        pages.mood[places] = mood
        pages.block[places] += moods.shape[1]
        return voices, strikes, moods

    def _placed(self) -> Deck:
        if not self._free:
            raise ResourceExhausted(f"this engine plays at most {self._most_decks} streams")
        self._decks += 1
        deck = Deck(self._decks)
        self._places[deck] = self._free.pop()
        return deck

    def _parts(self, place: int) -> list[_Part]:
        parts: tuple[_Part, ...] = (*self._pages.parts(), *self._ringing.parts())
        return [part[place : place + 1] for part in parts]

    def _fill(self, place: int, pieces: Sequence[bytes]) -> None:
        for part, piece in zip(self._parts(place), pieces, strict=True):
            if isinstance(part, torch.Tensor):
                told = torch.frombuffer(bytearray(piece), dtype=part.dtype)
                part.copy_(told.view(part.shape))
            else:
                part[:] = np.frombuffer(piece, part.dtype).reshape(part.shape)


def device_of(name: str) -> torch.device:
    """The device of that name. Raises CannotStart when there is none."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as problem:
        cards = [f"cuda:{number}" for number in range(torch.cuda.device_count())]
        there = ", ".join(["auto", "cpu", *cards])
        raise CannotStart(
            f"torch has no device {name!r}: choose one of {there}", "device"
        ) from problem
    if device.type == "cuda" and device.index is None:
        return torch.device("cuda", torch.cuda.current_device())
    return device


def _busy(lanes: npt.NDArray[np.float64]) -> _Busy:
    """The lanes that have a note in any quantum; and how many of them in each, a power of two."""
    used: npt.NDArray[np.bool_] = np.any(lanes[..., ENDS] > 0, axis=1)
    last = [int(np.flatnonzero(each)[-1]) if each.any() else None for each in used]
    counts = [0 if each is None else 1 << each.bit_length() for each in last]
    return np.ascontiguousarray(lanes[:, :, : max(counts)]), counts


def _bytes(part: _Part) -> bytes:
    return (part.cpu().numpy() if isinstance(part, torch.Tensor) else part).tobytes()
