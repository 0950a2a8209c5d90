"""Access tokens: JWTs signed with EdDSA, good for ten minutes."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import jwt

from libs.common.faults import Unauthenticated
from services.gateway.domain.keys import SigningKeys, period_of
from services.gateway.domain.principals import Principal, Proof

ISSUER = "tutti"
AUDIENCE = "tutti-api"
LIFETIME = timedelta(minutes=10)
LEEWAY = timedelta(seconds=10)
"""How far the clocks of two replicas may be apart."""
MOST_KNOWN = 4096
"""Tokens whose signature is checked once, and not with every request they come with."""
CLAIMS = ("iss", "aud", "sub", "sid", "iat", "nbf", "exp", "role", "plan", "name")


class InvalidToken(Unauthenticated):
    """What was sent is no access token of this server."""

    code = "invalid_token"


class ExpiredToken(Unauthenticated):
    """The access token was one, and must be refreshed."""

    code = "token_expired"


class AccessTokens:
    """Issues and verifies."""

    def __init__(self, keys: SigningKeys) -> None:
        self._keys = keys
        self._claims = lru_cache(MOST_KNOWN)(self._checked)

    def issue(self, principal: Principal, now: datetime) -> str:
        """Sign a token for a session."""
        period = period_of(now)
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": principal.user_id,
            "sid": principal.session_id,
            "name": principal.name,
            "role": principal.role,
            "plan": principal.plan,
            "iat": now,
            "nbf": now,
            "exp": now + LIFETIME,
        }
        return jwt.encode(claims, self._keys.of(period), "EdDSA", headers={"kid": str(period)})

    def verify(self, token: str, proof: Proof, now: datetime) -> Principal:
        """Read a token, or raise InvalidToken or ExpiredToken."""
        claims = self._claims(token, period_of(now))
        _check_times(claims["nbf"], claims["exp"], now)
        return Principal(
            user_id=str(claims["sub"]),
            name=str(claims["name"]),
            role=str(claims["role"]),
            plan=str(claims["plan"]),
            session_id=str(claims["sid"]),
            proof=proof,
        )

    # Claims are JSON without a narrower type.
    def _checked(self, token: str, present: int) -> dict[str, Any]:
        """What a token rightly signed says, whenever that was or will be true."""
        try:
            key = self._keys.of(_period(token, present)).public_key()
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=["EdDSA"],
                issuer=ISSUER,
                audience=AUDIENCE,
                # Times are checked with every request, against the caller's clock.
                options={
                    "require": [*CLAIMS],
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
        except jwt.PyJWTError as error:
            raise InvalidToken("this is no access token of this server") from error
        return claims


def _period(token: str, present: int) -> int:
    kid = jwt.get_unverified_header(token).get("kid")
    for period in (present, present - 1, present + 1):
        if kid == str(period):
            return period
    raise jwt.InvalidTokenError("unknown key")


def _check_times(not_before: object, expires: object, now: datetime) -> None:
    if not isinstance(not_before, int) or not isinstance(expires, int):
        raise InvalidToken("this is no access token of this server")
    if now.timestamp() < not_before - LEEWAY.total_seconds():
        raise InvalidToken("the access token is not valid yet")
    if now.timestamp() >= expires + LEEWAY.total_seconds():
        raise ExpiredToken("the access token has expired: refresh it")
