"""Sound out of a file, through FFmpeg's libraries, all of it and strictly. Runs in the cage.

PyAV carries FFmpeg 8.1 in its wheel. No ffprobe comes with it, and Debian's, 5.1, lacks
fixes that are public; what ffprobe would tell is found here by decoding the file once.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from numpy.typing import NDArray

from services.ingest.adapters.media.structure import check_sound
from services.ingest.domain.formats import Codec, Container
from services.ingest.domain.pcm import PcmShape
from services.ingest.domain.reasons import Reason, Refused

CODECS = {
    Container.MP3: {Codec.MP3},
    Container.FLAC: {Codec.FLAC},
    Container.OGG: {Codec.VORBIS, Codec.OPUS, Codec.FLAC},
    Container.MP4: {Codec.AAC, Codec.ALAC, Codec.MP3, Codec.FLAC, Codec.OPUS},
    Container.ADTS: {Codec.AAC},
    Container.WAV: {Codec.PCM},
    Container.AIFF: {Codec.PCM},
    Container.MATROSKA: {Codec.VORBIS, Codec.OPUS, Codec.FLAC, Codec.AAC, Codec.MP3, Codec.PCM},
}
MOST_RATE_HZ = 48_000
TOLERATED_FAULTS = 0.005
"""Share of undecodable packets a lossy stream may have: real files carry junk between frames."""

SILENCE_PEAK = 2**-15
"""One step of 16 bits, which is as far as dither of digital silence reaches."""

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Source:
    """An audio stream as its header describes it."""

    codec: Codec
    sample_rate_hz: int
    channels: int
    bit_depth: int | None
    declared_s: float | None


def opened(path: Path, container: Container) -> InputContainer:
    """The file under the one demuxer its bytes asked for, which may open nothing else."""
    demuxer = "mov" if container is Container.MP4 else str(container)
    options = {"protocol_whitelist": "file", "err_detect": "crccheck"}
    try:
        # `file:` keeps a path with a colon from being read as another protocol.
        return av.open(f"file:{path}", "r", demuxer, options, metadata_errors="replace")
    except (av.FFmpegError, ValueError) as fault:
        raise Refused(Reason.CORRUPT, f"{demuxer}: {fault}") from fault


def source_of(file: InputContainer, container: Container) -> Source:
    """The first audio stream by its header; refuses codecs and shapes we do not take."""
    stream = next(iter(file.streams.audio), None)
    if stream is None:
        raise Refused(Reason.UNSUPPORTED_FORMAT, "no audio inside")
    context = stream.codec_context
    if context is None:
        raise Refused(Reason.UNSUPPORTED_FORMAT, "a codec that nobody knows")
    name = context.codec.canonical_name
    codec = Codec.PCM if name.startswith("pcm_") else name
    if codec not in CODECS[container]:
        raise Refused(Reason.UNSUPPORTED_FORMAT, f"{name} in {container}")
    check_sound(context.channels, context.sample_rate)
    declared = stream.duration and stream.time_base and float(stream.duration * stream.time_base)
    return Source(
        codec=Codec(codec),
        sample_rate_hz=context.sample_rate,
        channels=context.channels,
        bit_depth=_bit_depth(Codec(codec), name, bytes(context.extradata or b"")),
        declared_s=declared or (file.duration and file.duration / av.time_base) or None,
    )


def decode(file: InputContainer, source: Source, pcm: Path, longest_s: float) -> PcmShape:
    """Decode the first audio stream into ``pcm`` at no more than 48 kHz, mono or stereo."""
    stream = file.streams.audio[0]
    stream.codec_context.options = {"err_detect": "crccheck+explode"}
    stream.codec_context.thread_count = 1
    rate_hz, layout = _target(source)
    packets = _Packets(file, stream, source.codec)
    frames, peak = 0, 0.0
    with pcm.open("wb") as raw:
        for chunk in _resampled(packets.frames(), rate_hz, layout):
            if not np.isfinite(chunk).all():
                raise Refused(Reason.NONFINITE_SAMPLES, f"after {frames / rate_hz:.1f} s")
            raw.write(chunk.tobytes())  # tofile does not say why it fails
            frames += chunk.size // _CHANNELS[layout]
            peak = max(peak, float(np.abs(chunk).max(initial=0.0)))
            if frames > longest_s * rate_hz:
                raise Refused(Reason.TOO_LONG, f"longer than {longest_s:,.0f} s")
    if frames == 0:
        raise Refused(Reason.CORRUPT, "not one sample of sound could be decoded")
    if peak < SILENCE_PEAK:
        raise Refused(Reason.SILENT, f"digital silence for {frames / rate_hz:.1f} s")
    return PcmShape(rate_hz, _CHANNELS[layout], frames, packets.coded_bytes)


_CHANNELS = {"mono": 1, "stereo": 2}


def _target(source: Source) -> tuple[int, str]:
    """The nearest rate up to 48 kHz that divides the source's, so that nothing is bent."""
    rate_hz = source.sample_rate_hz
    if rate_hz > MOST_RATE_HZ:
        rate_hz = 44_100 if rate_hz % 44_100 == 0 else MOST_RATE_HZ
    return rate_hz, "mono" if source.channels == 1 else "stereo"


class _Packets:
    """The packets of one stream, and how much of the file they are."""

    def __init__(self, file: InputContainer, stream: AudioStream, codec: Codec) -> None:
        self._file, self._stream, self._codec = file, stream, codec
        self._faulty: list[int] = []
        self._count = self.coded_bytes = 0

    def frames(self) -> Iterator[AudioFrame]:
        """Every frame that decodes; refuses a stream with more faults than an intact one has."""
        try:
            for packet in self._file.demux(self._stream):
                self._count += packet.size > 0  # an empty one asks decoders for their rest
                self.coded_bytes += packet.size
                yield from self._decoded(packet)
        except av.FFmpegError as fault:
            detail = f"after packet {self._count:,}: {fault.strerror}"
            raise Refused(Reason.CORRUPT, detail) from fault
        self._judge()

    def _decoded(self, packet: "Packet[AudioStream]") -> Iterator[AudioFrame]:
        try:
            yield from packet.decode()
        except (av.FFmpegError, ValueError):
            self._faulty.append(self._count)

    def _judge(self) -> None:
        # A last packet cut short is a matter of length, and judged as that by the caller.
        faults = sum(number < self._count for number in self._faulty)
        tolerated = 0 if self._codec.lossless else max(2, self._count * TOLERATED_FAULTS)
        if faults > tolerated:
            detail = f"{faults:,} of {self._count:,} packets are damaged"
            raise Refused(Reason.CORRUPT, detail)


def _resampled(frames: Iterable[AudioFrame], rate_hz: int, layout: str) -> Iterator[Samples]:
    """The frames as interleaved float32, through a new resampler whenever their kind changes."""
    resampler, kind = None, None
    for frame in frames:
        now = (frame.sample_rate, frame.layout.name, frame.format.name)
        if now != kind or resampler is None:
            if resampler is not None:
                yield from _interleaved(resampler.resample(None))
            resampler, kind = AudioResampler("flt", layout, rate_hz), now
        yield from _interleaved(resampler.resample(frame))
    if resampler is not None:
        yield from _interleaved(resampler.resample(None))


def _interleaved(frames: Iterable[AudioFrame]) -> Iterator[Samples]:
    for frame in frames:
        yield np.asarray(frame.to_ndarray(), dtype=np.float32).ravel()


def _bit_depth(codec: Codec, name: str, header: bytes) -> int | None:
    if codec is Codec.PCM:
        digits = "".join(char for char in name.removeprefix("pcm_") if char.isdigit())
        return int(digits) if digits else 16  # A-law and mu-law expand to 14 and 13 bits
    if codec is Codec.FLAC and len(header) > 13:  # noqa: PLR2004
        # STREAMINFO: bits less one in the five bits from bit 103 on.
        return ((header[12] & 1) << 4 | header[13] >> 4) + 1
    if codec is Codec.ALAC and len(header) > 17:  # noqa: PLR2004
        return header[17]  # of the magic cookie behind its 12 bytes of atom header
    return None
