"""Raw tag fields and pictures out of every tag format, through mutagen. Runs in the cage."""

import base64
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import BinaryIO

from mutagen import File, FileType, MutagenError
from mutagen._vorbis import VComment
from mutagen.aac import AAC
from mutagen.aiff import AIFF
from mutagen.flac import FLAC, Picture
from mutagen.id3 import ID3, ID3NoHeaderError
from mutagen.mp3 import MP3
from mutagen.mp4 import MP4
from mutagen.oggflac import OggFLAC
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis
from mutagen.wave import WAVE

from services.ingest.adapters.media import id3
from services.ingest.adapters.media.raw import RawTags
from services.ingest.domain.formats import Container
from services.ingest.domain.tags import squeezed

FRONT_COVER = 3  # the picture type of ID3's APIC frame, which FLAC took over
_MP4_NAMES = {
    "\xa9nam": "title", "\xa9ART": "artist", "\xa9alb": "album", "aART": "albumartist",
    "\xa9day": "date", "\xa9gen": "genre", "\xa9wrt": "composer", "\xa9cmt": "comment",
    "\xa9lyr": "lyrics", "cprt": "copyright", "trkn": "tracknumber", "disk": "discnumber",
    "tmpo": "bpm", "cpil": "compilation", "rtng": "itunesadvisory", "\xa9pub": "publisher",
}  # fmt: skip
_FFMPEG_NAMES = {"track": "tracknumber", "disc": "discnumber", "organization": "label"}


def read_tags(path: Path, container: Container, other: Mapping[str, str]) -> RawTags:
    """The tags of a file; ``other``, FFmpeg's own findings, fills in where mutagen finds none.

    That is the case for Matroska, for the INFO chunk of WAV, and for APE tags.
    """
    raw = RawTags()
    if container in _READERS:
        _READERS[container](path, raw)
    for name, value in other.items():
        plain = squeezed(_FFMPEG_NAMES.get(name.lower(), name))
        if plain not in raw.fields:
            raw.add(plain, [value])
    return raw


def open_file(file: BinaryIO, container: Container) -> FileType | None:
    """The file as mutagen sees it, header and tags; None for kinds that it does not read."""
    if container is Container.OGG:
        ogg: FileType | None = File(file, options=_OGG)
        return ogg
    kind = _KINDS.get(container)
    opened = kind(file) if kind else None
    if container is Container.ADTS and opened is not None:
        opened.tags = _id3_in_front(file)  # type: ignore[assignment]  # mutagen has it as None
    return opened


def collect(container: Container, opened: FileType, raw: RawTags) -> None:
    """Sort the tags of an opened file into ``raw``, without its pictures."""
    match container:
        case Container.FLAC | Container.OGG:
            _collect_vorbis(opened.tags, raw)
        case Container.MP4:
            _collect_mp4(opened.tags, raw)
        case _:
            id3.collect(opened.tags, raw)


def _id3_in_front(file: BinaryIO) -> ID3 | None:
    """Raw AAC has no tag of its own; some writers put one in front, which mutagen passes over."""
    file.seek(0)
    try:
        return ID3(file)
    except ID3NoHeaderError:
        return None


def _read_id3(path: Path, raw: RawTags) -> None:
    try:
        id3.collect(ID3(path), raw)
    except ID3NoHeaderError:
        return


def _read_flac(path: Path, raw: RawTags) -> None:
    flac = FLAC(path)
    _collect_vorbis(flac.tags, raw)
    raw.pictures = _front_first(flac.pictures)


def _read_ogg(path: Path, raw: RawTags) -> None:
    ogg = File(path, options=_OGG)
    _collect_vorbis(None if ogg is None else ogg.tags, raw)


_OGG = [OggVorbis, OggOpus, OggFLAC]
_KINDS: Mapping[Container, type[FileType]] = {
    Container.MP3: MP3,
    Container.ADTS: AAC,
    Container.FLAC: FLAC,
    Container.MP4: MP4,
    Container.WAV: WAVE,
    Container.AIFF: AIFF,
}
_READERS: Mapping[Container, Callable[[Path, RawTags], None]] = {
    Container.MP3: _read_id3,
    Container.ADTS: _read_id3,
    Container.FLAC: _read_flac,
    Container.OGG: _read_ogg,
    Container.MP4: lambda path, raw: _collect_mp4(MP4(path).tags, raw),
    Container.WAV: lambda path, raw: id3.collect(WAVE(path).tags, raw),
    Container.AIFF: lambda path, raw: id3.collect(AIFF(path).tags, raw),
}


def _collect_vorbis(comments: object, raw: RawTags) -> None:
    pictures = []
    for name, value in comments if isinstance(comments, VComment) else ():
        if name.lower() == "metadata_block_picture":
            try:
                pictures.append(Picture(base64.b64decode(value)))
            except (MutagenError, ValueError):
                continue
        else:
            raw.add(name, [value])
    raw.pictures = _front_first(pictures)


def _front_first(pictures: Iterable[Picture]) -> list[bytes]:
    return [shot.data for shot in sorted(pictures, key=lambda shot: shot.type != FRONT_COVER)]


def _collect_mp4(atoms: Mapping[str, object] | None, raw: RawTags) -> None:
    for atom, content in (atoms or {}).items():
        values = content if isinstance(content, list) else [content]
        if atom == "covr":
            raw.pictures = [bytes(value) for value in values if isinstance(value, bytes)]
        elif atom.startswith("----:"):
            texts = (value for value in values if isinstance(value, bytes))
            raw.add(atom.rpartition(":")[2], (text.decode(errors="replace") for text in texts))
        elif atom in _MP4_NAMES:
            raw.add(_MP4_NAMES[atom], map(_mp4_text, values))


def _mp4_text(value: object) -> str:
    match value:
        case (int() as number, int() as total):
            return f"{number}/{total}"
        case bool():
            return str(int(value))
        case _:
            return str(value)
