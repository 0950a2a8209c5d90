"""Radio stations elsewhere."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from libs.common.faults import InvalidInput, NotFound, ResourceExhausted
from services.catalog.domain.text import line

MOST_RADIOS = 1000
LONGEST_URL = 2000


class UnknownRadio(NotFound):
    """There is no such radio station."""

    code = "unknown_radio"


class TooManyRadios(ResourceExhausted):
    """There are as many as there may be."""

    code = "too_many_radios"


@dataclass(frozen=True, slots=True)
class Radio:
    """A radio station elsewhere."""

    id: str
    name: str
    stream_url: str
    homepage_url: str


@dataclass(frozen=True, slots=True)
class RadioPlan:
    """What to write down about one; None stays as it is."""

    name: str | None
    stream_url: str | None
    homepage_url: str | None

    def __post_init__(self) -> None:
        if self.name is not None:
            line(self.name, "the name of a radio station")
        if self.stream_url is not None:
            _check_address(self.stream_url, "stream_url")
        if self.homepage_url:
            _check_address(self.homepage_url, "homepage_url")


def _check_address(url: str, what: str) -> None:
    line(url, what, LONGEST_URL)
    try:
        parts = urlsplit(url)
        right = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        right = False
    if not right:
        raise InvalidInput(f"{what} must be an address that begins with http:// or https://")
