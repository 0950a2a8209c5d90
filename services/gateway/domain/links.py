"""Media links: addresses that play for half an hour without any other proof."""

import hmac
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from libs.common.faults import PermissionDenied, Unauthenticated
from services.gateway.domain.keys import derived, period_of

VERSION = "1"
METHOD = "GET"
LIFETIME = timedelta(minutes=30)
LEEWAY = timedelta(seconds=60)


class ForgedLink(PermissionDenied):
    """Some part of the address is not as it was signed."""

    code = "bad_signature"


class ExpiredLink(Unauthenticated):
    """The link was good and no longer is."""

    code = "link_expired"


@dataclass(frozen=True, slots=True)
class MediaLink:
    """What a link grants: one form of one track, to one user, within one session, until then."""

    track_id: str
    quality: str
    user_id: str
    session_id: str
    expires_unix_s: int
    key_id: str = ""
    signature: str = ""


class MediaLinks:
    """Signs links and checks them."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._keys: dict[int, bytes] = {}

    def signed(self, link: MediaLink, now: datetime) -> MediaLink:
        """The same link, with the present key's id and signature."""
        keyed = replace(link, key_id=str(period_of(now)))
        return replace(keyed, signature=self._signature(keyed, period_of(now)))

    def check(self, link: MediaLink, now: datetime) -> None:
        """Raise ForgedLink unless every field is as signed, ExpiredLink when too late."""
        period = self._period(link.key_id, now)
        expected = self._signature(link, period) if period is not None else ""
        if not hmac.compare_digest(expected.encode(), link.signature.encode()) or not expected:
            raise ForgedLink("the link is not as this server signed it: ask for a new one")
        if now.timestamp() > link.expires_unix_s + LEEWAY.total_seconds():
            raise ExpiredLink("the link has expired: ask for a new one")

    def _period(self, key_id: str, now: datetime) -> int | None:
        present = period_of(now)
        periods = {str(period): period for period in (present - 1, present, present + 1)}
        return periods.get(key_id)

    def _signature(self, link: MediaLink, period: int) -> str:
        if period not in self._keys:
            self._keys[period] = derived(self._secret, "media link", period)
        fields = (
            VERSION,
            METHOD,
            link.track_id,
            link.quality,
            link.user_id,
            link.session_id,
            str(link.expires_unix_s),
            link.key_id,
        )
        return hmac.new(self._keys[period], length_prefixed(fields), sha256).hexdigest()


def length_prefixed(fields: tuple[str, ...]) -> bytes:
    """Each field after its length, so that no two lists of fields give the same bytes."""
    encoded = [field.encode() for field in fields]
    return b"".join(len(field).to_bytes(4, "big") + field for field in encoded)
