"""What comes over one connection that no well-meant client sends."""

import asyncio
import re
import socket
from contextlib import suppress

import pytest

from services.gateway.http import connections, middleware
from services.gateway.tests.conftest import House, Site, open_site
from services.gateway.tests.people import API, Person
from services.gateway.tests.recordings import SOUND, publish

PATIENCE_S = 10.0
GET = b"GET /livez HTTP/1.1\r\nHost: tutti\r\n"
POST = f"POST {API}/auth/refresh HTTP/1.1\r\nHost: tutti\r\n".encode()
JSON = b"Content-Type: application/json\r\n"


async def told(site: Site, *sent: bytes, pause_s: float = 0.0) -> bytes:
    """Everything the server says until it hangs up."""
    url = site.client.base_url
    reader, writer = await asyncio.open_connection(url.host, url.port)
    heard = bytearray()

    async def listen() -> None:
        with suppress(ConnectionError):
            while more := await reader.read(65_536):
                heard.extend(more)

    listening = asyncio.create_task(listen())
    try:
        with suppress(ConnectionError):
            for piece in sent:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(pause_s)
        await asyncio.wait_for(listening, PATIENCE_S)
    finally:
        listening.cancel()
        writer.transport.abort()
    return bytes(heard)


def statuses(heard: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3})", heard)]


SMUGGLED = b"GET /api/v1/smuggled HTTP/1.1\r\nHost: tutti\r\nConnection: close\r\n\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
SHAPES = {
    "two lengths": POST + b"Content-Length: 0\r\nContent-Length: 70\r\n\r\n" + SMUGGLED,
    "two lengths in one": POST + b"Content-Length: 0, 70\r\n\r\n" + SMUGGLED,
    "length and chunks": POST + b"Content-Length: 5\r\n" + CHUNKED + b"\r\n0\r\n\r\n" + SMUGGLED,
    "chunks and length": POST + CHUNKED + b"Content-Length: 5\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "other encodings": POST + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "unknown encoding": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "negative length": POST + b"Content-Length: -1\r\n\r\n" + SMUGGLED,
    "signed length": POST + b"Content-Length: +5\r\n\r\n" + SMUGGLED,
    "length of another base": POST + b"Content-Length: 0x5\r\n\r\n" + SMUGGLED,
    "length without end": POST + b"Content-Length: " + b"9" * 40 + b"\r\n\r\n" + SMUGGLED,
    "space before the colon": POST + b"Content-Length : 5\r\n\r\n" + SMUGGLED,
    "folded field": POST + b"X: a\r\n Content-Length: 70\r\n\r\n" + SMUGGLED,
    "bare line feeds": SMUGGLED.replace(b"\r\n", b"\n"),
    "bare carriage return": POST + b"X: a\rContent-Length: 70\r\n\r\n" + SMUGGLED,
    "no colon": POST + b"Content-Length 5\r\n\r\n" + SMUGGLED,
    "nul in a field": POST + b"X: a\0b\r\n\r\n" + SMUGGLED,
    "chunk without a size": POST + CHUNKED + b"\r\n;\r\n\r\n" + SMUGGLED,
    "chunk too long to count": POST + CHUNKED + b"\r\n" + b"f" * 17 + b"\r\n" + SMUGGLED,
    "chunk of another size": POST + CHUNKED + b"\r\n3\r\nabcdef\r\n0\r\n\r\n" + SMUGGLED,
    "chunk with bare line feeds": POST + CHUNKED + b"\r\n0\n\n" + SMUGGLED,
    "another protocol": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "another language": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 64,
    "a version of ours": b"GET /smuggled HTTP/9.9\r\n\r\n",
    "no version": b"GET /smuggled\r\n\r\n",
    "a place of another": b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n",
}


@pytest.mark.parametrize("shape", SHAPES)
async def test_what_can_be_read_in_two_ways_is_not_read_on(site: Site, shape: str) -> None:
    """A proxy before us may see one request where we see two: nothing after it is answered."""
    heard = await told(site, SHAPES[shape])
    assert set(statuses(heard)) <= {400, 401, 505}, heard
    assert len(statuses(heard)) <= 1, heard


async def test_a_request_within_an_upgrade_is_none(site: Site) -> None:
    upgrade = GET + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    assert statuses(await told(site, upgrade + SMUGGLED)) == [400]
    other = upgrade.replace(b"websocket", b"h2c")
    with pytest.raises(TimeoutError):  # it goes on waiting, and answers no more
        async with asyncio.timeout(1):
            await told(site, other + SMUGGLED)
    heard = await told(site, other.replace(b"Upgrade\r\n", b"Upgrade, close\r\n", 1) + SMUGGLED)
    assert statuses(heard) == [200]


@pytest.mark.parametrize(
    "head",
    [
        GET + b"X-Large: " + b"x" * 2**20 + b"\r\n\r\n",
        b"GET /" + b"x" * 2**20 + b" HTTP/1.1\r\nHost: tutti\r\n\r\n",
        GET + b"".join(b"X-%d: x\r\n" % n for n in range(1000)) + b"\r\n",
        GET + b"X" * 40_000 + b": x\r\n\r\n",
    ],
)
async def test_a_head_has_a_measure(site: Site, head: bytes) -> None:
    heard = await told(site, head)
    assert statuses(heard) in ([431], []), heard  # or hung up before the client looks
    assert 200 not in statuses(heard)


async def test_fields_after_a_body_are_dropped_and_have_a_measure(site: Site) -> None:
    request = POST + JSON + CHUNKED + b"Connection: close\r\n\r\n2\r\n{}\r\n0\r\n"
    heard = await told(site, request + b"Authorization: Bearer x\r\n\r\n")
    assert statuses(heard) == [401]
    assert b"send the refresh token" in heard
    endless = (b"X-%d: " % n + b"x" * 10_000 + b"\r\n" for n in range(100))
    assert statuses(await told(site, request, *endless, pause_s=0.002)) in ([], [401], [431])


async def test_chunks_that_bring_nothing_have_a_measure(site: Site) -> None:
    request = POST + JSON + CHUNKED + b"\r\n1;"
    assert 200 not in statuses(await told(site, request, *[b"x" * 10_000] * 100, pause_s=0.002))


async def test_few_requests_wait_behind_one(site: Site) -> None:
    few = GET + b"\r\n"
    last = GET + b"Connection: close\r\n\r\n"
    assert statuses(await told(site, few * 10 + last)) == [200] * 11
    assert len(statuses(await told(site, few * 10_000 + last))) <= 1 + connections.MOST_PIPELINED


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HEAD_S", "LINGER_S", "STALL_S"):
        monkeypatch.setattr(connections, name, 0.5)


@pytest.mark.slow
@pytest.mark.usefixtures("impatient")
async def test_who_sends_slowly_is_hung_up_on(site: Site) -> None:
    assert await told(site) == b""
    assert await told(site, *[b"G", b"E", b"T", b" "] * 10, pause_s=0.1) == b""
    assert statuses(await told(site, GET + b"\r\n", GET, *[b"X: x\r\n"] * 20, pause_s=0.1)) == [200]


@pytest.mark.slow
@pytest.mark.usefixtures("impatient")
async def test_the_rest_of_a_body_that_was_answered_has_little_time(site: Site) -> None:
    path = f"PUT {API}/uploads/none/parts/1 HTTP/1.1\r\nHost: tutti\r\n"
    request = path.encode() + b"Content-Length: 1000000\r\n\r\n"
    assert statuses(await told(site, request, *[b"x"] * 20, pause_s=0.1)) == [401]


async def test_a_body_has_so_much_time(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "BODY_S", 0.3)
    request = POST + JSON + b"Content-Length: 100\r\n\r\n"
    heard = await told(site, request, *[b" "] * 10, pause_s=0.1)
    assert statuses(heard) == [408]
    assert b"connection: close" in heard


@pytest.mark.slow
@pytest.mark.usefixtures("impatient")
async def test_who_reads_nothing_is_hung_up_on(site: Site, ada: Person) -> None:
    track = await publish(site, ada, "Stalled")
    link = (await ada.ask("POST", f"/tracks/{track['id']}/media-url", json={}))["url"]
    url = site.client.base_url
    with socket.socket() as narrow:  # what the system keeps for us must not be all there is
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        narrow.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(narrow, (url.host, url.port))
        request = f"GET {link} HTTP/1.1\r\nHost: tutti\r\n\r\n".encode()
        await loop.sock_sendall(narrow, request * connections.MOST_PIPELINED)
        await asyncio.sleep(2)
        heard_bytes = 0
        async with asyncio.timeout(PATIENCE_S):
            with suppress(ConnectionError):
                while more := await loop.sock_recv(narrow, 2**20):
                    heard_bytes += len(more)
    assert 0 < heard_bytes < len(SOUND) * connections.MOST_PIPELINED


async def test_one_address_has_so_many_connections(house: House) -> None:
    async with open_site(house, connections_per_address=3) as site:
        url = site.client.base_url
        held = [await asyncio.open_connection(url.host, url.port) for _ in range(3)]
        heard = await told(site, GET + b"\r\n")
        assert statuses(heard) == [503]
        assert b"Retry-After: 10" in heard
        other = await asyncio.open_connection(url.host, url.port, local_addr=("127.0.0.2", 0))
        other[1].write(GET + b"Connection: close\r\n\r\n")
        assert statuses(await other[0].read()) == [200]
        for _, writer in (*held, other):
            writer.close()
        await asyncio.sleep(0.1)
        assert statuses(await told(site, GET + b"Connection: close\r\n\r\n")) == [200]


async def test_trusted_proxies_speak_for_many(house: House) -> None:
    async with open_site(
        house, connections_per_address=1, connections=3, trusted_proxies=["127.0.0.0/8"]
    ) as site:
        url = site.client.base_url
        held = [await asyncio.open_connection(url.host, url.port) for _ in range(2)]
        assert statuses(await told(site, GET + b"Connection: close\r\n\r\n")) == [200]
        held.append(await asyncio.open_connection(url.host, url.port))
        assert statuses(await told(site, GET + b"\r\n")) == [503]
        for _, writer in held:
            writer.close()
