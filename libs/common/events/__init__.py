"""Events: facts a service announces to whoever cares.

An event is a protobuf message, and its subject on the bus is the full name of
that message. ``tutti.catalog.v1.TrackPublished`` is therefore at once the
schema, its version and the place to listen.
"""

from libs.common.events.bus import JetStreamBus, open_bus
from libs.common.events.connection import open_connection
from libs.common.events.event import Bus, Event
from libs.common.events.streams import ensure_stream

__all__ = ["Bus", "Event", "JetStreamBus", "ensure_stream", "open_bus", "open_connection"]
