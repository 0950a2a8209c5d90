"""Moments as whole microseconds, which page tokens carry without loss."""

from datetime import UTC, datetime, timedelta

from libs.common.faults import InvalidInput

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
END_OF_TIME = datetime(9999, 1, 1, tzinfo=UTC)
"""Later than anything that happened: where lists start that put the last first."""


def microseconds(moment: datetime) -> int:
    """Whole microseconds since 1970."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def moment_at(microseconds: int) -> datetime:
    """The moment so many microseconds after 1970."""
    try:
        return EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        raise InvalidInput("there is no such moment") from None
