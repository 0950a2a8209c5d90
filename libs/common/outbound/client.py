"""An HTTP client that cannot be talked into calling what only we can reach.

A name is resolved once, and the address that was checked is the one that is
called, so that a name which leads elsewhere a moment later gains nothing. Each
redirect is checked like the first address. No proxy, cookie or password of this
machine's environment is used, and no connection is used twice.
"""

import asyncio
import socket
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import Self

import httpx  # noqa: TID251  this is the reviewed place

from libs.common.faults import InvalidInput
from libs.common.outbound.addresses import may_be_called, parse
from libs.common.outbound.failures import (
    ForbiddenAddress,
    NoAnswer,
    TooLarge,
    WrongAnswer,
)

MOST_REDIRECTS = 5
MOST_ADDRESSES = 4
"""Of one name, tried one after the other until one answers."""
CONNECT_S = 4.0
SILENCE_S = 20.0
"""Between two pieces of an answer."""
REDIRECTS = (301, 302, 303, 307, 308)
NOT_MODIFIED = 304
_PORTS = {"http": 80, "https": 443}
_GZIP = 31
"""What zlib calls a window of 32 KiB with the header of gzip."""


@dataclass(frozen=True, slots=True)
class Caps:
    """The most an answer may have: bytes, unpacked, and seconds from the call to its end."""

    most_bytes: int = 10 * 10**6
    most_s: float = 10.0


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a server called the version it gave us, so that it can say whether that is still so."""

    etag: str = ""
    last_modified: str = ""

    @property
    def conditions(self) -> Mapping[str, str]:
        """The headers that ask for another version only."""
        given = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True, slots=True)
class Page:
    """An answer that fits into memory, and where it came from in the end."""

    url: str
    content_type: str
    stamp: Stamp
    content: bytes = field(repr=False)


class Reply:
    """An answer that has begun."""

    def __init__(self, url: str, response: httpx.Response, caps: Caps) -> None:
        self.url = url
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self._response = response
        self._most_bytes = caps.most_bytes

    @property
    def stamp(self) -> Stamp:
        """What the server calls this version."""
        return Stamp(self._said("etag"), self._said("last-modified"))

    @property
    def content_type(self) -> str:
        """The media type, in lower case and without parameters; empty where none is told."""
        return self._said("content-type").partition(";")[0].strip().lower()

    async def chunks(self) -> AsyncIterator[bytes]:
        """All of it, unpacked, piece by piece. Raises TooLarge rather than one byte too many."""
        declared = self._said("content-length")
        if declared.isdecimal() and int(declared) > self._most_bytes:
            raise self._too_large()
        room = self._most_bytes
        try:
            async for chunk in self._unpacked(room):
                room -= len(chunk)
                if room < 0:
                    raise self._too_large()
                yield chunk
        except httpx.HTTPError as error:
            raise NoAnswer(f"the answer was cut off ({type(error).__name__})") from None

    async def _unpacked(self, most_bytes: int) -> AsyncIterator[bytes]:
        packing = self._said("content-encoding").lower() or "identity"
        packed = self._response.aiter_raw()
        if packing == "identity":
            async for chunk in packed:
                yield chunk
            return
        if packing not in ("gzip", "x-gzip"):
            raise WrongAnswer("the server packs its answer in a way that it was not asked for")
        unpacking = zlib.decompressobj(_GZIP)
        try:
            async for chunk in packed:
                # One byte more than may come is enough to see that it is too much.
                yield unpacking.decompress(chunk, most_bytes + 1)
        except zlib.error:
            raise WrongAnswer("the server says that it packs its answer, and does not") from None
        if not unpacking.eof:
            raise NoAnswer("the answer was cut off")

    def _too_large(self) -> TooLarge:
        return TooLarge(f"it has more than the {self._most_bytes:,} bytes that are accepted")

    def _said(self, header: str) -> str:
        return self.headers.get(header, "")


class Outbound:
    """Calls servers of strangers.

    Parameters
    ----------
    agent
        Who we say we are.
    home
        Whether servers on this machine and in private networks may be called.
    """

    def __init__(self, agent: str, *, home: bool) -> None:
        self._home = home
        self._client = httpx.AsyncClient(
            headers={"User-Agent": agent, "Accept": "*/*"},
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(SILENCE_S, connect=CONNECT_S),
            # One address may serve many names: a connection is good for the name it was made for.
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def page(self, url: str, caps: Caps, stamp: Stamp | None = None) -> Page | None:
        """What lies at an address, or None where it is still the version of the stamp."""
        headers = {"Accept-Encoding": "gzip", **(stamp.conditions if stamp else {})}
        async with self.get(url, caps, headers) as reply:
            if reply.status == NOT_MODIFIED and stamp is not None and stamp.conditions:
                return None
            content = b"".join([chunk async for chunk in reply.chunks()])
            return Page(reply.url, reply.content_type, reply.stamp, content)

    @asynccontextmanager
    async def get(
        self, url: str, caps: Caps, headers: Mapping[str, str] | None = None
    ) -> AsyncGenerator[Reply]:
        """Begin to read what lies at an address, wherever that leads.

        Raises CallFailed, also in the middle of it. The time that the reader takes counts.
        """
        limit = asyncio.timeout(caps.most_s)
        try:
            async with limit:
                place, response = await self._followed(parse(url), headers or {})
                async with aclosing(response):
                    yield Reply(str(place), response, caps)
        except TimeoutError:
            if limit.expired():
                raise NoAnswer(f"it took longer than {caps.most_s:.0f} s") from None
            raise

    async def _followed(
        self, place: httpx.URL, headers: Mapping[str, str]
    ) -> tuple[httpx.URL, httpx.Response]:
        """The first answer that is no redirect, and its address."""
        for _ in range(MOST_REDIRECTS + 1):
            response = await self._answer(place, headers)
            if response.status_code not in REDIRECTS:
                if response.is_error:
                    await response.aclose()
                    status = response.status_code
                    raise WrongAnswer(f"the server answered with status {status}", status)
                return place, response
            await response.aclose()
            try:
                place = parse(str(place.join(response.headers.get("location", ""))))
            except (InvalidInput, httpx.InvalidURL):
                raise WrongAnswer("it leads to what is no address of the web") from None
        raise WrongAnswer(f"it leads on and on; {MOST_REDIRECTS} times are accepted")

    async def _answer(self, place: httpx.URL, headers: Mapping[str, str]) -> httpx.Response:
        """The answer of the first address of the host that can be reached."""
        failure: httpx.HTTPError | None = None
        for address in await self._addresses(place):
            request = self._client.build_request(
                "GET",
                place.copy_with(host=address, fragment=None),
                headers={"Accept-Encoding": "identity", **headers, "Host": place.netloc.decode()},
                # The certificate must be that of the name, not of the address.
                extensions={"sni_hostname": place.raw_host.decode()},
            )
            try:
                return await self._client.send(request, stream=True)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failure = error
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise NoAnswer(f"the server gave no answer ({type(error).__name__})") from None
        why = type(failure).__name__ if failure else "it has no address"
        raise NoAnswer(f"the server cannot be reached ({why})")

    async def _addresses(self, place: httpx.URL) -> Sequence[str]:
        """The addresses of the host that may be called. Raises ForbiddenAddress if none may."""
        host, port = place.raw_host.decode(), place.port or _PORTS[place.scheme]
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise NoAnswer("there is no server of this name") from None
        addresses = list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))
        allowed = [one for one in addresses if may_be_called(one, home=self._home)]
        if not allowed:
            raise ForbiddenAddress("the address leads to no server of the open Internet")
        return allowed[:MOST_ADDRESSES]
