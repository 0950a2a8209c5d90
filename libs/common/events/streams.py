"""The two streams every service shares."""

from nats.js import JetStreamContext, errors
from nats.js.api import StorageType, StreamConfig

STREAM = "tutti"
DEAD = "dead"
DAY_S = 24 * 3600.0

STREAMS = (
    StreamConfig(
        name=STREAM,
        subjects=["tutti.>"],
        storage=StorageType.FILE,
        max_age=7 * DAY_S,
        duplicate_window=120.0,
    ),
    StreamConfig(name=DEAD, subjects=["dead.>"], storage=StorageType.FILE, max_age=90 * DAY_S),
)


async def ensure_streams(jetstream: JetStreamContext) -> None:
    """Make the streams where they are missing; those an operator made stay as they are."""
    for config in STREAMS:
        try:
            await jetstream.stream_info(config.name or "")
        except errors.NotFoundError:
            await jetstream.add_stream(config)
