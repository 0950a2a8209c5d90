"""API keys in PostgreSQL."""

import secrets
from collections.abc import Sequence

import asyncpg

from libs.common.postgres import Pool, transaction
from services.catalog.adapters.accounts import USER, find_user, user_of
from services.catalog.adapters.tokens import TURN_BYTES, sha256
from services.catalog.domain.accounts import (
    MOST_API_KEYS,
    ApiKey,
    TooManyApiKeys,
    UnknownApiKey,
    User,
    WrongCredentials,
)
from services.catalog.domain.text import line

PREFIX = "tk_"
"""Tells an API key from other secrets, to people and to scanners that look for leaked ones."""

HINT_CHARACTERS = 8


class ApiKeys:
    """Makes, finds and revokes keys; their secrets pass through and are forgotten."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def make(self, user_id: str, name: str) -> tuple[ApiKey, str]:
        """A new key and its secret, which nobody can ask for again."""
        label = line(name, "the name of an API key", 100)
        secret = PREFIX + secrets.token_urlsafe(TURN_BYTES)
        async with transaction(self._pool) as connection:
            await find_user(connection, user_id)
            row = await connection.fetchrow(
                """
                INSERT INTO api_keys (id, user_id, name, hint, secret_sha256)
                SELECT new_id(), $1, $2, $3, $4
                WHERE (SELECT count(*) FROM api_keys WHERE user_id = $1) < $5
                RETURNING id, name, hint, created_at, last_used_at
                """,
                user_id, label, secret[:HINT_CHARACTERS], sha256(secret), MOST_API_KEYS,
            )  # fmt: skip
        if row is None:
            raise TooManyApiKeys(f"one user has at most {MOST_API_KEYS} API keys; revoke some")
        return _api_key(row), secret

    async def of_user(self, user_id: str) -> Sequence[ApiKey]:
        """A user's keys, oldest first."""
        rows = await self._pool.fetch(
            """
            SELECT id, name, hint, created_at, last_used_at FROM api_keys
            WHERE user_id = $1 ORDER BY created_at, id
            """,
            user_id,
        )
        return [_api_key(row) for row in rows]

    async def revoke(self, user_id: str, key_id: str) -> None:
        """Let a key open nothing any more."""
        revoked = await self._pool.fetchval(
            "DELETE FROM api_keys WHERE id = $1 AND user_id = $2 RETURNING true", key_id, user_id
        )
        if not revoked:
            raise UnknownApiKey("there is no such API key")

    async def whose(self, secret: str) -> tuple[User, str]:
        """Who holds this key, and its id. Its use is noted once a minute, not on each call."""
        row = await self._pool.fetchrow(
            f"""
            SELECT {USER}, api_keys.id AS key_id,
                coalesce(last_used_at < now() - interval '1 minute', true) AS long_unused
            FROM api_keys JOIN users ON users.id = api_keys.user_id
            WHERE secret_sha256 = $1 AND NOT users.disabled
            """,
            sha256(secret),
        )
        if row is None:
            raise WrongCredentials("this API key is nobody's")
        if row["long_unused"]:
            await self._pool.execute(
                "UPDATE api_keys SET last_used_at = now() WHERE id = $1", row["key_id"]
            )
        return user_of(row), row["key_id"]


def _api_key(row: asyncpg.Record) -> ApiKey:
    return ApiKey(row["id"], row["name"], row["hint"], row["created_at"], row["last_used_at"])
