"""Which addresses may be called on a stranger's word."""

import re
from ipaddress import ip_address, ip_network

import httpx  # noqa: TID251  this is the reviewed place

from libs.common.faults import InvalidInput

LONGEST_URL = 2_000
LAST_PORT = 65_535
_HOST = re.compile(rb"[0-9a-z._-]+|[0-9a-f:.]+")
"""A name as the Internet writes it, or an address."""
SCHEMES = ("http", "https")

_DISGUISES = tuple(
    map(
        ip_network,
        (
            "::ffff:0:0/96",  # IPv4 in IPv6
            "::/96",  # the same, as it was written once
            "64:ff9b::/96",  # translated to IPv4 on the way: NAT64
            "64:ff9b:1::/48",  # the same, for local use
            "2002::/16",  # tunnelled over IPv4: 6to4
            "192.88.99.0/24",  # the way into such tunnels
            "2001::/32",  # Teredo
            "fec0::/10",  # local to a site, before there was fc00::/7
        ),
    )
)
"""Networks whose addresses stand for others, which no check of the address itself would see."""

_HOME = tuple(
    map(
        ip_network,
        (
            "127.0.0.0/8",
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "100.64.0.0/10",  # shared by carriers, and by networks laid over others
            "::1/128",
            "fc00::/7",
        ),
    )
)
"""Where people have servers of their own. Link-local addresses are not among them: clouds
answer there with the secrets of their machines."""


def may_be_called(address: str, *, home: bool) -> bool:
    """Whether an address, as it came from a resolver, is one of the open Internet.

    Parameters
    ----------
    home
        Whether one of this machine and of private networks will do as well.
    """
    parsed = ip_address(address)
    if any(parsed in network for network in _HOME):
        return home
    if any(parsed in network for network in _DISGUISES):
        return False
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved


def canonical(url: str) -> str:
    """The one way to write an address that may be called, or InvalidInput: no name is looked up."""
    parsed = parse(url)
    # Put together from what would be sent: there nothing is unquoted and quoted again.
    return f"{parsed.scheme}://{parsed.netloc.decode()}{parsed.raw_path.decode()}"


def parse(url: str) -> httpx.URL:
    """The parts of an address, or InvalidInput."""
    if not 1 <= len(url) <= LONGEST_URL:
        raise InvalidInput(f"an address must have from 1 to {LONGEST_URL:,} characters")
    try:
        # Twice: a port is known to be the usual one only where the scheme is in lower case.
        parsed = httpx.URL(str(httpx.URL(url.strip())))
    except (httpx.InvalidURL, ValueError, UnicodeError):
        raise InvalidInput("this is no address: https://example.org/feed.xml would be") from None
    if parsed.scheme not in SCHEMES or not _HOST.fullmatch(parsed.raw_host):
        raise InvalidInput(
            "an address must begin with http:// or https://, then the name of a host"
        )
    if parsed.userinfo:
        raise InvalidInput("an address must have no user name and no password in it")
    if parsed.port is not None and not 1 <= parsed.port <= LAST_PORT:
        raise InvalidInput(f"a port must be from 1 to {LAST_PORT}")
    return parsed
