"""Every connection of ours notices a silent end."""

import socket
import sys
from collections.abc import Awaitable, Callable

import pytest
from urllib3.connection import HTTPConnection

from libs.common.objects import blocking_objects
from libs.common.postgres import connect
from libs.common.settings import ObjectStoreSettings
from libs.common.sockets import SILENCE_MS, watchful

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads an option of Linux")


def test_options_suit_a_socket() -> None:
    with socket.socket() as opened:
        for option in watchful():
            opened.setsockopt(*option)
        assert _gives_up_after_ms(opened) == SILENCE_MS


async def test_a_database_is_watched_from_both_ends(
    database_url: Callable[[str], Awaitable[str]],
) -> None:
    async with connect(await database_url("jukebox"), "jukebox") as pool, pool.acquire() as held:
        assert await held.fetchval("SHOW tcp_user_timeout") == str(SILENCE_MS)
        # asyncpg shows its socket nowhere.
        own = held._con._transport.get_extra_info("socket")  # type: ignore[attr-defined]  # noqa: SLF001
        assert _gives_up_after_ms(own) == SILENCE_MS


def test_an_object_store_is_watched(object_settings: ObjectStoreSettings) -> None:
    objects = blocking_objects(object_settings)
    objects.ensure_bucket()
    objects.put_bytes("a", b"1", "text/plain")
    response = objects.open("a")
    connection = response.connection
    assert isinstance(connection, HTTPConnection)
    assert _gives_up_after_ms(connection.sock) == SILENCE_MS
    response.close()


def _gives_up_after_ms(opened: socket.socket) -> int:
    return opened.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
