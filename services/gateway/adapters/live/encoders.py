"""Encoders of live sound. One of a kind serves all who hear a stream in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from types import MappingProxyType

import av
import numpy as np

from services.gateway.adapters.live.codings import (
    AAC_SAMPLES,
    OPUS_RATE_HZ,
    Coded,
    Coding,
    Encoded,
)
from services.gateway.domain.live.packets import CHANNELS, FRAME_SAMPLES, RATE_HZ
from services.gateway.wire.sound import Moment


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one is made."""

    encoder: str
    sample_format: str
    rate_hz: int = RATE_HZ
    bits_per_s: int | None = None
    options: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    grid: int = 1
    """Samples. It begins at a multiple of these, so that all replicas cut alike."""


RECIPES: Mapping[Coding, Recipe] = {
    Coding.OPUS: Recipe("libopus", "s16", OPUS_RATE_HZ, 128_000, {"frame_duration": "20"}),
    Coding.FLAC: Recipe("flac", "s16", options={"frame_size": str(FRAME_SAMPLES)}),
    # Without a reservoir every frame can be decoded by itself, by whoever joins there.
    Coding.MP3: Recipe("libmp3lame", "s16p", RATE_HZ, 192_000, {"reservoir": "0"}),
    Coding.AAC: Recipe("aac", "fltp", RATE_HZ, 160_000, grid=AAC_SAMPLES),
}


EncoderFailed = av.FFmpegError


class Encoder:
    """Encodes one moment after the other; after a gap it begins anew."""

    def __init__(self, coding: Coding) -> None:
        self._recipe = RECIPES[coding]
        self._context = _opened(self._recipe)
        self._expected: int | None = None

    def encode(self, moment: Moment) -> Encoded:
        """Take 100 ms, and give what is ready."""
        pcm = np.frombuffer(moment.pcm, "<i2").reshape(1, -1)
        start = moment.position
        if start != self._expected:
            if self._expected is not None:
                moment = replace(moment, mark=replace(moment.mark, after_gap=True))
            self._context = _opened(self._recipe)
            cut = -start % self._recipe.grid
            pcm, start = pcm[:, cut * CHANNELS :], start + cut
        self._expected = moment.position + FRAME_SAMPLES
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(pcm), "s16", "stereo")
        frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, start, Fraction(1, RATE_HZ)
        packets = self._context.encode(frame)
        return Encoded(moment, tuple(Coded(each.pts or 0, bytes(each)) for each in packets))


@cache
def described(coding: Coding) -> bytes:
    """What a decoder has to be told before the first packet."""
    return bytes(_opened(RECIPES[coding]).extradata or b"")


def _opened(recipe: Recipe) -> av.AudioCodecContext:
    context = av.CodecContext.create(recipe.encoder, "w")
    if not isinstance(context, av.AudioCodecContext):
        raise TypeError(f"{recipe.encoder} encodes no sound")
    context.sample_rate = recipe.rate_hz
    context.layout = "stereo"
    context.format = av.AudioFormat(recipe.sample_format)
    context.time_base = Fraction(1, recipe.rate_hz)
    context.options = dict(recipe.options)
    context.thread_count = 1
    if recipe.bits_per_s:
        context.bit_rate = recipe.bits_per_s
    context.open()
    return context
