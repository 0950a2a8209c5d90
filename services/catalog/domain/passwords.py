"""Passwords: which ones are taken, and how they are written before they are hashed."""

import unicodedata

from libs.common.faults import InvalidInput

SHORTEST, LONGEST = 10, 256

COMMONEST = frozenset(
    {
        "1234567890", "12345678910", "0123456789", "123456789a", "1q2w3e4r5t", "1qaz2wsx3edc",
        "qwertyuiop", "qwerty12345", "qwerty123456", "asdfghjkl1", "password12", "password123",
        "password1234", "passw0rd123", "iloveyou12", "iloveyou123", "letmein123", "welcome123",
        "administrator", "changeme123", "abcdefghij", "abcd123456", "a123456789", "q1w2e3r4t5",
    }
)  # fmt: skip
"""What is tried first: the commonest passwords of published leaks with at least ten characters."""


class WeakPassword(InvalidInput):
    """A password somebody else would guess."""

    code = "weak_password"


def normal_form(password: str) -> str:
    """The password as it is hashed: the same from every keyboard (NIST SP 800-63B 5.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def check_new(password: str, name: str) -> None:
    """Refuse what is too short, too long, the user's own name, or among the commonest."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPassword(f"a password has {SHORTEST} to {LONGEST} characters")
    folded = normal_form(password).casefold()
    if folded == normal_form(name).casefold():
        raise WeakPassword("a password must not be the name it belongs to")
    if folded in COMMONEST or len(set(folded)) == 1:
        raise WeakPassword("this password is among the first that are tried; choose another")
