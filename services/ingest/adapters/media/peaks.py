"""The outline of a recording, for a player to draw."""

import json

import numpy as np

from services.ingest.adapters.media.inspection import Pcm

POINTS = 1_500


def waveform_json(pcm: Pcm) -> str:
    """Minimum and maximum of the mono mix in about 1,500 equal stretches of time.

    The format is that of BBC audiowaveform, version 2, which players know: ``data`` holds
    minimum and maximum of stretch 0, then of stretch 1 and so on, as integers from -128 to
    127 where 128 would be full scale; ``samples_per_pixel`` is the length of a stretch.

    References
    ----------
    https://github.com/bbc/audiowaveform/blob/master/doc/DataFormat.md
    """
    samples = pcm.samples()
    stretch = max(1, -(-samples.shape[1] // POINTS))
    outline = []
    for start in range(0, samples.shape[1], stretch):
        mono = samples[:, start : start + stretch].mean(axis=0)
        outline += [mono.min(), mono.max()]
    data = np.clip(np.rint(np.array(outline) * 128), -128, 127).astype(int).tolist()
    return json.dumps(
        {
            "version": 2,
            "channels": 1,
            "sample_rate": pcm.shape.sample_rate_hz,
            "samples_per_pixel": stretch,
            "bits": 8,
            "length": len(data) // 2,
            "data": data,
        },
        separators=(",", ":"),
    )
