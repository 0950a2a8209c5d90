"""Secrets that have to be read again, encrypted before they are written down."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from libs.common.faults import FailedPrecondition

KEY_BYTES = 32
NONCE_BYTES = 12


class CannotUnseal(FailedPrecondition):
    """It was sealed with another secret, for another place, or was damaged."""

    code = "cannot_unseal"


class Sealing:
    """AES-256-GCM with a key of one purpose, by HKDF (RFC 5869) from the secret of the service.

    Parameters
    ----------
    secret
        At least 32 random bytes.
    purpose
        What is sealed, so that nothing can be unsealed as something else.
    """

    def __init__(self, secret: bytes, purpose: str) -> None:
        info = f"tutti catalog {purpose}".encode()
        self._cipher = AESGCM(HKDF(SHA256(), KEY_BYTES, salt=None, info=info).derive(secret))

    def seal(self, secret: str, place: str) -> bytes:
        """What may be written down at a place, such as the id of a row."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret.encode(), place.encode())

    def unseal(self, sealed: bytes, place: str) -> str:
        """What was sealed for that place. Raises CannotUnseal."""
        nonce, encrypted = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, encrypted, place.encode()).decode()
        except (InvalidTag, ValueError) as reason:
            raise CannotUnseal(
                "this was sealed with another secret: make a new one, or set the old secret"
            ) from reason
