"""Containers that nest, count or point where no container does."""

from functools import reduce

from tests.hostile.parts import (
    TAKEN,
    Trials,
    box,
    chunk,
    noise,
    pages,
    sealed,
    sound,
    wav,
    wav_shape,
)

_EBML, _SEGMENT, _TRACKS = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67", b"\x16\x54\xae\x6b"
_TYPE = box(b"ftyp", b"M4A \0\0\0\0M4A mp42isom")


def _nested(name: bytes, times: int) -> bytes:
    sizes = range(8 * times, 0, -8)
    return b"".join(size.to_bytes(4, "big") + name for size in sizes)


def _patched(content: bytes, after: bytes, at: int, new: bytes) -> bytes:
    start = content.index(after) + at
    return content[:start] + new + content[start + len(new) :]


def _elements(name: bytes, times: int) -> bytes:
    """Elements of unknown size, each within the one before."""
    head = sound("webm")[: sound("webm").index(_SEGMENT)]
    return head + _SEGMENT + b"\x01" + b"\xff" * 7 + (name + b"\x01" + b"\xff" * 7) * times


def _shuffled() -> bytes:
    first, second, *rest = pages(sound("ogg"))
    return b"".join([first, second, *reversed(rest)])


def _spoiled_codebook() -> bytes:
    first, second, *rest = pages(sound("ogg"))
    spoiled = second[:200] + noise(len(second) - 200)
    return b"".join([first, sealed(spoiled), *rest])


BOXES: Trials = {
    "deep.m4a": ("corrupt", lambda: _TYPE + _nested(b"moov", 100_000)),
    "deep-words.m4a": (
        TAKEN,
        lambda: sound("m4a") + box(b"udta", _nested(b"meta", 50_000)),
    ),
    "boxes.m4a": ("corrupt", lambda: _TYPE + box(b"free", b"") * 100_000),
    "no-index.m4a": ("truncated", lambda: _TYPE + box(b"mdat", noise(99_999))),
    "samples.m4a": (
        "corrupt",
        lambda: _patched(sound("m4a"), b"stsz", 12, b"\xff\xff\xff\xff"),
    ),
    "elsewhere.m4a": (
        TAKEN,
        lambda: _patched(sound("m4a"), b"url ", 4, b"\0\0\0\0"),
    ),
    "chunks.wav": (
        "corrupt",
        lambda: wav(wav_shape(2, 44_100), chunk(b"LIST", b"") * 100_000),
    ),
    "no-shape.wav": ("corrupt", lambda: wav(chunk(b"data", noise(48_000)))),
    "deep.webm": ("corrupt", lambda: _elements(_TRACKS, 100_000)),
    "large-element.webm": (
        "corrupt",
        lambda: _EBML + b"\x01\x7f\xff\xff\xff\xff\xff\xff" + noise(9_999),
    ),
    "shuffled.ogg": (TAKEN, _shuffled),
    "codebook.ogg": ("corrupt", _spoiled_codebook),
    "one-sided.flac": (
        "corrupt",
        lambda: reduce(lambda whole, _: whole + sound("flac")[:9_000], range(20), b""),
    ),
}
