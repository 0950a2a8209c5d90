"""What is no music at all, whatever it calls itself."""

import io
import sqlite3
import tarfile

from tests.hostile.parts import Trials, frame, id3, made, noise, pages, sealed, sound
from tests.tagging import cover

_TONE = ("-f", "lavfi", "-i", "sine=duration=3")
_PICTURES = ("-f", "lavfi", "-i", "testsrc=duration=2:size=64x64:rate=5")
_LINE = b"<svg xmlns='http://www.w3.org/2000/svg'><text>&x;</text></svg>"


def _tar() -> bytes:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as inside:
        entry = tarfile.TarInfo("../../etc/cron.d/evil")
        entry.size = 9
        inside.addfile(entry, io.BytesIO(b"* * * * *"))
    return archive.getvalue()


def _database() -> bytes:
    rows = sqlite3.connect(":memory:")
    rows.execute("CREATE TABLE secrets (word)")
    return rows.serialize()


def _letters() -> bytes:
    """Ogg pages that hold no stream anyone knows."""
    first, *rest = pages(sound("ogg"))
    return b"".join(sealed(page.replace(b"vorbis", b"telnet")) for page in (first, *rest))


FOREIGN: Trials = {
    "nothing.mp3": ("empty", lambda: b""),
    "one-byte.mp3": ("unsupported_format", lambda: b"\xff"),
    "zeros.mp3": ("unsupported_format", lambda: bytes(1_000_000)),
    "noise.mp3": ("unsupported_format", lambda: noise(99_999)),
    "script.mp3": ("unsupported_format", lambda: b"#!/bin/sh\necho hello\n" * 99),
    "speech.mp3": ("unsupported_format", lambda: b"#!AMR\n" + noise(9_999)),
    "page.flac": ("unsupported_format", lambda: b"<html>" + b"hello " * 999),
    "drawing.flac": (
        "unsupported_format",
        lambda: b"<!DOCTYPE svg [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>" + _LINE,
    ),
    "archive.mp3": ("unsupported_format", lambda: b"PK\3\4" + bytes(9_999)),
    "archive.ogg": ("unsupported_format", _tar),
    "database.m4a": ("unsupported_format", _database),
    "program.wav": ("unsupported_format", lambda: b"\x7fELF\2\1\1" + noise(9_999)),
    "program.flac": ("unsupported_format", lambda: b"MZ\x90\0" + noise(9_999)),
    "score.mp3": (
        "unsupported_format",
        lambda: b"MThd\0\0\0\6\0\0\0\1\0\x60MTrk\0\0\0\4\0\xff\x2f\0",
    ),
    "picture.mp3": ("unsupported_format", lambda: cover("#2f5d62", kind="JPEG")),
    "stream.m3u8": (
        "unsupported_format",
        lambda: b"#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1:9/secret\n",
    ),
    "key.mp3": (
        "unsupported_format",
        lambda: b'#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="file:///etc/passwd"\n#EXTINF:9,\na.ts\n',
    ),
    "stations.pls": (
        "unsupported_format",
        lambda: b"[playlist]\nFile1=http://169.254.169.254/latest/meta-data\nNumberOfEntries=1\n",
    ),
    "chain.mp3": (
        "unsupported_format",
        lambda: b"ffconcat version 1.0\nfile /etc/passwd\n",
    ),
    "tag-alone.mp3": ("unsupported_format", lambda: id3(frame(b"TIT2", b"\0Silence"))),
    "film.m4a": ("unsupported_format", lambda: made("mp4", *_PICTURES, "-c:v", "mpeg4")),
    "film.webm": ("unsupported_format", lambda: made("mkv", *_PICTURES, "-c:v", "mpeg4")),
    "film.mp3": ("unsupported_format", lambda: made("avi", *_TONE, *_PICTURES, "-c:a", "mp3")),
    "cinema.mka": ("unsupported_format", lambda: made("mka", *_TONE, "-c:a", "ac3")),
    "windows.mp3": ("unsupported_format", lambda: made("wma", *_TONE, "-c:a", "wmav2")),
    "layer-two.mp3": ("unsupported_format", lambda: made("mp2", *_TONE, "-c:a", "mp2")),
    "sun.wav": ("unsupported_format", lambda: made("au", *_TONE)),
    "telephone.wav": ("unsupported_format", lambda: made("wav", *_TONE, "-c:a", "adpcm_ima_wav")),
    "letters.ogg": ("corrupt", _letters),
}
