"""What a demo file says about itself: ID3 for MP3, Vorbis comments for FLAC and Opus."""

import base64
from pathlib import Path

from mutagen import id3
from mutagen.flac import FLAC, Picture
from mutagen.oggopus import OggOpus

from scripts.demo.records import COMMENT, COPYRIGHT, LABEL, LICENCE_URL, Piece
from services.synth.domain.playing import RATE_HZ

_FRONT_COVER = 3
_ENGLISH = "eng"


def tag(path: Path, piece: Piece, cover_jpeg: bytes) -> None:
    """Write every tag and the front cover into an audio file of any of the demo's containers."""
    if path.suffix == ".mp3":
        _id3(piece, cover_jpeg).save(path)
        return
    file = FLAC(path) if path.suffix == ".flac" else OggOpus(path)
    for name, value in vorbis_comments(piece).items():
        file[name] = value
    picture = Picture()
    picture.type, picture.mime, picture.data = _FRONT_COVER, "image/jpeg", cover_jpeg
    picture.width = picture.height = 1000
    picture.depth = 24
    if isinstance(file, FLAC):
        file.add_picture(picture)
    else:
        file["METADATA_BLOCK_PICTURE"] = base64.b64encode(picture.write()).decode("ascii")
    file.save()


def synced_lyrics(piece: Piece) -> str:
    """The lines with the moment each begins, in LRC: ``[mm:ss.cc]line``."""
    moments = ((divmod(piece.music.line(bar) / RATE_HZ, 60), line) for bar, line in piece.lyrics)
    return "\n".join(
        f"[{int(minute):02}:{second:05.2f}]{line}" for (minute, second), line in moments
    )


def plain_lyrics(piece: Piece) -> str:
    """The lines alone."""
    return "\n".join(line for _, line in piece.lyrics)


def vorbis_comments(piece: Piece) -> dict[str, list[str]]:
    """The tags by their Vorbis names; a list where the piece has several artists."""
    album = piece.album
    comments = {
        "TITLE": [piece.title],
        "ARTIST": [" & ".join(piece.artists)],
        "ARTISTS": list(piece.artists),
        "ALBUMARTIST": [album.artist],
        "ALBUM": [album.title],
        "TRACKNUMBER": [str(piece.track)],
        "TRACKTOTAL": [str(album.disc_tracks[piece.disc - 1])],
        "DISCNUMBER": [str(piece.disc)],
        "DISCTOTAL": [str(len(album.disc_tracks))],
        "DATE": [album.date],
        "GENRE": [piece.genre],
        "COMPOSER": list(piece.artists),
        "LABEL": [LABEL],
        "LICENSE": [LICENCE_URL],
        "COPYRIGHT": [COPYRIGHT],
        "BPM": [f"{piece.music.begins.tempo_bpm:g}"],
        "INITIALKEY": [piece.music.key],
        "COMMENT": [COMMENT],
    }
    if album.compilation:
        comments["COMPILATION"] = ["1"]
    if piece.lyrics:
        comments |= {"LYRICS": [synced_lyrics(piece)], "UNSYNCEDLYRICS": [plain_lyrics(piece)]}
    return comments


def _id3(piece: Piece, cover_jpeg: bytes) -> id3.ID3:
    album = piece.album
    texts: dict[str, list[str]] = {
        "TIT2": [piece.title],
        "TPE1": [" & ".join(piece.artists)],
        "TPE2": [album.artist],
        "TALB": [album.title],
        "TRCK": [f"{piece.track}/{album.disc_tracks[piece.disc - 1]}"],
        "TPOS": [f"{piece.disc}/{len(album.disc_tracks)}"],
        "TDRC": [album.date],
        "TCON": [piece.genre],
        "TCOM": list(piece.artists),
        "TPUB": [LABEL],
        "TCOP": [COPYRIGHT],
        "TBPM": [f"{piece.music.begins.tempo_bpm:g}"],
        "TKEY": [piece.music.key],
    }
    if album.compilation:
        texts["TCMP"] = ["1"]
    tags = id3.ID3()
    for frame, text in texts.items():
        tags.add(id3.Frames[frame](encoding=id3.Encoding.UTF8, text=text))
    tags.add(id3.TXXX(encoding=id3.Encoding.UTF8, desc="ARTISTS", text=list(piece.artists)))
    tags.add(id3.WCOP(url=LICENCE_URL))
    tags.add(id3.COMM(encoding=id3.Encoding.UTF8, lang=_ENGLISH, desc="", text=[COMMENT]))
    tags.add(id3.APIC(mime="image/jpeg", type=_FRONT_COVER, desc="", data=cover_jpeg))
    return tags
