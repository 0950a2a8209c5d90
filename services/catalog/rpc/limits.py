"""What callers may ask for, as numbers."""

from collections.abc import Sequence
from enum import IntEnum
from typing import TypeVar

from libs.common.faults import InvalidInput
from services.catalog.domain.paging import Stretch, page_size
from tutti.catalog.v1 import catalog_pb2 as pb

USUAL_PAGE, MOST_ROWS = 50, 500
LAST_YEAR = 9999

Choice = TypeVar("Choice", bound=IntEnum)


def choice(kind: type[Choice], asked: int, what: str) -> Choice:
    """One of an enumeration of the contract."""
    try:
        return kind(asked)
    except ValueError:
        raise InvalidInput(f"{what} must be one of those in the contract") from None


def stretch(
    request: pb.ListArtistsRequest | pb.ListAlbumsRequest | pb.ListTracksRequest,
) -> Stretch:
    """Which part of a list is asked for."""
    size = page_size(request.page_size, USUAL_PAGE, MOST_ROWS)
    return Stretch(size, request.page_token, request.offset)


def year(asked: int) -> int:
    """A year, or 0 for no bound."""
    if not 0 <= asked <= LAST_YEAR:
        raise InvalidInput(f"a year must be from 1 to {LAST_YEAR}, or 0 for no bound")
    return asked


def few(ids: Sequence[str], what: str) -> Sequence[str]:
    """Ids that fit into one answer."""
    if len(ids) > MOST_ROWS:
        raise InvalidInput(f"{what} must be at most {MOST_ROWS}")
    return list(ids)
