"""Where a request came from, behind proxies."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network

PREFIX_V6 = 64
"""One household has that many IPv6 addresses, so they count as one."""


def client_address(peer: str, forwarded_for: str, trusted: Sequence[Network]) -> str:
    """The nearest address that is no trusted proxy: only proxies we trust may name another."""
    address = peer
    hops = [hop.strip() for hop in forwarded_for.split(",") if hop.strip()]
    while hops and is_among(address, trusted):
        address = hops.pop()
    return _counted(address)


def is_among(address: str, trusted: Sequence[Network]) -> bool:
    """Whether the address lies in one of the networks."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in trusted)


def _counted(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, PREFIX_V6), strict=False))
    return str(parsed)
