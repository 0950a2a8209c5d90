"""How often someone may ask: any rolling minute, the same for all replicas.

While Redis is away each replica counts for itself.
"""

import asyncio
import logging
import math
import time
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum

from redis.asyncio import Redis

from libs.common.cache import CACHE_LOST, Outage, impatient
from libs.common.faults import ResourceExhausted
from services.gateway.settings import GatewaySettings

logger = logging.getLogger(__name__)

WINDOW_S = 60
ASKING = 16
"""So many ask Redis at once. A flood that had each open a connection would make Redis look away."""
MOST_COUNTED = 10_000
"""So many users and addresses are told apart while Redis is away."""

ENTER = """
local now = redis.call('TIME')
local now_ms = now[1] * 1000 + math.floor(now[2] / 1000)
local quota, window_ms = tonumber(ARGV[1]), tonumber(ARGV[2])
local first_ms = redis.call('LINDEX', KEYS[1], 0)
while first_ms and tonumber(first_ms) <= now_ms - window_ms do
    redis.call('LPOP', KEYS[1])
    first_ms = redis.call('LINDEX', KEYS[1], 0)
end
local used, passed = redis.call('LLEN', KEYS[1]), 0
if used < quota then
    passed, used = 1, redis.call('RPUSH', KEYS[1], now_ms)
    redis.call('PEXPIRE', KEYS[1], window_ms)
end
return {passed, quota - used, (first_ms or now_ms) + window_ms - now_ms}
"""
"""The times of the requests within the window, oldest first, by the clock that all replicas share.

Leaving and entering are one step, so that exactly the quota passes in any
window, and cost the same however large the quota is.
"""


class Window(StrEnum):
    """What is counted together."""

    API = "api"
    MEDIA = "media"
    APPS = "apps"
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

    def __init__(self, settings: GatewaySettings, redis: Redis) -> None:
        self._quotas = {
            Window.API: settings.requests_per_minute,
            Window.MEDIA: settings.media_requests_per_minute,
            Window.APPS: settings.app_requests_per_minute,
            Window.SIGN_IN: settings.sign_ins_per_minute,
        }
        self._enter = redis.register_script(ENTER)
        self._places = asyncio.Semaphore(ASKING)
        self._own = OwnCount()
        self._outage = Outage()
        self._away = False

    async def enter(self, window: Window, who: str) -> Allowance | None:
        """Count one request, or raise TooManyRequests. None where nothing is counted."""
        if window is Window.NONE:
            return None
        quota = self._quotas[window]
        passed, remaining, reset_ms = await self._counted(f"{window}:{who}", quota)
        allowance = Allowance(window, quota, max(0, remaining), max(1, math.ceil(reset_ms / 1000)))
        if not passed:
            raise TooManyRequests(allowance)
        return allowance

    async def _counted(self, who: str, quota: int) -> tuple[bool, int, float]:
        async with self._places:
            if not self._outage.lasts:
                try:
                    passed, remaining, reset_ms = await self._enter(
                        [f"gateway:window:{quota}:{who}"], [quota, WINDOW_S * 1000]
                    )
                except CACHE_LOST:
                    self._outage.begin()
                    if not self._away:
                        logger.warning("the cache is away: each replica counts requests for itself")
                    self._away = True
                else:
                    self._away = False
                    return passed, remaining, reset_ms
        return self._own.enter(who, quota)


class OwnCount:
    """The same count for this replica alone."""

    def __init__(self) -> None:
        self._entered_s: OrderedDict[str, deque[float]] = OrderedDict()

    def enter(self, key: str, quota: int) -> tuple[bool, int, float]:
        """Whether the request passes, how many are left, and in how many ms one comes back."""
        now_s = time.monotonic()
        entered_s = self._entered_s.setdefault(key, deque())
        self._entered_s.move_to_end(key)
        if len(self._entered_s) > MOST_COUNTED:
            self._entered_s.popitem(last=False)
        while entered_s and entered_s[0] <= now_s - WINDOW_S:
            entered_s.popleft()
        passed = len(entered_s) < quota
        if passed:
            entered_s.append(now_s)
        return passed, quota - len(entered_s), (entered_s[0] + WINDOW_S - now_s) * 1000


@asynccontextmanager
async def open_windows(settings: GatewaySettings) -> AsyncGenerator[Windows]:
    """Prepare to count. A Redis that does not answer must not hold requests back for long."""
    async with Redis.from_url(settings.redis_url, **impatient()) as redis:
        yield Windows(settings, redis)
