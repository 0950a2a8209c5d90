"""What is counted about rendering."""

from prometheus_client import Counter, Gauge, Histogram

STREAMS = Gauge("synth_streams", "Streams that this process renders")
FRAMES = Counter("synth_frames", "Frames rendered to be heard")
LATE_FRAMES = Counter("synth_late_frames", "Frames that were ready later than they were due")
RENDER_SECONDS = Histogram(
    "synth_render_seconds",
    "Time to render a tenth of a second of all streams that are due",
    buckets=(0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.2, 0.5),
)
LEFT_OUT_NOTES = Counter("synth_left_out_notes", "Notes not begun because there was no time")
BROKEN_FRAMES = Counter("synth_broken_frames", "Frames that were no sound, and are silent instead")
