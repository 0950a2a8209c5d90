"""Who is connected: so many in all, and so many from one address."""

import logging
import resource
from collections import Counter
from collections.abc import Sequence

from services.gateway.domain.addresses import Network, client_address, is_among

logger = logging.getLogger(__name__)

FILES_OF_OUR_OWN = 1000
"""Open files that calls, the object store and the web app need beside clients' connections."""


class Crowd:
    """Counts connections by address; proxies we trust speak for many, so they are not counted."""

    def __init__(self, most: int, most_per_address: int, trusted: Sequence[Network]) -> None:
        self._most = most
        self._most_per_address = most_per_address
        self._trusted = trusted
        self._by_address: Counter[str] = Counter()
        self._present = 0

    def enter(self, address: str) -> str:
        """Count one more; the reason where that is one too many, else nothing."""
        counted = client_address(address, "", ())
        if self._present >= self._most:
            reason = "everywhere"
        elif self._by_address[counted] >= self._most_per_address and not is_among(
            address, self._trusted
        ):
            reason = "address"
        else:
            reason = ""
        self._by_address[counted] += 1
        self._present += 1
        return reason

    def leave(self, address: str) -> None:
        """Count one less."""
        counted = client_address(address, "", ())
        self._present -= 1
        self._by_address[counted] -= 1
        if not self._by_address[counted]:
            del self._by_address[counted]


def room_for(connections: int) -> int:
    """How many connections this process can hold, after raising what it may hold."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    room = connections if hard == resource.RLIM_INFINITY else hard - FILES_OF_OUR_OWN
    if room < connections:
        logger.warning(
            "fewer connections than set", extra={"connections": room, "open_files": hard}
        )
    return max(1, min(room, connections))
