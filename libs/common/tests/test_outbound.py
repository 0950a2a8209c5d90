"""Calls to servers that strangers chose, against a server that does its worst."""

from __future__ import annotations

import asyncio
import gzip
import socket
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from libs.common.faults import InvalidInput
from libs.common.outbound import (
    Caps,
    ForbiddenAddress,
    NoAnswer,
    Outbound,
    Page,
    Stamp,
    TooLarge,
    WrongAnswer,
    canonical,
    may_be_called,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable

AGENT = "Tutti of the tests"
SMALL = Caps(most_bytes=1_000, most_s=5)


@dataclass
class Stranger:
    """A server that sends what it is told to, byte for byte, and notes what it was asked."""

    port: int = 0
    answers: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    silent: set[str] = field(default_factory=set)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def says(self, path: str, content: bytes, *headers: str, status: str = "200 OK") -> str:
        lines = [f"HTTP/1.1 {status}", "Connection: close", *headers]
        if not any(line.lower().startswith("content-length") for line in headers):
            lines.append(f"Content-Length: {len(content)}")
        self.answers[path] = "\r\n".join([*lines, "", ""]).encode() + content
        return self.url(path)

    def leads(self, path: str, location: str, status: str = "302 Found") -> str:
        return self.says(path, b"", f"Location: {location}", status=status)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.asked.append(head)
        path = head.split(" ")[1]
        if path not in self.silent:
            writer.write(self.answers.get(path, b"HTTP/1.1 404 Not Found\r\n\r\n"))
            await writer.drain()
        else:
            await reader.read()
        writer.close()


@pytest.fixture
async def stranger() -> AsyncIterator[Stranger]:
    stranger = Stranger()
    server = await asyncio.start_server(stranger.serve, "127.0.0.1", 0)
    stranger.port = server.sockets[0].getsockname()[1]
    async with server:
        yield stranger


@pytest.fixture
async def at_home() -> AsyncIterator[Outbound]:
    async with Outbound(AGENT, home=True) as outbound:
        yield outbound


@pytest.fixture
async def abroad() -> AsyncIterator[Outbound]:
    async with Outbound(AGENT, home=False) as outbound:
        yield outbound


async def read(outbound: Outbound, url: str, caps: Caps = SMALL) -> Page:
    page = await outbound.page(url, caps)
    assert page is not None
    return page


async def test_a_page_comes_with_what_it_is_called(stranger: Stranger, at_home: Outbound) -> None:
    url = stranger.says("/a", b"music", 'ETag: "7"', "Content-Type: text/XML; charset=utf-8")
    page = await read(at_home, url)
    assert (page.url, page.content, page.content_type) == (url, b"music", "text/xml")
    assert page.stamp == Stamp(etag='"7"')
    assert f"User-Agent: {AGENT}" in stranger.asked[0]
    assert f"Host: 127.0.0.1:{stranger.port}" in stranger.asked[0]


async def test_what_did_not_change_is_not_sent_again(stranger: Stranger, at_home: Outbound) -> None:
    url = stranger.says("/a", b"", status="304 Not Modified")
    stamp = Stamp('"7"', "Mon, 01 Jan 2024 00:00:00 GMT")
    assert await at_home.page(url, SMALL, stamp) is None
    assert 'If-None-Match: "7"' in stranger.asked[0]
    assert f"If-Modified-Since: {stamp.last_modified}" in stranger.asked[0]


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.1", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.8.8.8", "169.254.169.254",
        "172.16.0.1", "192.0.2.1", "192.168.1.1", "192.88.99.1", "198.18.0.1", "203.0.113.9",
        "224.0.0.251", "239.1.1.1", "240.0.0.1", "255.255.255.255", "::", "::1", "::7f00:1",
        "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b::808:808",
        "64:ff9b:1::1", "2002:7f00:1::", "2002:808:808::", "2001:0:1::1", "2001:db8::1",
        "fc00::1", "fd12::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "ff0e::1",
    ],
)  # fmt: skip
def test_these_addresses_are_not_of_the_open_internet(address: str) -> None:
    assert not may_be_called(address, home=False)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "100.128.0.1", "172.32.0.1"])
def test_these_addresses_are(address: str) -> None:
    assert may_be_called(address, home=False)


def test_a_house_opens_its_own_networks_and_no_others() -> None:
    at_home = ["127.0.0.1", "::1", "10.0.0.1", "172.31.0.1", "192.168.0.1", "fd00::1"]
    assert all(may_be_called(address, home=True) for address in at_home)
    never = ["169.254.169.254", "fe80::1", "0.0.0.1", "::", "224.0.0.1", "::ffff:10.0.0.1"]
    assert not any(may_be_called(address, home=True) for address in never)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.0.0.1", "[::1]", "0"]
)
async def test_however_this_machine_is_named_it_is_not_called(
    stranger: Stranger, abroad: Outbound, host: str
) -> None:
    stranger.says("/a", b"secret")
    with pytest.raises(ForbiddenAddress):
        await abroad.page(stranger.url("/a", host), SMALL)
    assert stranger.asked == []


@asynccontextmanager
async def resolving(
    monkeypatch: pytest.MonkeyPatch, lead: Callable[[str, int], list[str]]
) -> AsyncGenerator[list[str]]:
    """Have names lead elsewhere, each time they are looked up."""
    looked_up: list[str] = []

    async def getaddrinfo(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        looked_up.append(host)
        addresses = lead(host, len(looked_up))
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    yield looked_up


async def test_a_name_that_leads_elsewhere_a_moment_later_gains_nothing(
    stranger: Stranger, at_home: Outbound, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is looked up once, and what was checked is what is called."""
    stranger.says("/a", b"first")

    def lead(_: str, time: int) -> list[str]:
        return ["127.0.0.1"] if time == 1 else ["169.254.169.254"]

    async with resolving(monkeypatch, lead) as looked_up:
        page = await read(at_home, stranger.url("/a", "feeds.example"))
    assert (page.content, looked_up) == (b"first", ["feeds.example"])
    assert f"Host: feeds.example:{stranger.port}" in stranger.asked[0]


async def test_of_many_addresses_only_allowed_ones_are_called(
    stranger: Stranger, at_home: Outbound, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger.says("/a", b"reached")
    addresses = ["169.254.169.254", "127.0.0.2", "127.0.0.1"]  # nobody listens at the second
    async with resolving(monkeypatch, lambda *_: addresses):
        page = await read(at_home, stranger.url("/a", "feeds.example"))
    assert page.content == b"reached"


async def test_redirects_are_followed_and_each_is_checked(
    stranger: Stranger, at_home: Outbound, abroad: Outbound, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = stranger.says("/folder/b", b"end")
    assert (await read(at_home, stranger.leads("/folder/a", "b"))).url == end
    for wrong in ("file:///etc/passwd", "gopher://x/", "http://u:p@example.org/", "", "//"):
        with pytest.raises(WrongAnswer):
            await at_home.page(stranger.leads("/wrong", wrong), SMALL)
    inner = stranger.leads("/inner", "http://169.254.169.254/latest/meta-data/")
    with pytest.raises(ForbiddenAddress):
        await at_home.page(inner, SMALL)

    def lead(host: str, _: int) -> list[str]:
        return {"outside.example": ["127.0.0.1"], "inside.example": ["10.0.0.1"]}[host]

    stranger.leads("/out", f"http://inside.example:{stranger.port}/secret")
    monkeypatch.setattr(
        "libs.common.outbound.client.may_be_called", lambda one, **_: one == "127.0.0.1"
    )
    async with resolving(monkeypatch, lead) as looked_up:
        with pytest.raises(ForbiddenAddress):
            await abroad.page(stranger.url("/out", "outside.example"), SMALL)
    assert looked_up == ["outside.example", "inside.example"]


async def test_redirects_end(stranger: Stranger, at_home: Outbound) -> None:
    with pytest.raises(WrongAnswer, match="on and on"):
        await at_home.page(stranger.leads("/round", "/round"), SMALL)
    assert len(stranger.asked) == 6
    for number in range(5):
        stranger.leads(f"/{number}", f"/{number + 1}")
    stranger.says("/5", b"just")
    assert (await read(at_home, stranger.url("/0"))).content == b"just"


async def test_too_much_is_refused_declared_or_not(stranger: Stranger, at_home: Outbound) -> None:
    for header in ("Content-Length: 1001", "X: none"):
        url = stranger.says("/much", bytes(1001), header)
        with pytest.raises(TooLarge, match="1,000"):
            await at_home.page(url, SMALL)
    stranger.answers["/endless"] = b"HTTP/1.1 200 OK\r\n\r\n" + bytes(2_000)
    with pytest.raises(TooLarge):
        await at_home.page(stranger.url("/endless"), SMALL)
    assert len((await read(at_home, stranger.says("/fits", bytes(1000)))).content) == 1000


async def test_what_is_packed_counts_unpacked(stranger: Stranger, at_home: Outbound) -> None:
    packing = "Content-Encoding: gzip"
    fits = stranger.says("/fits", gzip.compress(b"a" * 1000), packing)
    assert (await read(at_home, fits)).content == b"a" * 1000
    bomb = stranger.says("/bomb", gzip.compress(bytes(50_000_000)), packing)
    with pytest.raises(TooLarge):
        await at_home.page(bomb, Caps(100_000, 5))
    lie = stranger.says("/lie", b"plain", packing)
    with pytest.raises(WrongAnswer):
        await at_home.page(lie, SMALL)
    short = stranger.says("/short", gzip.compress(b"a" * 1000)[:-9], packing)
    with pytest.raises(NoAnswer):
        await at_home.page(short, SMALL)
    unknown = stranger.says("/unknown", b"x", "Content-Encoding: br")
    with pytest.raises(WrongAnswer):
        await at_home.page(unknown, SMALL)


async def test_who_is_slow_is_hung_up_on(stranger: Stranger, at_home: Outbound) -> None:
    stranger.silent.add("/slow")
    with pytest.raises(NoAnswer, match="longer than 0 s"):
        await at_home.page(stranger.url("/slow"), Caps(1000, 0.1))
    url = stranger.says("/a", b"now")
    async with at_home.get(url, Caps(1000, 5)) as reply:
        with pytest.raises(TimeoutError):  # one of the reader's own stays what it is
            await asyncio.wait_for(asyncio.sleep(1), 0.01)
        assert reply.status == 200


async def test_what_is_cut_off_or_refused_says_so(stranger: Stranger, at_home: Outbound) -> None:
    with pytest.raises(NoAnswer, match="cut off"):
        await at_home.page(stranger.says("/cut", b"half", "Content-Length: 8"), SMALL)
    with pytest.raises(WrongAnswer, match="410") as caught:
        await at_home.page(stranger.says("/gone", b"", status="410 Gone"), SMALL)
    assert caught.value.status == 410
    stranger.answers["/nonsense"] = b"SSH-2.0-OpenSSH_9.2\r\n"
    with pytest.raises(NoAnswer):
        await at_home.page(stranger.url("/nonsense"), SMALL)
    with pytest.raises(NoAnswer, match="no server of this name"):
        await at_home.page("http://nowhere.invalid/", SMALL)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(NoAnswer, match="cannot be reached"):
        await at_home.page(f"http://127.0.0.1:{port}/", SMALL)


@pytest.mark.parametrize(
    "url",
    [
        "", "feed.xml", "/feed.xml", "//example.org/", "ftp://example.org/", "file:///etc/passwd",
        "http://", "http:///feed", "http://u:p@example.org/", "http://example.org:0/",
        "http://example.org:70000/", "http://a/\x00", "javascript:alert(1)", "http://[",
        "http://a b/", "http://%31%32%37.0.0.1/",
        f"http://a/{'x' * 2000}",
    ],
)  # fmt: skip
def test_these_are_no_addresses(url: str) -> None:
    with pytest.raises(InvalidInput):
        canonical(url)


def test_an_address_is_written_in_one_way() -> None:
    one = "https://example.org/feed%20one?b=%C3%BC"
    for same in (one, "HTTPS://Example.ORG:443/feed%20one?b=%C3%BC#top", f" {one} "):
        assert canonical(same) == one
    assert canonical("http://example.org") == "http://example.org/"
