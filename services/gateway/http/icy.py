"""What plays, within the sound: the way radio apps have read it since Shoutcast."""

from collections.abc import Callable

from services.gateway.http.lines import Line

EVERY_BYTES = 16_000
UNIT_BYTES = 16
LONGEST_UNITS = 255


class IcyLine:
    """A line with the title after every 16,000 bytes of sound; each listener counts from theirs."""

    def __init__(self, line: Line, title: Callable[[], str]) -> None:
        self._line = line
        self._title = title
        self._shown = ""
        self._left_bytes = EVERY_BYTES

    @property
    def deaf(self) -> bool:
        """As the line is."""
        return self._line.deaf

    @property
    def owed(self) -> int:
        """As the line."""
        return self._line.owed

    @owed.setter
    def owed(self, flags: int) -> None:
        self._line.owed = flags

    def write(self, data: bytes, /) -> None:
        """Send sound, and titles where they are due."""
        pieces: list[bytes] = []
        while len(data) >= self._left_bytes:
            pieces += (data[: self._left_bytes], self._due())
            data = data[self._left_bytes :]
            self._left_bytes = EVERY_BYTES
        self._left_bytes -= len(data)
        self._line.write(b"".join((*pieces, data)))

    def hang_up(self, reason: str, *, for_good: bool = False) -> None:
        """End it."""
        self._line.hang_up(reason, for_good=for_good)

    def _due(self) -> bytes:
        title = self._title()
        if title == self._shown:
            return b"\0"
        self._shown = title
        return announced(title)


def announced(title: str) -> bytes:
    """A title as it stands within the sound: its length in units of 16 bytes, then itself."""
    quoted = title.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")
    text = f"StreamTitle='{quoted}';".encode()[: LONGEST_UNITS * UNIT_BYTES]
    units = -(-len(text) // UNIT_BYTES)
    return bytes((units,)) + text.ljust(units * UNIT_BYTES, b"\0")
