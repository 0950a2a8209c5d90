"""Tags that are too many, too large, lying, or meant for somebody else's program."""

import struct

from tests.hostile.parts import TAKEN, Trials, frame, id3, packed_frame, pages, sealed, sound

_BIDI, _BELL = "\u202e", "\a"
_EVIL = f"../../etc/passwd{_BELL}\x1b[2J{_BIDI}3pm.exe'; DROP TABLE tracks; --<script>"


def _text(name: bytes, text: str) -> bytes:
    return frame(name, b"\3" + text.encode())


def _comments(*entries: bytes) -> bytes:
    """The block of words in a FLAC: lengths are little-endian, unlike all others there."""
    body = struct.pack("<I", 4) + b"evil" + struct.pack("<I", len(entries))
    body += b"".join(struct.pack("<I", len(entry)) + entry for entry in entries)
    return b"\4" + len(body).to_bytes(3, "big") + body


def _flac_with(*blocks: bytes) -> bytes:
    """A FLAC with more blocks behind its first, which is never the last then."""
    content = sound("flac")
    return content[:4] + b"\0" + content[5:42] + b"".join(blocks) + content[42:]


def _with_count(form: str, magic: bytes) -> bytes:
    """An Ogg file that promises as many comments as there are numbers."""
    first, second, *rest = pages(sound(form))
    vendor = second.index(magic) + len(magic)
    at = vendor + 4 + int.from_bytes(second[vendor : vendor + 4], "little")
    return b"".join([first, sealed(second[:at] + b"\xff" * 4 + second[at + 4 :]), *rest])


def _ape(items: int, size: int) -> bytes:
    """The footer of an APE tag that promises items which are not there."""
    return b"APETAGEX" + struct.pack("<IIII", 2_000, size, items, 0) + bytes(8)


def _deep_contents() -> bytes:
    """A table of contents whose first chapter is the table itself."""
    itself = b"toc\0" + b"\3\1" + b"toc\0"
    return id3(frame(b"CTOC", itself) * 100) + sound("mp3")


WORDS: Trials = {
    "frames.mp3": (
        "tag_too_large",
        lambda: id3(frame(b"TXXX", b"\0a\0bbbbbbb") * 100_000) + sound("mp3"),
    ),
    "cover.mp3": (
        "tag_too_large",
        lambda: id3(frame(b"APIC", b"\0\0" + bytes(20 * 2**20))) + sound("mp3"),
    ),
    "claims.mp3": ("tag_too_large", lambda: id3(b"", claims=2**28 - 1) + sound("mp3")),
    "stacked.mp3": ("unsupported_format", lambda: id3(b"") * 10_000 + sound("mp3")),
    "bomb.mp3": (
        "tag_too_large",
        lambda: id3(packed_frame(b"TIT2", 4 * 2**30 - 2**20)) + sound("mp3"),
    ),
    "circle.mp3": (TAKEN, _deep_contents),
    "evil.mp3": (
        TAKEN,
        lambda: id3(_text(b"TIT2", _EVIL) + _text(b"TPE1", _EVIL)) + sound("mp3"),
    ),
    "long-title.mp3": (TAKEN, lambda: id3(_text(b"TIT2", "la " * 1_000_000)) + sound("mp3")),
    "long-words.mp3": (
        TAKEN,
        lambda: id3(frame(b"USLT", b"\3eng\0" + b"la\n" * 3_000_000)) + sound("mp3"),
    ),
    "half-a-letter.mp3": (
        TAKEN,
        lambda: id3(frame(b"TIT2", b"\1\xff\xfe\x00\xd8\x41")) + sound("mp3"),
    ),
    "appendix.mp3": ("tag_too_large", lambda: sound("mp3") + _ape(2**32 - 1, 2**31)),
    "comments.flac": (
        "tag_too_large",
        lambda: _flac_with(_comments(*(b"A%d=b" % number for number in range(100_000)))),
    ),
    "comments.opus": ("tag_too_large", lambda: _with_count("opus", b"OpusTags")),
    "comments.ogg": ("tag_too_large", lambda: _with_count("ogg", b"\x03vorbis")),
    "comment.flac": (TAKEN, lambda: _flac_with(b"\4\0\0\x08" + b"\xff" * 8)),
    "blocks.flac": (TAKEN, lambda: _flac_with(b"\1\0\0\0" * 100_000)),
    "picture.flac": (
        TAKEN,
        lambda: _flac_with(b"\6\0\0\x20" + struct.pack(">8I", 3, 2**32 - 1, *(9,) * 6)),
    ),
}
