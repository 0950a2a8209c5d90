"""Access tokens, and the keys they are signed with."""

import base64
import json
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from pydantic import SecretBytes, ValidationError

from services.gateway.domain.keys import PERIOD_S, SigningKeys, began, period_of
from services.gateway.domain.principals import Principal, Proof
from services.gateway.domain.tokens import (
    LEEWAY,
    LIFETIME,
    AccessTokens,
    ExpiredToken,
    InvalidToken,
)
from services.gateway.settings import GatewaySettings

SECRET = b"a secret of the tests, long enough for them"
NOW = datetime(2026, 5, 1, tzinfo=UTC)
ADA = Principal("user-1", "ada", "listener", "free", "session-1", Proof.TOKEN)
KEYS = SigningKeys(SECRET)


def token(now: datetime = NOW, keys: SigningKeys = KEYS) -> str:
    return AccessTokens(keys).issue(ADA, now)


def verified(given: str, now: datetime = NOW) -> Principal:
    return AccessTokens(KEYS).verify(given, Proof.TOKEN, now)


def forged(**changes: object) -> str:
    """A token rightly signed, with other claims."""
    claims = jwt.decode(token(), options={"verify_signature": False})
    claims = {name: value for name, value in (claims | changes).items() if value is not None}
    period = period_of(NOW)
    return jwt.encode(claims, KEYS.of(period), "EdDSA", headers={"kid": str(period)})


def test_a_token_says_who_it_was_issued_to() -> None:
    assert verified(token()) == ADA


def test_a_token_lasts_ten_minutes() -> None:
    almost = NOW + LIFETIME - timedelta(seconds=1)
    assert verified(token(), almost) == ADA
    with pytest.raises(ExpiredToken, match="refresh"):
        verified(token(), NOW + LIFETIME + LEEWAY)


def test_a_token_of_the_future_is_not_valid_yet() -> None:
    with pytest.raises(InvalidToken, match="not valid yet"):
        verified(token(NOW + timedelta(minutes=1)))
    assert verified(token(NOW + timedelta(seconds=5))) == ADA


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "other"},
        {"aud": "other"},
        {"aud": None},
        {"iss": None},
        {"sub": None},
        {"sid": None},
        {"exp": None},
        {"nbf": None},
        {"role": None},
        {"exp": "never"},
    ],
)
def test_every_claim_counts(claims: dict[str, object]) -> None:
    with pytest.raises(InvalidToken):
        verified(forged(**claims))


def test_no_other_algorithm_is_accepted() -> None:
    header, claims, _ = token().split(".")
    kid = str(period_of(NOW))
    none = base64.urlsafe_b64encode(json.dumps({"alg": "none", "kid": kid}).encode()).rstrip(b"=")
    with pytest.raises(InvalidToken):
        verified(f"{none.decode()}.{claims}.")
    public = KEYS.of(period_of(NOW)).public_key().public_bytes_raw()
    payload = jwt.decode(token(), options={"verify_signature": False})
    with pytest.raises(InvalidToken):
        verified(jwt.encode(payload, public, "HS256", headers={"kid": kid}))
    assert header


@pytest.mark.parametrize("given", ["", "null", "a.b.c", "a.b", "é", "." * 1000])
def test_what_is_no_token_is_refused(given: str) -> None:
    with pytest.raises(InvalidToken):
        verified(given)


def test_any_change_breaks_the_signature() -> None:
    given = token()
    start = given.index(".") + 1
    for place in range(start, len(given) - 1, 7):
        other = "A" if given[place] != "A" else "B"
        with pytest.raises(InvalidToken):
            verified(given[:place] + other + given[place + 1 :])


def test_another_secret_signs_nothing_here() -> None:
    with pytest.raises(InvalidToken):
        verified(token(keys=SigningKeys(SECRET[::-1])))


def test_replicas_agree_on_keys_and_keys_change_with_the_period() -> None:
    assert KEYS.published(NOW) == SigningKeys(SECRET).published(NOW)
    published = KEYS.published(NOW)
    assert len(set(published.values())) == 3
    later = NOW + timedelta(seconds=PERIOD_S)
    assert set(published) & set(KEYS.published(later)) == {
        str(period_of(NOW)),
        str(period_of(later)),
    }


def test_tokens_outlive_the_change_of_keys() -> None:
    border = began(period_of(NOW) + 1)
    last = token(border - timedelta(seconds=1))
    assert verified(last, border + timedelta(seconds=1)) == ADA
    long_ago = token(NOW - timedelta(seconds=2 * PERIOD_S))
    with pytest.raises(InvalidToken):
        verified(long_ago)


@pytest.mark.parametrize("secret", [b"", b"x" * 31])
def test_the_gateway_does_not_start_without_a_secret(secret: bytes) -> None:
    with pytest.raises(ValidationError, match="at least 32 random bytes"):
        GatewaySettings(secret=SecretBytes(secret))
