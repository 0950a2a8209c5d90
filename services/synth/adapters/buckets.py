"""Values in NATS by the id of a stream, written only by who has seen the one before."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

import nats.errors
from nats.js import JetStreamContext, errors
from nats.js.api import KeyValueConfig
from nats.js.kv import KeyValue

from libs.common.faults import Conflict, TimedOut, Unavailable

WRONG_SEQUENCE = (10071, 10164)
"""What NATS calls it when the last message is not the one that was expected."""


class Overtaken(Conflict):
    """Another replica was first."""

    code = "overtaken"


class NotKept(Unavailable):
    """NATS answered that it does not keep this now."""

    code = "not_kept"


@dataclass(frozen=True, slots=True)
class Entry:
    """A value, if there is one, and the revision that is to be named to replace it."""

    value: bytes | None
    revision: int


class Bucket:
    """One bucket of NATS."""

    def __init__(self, bucket: KeyValue, name: str) -> None:
        self._bucket = bucket
        self.subject = f"$KV.{name}."
        """What subjects on which it is written begin with; the rest is the key."""

    async def read(self, key: str) -> Entry:
        """Read a value."""
        try:
            with outages():
                entry = await self._bucket.get(key)
        except errors.KeyNotFoundError as missing:
            # One that was removed has left a mark, which is replaced like a value.
            return Entry(None, (missing.entry.revision if missing.entry else 0) or 0)
        return Entry(entry.value, entry.revision or 0)

    async def write(self, key: str, value: bytes, after: int) -> int:
        """Replace the value of a revision, and return its own. Raises Overtaken."""
        with outages():
            return await self._bucket.update(key, value, after)

    async def forget(self, key: str, after: int) -> None:
        """Remove a value of a revision. Raises Overtaken."""
        with outages():
            await self._bucket.delete(key, after)

    async def all(self) -> dict[str, Entry]:
        """Read all values."""
        found: dict[str, Entry] = {}
        with outages():
            watcher = await self._bucket.watchall(ignore_deletes=True)
            try:
                async for entry in watcher:
                    if entry is None:  # so it says that this was all
                        break
                    found[entry.key] = Entry(entry.value, entry.revision or 0)
            finally:
                await watcher.stop()  # type: ignore[no-untyped-call]  # nats-py
        return found


async def open_bucket(jetstream: JetStreamContext, name: str) -> Bucket:
    """Make a bucket, where it is missing."""
    with outages():
        try:
            bucket = await jetstream.key_value(name)
        except errors.BucketNotFoundError:
            bucket = await jetstream.create_key_value(KeyValueConfig(bucket=name))
    return Bucket(bucket, name)


@contextmanager
def outages() -> Generator[None]:
    """Say in faults what NATS answers, or that it does not. Lets what is not found pass."""
    try:
        yield
    except (nats.errors.TimeoutError, TimeoutError):
        raise TimedOut("NATS gave no answer in time") from None
    except errors.NotFoundError:
        raise
    except errors.Error as error:
        # nats-py leaves the number out where it has a class of its own.
        if (
            isinstance(error, errors.KeyWrongLastSequenceError)
            or getattr(error, "err_code", None) in WRONG_SEQUENCE
        ):
            raise Overtaken("somebody else has written") from None
        raise NotKept(f"NATS does not keep this: {error}") from None
    except (nats.errors.Error, OSError) as error:
        raise Unavailable(f"NATS cannot be reached: {error!r}") from None
