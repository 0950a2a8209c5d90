"""Renditions of a recording: MP3 and Opus files, a preview, and an HLS ladder.

Each rendition is its own ffmpeg process over the samples that were decoded once. All
arrangements of ``benchmarks/transcode.py`` cost the same CPU, 8.6 s for 3 minutes of FLAC
with one worker; with two, one call for everything costs 9.0 s a track and separate
processes 8.6. Apart they also spread over workers, and one that dies loses one rendition.
Files carry no tags: titles may be edited later.
"""

from pathlib import Path

import numpy as np

from libs.common.sandbox import Sandbox
from services.ingest.adapters.media import ffmpeg
from services.ingest.adapters.media.inspection import Pcm
from services.ingest.domain.renditions import (
    HLS_BITRATES_BPS,
    HLS_MASTER,
    HLS_SEGMENT_S,
    PREVIEW_S,
    Rendered,
    Rendition,
)

TOLERANCE_S = 0.2
FADE_IN_S, FADE_OUT_S = 0.3, 1.5

# LAME at 9 takes half the time of 5 and Opus at 5 two thirds of 10; MP3 at 64 kbit/s is
# the one where the ear notices, and it is the cheapest to do well.
_EFFORT = {Rendition.LOW: "5", Rendition.OPUS: "5"}
_LAME_FAST = "9"

# For three minutes "fast" takes 1.1 s at 64 kbit/s, 1.6 at 96 and 5.0 at 160, because it tries
# again until the bits suffice; the careful coder takes 4.5, 2.8 and 2.7.
_AAC_FAST_TO_BPS = 96_000


class Unfaithful(Exception):
    """An encoder wrote something that does not play like its source."""


def render(sandbox: Sandbox, rendition: Rendition, pcm: Pcm, folder: Path) -> Rendered:
    """Encode one rendition into ``folder / rendition.file_name`` and read it back."""
    output = folder / rendition.file_name
    expected_s = pcm.shape.duration_s
    arguments = ffmpeg.pcm_input(pcm)
    if rendition is Rendition.PREVIEW:
        expected_s = min(expected_s, PREVIEW_S)
        arguments = [*_excerpt(pcm, expected_s), *arguments, *_fades(expected_s)]
    codec = "libopus" if rendition is Rendition.OPUS else "libmp3lame"
    effort = _EFFORT.get(rendition, _LAME_FAST)
    arguments += ["-c:a", codec, "-b:a", str(rendition.bitrate_bps), "-compression_level", effort]
    # Else Ogg gets random numbers; made anew, a file is the same byte for byte.
    arguments += ["-fflags", "+bitexact"]
    ffmpeg.run(sandbox, [*arguments, f"file:{output}"], pcm, folder)
    return _read_back(output, rendition.content_type, expected_s)


def render_hls(sandbox: Sandbox, pcm: Pcm, folder: Path) -> tuple[Rendered, ...]:
    """Encode an HLS ladder of AAC in fragmented MP4 into the folder.

    One file a rung with byte ranges instead of a file a segment: five objects to store and
    sign instead of sixty, and players ask for the same 6 s at a time.
    """
    arguments = ffmpeg.pcm_input(pcm)
    for index, bitrate_bps in enumerate(HLS_BITRATES_BPS.values()):
        coder = "fast" if bitrate_bps <= _AAC_FAST_TO_BPS else "twoloop"
        arguments += ["-map", "0:a", f"-b:a:{index}", str(bitrate_bps)]
        arguments += [f"-aac_coder:a:{index}", coder]
    rungs = " ".join(f"a:{index},name:{name}" for index, name in enumerate(HLS_BITRATES_BPS))
    arguments += ["-c:a", "aac", "-f", "hls", "-hls_time", str(HLS_SEGMENT_S)]
    arguments += ["-hls_playlist_type", "vod", "-hls_segment_type", "fmp4"]
    arguments += ["-hls_flags", "single_file", "-var_stream_map", rungs]
    arguments += ["-hls_segment_filename", f"{folder}/%v.mp4", "-master_pl_name", HLS_MASTER]
    ffmpeg.run(sandbox, [*arguments, f"{folder}/%v.m3u8"], pcm, folder)
    playlists = [HLS_MASTER, *(f"{name}.m3u8" for name in HLS_BITRATES_BPS)]
    duration_s = pcm.shape.duration_s
    return (
        *(_playlist(folder / name, duration_s) for name in playlists),
        *(_read_back(folder / f"{name}.mp4", "audio/mp4", duration_s) for name in HLS_BITRATES_BPS),
    )


def most_energetic_s(pcm: Pcm, length_s: float) -> float:
    """Where the passage of that length with the most energy begins, to a tenth of a second."""
    hop = pcm.shape.sample_rate_hz // 10
    samples = pcm.samples()
    whole = samples.shape[1] // hop * hop
    energies = np.array(
        [np.square(samples[:, at : at + hop]).sum(dtype=np.float64) for at in range(0, whole, hop)]
    )
    width = round(length_s * 10)
    if len(energies) <= width:
        return 0.0
    sums = np.convolve(energies, np.ones(width), mode="valid")
    return float(np.argmax(sums)) / 10


def _excerpt(pcm: Pcm, length_s: float) -> list[str]:
    return ["-ss", f"{most_energetic_s(pcm, length_s):.1f}", "-t", f"{length_s:.3f}"]


def _fades(length_s: float) -> list[str]:
    out_s = min(FADE_OUT_S, length_s / 2)
    fades = f"afade=t=in:d={FADE_IN_S},afade=t=out:st={length_s - out_s:.3f}:d={out_s:.3f}"
    return ["-af", fades]


def _playlist(path: Path, duration_s: float) -> Rendered:
    return Rendered(
        path.name, "application/vnd.apple.mpegurl", path.stat().st_size, round(duration_s, 3)
    )


def _read_back(path: Path, content_type: str, expected_s: float) -> Rendered:
    import av  # noqa: PLC0415  a worker that never encodes need not load FFmpeg

    with av.open(str(path)) as file:
        duration_s = (file.duration or 0) / av.time_base
    if abs(duration_s - expected_s) > TOLERANCE_S:
        raise Unfaithful(f"{path.name} plays {duration_s:.2f} s instead of {expected_s:.2f} s")
    return Rendered(path.name, content_type, path.stat().st_size, round(duration_s, 3))
