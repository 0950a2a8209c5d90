"""App passwords in PostgreSQL, sealed."""

import logging
from collections.abc import Sequence

import asyncpg

from libs.common.faults import InvalidInput
from libs.common.postgres import Pool, transaction
from services.catalog.adapters.accounts import USER, find_user, user_of
from services.catalog.adapters.sealing import CannotUnseal, Sealing
from services.catalog.domain.accounts import AccountName, User, WrongCredentials
from services.catalog.domain.apps import (
    MOST_APP_PASSWORDS,
    AppPassword,
    Digested,
    Said,
    TooManyAppPasswords,
    UnknownAppPassword,
    made_up,
)
from services.catalog.domain.passwords import check_new
from services.catalog.domain.text import line

logger = logging.getLogger(__name__)


class AppPasswords:
    """Makes, finds and revokes them."""

    def __init__(self, pool: Pool, sealing: Sealing) -> None:
        self._pool = pool
        self._sealing = sealing

    async def make(self, user_id: str, name: str) -> tuple[AppPassword, str]:
        """A new app password and what it says, which nobody can ask for again."""
        label = line(name, "the name of an app password", 100)
        secret = made_up()
        async with transaction(self._pool) as connection:
            await find_user(connection, user_id)
            new_id = await connection.fetchval("SELECT new_id()")
            row = await connection.fetchrow(
                """
                INSERT INTO app_passwords (id, user_id, name, sealed)
                SELECT $1, $2, $3, $4
                WHERE (SELECT count(*) FROM app_passwords WHERE user_id = $2) < $5
                RETURNING id, name, created_at, last_used_at
                """,
                new_id, user_id, label, self._sealing.seal(secret, new_id), MOST_APP_PASSWORDS,
            )  # fmt: skip
        if row is None:
            raise TooManyAppPasswords(
                f"one user has at most {MOST_APP_PASSWORDS} app passwords; revoke some"
            )
        return _app_password(row), secret

    async def of_user(self, user_id: str) -> Sequence[AppPassword]:
        """A user's app passwords, oldest first."""
        rows = await self._pool.fetch(
            """
            SELECT id, name, created_at, last_used_at FROM app_passwords
            WHERE user_id = $1 ORDER BY created_at, id
            """,
            user_id,
        )
        return [_app_password(row) for row in rows]

    async def revoke(self, user_id: str, password_id: str) -> None:
        """Let one open nothing any more."""
        revoked = await self._pool.fetchval(
            "DELETE FROM app_passwords WHERE id = $1 AND user_id = $2 RETURNING true",
            password_id, user_id,
        )  # fmt: skip
        _check_found(revoked)

    async def replace(self, user_id: str, password_id: str, secret: str) -> None:
        """Let it say something else from now on."""
        check_new(secret, password_id)
        sealed = self._sealing.seal(secret, password_id)
        replaced = await self._pool.fetchval(
            """
            UPDATE app_passwords SET sealed = $3 WHERE id = $1 AND user_id = $2
            RETURNING true
            """,
            password_id, user_id, sealed,
        )  # fmt: skip
        _check_found(replaced)

    async def whose(self, user_name: str, proof: Said | Digested) -> tuple[User, str, str]:
        """Who proved to have an app password, its id, and what it says.

        Its use is noted once a minute.
        """
        rows = await self._pool.fetch(
            f"""
            SELECT {USER}, a.id AS password_id, a.sealed,
                coalesce(a.last_used_at < now() - interval '1 minute', true) AS long_unused
            FROM users JOIN app_passwords a ON a.user_id = users.id
            WHERE users.folded_name = $1 AND NOT users.disabled
            """,
            _folded(user_name),
        )
        secrets = ((row, self._unsealed(row)) for row in rows)
        proven = [(row, secret) for row, secret in secrets if secret and proof.proves(secret)]
        if not proven:
            raise WrongCredentials(
                "name or app password are wrong: apps have passwords of their own, "
                "which are made in the settings of the web app"
            )
        row, secret = proven[0]
        if row["long_unused"]:
            await self._pool.execute(
                "UPDATE app_passwords SET last_used_at = now() WHERE id = $1", row["password_id"]
            )
        return user_of(row), row["password_id"], secret

    def _unsealed(self, row: asyncpg.Record) -> str:
        try:
            return self._sealing.unseal(row["sealed"], row["password_id"])
        except CannotUnseal:
            logger.warning(
                "an app password was sealed with another secret",
                extra={"app_password_id": row["password_id"]},
            )
            return ""


def _folded(name: str) -> str:
    try:
        return AccountName.parse(name).folded
    except InvalidInput:
        return ""  # nobody is called so


def _check_found(changed: object) -> None:
    if not changed:
        raise UnknownAppPassword("there is no such app password")


def _app_password(row: asyncpg.Record) -> AppPassword:
    return AppPassword(row["id"], row["name"], row["created_at"], row["last_used_at"])
