"""Tags as the usual taggers write them, in the three kinds that all formats share."""

from __future__ import annotations

import io
from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING

import mutagen
from mutagen import id3, mp4
from mutagen.flac import FLAC, Picture
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

FRONT_COVER = 3
VORBIS = {".flac", ".ogg", ".opus"}
MP4 = {".m4a"}
CHUNKED = {".wav", ".aiff"}
"""ID3 lies in a chunk of its own there; elsewhere it comes before the sound."""

ID3_FRAMES: Mapping[str, Callable[..., id3.Frame]] = {
    "title": id3.TIT2, "artist": id3.TPE1, "album": id3.TALB, "albumartist": id3.TPE2,
    "tracknumber": id3.TRCK, "discnumber": id3.TPOS, "date": id3.TDRC, "genre": id3.TCON,
    "composer": id3.TCOM, "isrc": id3.TSRC,
}  # fmt: skip
MP4_ATOMS = {
    "title": "\xa9nam", "artist": "\xa9ART", "album": "\xa9alb", "albumartist": "aART",
    "date": "\xa9day", "genre": "\xa9gen", "composer": "\xa9wrt", "comment": "\xa9cmt",
    "lyrics": "\xa9lyr",
}  # fmt: skip
FREE = {
    "musicbrainz_albumid": "MusicBrainz Album Id",
    "replaygain_track_gain": "REPLAYGAIN_TRACK_GAIN",
    "replaygain_track_peak": "REPLAYGAIN_TRACK_PEAK",
}
"""What ID3 and MP4 have no place for, so that taggers agreed on names."""
FREE_IN_MP4 = FREE | {"musicbrainz_trackid": "MusicBrainz Track Id", "isrc": "ISRC"}
MP4_PICTURES = {
    "image/png": mp4.MP4Cover.FORMAT_PNG,
    "image/jpeg": mp4.MP4Cover.FORMAT_JPEG,
}


@dataclass(frozen=True, slots=True)
class Tags:
    """What a file says about itself; what is empty is not written."""

    title: str = ""
    artists: tuple[str, ...] = ()
    album: str = ""
    album_artist: str = ""
    track: int = 0
    track_total: int = 0
    disc: int = 0
    disc_total: int = 0
    date: str = ""
    genre: str = ""
    composer: str = ""
    isrc: str = ""
    comment: str = ""
    lyrics: str = ""
    timed_lyrics: tuple[tuple[int, str], ...] = ()
    """When each line starts, in ms, and the line."""
    cover: bytes = b""
    musicbrainz_recording_id: str = ""
    musicbrainz_release_id: str = ""
    track_gain: str = ""
    """As ReplayGain is written: -7.50 dB."""
    track_peak: str = ""


def write(path: Path, tags: Tags) -> None:
    """Write tags into a file, in the kind its format has."""
    if tags == Tags():
        return
    if path.suffix in VORBIS:
        _write_vorbis(path, tags)
    elif path.suffix in MP4:
        _write_mp4(path, tags)
    else:
        _write_id3(path, tags)


def cover(colour: str, size_px: tuple[int, int] = (700, 700), kind: str = "PNG") -> bytes:
    """A picture that fades from a colour into a light one."""
    light = Image.new("RGB", size_px, "#f4efe6")
    fading = Image.linear_gradient("L").resize(size_px)
    written = io.BytesIO()
    Image.composite(Image.new("RGB", size_px, colour), light, fading).save(written, kind)
    return written.getvalue()


def _words(tags: Tags) -> dict[str, list[str]]:
    """What is text, by its name in Vorbis comments."""
    timed = "\n".join(f"[{_stamp(at_ms)}]{line}" for at_ms, line in tags.timed_lyrics)
    words = {
        "title": [tags.title],
        "artist": [*tags.artists],
        "album": [tags.album],
        "albumartist": [tags.album_artist],
        "tracknumber": [_place(tags.track, tags.track_total)],
        "discnumber": [_place(tags.disc, tags.disc_total)],
        "date": [tags.date],
        "genre": [tags.genre],
        "composer": [tags.composer],
        "isrc": [tags.isrc],
        "comment": [tags.comment],
        "lyrics": [timed or tags.lyrics],
        "musicbrainz_trackid": [tags.musicbrainz_recording_id],
        "musicbrainz_albumid": [tags.musicbrainz_release_id],
        "replaygain_track_gain": [tags.track_gain],
        "replaygain_track_peak": [tags.track_peak],
    }
    return {name: values for name, values in words.items() if any(values)}


def _write_vorbis(path: Path, tags: Tags) -> None:
    file = mutagen.File(path)
    file.update(_words(tags))
    if tags.disc_total:  # taggers write it in either way
        file.update({"discnumber": str(tags.disc), "disctotal": str(tags.disc_total)})
    if tags.cover:
        picture = Picture()
        picture.type, picture.mime, picture.data = FRONT_COVER, _mime(tags.cover), tags.cover
        if isinstance(file, FLAC):
            file.add_picture(picture)
        else:
            file["metadata_block_picture"] = b64encode(picture.write()).decode()
    file.save()


def _write_id3(path: Path, tags: Tags) -> None:
    written = id3.ID3()
    if path.suffix in CHUNKED:
        file = mutagen.File(path)
        file.add_tags()
        written = file.tags
    for name, values in _words(tags).items():
        if name in ID3_FRAMES:
            written.add(ID3_FRAMES[name](encoding=3, text=values))
        elif name in FREE:
            written.add(id3.TXXX(encoding=3, desc=FREE[name], text=values))
    for frame in _more_id3_frames(tags):
        written.add(frame)
    written.save(path)


def _more_id3_frames(tags: Tags) -> Iterator[id3.Frame]:
    """Those that are not text alone."""
    if tags.comment:
        yield id3.COMM(encoding=3, lang="eng", text=tags.comment)
    if tags.lyrics:
        yield id3.USLT(encoding=3, lang="eng", text=tags.lyrics)
    if tags.timed_lyrics:
        lines = [(line, at_ms) for at_ms, line in tags.timed_lyrics]
        yield id3.SYLT(encoding=3, lang="eng", format=2, type=1, text=lines)
    if tags.cover:
        yield id3.APIC(encoding=3, mime=_mime(tags.cover), type=FRONT_COVER, data=tags.cover)
    if tags.musicbrainz_recording_id:
        known = tags.musicbrainz_recording_id.encode()
        yield id3.UFID(owner="http://musicbrainz.org", data=known)


def _write_mp4(path: Path, tags: Tags) -> None:
    file = mp4.MP4(path)
    for name, values in _words(tags).items():
        if name in MP4_ATOMS:
            file[MP4_ATOMS[name]] = values
        elif name in FREE_IN_MP4:
            free = f"----:com.apple.iTunes:{FREE_IN_MP4[name]}"
            file[free] = [value.encode() for value in values]
    if tags.track:
        file["trkn"] = [(tags.track, tags.track_total)]
    if tags.disc:
        file["disk"] = [(tags.disc, tags.disc_total)]
    if tags.cover:
        file["covr"] = [mp4.MP4Cover(tags.cover, MP4_PICTURES[_mime(tags.cover)])]
    file.save()


def _mime(picture: bytes) -> str:
    return "image/png" if picture.startswith(b"\x89PNG") else "image/jpeg"


def _place(number: int, total: int = 0) -> str:
    return f"{number}/{total}" if total else str(number or "")


def _stamp(at_ms: int) -> str:
    minutes, rest_ms = divmod(at_ms, 60_000)
    return f"{minutes:02}:{rest_ms / 1000:05.2f}"
