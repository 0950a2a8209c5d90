"""The changes that are taken up and not yet heard."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from services.synth.domain.parameters import Change, Mode, Parameters


@dataclass(frozen=True, slots=True)
class Pending:
    """A change that is part of the music from a position on."""

    position: int
    change: Change


class Agenda:
    """Pending changes, by position; among those of one position the later ones win."""

    def __init__(self, pending: Iterable[Pending] = ()) -> None:
        self._pending = list(pending)

    def __iter__(self) -> Iterator[Pending]:
        return iter(self._pending)

    def add(self, change: Change, position: int) -> None:
        """Take a change up. What it changes is no longer changed by older ones after it."""
        kept = (
            Pending(each.position, _without(each.change, change))
            if each.position > position
            else each
            for each in self._pending
        )
        added = [*kept, Pending(position, change)]
        self._pending = sorted(added, key=lambda each: each.position)

    def due(self, position: int, *, at_a_bar_line: bool) -> Iterator[Change]:
        """Give away what takes effect by a position: on a bar line all of it."""
        for each in list(self._pending):
            if each.position <= position and (at_a_bar_line or not each.change.waits_for_a_bar):
                self._pending.remove(each)
                yield each.change

    def after(self, parameters: Parameters, position: int | None = None) -> Parameters:
        """What becomes of parameters by a bar line, or once all is heard."""
        for each in self._pending:
            if position is None or each.position <= position:
                parameters = parameters.changed(each.change)
        return parameters

    def positions(self, *, at_a_bar_line: bool) -> list[int]:
        """Where those take effect that wait for a bar line, or those that do not."""
        return [
            each.position for each in self._pending if each.change.waits_for_a_bar == at_a_bar_line
        ]


def change_from(given: dict[str, Any]) -> Change:  # as JSON has them
    """A change from what it gives, by name."""
    mode = given.get("mode")
    return Change(**{**given, "mode": None if mode is None else Mode(mode)})


def parameters_from(given: dict[str, Any]) -> Parameters:  # as JSON has them
    """Parameters from their values, by name."""
    return Parameters(**{**given, "mode": Mode(given["mode"])})


def _without(change: Change, newer: Change) -> Change:
    return replace(change, **dict.fromkeys(newer.given()))
