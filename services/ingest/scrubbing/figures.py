"""What the scrubber counts."""

from prometheus_client import Counter, Gauge

SCRUBBED_OBJECTS = Counter(
    "ingest_scrubbed_objects", "Objects that were read and compared", ["outcome"]
)
SCRUBBED_BYTES = Counter("ingest_scrubbed_bytes", "Bytes that were read and compared")
DAMAGED_OBJECTS = Gauge("ingest_damaged_objects", "Objects known to be damaged now", ["kind"])
ORPHANED_OBJECTS = Gauge("ingest_orphaned_objects", "Objects the last pass found nobody to need")
