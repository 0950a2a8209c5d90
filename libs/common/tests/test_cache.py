import asyncio

import pytest
from redis.asyncio import Redis

from libs.common.cache import Cache, impatient, open_cache
from libs.common.faults import CannotStart, Unavailable
from libs.common.tests.waiting import until


async def test_what_is_set_is_there_for_its_time_only(cache: Cache) -> None:
    await cache.set("cover", b"\x00webp", ttl_s=0.3)
    assert await cache.get("cover") == b"\x00webp"

    async def gone() -> bool:
        return await cache.get("cover") is None

    await until(gone)


async def test_of_several_who_add_one_is_told_so(cache: Cache) -> None:
    told = await asyncio.gather(*(cache.add("ticket", b"1", ttl_s=5) for _ in range(5)))
    assert sorted(told) == [False, False, False, False, True]


async def test_what_is_deleted_is_gone(cache: Cache) -> None:
    await cache.set("a", b"1", ttl_s=5)
    await cache.delete("a", "b")
    assert await cache.get("a") is None


async def test_a_redis_that_is_not_there_is_named_without_its_password() -> None:
    with pytest.raises(CannotStart, match=r"Redis at redis://127\.0\.0\.1:1/0") as problem:
        async with open_cache("redis://:hush@127.0.0.1:1/0"):
            pass
    assert "hush" not in str(problem.value)
    assert problem.value.setting == "redis_url"


@pytest.mark.slow
async def test_who_asks_a_silent_redis_in_vain_is_not_followed_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("libs.common.cache.PATIENCE_S", 0.1)
    monkeypatch.setattr("libs.common.cache.AWAY_S", 1.0)
    held: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(lambda _, writer: held.append(writer), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with Redis.from_url(f"redis://127.0.0.1:{port}", **impatient()) as redis:
        cache = Cache(redis)

        async def asked_again() -> bool:
            with pytest.raises(Unavailable):
                await cache.get("a")
            return len(held) > 1

        assert not await asked_again()
        assert not await asked_again()
        await until(asked_again)
    for writer in held:
        writer.close()
    server.close()
