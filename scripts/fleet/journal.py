"""What programs log: all of it to files, what matters to the screen."""

from __future__ import annotations

import json
import re
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable
    from pathlib import Path

LARGEST_LOG_BYTES = 8 * 1024 * 1024
LONGEST_LINE = 2000
ALARM = re.compile(r"\b(ERROR|ERR|FATAL|FTL|PANIC|CRITICAL)\b|^Traceback|^\w*Error\b")
"""In logs that are not ours. Their warnings advise operators of large systems."""


class Journal:
    """Keeps a log of bounded size for each program, and shows its warnings.

    ``show`` takes the name of a program and a line for the screen.
    """

    def __init__(
        self, folder: Path, show: Callable[[str, str], None], *, verbose: bool = False
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._show = show
        self._verbose = verbose
        self._last: dict[str, deque[str]] = {}

    async def follow(self, name: str, child: asyncio.subprocess.Process) -> None:
        """Log what a program says until it has ended."""
        if child.stdout is None:
            return
        rest, alarmed = b"", False
        self._last.pop(name, None)
        while chunk := await child.stdout.read(65_536):
            self._keep(name, chunk)
            *lines, rest = (rest + chunk).split(b"\n")
            rest = rest[:LONGEST_LINE]
            for line in lines:
                alarmed = self._consider(name, line.decode(errors="replace"), alarmed=alarmed)

    def last_words(self, name: str) -> list[str]:
        """Return the newest lines of a program, as they would be shown."""
        return [*self._last.get(name, ())]

    def _consider(self, name: str, line: str, *, alarmed: bool) -> bool:
        """Show the line if it matters or belongs to one that does, and say which."""
        alarming, text = readable(line)
        belongs = alarmed and line.startswith((" ", "\t"))
        self._last.setdefault(name, deque(maxlen=8)).append(text)
        if alarming or belongs or self._verbose:
            self._show(name, text)
        return alarming or belongs

    def _keep(self, name: str, chunk: bytes) -> None:
        log = self._folder / f"{name}.log"
        if log.exists() and log.stat().st_size > LARGEST_LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))
        with log.open("ab") as file:
            file.write(chunk)


def readable(line: str) -> tuple[bool, str]:
    """Say whether a line is a warning or worse, and turn our own JSON into a sentence."""
    if line.startswith("{"):
        try:
            entry = json.loads(line)
        except ValueError:
            return True, line[:LONGEST_LINE]
        level, event = str(entry.get("level", "")).lower(), str(entry.get("event", line))
        facts = {k: v for k, v in entry.items() if k not in _ORDINARY and v not in (None, "")}
        # Of a traceback the last line says what happened; the log file has the rest.
        reason = str(entry.get("exception", "")).strip().rpartition("\n")[2]
        words = [level, event, *(f"{name}={value}" for name, value in facts.items()), reason]
        return level in {"warning", "error", "critical"}, " ".join(words)[:LONGEST_LINE].rstrip()
    return ALARM.search(line) is not None, line[:LONGEST_LINE]


_ORDINARY = frozenset({"time", "level", "logger", "event", "trace", "span", "service", "exception"})
