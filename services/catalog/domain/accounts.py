"""People: who they are, what they are called, and what one may change about another."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from email_validator import EmailNotValidError, validate_email

from libs.common.faults import (
    AlreadyExists,
    FailedPrecondition,
    InvalidInput,
    NotFound,
    PermissionDenied,
    ResourceExhausted,
    Unauthenticated,
)
from services.catalog.domain.text import line

MOST_API_KEYS = 100
"""Of one user."""


class Role(StrEnum):
    """What a user may do."""

    LISTENER = "listener"
    ARTIST = "artist"
    OPERATOR = "operator"


class Plan(StrEnum):
    """What a user may use."""

    FREE = "free"
    PLUS = "plus"
    STUDIO = "studio"


@dataclass(frozen=True, slots=True)
class User:
    """A person with an account."""

    id: str
    name: str
    display_name: str
    email: str
    role: Role
    plan: Plan
    disabled: bool
    created_at: datetime
    own_library_id: str

    @property
    def is_operator(self) -> bool:
        """Whether this user runs the server."""
        return self.role is Role.OPERATOR


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key for one app or device; of its secret only the first characters are known."""

    id: str
    name: str
    hint: str
    created_at: datetime
    last_used_at: datetime | None


class UnknownUser(NotFound):
    """Nobody has this id."""

    code = "unknown_user"


class NameTaken(AlreadyExists):
    """Somebody else has this name, in whatever case."""

    code = "name_taken"


class NotYours(PermissionDenied):
    """Only the user or an operator may do this."""

    code = "not_yours"


class LastOperator(FailedPrecondition):
    """Without this operator nobody would run the server."""

    code = "last_operator"


class UnknownApiKey(NotFound):
    """The user has no API key of this id."""

    code = "unknown_api_key"


class TooManyApiKeys(ResourceExhausted):
    """The user has as many API keys as one may have."""

    code = "too_many_api_keys"


class WrongPassword(PermissionDenied):
    """Whoever wants a new password must know the old one."""

    code = "wrong_password"


class WrongCredentials(Unauthenticated):
    """Name, password, token or key are not good; which of them is not said."""

    code = "wrong_credentials"


@dataclass(frozen=True, slots=True)
class AccountName:
    """A name to sign in with, as its owner writes it, and as it is compared."""

    written: str
    folded: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a name: 2 to 64 letters, digits, dots, dashes, underscores, of any script."""
        written = unicodedata.normalize("NFKC", text.strip())
        if not re.fullmatch(r"[\w.-]{2,64}", written):
            raise InvalidInput(
                "a name has 2 to 64 letters, digits, dots, dashes and underscores", "invalid_name"
            )
        return cls(written, unicodedata.normalize("NFKC", written.casefold()))


@dataclass(frozen=True, slots=True)
class UserEdit:
    """What to change about a user; None stays as it is."""

    display_name: str | None = None
    email: str | None = None
    role: Role | None = None
    plan: Plan | None = None
    disabled: bool | None = None

    @property
    def needs_operator(self) -> bool:
        """Whether only an operator may make this change."""
        return (self.role, self.plan, self.disabled) != (None, None, None)

    @property
    def takes_operator_away(self) -> bool:
        """Whether an operator so changed is none any more."""
        return bool(self.disabled) or self.role not in (None, Role.OPERATOR)


def display_name(text: str) -> str:
    """A name to be shown, of any words."""
    return line(text, "a display name", 100)


def email_address(text: str) -> str:
    """An address in its normal form, or none; whether anybody reads it is not checked."""
    if not text:
        return ""
    try:
        checked = validate_email(text, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise InvalidInput(f"this is no e-mail address: {error}", "invalid_email") from None
    return checked.normalized


def check_may_edit(viewer: User, user_id: str, edit: UserEdit) -> None:
    """Everyone may change what they are called; the rest, and others, only operators."""
    if viewer.is_operator:
        return
    if viewer.id != user_id:
        raise NotYours("only operators may change other users")
    if edit.needs_operator:
        raise NotYours("only operators may change role, plan or whether a user is disabled")
