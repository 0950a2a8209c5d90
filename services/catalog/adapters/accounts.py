"""Users in PostgreSQL."""

import asyncpg

from libs.common.postgres import Connection, Pool, transaction
from services.catalog.adapters.libraries import create_own_library, remove_libraries_of
from services.catalog.adapters.password_hashing import Hashing
from services.catalog.adapters.removal import Removal
from services.catalog.adapters.writing import keep_music
from services.catalog.domain import accounts as domain
from services.catalog.domain import passwords
from services.catalog.domain.accounts import (
    AccountName,
    LastOperator,
    NameTaken,
    NotYours,
    Plan,
    Role,
    UnknownUser,
    User,
    UserEdit,
    WrongPassword,
    check_may_edit,
    email_address,
)
from services.catalog.domain.paging import Page, PageAsked

USER = """users.id, users.name, users.display_name, users.email, users.role, users.plan,
    users.disabled, users.created_at, users.own_library_id"""


class Accounts:
    """Keeps users and the hashes of their passwords."""

    def __init__(self, pool: Pool, hashing: Hashing, removal: Removal) -> None:
        self._pool = pool
        self._hashing = hashing
        self._removal = removal

    async def create(self, name: str, password: str, display_name: str, email: str) -> User:
        """Make a user with a library of their own; the very first one becomes operator."""
        called = AccountName.parse(name)
        passwords.check_new(password, called.written)
        shown = domain.display_name(display_name or called.written)
        address = email_address(email)
        hashed = await self._hashing.hash(password)
        async with transaction(self._pool) as connection:
            await _one_at_a_time(connection)
            if await _is_taken(connection, called):
                raise NameTaken(f"somebody else is called {called.written}")
            user_id = await connection.fetchval("SELECT new_id()")
            library_id = await create_own_library(connection, user_id, shown)
            [row] = await connection.fetch(
                f"""
                INSERT INTO users (id, name, folded_name, display_name, email, role, plan,
                    password_hash, own_library_id)
                SELECT $1, $2, $3, $4, $5,
                    CASE WHEN EXISTS (SELECT FROM users) THEN 'listener' ELSE 'operator' END,
                    'free', $6, $7
                RETURNING {USER}
                """,
                user_id, called.written, called.folded, shown, address, hashed, library_id,
            )  # fmt: skip
            return user_of(row)

    async def get(self, user_id: str) -> User:
        """Find a user."""
        async with self._pool.acquire() as connection:
            return await find_user(connection, user_id)

    async def any(self) -> bool:
        """Whether there is any user."""
        async with self._pool.acquire() as connection:
            return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM users)"))

    async def page(self, viewer_id: str, asked: PageAsked) -> Page[User]:
        """Users by name, for operators."""
        async with self._pool.acquire() as connection:
            if not (await find_user(connection, viewer_id)).is_operator:
                raise NotYours("only operators may list users")
            rows = await connection.fetch(
                f"""
                SELECT {USER} FROM users WHERE folded_name > $1
                ORDER BY folded_name LIMIT $2
                """,
                *(asked.after or ("",)), asked.size + 1,
            )  # fmt: skip
        users = [user_of(row) for row in rows]
        return Page.of(users, asked, lambda user: (AccountName.parse(user.name).folded,))

    async def edit(self, viewer_id: str, user_id: str, edit: UserEdit) -> User:
        """Change a user; who is disabled is signed out everywhere."""
        async with transaction(self._pool) as connection:
            await _one_at_a_time(connection)
            check_may_edit(await find_user(connection, viewer_id), user_id, edit)
            user = await find_user(connection, user_id)
            if edit.takes_operator_away:
                await _check_another_operator(connection, user)
            [row] = await connection.fetch(
                f"""
                UPDATE users SET display_name = coalesce($2, display_name),
                    email = coalesce($3, email), role = coalesce($4, role),
                    plan = coalesce($5, plan), disabled = coalesce($6, disabled)
                WHERE id = $1 RETURNING {USER}
                """,
                user_id, edit.display_name, edit.email, edit.role, edit.plan, edit.disabled,
            )  # fmt: skip
            if edit.disabled:
                await connection.execute("DELETE FROM sessions WHERE user_id = $1", user_id)
            return user_of(row)

    async def change_password(
        self, user_id: str, old_password: str, new_password: str, keep_session_id: str
    ) -> None:
        """Change a password, and end every session but the one that asks."""
        user = await self.get(user_id)
        kept = await self._pool.fetchval("SELECT password_hash FROM users WHERE id = $1", user_id)
        if not await self._hashing.matches(old_password, kept):
            raise WrongPassword("the old password is another")
        passwords.check_new(new_password, user.name)
        hashed = await self._hashing.hash(new_password)
        async with transaction(self._pool) as connection:
            changed = await connection.fetchval(
                """
                UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2
                RETURNING true
                """,
                user_id, kept, hashed,
            )  # fmt: skip
            if not changed:
                raise WrongPassword("the password was changed a moment ago")
            await connection.execute(
                "DELETE FROM sessions WHERE user_id = $1 AND id <> $2", user_id, keep_session_id
            )

    async def remove(self, viewer_id: str, user_id: str) -> None:
        """Remove a user, their libraries with all tracks, and whatever else was theirs."""
        async with transaction(self._pool) as connection:
            await _one_at_a_time(connection)
            await keep_music(connection)
            viewer = await find_user(connection, viewer_id)
            if viewer.id != user_id and not viewer.is_operator:
                raise NotYours("only operators may remove other users")
            await _check_another_operator(connection, await find_user(connection, user_id))
            await remove_libraries_of(connection, user_id)
            await connection.execute("DELETE FROM users WHERE id = $1", user_id)
        self._removal.wake()


async def find_user(connection: Connection, user_id: str) -> User:
    """Find a user, or raise UnknownUser."""
    row = await connection.fetchrow(f"SELECT {USER} FROM users WHERE id = $1", user_id)
    if row is None:
        raise UnknownUser("there is no such user")
    return user_of(row)


def user_of(row: asyncpg.Record) -> User:
    """Read a user from the columns in ``USER``."""
    return User(
        id=row["id"],
        name=row["name"],
        display_name=row["display_name"],
        email=row["email"],
        role=Role(row["role"]),
        plan=Plan(row["plan"]),
        disabled=row["disabled"],
        created_at=row["created_at"],
        own_library_id=row["own_library_id"],
    )


async def _one_at_a_time(connection: Connection) -> None:
    """Let no two changes of users cross: who is first, and who is the last operator, is certain."""
    await connection.execute("SELECT pg_advisory_xact_lock(hashtext('catalog users'))")


async def _is_taken(connection: Connection, name: AccountName) -> bool:
    return bool(
        await connection.fetchval("SELECT true FROM users WHERE folded_name = $1", name.folded)
    )


async def _check_another_operator(connection: Connection, user: User) -> None:
    if not user.is_operator or user.disabled:
        return
    another = await connection.fetchval(
        "SELECT true FROM users WHERE role = 'operator' AND NOT disabled AND id <> $1 LIMIT 1",
        user.id,
    )
    if not another:
        raise LastOperator("this is the last operator; make somebody else operator first")
