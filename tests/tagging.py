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
    from collections.abc import Callable, Iterator
    from pathlib import Path

FRONT_COVER = 3
VORBIS = {".flac", ".ogg", ".opus"}
ID3 = {".mp3", ".wav", ".aiff"}


@dataclass(frozen=True, slots=True)
class Tags:
    """What a file says about itself; what is empty is not written."""

    title: str = ""
    artists: tuple[str, ...] = ()
    album: str = ""
    album_artist: str = ""
    track: int = 0
    disc: int = 0
    disc_total: int = 0
    date: str = ""
    genre: str = ""
    composer: str = ""
    lyrics: str = ""
    timed_lyrics: tuple[tuple[int, str], ...] = ()
    """When each line starts, in ms, and the line."""
    cover: bytes = b""
    musicbrainz_recording_id: str = ""


def write(path: Path, tags: Tags) -> None:
    """Write tags into a file, in the kind its format has."""
    if tags == Tags():
        return
    if path.suffix in VORBIS:
        _write_vorbis(path, tags)
    elif path.suffix in ID3:
        _write_id3(path, tags)
    else:
        _write_mp4(path, tags)


def cover(colour: str, edge_px: int = 700) -> bytes:
    """A square picture of one colour with a diagonal half in another, as PNG."""
    picture = Image.new("RGB", (edge_px, edge_px), colour)
    lighter = Image.new("RGB", (edge_px, edge_px), "#f4efe6")
    corner = Image.linear_gradient("L").resize((edge_px, edge_px))
    written = io.BytesIO()
    Image.composite(picture, lighter, corner).save(written, "PNG")
    return written.getvalue()


def _write_vorbis(path: Path, tags: Tags) -> None:
    file = mutagen.File(path)
    timed = "\n".join(f"[{_stamp(at_ms)}]{line}" for at_ms, line in tags.timed_lyrics)
    fields = {
        "title": tags.title,
        "album": tags.album,
        "albumartist": tags.album_artist,
        "tracknumber": str(tags.track or ""),
        "discnumber": str(tags.disc or ""),
        "disctotal": str(tags.disc_total or ""),
        "date": tags.date,
        "genre": tags.genre,
        "composer": tags.composer,
        "lyrics": timed or tags.lyrics,
        "musicbrainz_trackid": tags.musicbrainz_recording_id,
    }
    for name, value in fields.items():
        if value:
            file[name] = value
    if tags.artists:
        file["artist"] = list(tags.artists)
    if tags.cover:
        picture = Picture()
        picture.type, picture.mime, picture.data = FRONT_COVER, "image/png", tags.cover
        if isinstance(file, FLAC):
            file.add_picture(picture)
        else:
            file["metadata_block_picture"] = b64encode(picture.write()).decode()
    file.save()


def _write_id3(path: Path, tags: Tags) -> None:
    file = mutagen.File(path)
    if file.tags is None:
        file.add_tags()
    place = f"{tags.disc}/{tags.disc_total}" if tags.disc_total else str(tags.disc or "")
    frames: dict[Callable[..., id3.Frame], str] = {
        id3.TIT2: tags.title,
        id3.TALB: tags.album,
        id3.TPE2: tags.album_artist,
        id3.TRCK: str(tags.track or ""),
        id3.TPOS: place,
        id3.TDRC: tags.date,
        id3.TCON: tags.genre,
        id3.TCOM: tags.composer,
    }
    for frame, value in frames.items():
        if value:
            file.tags.add(frame(encoding=3, text=value))
    for extra in _id3_frames(tags):
        file.tags.add(extra)
    file.save()


def _id3_frames(tags: Tags) -> Iterator[id3.Frame]:
    if tags.artists:
        yield id3.TPE1(encoding=3, text=list(tags.artists))
    if tags.lyrics:
        yield id3.USLT(encoding=3, lang="eng", text=tags.lyrics)
    if tags.timed_lyrics:
        lines = [(line, at_ms) for at_ms, line in tags.timed_lyrics]
        yield id3.SYLT(encoding=3, lang="eng", format=2, type=1, text=lines)
    if tags.cover:
        yield id3.APIC(encoding=3, mime="image/png", type=FRONT_COVER, data=tags.cover)
    if tags.musicbrainz_recording_id:
        known = tags.musicbrainz_recording_id.encode()
        yield id3.UFID(owner="http://musicbrainz.org", data=known)


def _write_mp4(path: Path, tags: Tags) -> None:
    file = mp4.MP4(path)
    atoms = {
        "\xa9nam": tags.title,
        "\xa9alb": tags.album,
        "aART": tags.album_artist,
        "\xa9day": tags.date,
        "\xa9gen": tags.genre,
        "\xa9wrt": tags.composer,
        "\xa9lyr": tags.lyrics,
    }
    for atom, value in atoms.items():
        if value:
            file[atom] = value
    if tags.artists:
        file["\xa9ART"] = list(tags.artists)
    if tags.track:
        file["trkn"] = [(tags.track, 0)]
    if tags.disc:
        file["disk"] = [(tags.disc, tags.disc_total)]
    if tags.cover:
        file["covr"] = [mp4.MP4Cover(tags.cover, mp4.MP4Cover.FORMAT_PNG)]
    if tags.musicbrainz_recording_id:
        name = "----:com.apple.iTunes:MusicBrainz Track Id"
        file[name] = [tags.musicbrainz_recording_id.encode()]
    file.save()


def _stamp(at_ms: int) -> str:
    minutes, rest_ms = divmod(at_ms, 60_000)
    return f"{minutes:02}:{rest_ms / 1000:05.2f}"
