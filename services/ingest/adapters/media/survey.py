"""The program in the cage that looks at many files, each by an open descriptor it is handed.

``python -m services.ingest.adapters.media.survey LONGEST_S``, with a socket as standard input:
each byte that comes brings a file, and a line of JSON goes back. It reads tags and headers,
never sound, and has no path to any file but its own libraries.
"""

import hashlib
import json
import os
import socket
import sys
from dataclasses import dataclass
from typing import Any, BinaryIO

from mutagen import FileType

from services.ingest.adapters.media.comments import check_comments
from services.ingest.adapters.media.raw import RawTags
from services.ingest.adapters.media.sniff import container_of
from services.ingest.adapters.media.structure import check_sound, check_structure
from services.ingest.adapters.media.tags import collect, open_file
from services.ingest.domain.formats import Codec, Container, Encoding
from services.ingest.domain.glance import SKETCHED_BYTES, Glance
from services.ingest.domain.plain import to_json
from services.ingest.domain.reasons import Reason, Refused
from services.ingest.domain.tags import tags_from

_CODECS = {
    Container.MP3: Codec.MP3,
    Container.ADTS: Codec.AAC,
    Container.FLAC: Codec.FLAC,
    Container.WAV: Codec.PCM,
    Container.AIFF: Codec.PCM,
}
_BY_KIND = {"OggVorbis": Codec.VORBIS, "OggOpus": Codec.OPUS, "OggFLAC": Codec.FLAC}
_MP4_CODECS = {"mp4a": Codec.AAC, "alac": Codec.ALAC}
_OPUS_RATE_HZ = 48_000


def main(longest_s: str) -> None:
    """Answer until nobody asks any more."""
    with socket.socket(fileno=sys.stdin.fileno()) as asked:
        while True:
            _, descriptors, _, _ = socket.recv_fds(asked, 1, 1)
            if not descriptors:
                return
            with os.fdopen(descriptors[0], "rb") as file:
                asked.sendall(_answer(file, float(longest_s)).encode() + b"\n")


def _answer(file: BinaryIO, longest_s: float) -> str:
    try:
        return to_json(glance(file, longest_s))
    except Refused as refusal:
        return json.dumps({"reason": refusal.reason, "detail": refusal.detail})
    except Exception as fault:  # noqa: BLE001  mutagen raises anything for lying tags
        return json.dumps({"reason": Reason.CORRUPT, "detail": type(fault).__name__})


def glance(file: BinaryIO, longest_s: float) -> Glance:
    """What a file says of itself, or Refused: it needs a closer look, which says why."""
    container = container_of(file)
    check_structure(file, container)
    check_comments(file, container)
    file.seek(0)
    opened = open_file(file, container)
    if opened is None:
        raise Refused(Reason.UNSUPPORTED_FORMAT, f"{container} is not read at a glance")
    raw = RawTags()
    collect(container, opened, raw)
    encoding = _encoding(file, container, opened)
    if not 0 < encoding.duration_s <= longest_s:
        raise Refused(Reason.TOO_LONG, f"it says {encoding.duration_s:,.1f} s")
    return Glance(encoding, tags_from(raw.fields, raw.synced), _sketch(file))


@dataclass(frozen=True, slots=True)
class _Header:
    """What mutagen found; its kinds of files name the same things alike where they have them."""

    duration_s: float
    sample_rate_hz: int
    channels: int
    bit_depth: int | None
    bitrate_bps: int
    codec: str


def _header(opened: FileType) -> _Header:
    # Every kind has a class of its own for this, and what they share is named nowhere.
    info: Any = opened.info
    return _Header(
        float(info.length),
        int(getattr(info, "sample_rate", _OPUS_RATE_HZ)),
        int(info.channels),
        getattr(info, "bits_per_sample", None) or None,
        int(getattr(info, "bitrate", 0)),
        str(getattr(info, "codec", "")),
    )


def _encoding(file: BinaryIO, container: Container, opened: FileType) -> Encoding:
    header = _header(opened)
    check_sound(header.channels, header.sample_rate_hz)
    codec = _CODECS.get(container) or _BY_KIND.get(type(opened).__name__)
    if container is Container.MP4:
        codec = _MP4_CODECS.get(header.codec.partition(".")[0])
    if codec is None:
        raise Refused(Reason.UNSUPPORTED_FORMAT, f"a codec of {container} we do not know")
    size_bytes = file.seek(0, os.SEEK_END)
    guessed_bps = round(size_bytes * 8 / header.duration_s) if header.duration_s > 0 else 0
    return Encoding(
        container=container,
        codec=codec,
        sample_rate_hz=header.sample_rate_hz,
        channels=header.channels,
        bit_depth=header.bit_depth if codec.lossless else None,
        bitrate_bps=header.bitrate_bps or guessed_bps,
        duration_s=round(header.duration_s, 6),
        declared_s=round(header.duration_s, 6),
    )


def _sketch(file: BinaryIO) -> str:
    size_bytes = file.seek(0, os.SEEK_END)
    sketch = hashlib.sha256(size_bytes.to_bytes(8, "big"))
    for start in (0, max(0, size_bytes - SKETCHED_BYTES)):
        file.seek(start)
        sketch.update(file.read(SKETCHED_BYTES))
    return sketch.hexdigest()


if __name__ == "__main__":
    main(*sys.argv[1:])
