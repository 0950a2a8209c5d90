"""How often someone may ask: any rolling minute, the same for all replicas.

While Redis is away each replica counts for itself.
"""

import logging
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError

from libs.common.faults import ResourceExhausted
from services.gateway.settings import GatewaySettings

logger = logging.getLogger(__name__)

WINDOW_S = 60
PATIENCE_S = 0.5


class Window(StrEnum):
    """What is counted together."""

    API = "api"
    MEDIA = "media"
    SIGN_IN = "sign-in"
    NONE = "none"


class TooManyRequests(ResourceExhausted):
    """The window is full."""

    code = "too_many_requests"

    def __init__(self, allowance: "Allowance") -> None:
        super().__init__(
            f"no more than {allowance.quota} requests a minute: "
            f"wait {allowance.reset_s} s and send again"
        )
        self.allowance = allowance


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a window."""

    window: Window
    quota: int
    remaining: int
    reset_s: int

    @property
    def headers(self) -> dict[str, str]:
        """As RateLimit header fields, draft-ietf-httpapi-ratelimit-headers."""
        return {
            "RateLimit-Policy": f'"{self.window}";q={self.quota};w={WINDOW_S}',
            "RateLimit": f'"{self.window}";r={self.remaining};t={self.reset_s}',
        }


class Windows:
    """Counts requests."""

    def __init__(self, settings: GatewaySettings, redis: ConnectionPool) -> None:
        self._quotas = {
            Window.API: RateLimitItemPerMinute(settings.requests_per_minute),
            Window.MEDIA: RateLimitItemPerMinute(settings.media_requests_per_minute),
            Window.SIGN_IN: RateLimitItemPerMinute(settings.sign_ins_per_minute),
        }
        self._shared = MovingWindowRateLimiter(
            RedisStorage(
                "async+redis://",
                implementation="redispy",
                key_prefix="gateway:window",
                connection_pool=redis,  # type: ignore[arg-type]  # limits documents it, and does not type it
            )
        )
        self._own = MovingWindowRateLimiter(MemoryStorage())
        self._away = False

    async def enter(self, window: Window, who: str) -> Allowance | None:
        """Count one request, or raise TooManyRequests. None where nothing is counted."""
        if window is Window.NONE:
            return None
        try:
            allowance = await self._count(self._shared, window, who)
        except RedisError:
            if not self._away:
                logger.warning("the cache is away: each replica counts requests for itself")
            self._away = True
            return await self._count(self._own, window, who)
        self._away = False
        return allowance

    async def _count(self, limiter: MovingWindowRateLimiter, window: Window, who: str) -> Allowance:
        quota = self._quotas[window]
        passed = await limiter.hit(quota, window, who)
        stats = await limiter.get_window_stats(quota, window, who)
        reset_s = max(1, round(stats.reset_time - time.time()))
        remaining = stats.remaining if passed else 0
        allowance = Allowance(window, quota.amount, remaining, reset_s)
        if not passed:
            raise TooManyRequests(allowance)
        return allowance


@asynccontextmanager
async def open_windows(settings: GatewaySettings) -> AsyncGenerator[Windows]:
    """Prepare to count. A Redis that does not answer must not hold requests back for long."""
    redis: ConnectionPool = ConnectionPool.from_url(
        settings.redis_url, socket_timeout=PATIENCE_S, socket_connect_timeout=PATIENCE_S
    )
    try:
        yield Windows(settings, redis)
    finally:
        await redis.aclose()
