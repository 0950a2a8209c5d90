"""Values out of rows that others wrote, whatever they hold."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from services.catalog.domain.names import tidy

# A row of somebody else's export: anything JSON or CSV can say.
Row: TypeAlias = Mapping[str, Any]

LONGEST_MS = 7 * 24 * 3600 * 1000


def text(row: Row, *names: str) -> str:
    """The first of these fields that holds text, on one line."""
    for name in names:
        told = row.get(name)
        if isinstance(told, str) and (tidied := tidy(told.replace("\0", ""))):
            return tidied
    return ""


def whole(row: Row, name: str) -> int:
    """A number that is not negative, 0 where there is none."""
    told = row.get(name)
    try:
        number = int(float(told)) if isinstance(told, int | float | str) and told != "" else 0
    except (ValueError, OverflowError):
        return 0
    return number if 0 <= number <= LONGEST_MS else 0


def unix_time(told: object) -> datetime | None:
    """A moment from seconds since 1970."""
    try:
        return datetime.fromtimestamp(int(str(told)), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def iso_time(told: str) -> datetime | None:
    """A moment from "2023-05-01T12:34:56Z", "2023-05-01 12:34" and the like, in UTC."""
    try:
        moment = datetime.fromisoformat(told)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def before(moment: datetime | None, duration_ms: int) -> datetime | None:
    """So long before a moment."""
    try:
        return moment - timedelta(milliseconds=duration_ms) if moment else None
    except OverflowError:
        return None
