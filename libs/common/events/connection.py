"""A connection to NATS that lasts: one that breaks is made again until it is closed."""

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import nats.errors
from nats.aio.client import Client

from libs.common.faults import CannotStart
from libs.common.settings import without_credentials

logger = logging.getLogger(__name__)


@asynccontextmanager
async def open_connection(nats_url: str) -> AsyncGenerator[Client]:
    """Connect for as long as the context is open. The first try fails fast, and says why."""
    connection = await _connected(nats_url)
    try:
        yield connection
    finally:
        with suppress(OSError):  # NATS may have gone first
            await connection.close()


async def _connected(nats_url: str) -> Client:
    client = Client()

    async def lost() -> None:
        if not client.is_closed:
            logger.warning("lost the event bus, connecting again")

    async def found() -> None:
        logger.info("event bus is back")

    async def failed(error: Exception) -> None:
        logger.debug("event bus connection failed", extra={"reason": repr(error)})

    try:
        await client.connect(
            nats_url,
            error_cb=failed,
            disconnected_cb=lost,
            reconnected_cb=found,
            connect_timeout=2,
            max_reconnect_attempts=1,
            reconnect_time_wait=0,
            ping_interval=3,  # two without an answer, and the connection is made anew
        )
    except (nats.errors.Error, OSError) as error:
        reason = f"cannot reach NATS at {without_credentials(nats_url)}: {error}"
        raise CannotStart(reason, "nats_url") from None
    # Patience is for a connection that once stood; the first one fails fast and says why.
    client.options["max_reconnect_attempts"] = -1
    client.options["reconnect_time_wait"] = 0.5
    return client
