"""Keys, all derived from one secret, so that every replica has the same and none is stored.

A key serves for one period of thirty days and verifies for one more. Its id
names its period; turning the secret turns them all.
"""

from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PERIOD_S = 30 * 24 * 3600
KEY_BYTES = 32


def period_of(now: datetime) -> int:
    """Which period it is, counted from 1970."""
    return int(now.timestamp()) // PERIOD_S


def began(period: int) -> datetime:
    """When a period began."""
    return datetime.fromtimestamp(period * PERIOD_S, UTC)


def derived(secret: bytes, purpose: str, period: int) -> bytes:
    """The key for a purpose in a period, by HKDF (RFC 5869)."""
    info = f"tutti gateway {purpose} {period}".encode()
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=info).derive(secret)


class SigningKeys:
    """Ed25519 keys for access tokens, one a period."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._keys: dict[int, Ed25519PrivateKey] = {}

    def of(self, period: int) -> Ed25519PrivateKey:
        """The key of a period."""
        if period not in self._keys:
            seed = derived(self._secret, "access token", period)
            self._keys[period] = Ed25519PrivateKey.from_private_bytes(seed)
        return self._keys[period]

    def published(self, now: datetime) -> dict[str, bytes]:
        """Public keys by id: of the period before, of this one, and of the next."""
        period = period_of(now)
        return {
            str(number): self.of(number).public_key().public_bytes_raw()
            for number in (period - 1, period, period + 1)
        }
