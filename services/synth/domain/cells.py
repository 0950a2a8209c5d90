"""What a form calls for in two bars of melody."""

import re
from dataclasses import dataclass
from typing import Self

REST, ENDING = ".", "c"


@dataclass(frozen=True, slots=True)
class Cell:
    """Which motif, and how it is varied this time."""

    motif: str
    """A letter of the section's bank, c for an ending, a dot for a rest."""
    steps: int = 0
    """Of the scale that it lies higher."""
    inverted: bool = False
    varied: bool = False
    """With the rhythm of its second bar made anew."""
    broad: bool = False
    """Its first bar alone, twice as slow."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a cell as forms write it: a, b+2, a~-1 (inverted), a' (varied), a= (broad)."""
        match = re.fullmatch(r"([ab])([~'=]*)([+-]\d)?|[c.]", text)
        if match is None:
            raise ValueError(f"{text!r} must be a or b, with ~ ' = and +2 behind, or c or a dot")
        marks = match[2] or ""
        return cls(text[0], int(match[3] or 0), "~" in marks, "'" in marks, "=" in marks)
