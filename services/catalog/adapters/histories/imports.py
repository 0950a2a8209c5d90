"""Imports of listening history in PostgreSQL: begun, their files, what they say of themselves."""

from collections.abc import Sequence

import asyncpg

from libs.common.faults import InvalidInput
from libs.common.postgres import Connection, Pool, transaction
from services.catalog.adapters.accounts import find_user
from services.catalog.adapters.scrobbling.scrobblers import Scrobblers
from services.catalog.domain.histories.listens import (
    LONGEST_NAME,
    MOST_PARTS,
    MOST_UNFINISHED,
    PART_BYTES,
    Counts,
    Import,
    NotArriving,
    Source,
    State,
    TooManyImports,
    UnknownImport,
    Unmatched,
)
from services.catalog.domain.names import tidy
from services.catalog.domain.paging import Page, PageAsked
from services.catalog.domain.scrobbling import NAMES, Service
from services.catalog.domain.text import line_or_nothing

IMPORT = """id, source, state, name, read_count, added_count, known_count, unmatched_count,
    left_out_count, created_at, ended_at, problem"""
MOST_LISTED = 100


class Imports:
    """Begins imports, takes their files in, and tells how they go."""

    def __init__(self, pool: Pool, scrobblers: Scrobblers) -> None:
        self._pool = pool
        self._scrobblers = scrobblers

    async def pull(self, user_id: str, service: Service, account_name: str) -> Import:
        """Import all that a user told a service; without a name, that of the one connected."""
        name = line_or_nothing(account_name, "the name of an account", LONGEST_NAME)
        name = name or (await self._scrobblers.account(user_id, service))[0]
        if not name:
            raise InvalidInput(f"connect {NAMES[service]}, or name an account there")
        return await self._begin(user_id, Source(service.value), State.WAITING, name)

    async def create_file(self, user_id: str, file_name: str) -> Import:
        """Make room for a file."""
        name = tidy(file_name, LONGEST_NAME)
        return await self._begin(user_id, Source.FILE, State.ARRIVING, name)

    async def match_again(self, user_id: str) -> Import:
        """Look for what was not found."""
        return await self._begin(user_id, Source.UNMATCHED, State.WAITING, "")

    async def add_part(self, user_id: str, import_id: str, number: int, content: bytes) -> None:
        """Take a part of a file in."""
        if not 1 <= number <= MOST_PARTS or not 0 < len(content) <= PART_BYTES:
            raise InvalidInput(f"a file has 1 to {MOST_PARTS} parts of 1 to {PART_BYTES} bytes")
        async with transaction(self._pool) as connection:
            await _check_arriving(connection, user_id, import_id)
            await connection.execute(
                """
                INSERT INTO history_parts (import_id, number, content) VALUES ($1, $2, $3)
                ON CONFLICT (import_id, number) DO UPDATE SET content = excluded.content
                """,
                import_id, number, content,
            )  # fmt: skip

    async def start_file(self, user_id: str, import_id: str, part_count: int) -> Import:
        """Let an import begin whose file is here. Starting again answers the same."""
        async with transaction(self._pool) as connection:
            found = await _find(connection, user_id, import_id)
            if found.state is not State.ARRIVING:
                return found
            numbers = await connection.fetch(
                "SELECT number FROM history_parts WHERE import_id = $1 ORDER BY number", import_id
            )
            if not numbers or [row["number"] for row in numbers] != list(range(1, part_count + 1)):
                raise NotArriving(f"send the parts from 1 to {part_count} first")
            await connection.execute(
                "UPDATE history_imports SET state = $2 WHERE id = $1", import_id, State.WAITING
            )
            return await _find(connection, user_id, import_id)

    async def of_user(self, user_id: str) -> Sequence[Import]:
        """The user's imports, last first."""
        rows = await self._pool.fetch(
            f"""
            SELECT {IMPORT} FROM history_imports WHERE user_id = $1
            ORDER BY created_at DESC, id LIMIT $2
            """,
            user_id, MOST_LISTED,
        )  # fmt: skip
        return [_import(row) for row in rows]

    async def one(self, user_id: str, import_id: str) -> Import:
        """One of the user's imports."""
        async with self._pool.acquire() as connection:
            return await _find(connection, user_id, import_id)

    async def remove(self, user_id: str, import_id: str) -> None:
        """Forget an import, which ends it. What it brought stays."""
        gone = await self._pool.fetchval(
            "DELETE FROM history_imports WHERE id = $1 AND user_id = $2 RETURNING true",
            import_id, user_id,
        )  # fmt: skip
        if not gone:
            raise UnknownImport("there is no such import")

    async def unmatched(self, user_id: str, asked: PageAsked) -> Page[Unmatched]:
        """What the user heard elsewhere and does not have, most heard first."""
        start = int(asked.after[0]) if asked.after else 0
        rows = await self._pool.fetch(
            """
            SELECT title, artist, album, count(*) AS listen_count,
                max(listened_at) AS last_heard_at
            FROM unmatched_listens WHERE user_id = $1
            GROUP BY title, artist, album
            ORDER BY listen_count DESC, last_heard_at DESC, title, artist, album
            OFFSET $2 LIMIT $3
            """,
            user_id, start, asked.size + 1,
        )  # fmt: skip
        return Page.of([Unmatched(**row) for row in rows], asked, lambda _: (start + asked.size,))

    async def _begin(self, user_id: str, source: Source, state: State, name: str) -> Import:
        async with transaction(self._pool) as connection:
            await find_user(connection, user_id)
            row = await connection.fetchrow(
                f"""
                INSERT INTO history_imports (user_id, source, state, name)
                SELECT $1, $2, $3, $4 WHERE (
                    SELECT count(*) FROM history_imports
                    WHERE user_id = $1 AND state IN ('arriving', 'waiting', 'running')
                ) < $5
                RETURNING {IMPORT}
                """,
                user_id, source, state, name, MOST_UNFINISHED,
            )  # fmt: skip
        if row is None:
            raise TooManyImports(
                f"one user has at most {MOST_UNFINISHED} imports at once; wait, or remove some"
            )
        return _import(row)


async def _check_arriving(connection: Connection, user_id: str, import_id: str) -> None:
    state = await connection.fetchval(
        "SELECT state FROM history_imports WHERE id = $1 AND user_id = $2 FOR UPDATE",
        import_id, user_id,
    )  # fmt: skip
    if state is None:
        raise UnknownImport("there is no such import")
    if state != State.ARRIVING:
        raise NotArriving("this import has its file already")


async def _find(connection: Connection, user_id: str, import_id: str) -> Import:
    row = await connection.fetchrow(
        f"SELECT {IMPORT} FROM history_imports WHERE id = $1 AND user_id = $2", import_id, user_id
    )
    if row is None:
        raise UnknownImport("there is no such import")
    return _import(row)


def _import(row: asyncpg.Record) -> Import:
    return Import(
        id=row["id"],
        source=Source(row["source"]),
        state=State(row["state"]),
        name=row["name"],
        counts=Counts(
            row["read_count"],
            row["added_count"],
            row["known_count"],
            row["unmatched_count"],
            row["left_out_count"],
        ),
        created_at=row["created_at"],
        ended_at=row["ended_at"],
        problem=row["problem"],
    )
