"""Figures of live streams for Prometheus."""

from prometheus_client import Counter, Gauge, Histogram

LISTENERS = Gauge("live_listeners", "Who listens to live streams here, by form", ["form"])
SENT = Counter("live_frames_sent_total", "Frames written to listeners, by form", ["form"])
SKIPPED = Counter("live_frames_skipped_total", "Frames that slow listeners lost", ["form"])
CUT = Counter("live_listeners_cut_total", "Listeners hung up on, by reason", ["reason"])
STREAMS = Gauge("live_streams", "Streams that this replica hears")
STALE = Counter("live_frames_stale_total", "Frames of former owners, and those that came twice")
ENCODE_SECONDS = Histogram(
    "live_encode_seconds",
    "Time to encode what came of a stream at once",
    ["coding"],
    buckets=(0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5),
)
