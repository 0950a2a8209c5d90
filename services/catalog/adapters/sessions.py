"""Sessions in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from libs.common.faults import InvalidInput
from libs.common.postgres import Connection, Pool, transaction
from services.catalog.adapters.accounts import USER, user_of
from services.catalog.adapters.password_hashing import Hashing
from services.catalog.adapters.tokens import RefreshToken, sha256
from services.catalog.domain.accounts import AccountName, User, WrongCredentials
from services.catalog.domain.sessions import MOST_SESSIONS, Session, SessionEnded, Turns, expiry
from services.catalog.domain.text import line_or_nothing

SESSION = """sessions.id AS session_id, sessions.user_id, sessions.device,
    sessions.created_at AS opened_at, sessions.last_used_at, sessions.expires_at"""


class Sessions:
    """Opens sessions for who knows their password, and carries them on."""

    def __init__(self, pool: Pool, hashing: Hashing) -> None:
        self._pool = pool
        self._hashing = hashing

    async def open(self, name: str, password: str, device: str) -> tuple[User, Session, str]:
        """Sign in. Takes as long, and says the same, whatever is wrong."""
        label = line_or_nothing(device, "the name of a device")
        row = await self._known(name)
        kept = row["password_hash"] if row else None
        if not await self._hashing.matches(password, kept) or row is None or row["disabled"]:
            raise WrongCredentials("name or password is wrong")
        if self._hashing.is_outdated(row["password_hash"]):
            kept = await self._hashing.hash(password)
        token = RefreshToken.new()
        async with transaction(self._pool) as connection:
            # The row lock orders this against a disabling or a new password of the same moment.
            unchanged = await connection.fetchval(
                """
                UPDATE users SET password_hash = $3
                WHERE id = $1 AND password_hash = $2 AND NOT disabled RETURNING true
                """,
                row["id"], row["password_hash"], kept,
            )  # fmt: skip
            if not unchanged:
                raise WrongCredentials("name or password is wrong")
            session = await _opened(connection, row["id"], label, token)
        return user_of(row), session, str(token)

    async def refresh(self, refresh_token: str) -> tuple[User, Session, str]:
        """Trade a token for the next; one used before ends its session."""
        shown = RefreshToken.parse(refresh_token)
        async with transaction(self._pool) as connection:
            now = await _present(connection)
            row = await connection.fetchrow(
                f"""
                SELECT {USER}, {SESSION}, live_sha256s, spent_sha256, spent_at
                FROM sessions JOIN users ON users.id = sessions.user_id
                WHERE family_sha256 = $1 AND expires_at > $2 AND NOT users.disabled
                FOR UPDATE OF sessions
                """,
                sha256(shown.family), now,
            )  # fmt: skip
            if row is None:
                raise WrongCredentials("this session has ended; sign in again")
            fresh = shown.next()
            turns = Turns(tuple(row["live_sha256s"]), row["spent_sha256"], row["spent_at"])
            after = turns.after(sha256(shown.turn), sha256(fresh.turn), now)
            session = await _carried_on(connection, _session(row), after, now)
        if session is None:
            raise SessionEnded(
                "this token was used before, so its session has ended; sign in again"
            )
        return user_of(row), session, str(fresh)

    async def end(self, user_id: str, session_id: str) -> None:
        """End a session of this user."""
        await self._pool.execute(
            "DELETE FROM sessions WHERE id = $1 AND user_id = $2", session_id, user_id
        )

    async def whose(self, session_id: str) -> User:
        """Whose session this is, if it still stands."""
        row = await self._pool.fetchrow(
            f"""
            SELECT {USER} FROM sessions JOIN users ON users.id = sessions.user_id
            WHERE sessions.id = $1 AND expires_at > now() AND NOT users.disabled
            """,
            session_id,
        )
        if row is None:
            raise WrongCredentials("this session has ended; sign in again")
        return user_of(row)

    async def of_user(self, user_id: str) -> Sequence[Session]:
        """A user's open sessions, last used first."""
        rows = await self._pool.fetch(
            f"""
            SELECT {SESSION} FROM sessions WHERE user_id = $1 AND expires_at > now()
            ORDER BY last_used_at DESC
            """,
            user_id,
        )
        return [_session(row) for row in rows]

    async def _known(self, name: str) -> asyncpg.Record | None:
        try:
            folded = AccountName.parse(name).folded
        except InvalidInput:  # nobody is called so
            return None
        return await self._pool.fetchrow(
            f"SELECT {USER}, password_hash FROM users WHERE folded_name = $1", folded
        )


async def _opened(
    connection: Connection, user_id: str, device: str, token: RefreshToken
) -> Session:
    now = await _present(connection)
    await connection.execute(
        """
        DELETE FROM sessions WHERE user_id = $1 AND (expires_at <= $2 OR id IN (
            SELECT id FROM sessions WHERE user_id = $1 ORDER BY last_used_at DESC OFFSET $3))
        """,
        user_id, now, MOST_SESSIONS - 1,
    )  # fmt: skip
    [row] = await connection.fetch(
        f"""
        INSERT INTO sessions (id, user_id, device, created_at, last_used_at, expires_at,
            family_sha256, live_sha256s)
        VALUES (new_id(), $1, $2, $3, $3, $4, $5, $6) RETURNING {SESSION}
        """,
        user_id, device, now, expiry(now, now), sha256(token.family), [sha256(token.turn)],
    )  # fmt: skip
    return _session(row)


async def _carried_on(
    connection: Connection, session: Session, turns: Turns | None, now: datetime
) -> Session | None:
    """The session with its next turns; without any it ends."""
    if turns is None:
        await connection.execute("DELETE FROM sessions WHERE id = $1", session.id)
        return None
    [row] = await connection.fetch(
        f"""
        UPDATE sessions SET last_used_at = $2, expires_at = $3,
            live_sha256s = $4, spent_sha256 = $5, spent_at = $6
        WHERE id = $1 RETURNING {SESSION}
        """,
        session.id, now, expiry(session.created_at, now),
        turns.live, turns.spent, turns.spent_at,
    )  # fmt: skip
    return _session(row)


async def _present(connection: Connection) -> datetime:
    """The database's time, which is the same for all replicas: their clocks may be apart."""
    present: datetime = await connection.fetchval("SELECT clock_timestamp()")
    return present


def _session(row: asyncpg.Record) -> Session:
    return Session(
        id=row["session_id"],
        user_id=row["user_id"],
        device=row["device"],
        created_at=row["opened_at"],
        last_used_at=row["last_used_at"],
        expires_at=row["expires_at"],
    )
