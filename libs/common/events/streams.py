"""The two streams every service shares.

A fact's subject has four parts: tutti.catalog.v1.TrackPublished. What is sent under longer ones,
the sound of live streams above all, passes by and is not kept here.
"""

from nats.js import JetStreamContext, errors
from nats.js.api import StorageType, StreamConfig

STREAM = "tutti"
DEAD = "dead"
DAY_S = 24 * 3600.0

ONCE_OURS = ["tutti.>"]
"""What the stream of facts took before anything was sent under longer subjects."""

STREAMS = (
    StreamConfig(
        name=STREAM,
        subjects=["tutti.*.*.*"],
        storage=StorageType.FILE,
        max_age=7 * DAY_S,
        duplicate_window=120.0,
    ),
    StreamConfig(name=DEAD, subjects=["dead.>"], storage=StorageType.FILE, max_age=90 * DAY_S),
)


async def ensure_streams(jetstream: JetStreamContext) -> None:
    """Make the streams where they are missing; those an operator made stay as they are."""
    for config in STREAMS:
        there = await ensure_stream(jetstream, config)
        if there.name == STREAM and there.subjects == ONCE_OURS:
            await jetstream.update_stream(there.evolve(subjects=config.subjects))


async def ensure_stream(jetstream: JetStreamContext, config: StreamConfig) -> StreamConfig:
    """Make a stream where it is missing, and return what it is like."""
    try:
        return (await jetstream.stream_info(config.name or "")).config
    except errors.NotFoundError:
        return (await jetstream.add_stream(config)).config
