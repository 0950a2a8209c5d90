import asyncio

import pytest

from libs.common.cache import Cache, open_cache
from libs.common.faults import CannotStart
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
