"""How an app proves for whom it speaks."""

import binascii
import hashlib
import hmac
from dataclasses import dataclass, field
from enum import StrEnum

from libs.common.faults import Unauthenticated
from services.gateway.domain.apps.faults import (
    ConflictingProofs,
    MissingParameter,
    NoSuchProof,
    NoTokens,
)
from services.gateway.domain.apps.parameters import Parameters

ENCODED = "enc:"
NAMED = ("u", "p", "t", "s")


class AppProof(StrEnum):
    """Ways to prove it."""

    API_KEY = "api_key"
    TOKEN = "token"  # noqa: S105 a way, not a token
    PASSWORD = "password"  # noqa: S105 the same


@dataclass(frozen=True, slots=True)
class ByApiKey:
    """An API key, which says whose it is."""

    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ByToken:
    """The MD5 of an app password and a salt."""

    user_name: str
    digest: str = field(repr=False)
    salt: str = field(repr=False)

    def proves(self, secret: str) -> bool:
        """Whether it was made of this app password."""
        made = hashlib.md5(f"{secret}{self.salt}".encode(), usedforsecurity=False).hexdigest()
        return hmac.compare_digest(self.digest.lower().encode(), made.encode())


@dataclass(frozen=True, slots=True)
class ByPassword:
    """An app password, or an API key in its place."""

    user_name: str
    secret: str = field(repr=False)

    def proves(self, secret: str) -> bool:
        """Whether it is this app password."""
        return hmac.compare_digest(self.secret.encode(), secret.encode())


Shown = ByApiKey | ByToken | ByPassword


def shown_in(given: Parameters, allowed: frozenset[AppProof]) -> Shown:
    """The proof that comes with a call, if it is one that apps may use."""
    if "apiKey" in given:
        if conflicting := [name for name in NAMED if name in given]:
            raise ConflictingProofs(f"send apiKey alone, without {', '.join(conflicting)}")
        _check_allowed(AppProof.API_KEY, allowed)
        return ByApiKey(given.text("apiKey"))
    if "t" in given and "p" in given:
        raise ConflictingProofs("send either p, or t with s")
    name = given.text("u")
    if "t" in given:
        if AppProof.TOKEN not in allowed:
            raise NoTokens("this server takes no t and s: send p, or an API key as apiKey")
        return ByToken(name, given.text("t"), given.text("s"))
    if "p" not in given:
        raise MissingParameter("a proof is missing: send t with s, or p, or apiKey")
    _check_allowed(AppProof.PASSWORD, allowed)
    return ByPassword(name, decoded(given.text("p")))


def _check_allowed(proof: AppProof, allowed: frozenset[AppProof]) -> None:
    if proof not in allowed:
        raise NoSuchProof(f"this server takes no {proof.replace('_', ' ')} from apps")


def decoded(password: str) -> str:
    """A password as it was, before an app hid it from who looks over a shoulder."""
    if not password.startswith(ENCODED):
        return password
    try:
        return binascii.unhexlify(password.removeprefix(ENCODED)).decode()
    except (binascii.Error, ValueError):
        raise Unauthenticated("after enc: the password comes as UTF-8 in hexadecimal") from None
