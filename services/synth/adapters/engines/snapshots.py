"""Snapshots: what a deck remembers, and enough to refuse what another engine wrote."""

from __future__ import annotations

import hashlib
import struct
import zlib
from dataclasses import dataclass

from libs.common.faults import InvalidInput

_HEADER = struct.Struct("<4sH2x16s16sII")
"""Magic, version, engine, fingerprint, size, checksum."""
_MAGIC, _VERSION = b"TTSY", 1


@dataclass(frozen=True, slots=True)
class Seal:
    """What snapshots of an engine begin with, and are recognised by."""

    engine: str
    fingerprint: str
    """Of everything that the bytes cannot be understood without."""
    size_bytes: int

    def sealed(self, memory: bytes | bytearray) -> bytes:
        """A snapshot of what a deck remembers."""
        return self._header(zlib.crc32(memory)) + memory

    def opened(self, snapshot: bytes) -> bytearray:
        """What a deck remembered. Raises InvalidInput for what this engine did not write."""
        memory = bytearray(snapshot[_HEADER.size :])
        whole = len(memory) == self.size_bytes
        if not whole or snapshot[: _HEADER.size] != self._header(zlib.crc32(memory)):
            raise InvalidInput(f"this is no snapshot of the engine {self.engine} with these sounds")
        return memory

    def _header(self, checksum: int) -> bytes:
        fingerprint = hashlib.sha256(self.fingerprint.encode()).digest()[:16]
        engine = self.engine.encode()[:16]
        return _HEADER.pack(_MAGIC, _VERSION, engine, fingerprint, self.size_bytes, checksum)
