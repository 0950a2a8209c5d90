"""Secrets given to devices. What is random is made here; what is kept is a SHA-256 of it."""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Self

TURN_BYTES = 32
FAMILY_BYTES = 16


def sha256(secret: str) -> bytes:
    """What is kept of a secret. A plain hash will do: nobody guesses 256 random bits."""
    return hashlib.sha256(secret.encode()).digest()


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A refresh token: the family it belongs to, which stays, and its turn, which does not."""

    family: str
    turn: str

    @classmethod
    def new(cls) -> Self:
        """The first token of a new family."""
        return cls(secrets.token_urlsafe(FAMILY_BYTES), secrets.token_urlsafe(TURN_BYTES))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a token; any text is one, though perhaps nobody's."""
        family, _, turn = text.partition(".")
        return cls(family, turn)

    def next(self) -> "RefreshToken":
        """A token of the same family for the next turn."""
        return RefreshToken(self.family, secrets.token_urlsafe(TURN_BYTES))

    def __str__(self) -> str:
        return f"{self.family}.{self.turn}"
