"""Who is asking, and what a route demands of them."""

from dataclasses import dataclass
from enum import StrEnum

from libs.common.faults import PermissionDenied, Unauthenticated


class Proof(StrEnum):
    """How someone proved who they are."""

    TOKEN = "token"  # noqa: S105 a kind of proof, not one
    COOKIE = "cookie"
    API_KEY = "api_key"
    LINK = "link"
    APP = "app"


class Policy(StrEnum):
    """What a route demands."""

    PUBLIC = "public"
    USER = "user"
    OPERATOR = "operator"
    SIGNED = "signed"  # The address itself carries the proof.
    WELCOME = "welcome"  # The station lets its listeners in: with an account, or without.


@dataclass(frozen=True, slots=True)
class Principal:
    """Someone whose word was checked: by a session or an API key, whose id is then not empty."""

    user_id: str
    name: str
    role: str
    plan: str
    session_id: str
    proof: Proof
    key_id: str = ""


def admit(policy: Policy, principal: Principal | None) -> None:
    """Let the principal pass, or raise Unauthenticated or PermissionDenied."""
    if policy in (Policy.PUBLIC, Policy.SIGNED, Policy.WELCOME):
        return
    if principal is None:
        raise Unauthenticated("sign in, or send an access token or API key in Authorization")
    if policy is Policy.OPERATOR and principal.role != "operator":
        raise PermissionDenied("only operators may do this")
