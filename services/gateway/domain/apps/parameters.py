"""What an app sends with a call, of which any name may come several times."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from libs.common.faults import InvalidInput
from services.gateway.domain.apps.faults import MissingParameter

TRUE, FALSE = ("true", "1", "yes"), ("false", "0", "no", "")


class Parameters:
    """Parameters by name. Those that a method does not know are left alone."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = defaultdict(list)
        for name, value in pairs:
            if "\0" in value:
                raise InvalidInput(f"{name} must not contain the character NUL")
            self._values[name].append(value)

    def __contains__(self, name: str) -> bool:
        return name in self._values

    @property
    def names(self) -> Sequence[str]:
        """Of all that was sent."""
        return tuple(self._values)

    def text(self, name: str) -> str:
        """What was sent by a name, at first if several times."""
        if name not in self._values:
            raise MissingParameter(f"the parameter {name} is missing")
        return self._values[name][0]

    def text_or(self, name: str, default: str) -> str:
        """The same, or what stands for it."""
        return self._values[name][0] if name in self._values else default

    def texts(self, name: str) -> Sequence[str]:
        """All that was sent by a name."""
        return tuple(self._values.get(name, ()))

    def number(self, name: str, default: int | None = None, *, least: int = 0) -> int:
        """A whole number, at least so large."""
        text = self.text(name) if default is None else self.text_or(name, str(default))
        return _number(name, text, least)

    def number_up_to(self, name: str, default: int, most: int) -> int:
        """A whole number from 0; a larger one than there may be is taken for the largest."""
        return min(self.number(name, default), most)

    def decimal(self, name: str, default: float, least: float, most: float) -> float:
        """A number within bounds."""
        try:
            number = float(self.text_or(name, str(default)))
        except ValueError:
            number = -1.0
        if not least <= number <= most:
            raise InvalidInput(f"{name} must be a number from {least:g} to {most:g}")
        return number

    def numbers(self, name: str) -> Sequence[int]:
        """All whole numbers that were sent by a name."""
        return tuple(_number(name, text, 0) for text in self.texts(name))

    def flag(self, name: str, *, default: bool) -> bool:
        """True or false."""
        text = self.text_or(name, str(default)).lower()
        if text in TRUE:
            return True
        if text in FALSE:
            return False
        raise InvalidInput(f"{name} must be true or false")


def _number(name: str, text: str, least: int) -> int:
    try:
        number = int(text)
    except ValueError:
        raise InvalidInput(f"{name} must be a whole number") from None
    if number < least or number >= 2**63:
        raise InvalidInput(f"{name} must be a whole number from {least}")
    return number
