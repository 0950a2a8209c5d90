import asyncio
import socket
import struct
import threading

import pytest
import uvloop
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


async def test_values_of_one_name_are_kept_together_and_each_is_forgotten_alone(
    cache: Cache,
) -> None:
    await cache.set_field("players", "ada\u2019s", b"\x00dusk", ttl_s=5)
    await cache.set_field("players", "bob", b"ebb", ttl_s=0.5)
    assert await cache.field("players", "bob") == b"ebb"
    assert await cache.field("players", "eve") is None
    assert await cache.fields("players") == {"ada\u2019s": b"\x00dusk", "bob": b"ebb"}
    await cache.delete_fields("players", "bob", "eve")
    assert await cache.fields("players") == {"ada\u2019s": b"\x00dusk"}

    async def gone() -> bool:
        return await cache.fields("players") == {}

    await until(gone)


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


def test_a_connection_that_was_reset_while_it_was_idle_is_replaced() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_answer_and_reset, args=(listener,), daemon=True).start()
        asked = _ask_twice(f"redis://127.0.0.1:{listener.getsockname()[1]}?protocol=2")
        assert uvloop.run(asked) == [b"1", b"1"]


async def _ask_twice(url: str) -> list[bytes | None]:
    async with Redis.from_url(url, **impatient()) as redis:
        cache = Cache(redis)
        first = await cache.get("a")
        await asyncio.sleep(0.1)
        return [first, await cache.get("a")]


def _answer_and_reset(listener: socket.socket) -> None:
    """Be a Redis that resets each connection when it has told one value."""
    for _ in range(2):
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as commands:
            while head := commands.readline():
                words = [
                    (commands.readline(), commands.readline())[1] for _ in range(int(head[1:]))
                ]
                told = words[0].strip() == b"GET"
                connection.sendall(b"$1\r\n1\r\n" if told else b"+OK\r\n")
                if told:
                    break
            at_once = struct.pack("ii", 1, 0)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
