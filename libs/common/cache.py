"""The cache: Redis, for what a service can afford to lose."""

import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from libs.common.faults import CannotStart, Unavailable
from libs.common.settings import without_credentials
from libs.common.sockets import watchful_tcp

PATIENCE_S = 1.0
"""How long Redis may take to answer: whoever asks can do without."""
CACHE_LOST = (RedisError, RuntimeError)
"""What redis-py raises while Redis is away. The second is uvloop's way to say that a connection had
been closed before it was written to, by a reset or for want of a sign of life."""
AWAY_S = 2.0
"""How long nobody asks after it did not answer, so that an outage costs few the patience."""


class Outage:
    """Remembers for a moment that Redis was away."""

    def __init__(self) -> None:
        self._over_s = 0.0

    @property
    def lasts(self) -> bool:
        """Whether asking now would be in vain."""
        return time.monotonic() < self._over_s

    def begin(self) -> None:
        """Nobody answered."""
        self._over_s = time.monotonic() + AWAY_S


class Cache:
    """Bytes by key, each for a while. All of it raises ``Unavailable`` while Redis is away."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._outage = Outage()

    async def get(self, key: str) -> bytes | None:
        """What was set last, if it is still there."""
        with self._outages():
            return _as_bytes(await self._redis.get(key))

    async def set(self, key: str, value: bytes, ttl_s: float) -> None:
        """Keep the value for so long."""
        with self._outages():
            await self._redis.set(key, value, px=round(ttl_s * 1000))

    async def add(self, key: str, value: bytes, ttl_s: float) -> bool:
        """Keep the value unless there is one already; of several callers one is told True."""
        with self._outages():
            return bool(await self._redis.set(key, value, px=round(ttl_s * 1000), nx=True))

    async def delete(self, *keys: str) -> None:
        """Forget these."""
        with self._outages():
            await self._redis.delete(*keys)

    async def set_field(self, name: str, field: str, value: bytes, ttl_s: float) -> None:
        """Keep a value among others of one name, all of them for so long from now on."""
        with self._outages():
            async with self._redis.pipeline() as together:
                together.hset(name, field, value)
                together.pexpire(name, round(ttl_s * 1000))
                await together.execute()

    async def field(self, name: str, field: str) -> bytes | None:
        """One value of those of a name."""
        with self._outages():
            return _as_bytes(await self._redis.hget(name, field))

    async def fields(self, name: str) -> dict[str, bytes]:
        """All values of a name."""
        with self._outages():
            found = await self._redis.hgetall(name)
        values = {_as_bytes(field): _as_bytes(value) for field, value in found.items()}
        return {field.decode(): value for field, value in values.items() if field and value}

    async def delete_fields(self, name: str, *fields: str) -> None:
        """Forget some values of a name."""
        with self._outages():
            await self._redis.hdel(name, *fields)

    @contextmanager
    def _outages(self) -> Generator[None]:
        if self._outage.lasts:
            raise Unavailable("the cache cannot be reached")
        try:
            yield
        except CACHE_LOST as error:  # gone, silent, or without room to write
            self._outage.begin()
            raise Unavailable("the cache cannot be reached") from error


@asynccontextmanager
async def open_cache(redis_url: str) -> AsyncGenerator[Cache]:
    """Connect to Redis. Connections that break are made again."""
    redis = Redis.from_url(redis_url, **impatient())
    async with redis:
        try:
            await redis.ping()
        except RedisError as error:
            where = without_credentials(redis_url)
            raise CannotStart(f"cannot reach Redis at {where}: {error}", "redis_url") from None
        yield Cache(redis)


# Any: the keyword arguments of redis-py, which are of many types.
def impatient() -> dict[str, Any]:
    """Options for redis-py: replace a broken connection once, and wait for nothing for long."""
    return {
        "socket_timeout": PATIENCE_S,
        "socket_connect_timeout": PATIENCE_S,
        "socket_keepalive": True,
        "socket_keepalive_options": watchful_tcp(),
        # Its type allows for redis-py's own exceptions only; it catches whatever is named.
        "retry": Retry(NoBackoff(), 1, (RedisConnectionError, RuntimeError)),  # type: ignore[arg-type]
    }


def _as_bytes(value: bytes | str | None) -> bytes | None:
    # redis-py's types allow for a client that decodes; ours does not.
    return value.encode() if isinstance(value, str) else value
