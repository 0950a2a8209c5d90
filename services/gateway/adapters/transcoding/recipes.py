"""What ffmpeg is told. Nothing of it is in the words of whoever asks."""

from collections.abc import Mapping, Sequence

from libs.common.sandbox import Limits
from services.gateway.domain.sounds.choosing import Source, Target
from services.gateway.domain.sounds.formats import CD_BITS, STEREO, Codec, Container

ENCODERS: Mapping[Codec, Sequence[str]] = {
    Codec.MP3: ("libmp3lame",),
    Codec.OPUS: ("libopus", "-compression_level", "5"),
    Codec.VORBIS: ("libvorbis",),
    Codec.AAC: ("aac",),
    Codec.FLAC: ("flac", "-compression_level", "2"),
}
MUXERS: Mapping[Container, Sequence[str]] = {
    # Headers that are filled in at the end would be sent before: they are left out.
    Container.MP3: ("mp3", "-write_xing", "0", "-id3v2_version", "0"),
    Container.OGG: ("ogg", "-page_duration", "200000"),
    Container.ADTS: ("adts",),
    Container.MP4: (
        *("mp4", "-movflags", "+frag_keyframe+empty_moov+default_base_moof"),
        *("-frag_duration", "1000000"),
    ),
    Container.FLAC: ("flac",),
}
# As at ingest: 9 takes half the time of 5, and the ear notices at low bitrates only.
LAME_FAST_FROM_KBPS = 96
DECODERS = (
    "flac,mp3,mp3float,vorbis,opus,libopus,aac,alac,pcm_s8,pcm_u8,pcm_s16le,pcm_s24le,pcm_s32le,"
    "pcm_f32le,pcm_f64le,pcm_s16be,pcm_s24be,pcm_s32be,pcm_f32be,pcm_f64be,pcm_alaw,pcm_mulaw"
)
READABLE = (
    *("-protocol_whitelist", "fd,pipe"),
    *("-format_whitelist", "flac,mp3,ogg,wav,aiff,mov,aac,matroska"),
    *("-codec_whitelist", DECODERS),
)
"""What ingest takes in, and nothing else that ffmpeg can read."""
SLOWEST = 2
"""Where it takes a second for so much sound, the file means harm. FLAC to MP3 takes 1 s for 180."""
UNKNOWN_S = 6 * 3600.0
MEMORY_BYTES = 2**30
MOST_BYTES = 2 * 2**30


def arguments(source: Source, target: Target, offset_ms: int, *, seekable: bool) -> list[str]:
    """Read standard input, from an offset on, and write the sound to standard output.

    When it is over, standard error has how much sound that was.
    """
    read = ["-ss", f"{offset_ms / 1000:.3f}"] if offset_ms else []
    read += ["-fd", "0", "-i", "fd:"] if seekable else ["-i", "pipe:0"]
    return [
        *("-hide_banner", "-nostdin", "-v", "error", "-threads", "1", *READABLE, *read),
        *("-map", "0:a:0", "-map_metadata", "-1", "-map_chapters", "-1"),
        *_sound(source, target),
        *("-fflags", "+bitexact", "-flush_packets", "1", "-threads", "1"),
        *("-progress", "pipe:2", "-stats_period", "3600"),
        *("-f", *MUXERS[target.format.container], "pipe:1"),
    ]


def limits(source: Source, target: Target) -> Limits:
    """The most that making it may take."""
    length_s = source.duration_ms / 1000 or UNKNOWN_S
    most_bytes = MOST_BYTES
    if target.kbps:
        most_bytes = min(MOST_BYTES, round((length_s + 60) * target.kbps * 125 * 2))
    spent_s = 30 + length_s / SLOWEST
    return Limits(
        cpu_s=round(spent_s), wall_s=60 + spent_s, memory_bytes=MEMORY_BYTES, file_bytes=most_bytes
    )


def _sound(source: Source, target: Target) -> list[str]:
    codec = target.format.codec
    told = ["-c:a", *ENCODERS[codec]]
    if target.kbps:
        told += ["-b:a", f"{target.kbps}k"]
    if codec is Codec.MP3:
        told += ["-compression_level", "9" if target.kbps >= LAME_FAST_FROM_KBPS else "5"]
    rate_hz = target.sample_rate_hz or target.format.own_rate_hz(source.sample_rate_hz)
    if rate_hz and rate_hz != source.sample_rate_hz:
        told += ["-ar", str(rate_hz)]
    if target.gain_db:
        told += ["-af", f"volume={target.gain_db:.1f}dB"]
    if codec is Codec.FLAC:
        depth = target.bit_depth or (source.bit_depth if source.lossless else CD_BITS)
        told += ["-sample_fmt", "s16" if depth and depth <= CD_BITS else "s32"]
        told += ["-ac", str(target.channels)] if target.channels else []
    else:
        told += ["-ac", str(min(target.channels, STEREO))] if target.channels else []
        told += ["-ac", str(STEREO)] if not target.channels and source.channels != 1 else []
    return told
