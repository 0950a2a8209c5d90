"""The cache: Redis, for what a service can afford to lose."""

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager

from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from libs.common.faults import CannotStart, Unavailable
from libs.common.settings import without_credentials


class Cache:
    """Bytes by key, each for a while. All of it raises ``Unavailable`` while Redis is away."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def get(self, key: str) -> bytes | None:
        """What was set last, if it is still there."""
        with _outages():
            return _as_bytes(await self._redis.get(key))

    async def set(self, key: str, value: bytes, ttl_s: float) -> None:
        """Keep the value for so long."""
        with _outages():
            await self._redis.set(key, value, px=round(ttl_s * 1000))

    async def add(self, key: str, value: bytes, ttl_s: float) -> bool:
        """Keep the value unless there is one already; of several callers one is told True."""
        with _outages():
            return bool(await self._redis.set(key, value, px=round(ttl_s * 1000), nx=True))

    async def delete(self, *keys: str) -> None:
        """Forget these."""
        with _outages():
            await self._redis.delete(*keys)


@asynccontextmanager
async def open_cache(redis_url: str) -> AsyncGenerator[Cache]:
    """Connect to Redis. Connections that break are made again."""
    redis = Redis.from_url(redis_url, socket_timeout=2, socket_connect_timeout=2)
    async with redis:
        try:
            await redis.ping()
        except RedisError as error:
            where = without_credentials(redis_url)
            raise CannotStart(f"cannot reach Redis at {where}: {error}", "redis_url") from None
        yield Cache(redis)


def _as_bytes(value: bytes | str | None) -> bytes | None:
    # redis-py's types allow for a client that decodes; ours does not.
    return value.encode() if isinstance(value, str) else value


@contextmanager
def _outages() -> Generator[None]:
    try:
        yield
    except (RedisConnectionError, RedisTimeoutError) as error:
        raise Unavailable("the cache cannot be reached") from error
