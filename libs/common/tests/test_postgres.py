import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable

import asyncpg
import pytest

from libs.common.faults import CannotStart, TimedOut, Unavailable
from libs.common.outages import fault_in
from libs.common.postgres import Pool, connect, transaction

Database = Callable[[str], Awaitable[str]]


@pytest.fixture
async def pool(database_url: Database) -> AsyncGenerator[Pool]:
    async with connect(await database_url("listening"), "listening") as pool:
        yield pool


async def test_json_arrives_and_leaves_as_objects(pool: Pool) -> None:
    assert await pool.fetchval("SELECT $1::jsonb", {"titles": ["So What"]}) == {
        "titles": ["So What"]
    }


async def test_a_transaction_is_undone_when_it_fails(pool: Pool) -> None:
    await pool.execute("CREATE TABLE songs (title text)")

    async def fail() -> None:
        async with transaction(pool) as connection:
            await connection.execute("INSERT INTO songs VALUES ('So What')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await pool.fetchval("SELECT count(*) FROM songs") == 0


async def test_a_statement_that_takes_too_long_is_ended(pool: Pool) -> None:
    async with transaction(pool) as connection:
        await connection.execute("SET LOCAL statement_timeout = '20ms'")
        with pytest.raises(asyncpg.QueryCanceledError) as caught:
            await connection.execute("SELECT pg_sleep(5)")
    assert isinstance(fault_in(caught.value), TimedOut)


async def test_the_pool_survives_the_loss_of_its_connections(pool: Pool) -> None:
    async def wait() -> None:
        async with transaction(pool) as connection:
            await connection.execute("SELECT pg_sleep(5)")

    in_hand = asyncio.ensure_future(wait())
    await asyncio.sleep(0.1)
    await terminate_others(pool)
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)) as caught:
        await in_hand
    assert isinstance(fault_in(caught.value), Unavailable)
    assert await pool.fetchval("SELECT 1") == 1


async def test_a_database_that_is_not_there_is_named_without_its_password() -> None:
    with pytest.raises(
        CannotStart, match=r"cannot reach PostgreSQL at postgresql://127\.0\.0\.1:1/x"
    ) as caught:
        async with connect("postgresql://a:hush@127.0.0.1:1/x", "a"):
            pass
    assert "hush" not in str(caught.value)


async def test_a_wrong_password_is_told(database_url: Database) -> None:
    url = (await database_url("listening")).replace("listening:", "listening:wrong")
    with pytest.raises(CannotStart, match="password authentication failed"):
        async with connect(url, "listening"):
            pass


def test_a_bug_is_no_outage() -> None:
    assert fault_in(asyncpg.UndefinedTableError("no table")) is None
    assert fault_in(asyncpg.InterfaceError("another operation is in progress")) is None
    assert fault_in(FileNotFoundError(2, "no file")) is None


async def terminate_others(pool: Pool) -> None:
    await pool.execute(
        """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE usename = current_user AND pid <> pg_backend_pid()
        """
    )
