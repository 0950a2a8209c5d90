"""Engines by name. Each imports what it is made of only when it is chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from libs.common.faults import CannotStart
from services.synth.adapters.engines.sounds import SOUNDS, Sound, Wave, sounds_of, waves_of
from services.synth.settings import KERNELS

if TYPE_CHECKING:
    from services.synth.domain.playing import Engine


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """What an engine is made from."""

    name: str = "numba"
    most_decks: int = 256
    kernels: Path = KERNELS
    """Where compiled kernels are kept from one start to the next. It must be writable."""
    device: str = "auto"
    """Where torch computes: cpu, cuda, cuda:1; auto is the first graphics card, or else cpu."""
    sounds: Mapping[str, Sound] = field(default_factory=sounds_of)
    waves: Mapping[str, Wave] = field(default_factory=lambda: waves_of(SOUNDS))


def _numba(choice: EngineChoice) -> Engine:
    from services.synth.adapters.engines.keeping import keep_kernels  # noqa: PLC0415  numba: 1 s

    keep_kernels(choice.kernels)
    from services.synth.adapters.engines.compiled import CompiledEngine  # noqa: PLC0415  the same

    return CompiledEngine(choice.sounds, choice.waves, choice.most_decks)


def _torch(choice: EngineChoice) -> Engine:
    from services.synth.adapters.engines.torched.engine import TorchEngine  # noqa: PLC0415  torch: 2 s

    return TorchEngine(choice.sounds, choice.waves, choice.most_decks, choice.device)


ENGINES: Mapping[str, Callable[[EngineChoice], Engine]] = {"numba": _numba, "torch": _torch}


def open_engine(choice: EngineChoice) -> Engine:
    """Make the engine of that name.

    Raises
    ------
    CannotStart
        There is none, or what it is made of is not installed.
    """
    if choice.name not in ENGINES:
        raise CannotStart(
            f"no engine {choice.name!r}: choose one of {', '.join(ENGINES)}", "engine"
        )
    try:
        return ENGINES[choice.name](choice)
    except ModuleNotFoundError as missing:
        raise CannotStart(
            f"the engine {choice.name} needs {missing.name}: pip install {missing.name}", "engine"
        ) from missing
