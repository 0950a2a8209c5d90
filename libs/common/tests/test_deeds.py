import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest

from libs.common.postgres import Pool, connect, once, transaction
from libs.common.postgres.deeds import DEEDS


@pytest.fixture
async def pool(database_url: Callable[[str], Awaitable[str]]) -> AsyncGenerator[Pool]:
    async with connect(await database_url("listening"), "listening") as pool:
        await pool.execute(DEEDS)
        await pool.execute("CREATE TABLE songs (title text)")
        yield pool


def writing(pool: Pool, title: str) -> Callable[[], Awaitable[bytes]]:
    """Write a song, as a service does, and answer how many there are."""

    async def write() -> bytes:
        async with transaction(pool) as connection:
            await connection.execute("INSERT INTO songs VALUES ($1)", title)
            await asyncio.sleep(0.05)
            return b"%d" % await connection.fetchval("SELECT count(*) FROM songs")

    return write


async def songs(pool: Pool) -> int:
    count: int = await pool.fetchval("SELECT count(*) FROM songs")
    return count


async def test_what_was_done_is_answered_again_and_not_done_again(pool: Pool) -> None:
    assert await once(pool, "first", writing(pool, "So What")) == b"1"
    assert await once(pool, "second", writing(pool, "Blue in Green")) == b"2"
    assert await once(pool, "first", writing(pool, "So What")) == b"1"
    assert await songs(pool) == 2


async def test_of_many_at_once_one_acts_and_all_are_answered(pool: Pool) -> None:
    act = writing(pool, "So What")
    answers = await asyncio.gather(*(once(pool, "first", act) for _ in range(5)))
    assert answers == [b"1"] * 5
    assert await songs(pool) == 1


async def test_what_failed_or_was_given_up_may_be_tried_again(pool: Pool) -> None:
    async def fail() -> bytes:
        await writing(pool, "Freddie Freeloader")()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await once(pool, "first", fail)
    in_hand = asyncio.ensure_future(once(pool, "first", writing(pool, "All Blues")))
    await asyncio.sleep(0.02)
    in_hand.cancel()
    await asyncio.wait([in_hand])
    assert await songs(pool) == 0
    assert await once(pool, "first", writing(pool, "So What")) == b"1"


async def test_a_day_later_it_is_another_deed(pool: Pool) -> None:
    await once(pool, "first", writing(pool, "So What"))
    await pool.execute("UPDATE deeds SET done_at = now() - interval '25 hours'")
    assert await once(pool, "first", writing(pool, "So What")) == b"2"
    assert await pool.fetchval("SELECT count(*) FROM deeds") == 1
