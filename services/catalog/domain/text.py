"""Words people write: names, comments, what a device calls itself."""

import unicodedata

from libs.common.faults import InvalidInput

LONGEST_COMMENT = 4000


def line(text: str, what: str, longest: int = 200) -> str:
    """One line of text in Unicode's composed form, from 1 to ``longest`` characters."""
    tidy = line_or_nothing(text, what, longest)
    if not tidy:
        raise InvalidInput(f"{what} must not be empty")
    return tidy


def line_or_nothing(text: str, what: str, longest: int = 200) -> str:
    """One line of text in Unicode's composed form, at most ``longest`` characters."""
    tidy = unicodedata.normalize("NFC", text).strip()
    if len(tidy) > longest:
        raise InvalidInput(f"{what} must have at most {longest} characters")
    if any(unicodedata.category(character) == "Cc" for character in tidy):
        raise InvalidInput(f"{what} must be one line without control characters")
    return tidy


def prose(text: str, what: str, longest: int = LONGEST_COMMENT) -> str:
    """Text of several lines in Unicode's composed form, at most ``longest`` characters."""
    tidy = unicodedata.normalize("NFC", text).strip()
    if len(tidy) > longest:
        raise InvalidInput(f"{what} must have at most {longest} characters")
    if "\0" in tidy:
        raise InvalidInput(f"{what} must not contain NUL")
    return tidy
