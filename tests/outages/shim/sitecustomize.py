"""Gives a Python program a clock of its own, which a trial can put wrong while it runs.

Python imports this before anything else where it finds it. Only what time it is
changes; how long things take is measured by other clocks, as on a machine whose
clock is stepped.
"""

import datetime
import os
import time
from pathlib import Path

_right_time, _right_datetime = time.time, datetime.datetime
_offset = Path(os.environ["TUTTI_TRIAL_CLOCK"])


def _wrong_time() -> float:
    return _right_time() + float(_offset.read_text())


class _Kind(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _right_datetime)


class _WrongDatetime(datetime.datetime, metaclass=_Kind):
    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:  # type: ignore[override]  # not one of us
        return _right_datetime.fromtimestamp(_wrong_time(), tz)

    @classmethod
    def utcnow(cls) -> datetime.datetime:  # type: ignore[override]  # the same
        return _right_datetime.fromtimestamp(_wrong_time(), datetime.UTC).replace(tzinfo=None)


time.time = _wrong_time
datetime.datetime = _WrongDatetime  # type: ignore[misc]  # which is what this is for
