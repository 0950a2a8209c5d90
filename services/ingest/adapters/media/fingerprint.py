"""Chromaprint of a recording, by the muxer of the ffmpeg we carry.

The static ffmpeg has libchromaprint built in, so that neither Debian's library with its 97
dependencies nor a Python binding is needed, and the same version runs everywhere.
"""

import numpy as np

from libs.common.sandbox import Sandbox
from services.ingest.adapters.media import ffmpeg
from services.ingest.adapters.media.inspection import Pcm
from services.ingest.domain.fingerprints import Fingerprint

LENGTH_S = 120


def fingerprint(sandbox: Sandbox, pcm: Pcm) -> Fingerprint:
    """The fingerprint of the first two minutes; empty below 3 s, where there is none."""
    arguments = ["-t", str(LENGTH_S), *ffmpeg.pcm_input(pcm)]
    arguments += ["-f", "chromaprint", "-fp_format", "raw", "pipe:1"]
    words = np.frombuffer(ffmpeg.run(sandbox, arguments, pcm, None), dtype="<u4")
    return Fingerprint(tuple(int(word) for word in words), round(pcm.shape.duration_s, 3))
