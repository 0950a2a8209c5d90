"""Passwords for apps: how they are made, and how an app proves that it has one."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

from libs.common.faults import NotFound, ResourceExhausted

MOST_APP_PASSWORDS = 50
"""Of one user. To find the one that was proven, all are tried."""

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that look alike, for they are typed on telephones."""
GROUPS, IN_A_GROUP = 5, 4
"""20 of 31 letters: 99 bits."""


@dataclass(frozen=True, slots=True)
class AppPassword:
    """A password for one app, of which only the app knows what it says."""

    id: str
    name: str
    created_at: datetime
    last_used_at: datetime | None


class UnknownAppPassword(NotFound):
    """The user has no app password of this id."""

    code = "unknown_app_password"


class TooManyAppPasswords(ResourceExhausted):
    """The user has as many as one may have."""

    code = "too_many_app_passwords"


@dataclass(frozen=True, slots=True)
class Said:
    """The password itself."""

    secret: str

    def proves(self, secret: str) -> bool:
        """Whether it is this one."""
        return hmac.compare_digest(self.secret.encode(), secret.encode())


@dataclass(frozen=True, slots=True)
class Digested:
    """The MD5 of the password and a salt that the app chose, as the Subsonic API has it."""

    digest: str
    salt: str

    def proves(self, secret: str) -> bool:
        """Whether it was made of this one."""
        expected = hashlib.md5(f"{secret}{self.salt}".encode(), usedforsecurity=False).hexdigest()
        return hmac.compare_digest(self.digest.lower().encode(), expected.encode())


def made_up() -> str:
    """A new password, easy to type: abcd-efgh-jkmn-pqrs-tuvw."""
    return "-".join(
        "".join(secrets.choice(LETTERS) for _ in range(IN_A_GROUP)) for _ in range(GROUPS)
    )
