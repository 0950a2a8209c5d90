"""What there is to know about a program before it runs."""

import signal
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

Check = Callable[[], Awaitable[None]]
"""Returns when the program answers; raises OSError while it does not."""


async def at_once() -> None:
    """Ask nothing: it is enough that the program runs."""


@dataclass(frozen=True, slots=True)
class Program:
    """A command line, and how to tell that it is ready."""

    name: str
    argv: tuple[str, ...]
    ready: Check = at_once
    sound: Check = at_once
    """Asked while it runs; raises OSError when nothing but a new start can help it."""
    environment: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[], None] | None = None
    """Called before every start, also before a restart."""
    stop_signal: signal.Signals = signal.SIGTERM
    address: str = ""
    """Where it answers, for people to read."""
    user_id: int | None = None
    """Run as this user instead of ours; only root may."""
