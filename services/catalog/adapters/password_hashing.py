"""Hashing of passwords with argon2id, on a few threads beside the event loop."""

import asyncio
import secrets
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from libs.common.faults import ResourceExhausted
from services.catalog.domain.passwords import LONGEST, normal_form

MOST_WAITING = 64
"""More would wait longer than their callers do."""

Result = TypeVar("Result")


class Hashing:
    """Turns passwords into hashes and compares them.

    Parameters
    ----------
    memory_kib, passes
        What one hash costs; OWASP asks for at least 19 MiB and 2 passes.
    threads
        How many hashes are computed at once.
    """

    def __init__(self, memory_kib: int, passes: int, threads: ThreadPoolExecutor) -> None:
        self._argon2 = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)
        self._nobodys = self._argon2.hash(secrets.token_urlsafe(32))
        self._threads = threads
        self._waiting = 0

    async def hash(self, password: str) -> str:
        """A salted hash, with its parameters, to keep."""
        return await self._beside(lambda: self._argon2.hash(normal_form(password)))

    async def matches(self, password: str, kept: str | None) -> bool:
        """Whether the hash is of this password. Without a hash the answer takes as long."""
        hashed = kept or self._nobodys
        if len(password) > LONGEST:
            password, hashed = "", self._nobodys
        return await self._beside(lambda: self._verify(hashed, password)) and hashed == kept

    def is_outdated(self, kept: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self._argon2.check_needs_rehash(kept)

    def _verify(self, hashed: str, password: str) -> bool:
        try:
            return self._argon2.verify(hashed, normal_form(password))
        except VerifyMismatchError:
            return False

    async def _beside(self, work: Callable[[], Result]) -> Result:
        if self._waiting >= MOST_WAITING:
            raise ResourceExhausted("too many people sign in at this moment; try again in a second")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1


@asynccontextmanager
async def open_hashing(memory_kib: int, passes: int, threads: int) -> AsyncGenerator[Hashing]:
    """Hashing, and the threads it needs while the context is open."""
    with ThreadPoolExecutor(threads, thread_name_prefix="password") as pool:
        yield Hashing(memory_kib, passes, pool)
