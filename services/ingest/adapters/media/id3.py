"""ID3 frames under the names that all tag formats share. Runs in the cage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.ingest.domain.lyrics import LyricLine, in_order

if TYPE_CHECKING:
    from mutagen.id3 import ID3

    from services.ingest.adapters.media.raw import RawTags

_NAMES = {
    "TIT2": "title", "TPE1": "artist", "TALB": "album", "TPE2": "albumartist",
    "TRCK": "tracknumber", "TPOS": "discnumber", "TDRC": "date", "TDOR": "originaldate",
    "TDRL": "releasedate", "TCOM": "composer", "TPUB": "label", "TSRC": "isrc",
    "TCOP": "copyright", "TCMP": "compilation", "TBPM": "bpm",
}  # fmt: skip
_MUSICBRAINZ = "http://musicbrainz.org"
_FRONT_COVER = 3
_IN_MILLISECONDS = 2  # of SYLT's two time stamp formats; the other counts MPEG frames


def collect(tag: ID3 | None, raw: RawTags) -> None:
    """Sort the frames of a tag into ``raw``."""
    if tag is None:
        return
    for name, field in _NAMES.items():
        for frame in tag.getall(name):
            raw.add(field, frame.text)
    for frame in tag.getall("TCON"):
        raw.add("genre", frame.genres)  # resolves ID3v1 numbers such as (17)
    for frame in tag.getall("TXXX"):
        raw.add(frame.desc, frame.text)
    _collect_identity(tag, raw)
    _collect_words(tag, raw)
    pictures = sorted(tag.getall("APIC"), key=lambda frame: frame.type != _FRONT_COVER)
    raw.pictures = [frame.data for frame in pictures]


def _collect_identity(tag: ID3, raw: RawTags) -> None:
    for frame in tag.getall("UFID"):
        if frame.owner == _MUSICBRAINZ:
            raw.add("musicbrainz_trackid", [frame.data.decode(errors="replace")])


def _collect_words(tag: ID3, raw: RawTags) -> None:
    for frame in sorted(tag.getall("COMM"), key=lambda frame: bool(frame.desc)):
        if not frame.desc.startswith("iTun"):  # iTunes keeps machine-readable notes there
            raw.add("comment", frame.text)
    for frame in tag.getall("USLT"):
        raw.add("lyrics", [frame.text])
    raw.synced = in_order(
        LyricLine(int(time_ms), text.strip())
        for frame in tag.getall("SYLT")[:1]
        if frame.format == _IN_MILLISECONDS
        for text, time_ms in frame.text
    )
