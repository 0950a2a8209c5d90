"""Audio files as people have them: every format we take, with tags, covers and lyrics."""

import base64
import io
import subprocess
from collections.abc import Mapping
from pathlib import Path

import imageio_ffmpeg
import mutagen
from mutagen.flac import FLAC, Picture
from mutagen.id3 import APIC, COMM, ID3, SYLT, TXXX, UFID, USLT, Encoding, Frames
from mutagen.mp4 import MP4, MP4Cover, MP4FreeForm
from PIL import Image

from tests.music import RATE_HZ, Audio, Piece, play

FORMATS: Mapping[str, tuple[str, ...]] = {
    "song.flac": ("-c:a", "flac", "-sample_fmt", "s16"),
    "song-24.flac": ("-c:a", "flac", "-sample_fmt", "s32", "-ar", "96000"),
    "song.mp3": ("-c:a", "libmp3lame", "-b:a", "192k"),
    "song-vbr.mp3": ("-c:a", "libmp3lame", "-q:a", "4"),
    "song-aac.m4a": ("-c:a", "aac", "-b:a", "128k"),
    "song-alac.m4a": ("-c:a", "alac", "-sample_fmt", "s16p"),
    "song.ogg": ("-c:a", "libvorbis", "-q:a", "5"),
    "song.opus": ("-c:a", "libopus", "-b:a", "96k"),
    "song.wav": ("-c:a", "pcm_s16le"),
    "song.aiff": ("-c:a", "pcm_s24be"),
    "song.aac": ("-c:a", "aac", "-b:a", "96k"),
    "song.webm": ("-c:a", "libopus", "-b:a", "96k"),
}
"""File names and the arguments ffmpeg makes them with."""

TITLE, ALBUM = "Größe — 東京の夜", "Nachtlieder / Δ"
ARTISTS, ALBUM_ARTIST = ("Björk Þór", "坂本 光"), "Various Artists"
RECORDING_ID = "b1a9c0e9-d987-4042-ae91-78d6a3267d69"
RELEASE_ID = "2f6c8a3e-6a4c-4b4b-9b0a-6a0f1f3a5c11"
LYRICS = "First line\nZweite Zeile"
SYNCED = ((1_000, "First line"), (4_500, "Zweite Zeile"))
LRC = "[ti:x]\n[00:01.00]First line\n[00:04.50]Zweite Zeile"


def write_audio(
    path: Path, audio: Audio | None = None, arguments: tuple[str, ...] = ("auto",), rate_hz: int = 0
) -> Path:
    """Encode ``audio``, or a house piece of 12 s, in the format that the name asks for."""
    sound = play(Piece()) if audio is None else audio
    if arguments == ("auto",):
        arguments = next(FORMATS[name] for name in FORMATS if name.endswith(path.suffix))
    source = ["-f", "f32le", "-ar", str(rate_hz or RATE_HZ), "-ac", str(len(sound)), "-i", "pipe:0"]
    program = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *source]
    subprocess.run(
        [*program, *arguments, f"file:{path}"], input=sound.T.astype("<f4").tobytes(), check=True
    )
    return path


def picture(width_px: int = 640, height_px: int = 480, kind: str = "JPEG") -> bytes:
    """A picture with a gradient in it."""
    gradient = Image.linear_gradient("L").resize((width_px, height_px))
    written = io.BytesIO()
    Image.merge("RGB", (gradient, gradient.rotate(90), gradient.rotate(180))).save(written, kind)
    return written.getvalue()


def write_tags(path: Path, cover: bytes | None = None, **changed: str) -> Path:
    """Give a file a full set of tags in the manner of its format; ``changed`` wins over them."""
    words = _WORDS | changed
    match path.suffix:
        case ".mp3" | ".aac" | ".wav" | ".aiff":
            _tag_id3(path, words, cover)
        case ".m4a":
            _tag_mp4(path, words, cover)
        case ".flac" | ".ogg" | ".opus":
            _tag_vorbis(path, words, cover)
    return path


_WORDS = {
    "title": TITLE,
    "artist": "; ".join(ARTISTS),
    "album": ALBUM,
    "albumartist": ALBUM_ARTIST,
    "track": "3/12",
    "disc": "2/3",
    "date": "2019-05-17",
    "genre": "Electronic",
    "composer": "J. S. Bach",
    "isrc": "DEAB11900001",
    "comment": "kept",
}
_ID3_FRAMES = {
    "title": "TIT2", "artist": "TPE1", "album": "TALB", "albumartist": "TPE2", "track": "TRCK",
    "disc": "TPOS", "date": "TDRC", "genre": "TCON", "composer": "TCOM", "isrc": "TSRC",
}  # fmt: skip
_MP4_ATOMS = {
    "title": "\xa9nam", "artist": "\xa9ART", "album": "\xa9alb", "albumartist": "aART",
    "date": "\xa9day", "genre": "\xa9gen", "composer": "\xa9wrt", "comment": "\xa9cmt",
}  # fmt: skip


def _tag_id3(path: Path, words: Mapping[str, str], cover: bytes | None) -> None:
    wave = mutagen.File(path) if path.suffix in (".wav", ".aiff") else None
    if wave is not None:
        wave.add_tags()
    tag = ID3() if wave is None else wave.tags
    for name, frame in _ID3_FRAMES.items():
        tag.add(Frames[frame](encoding=Encoding.UTF8, text=words[name].split("; ")))
    tag.add(COMM(encoding=Encoding.UTF8, lang="eng", desc="", text=[words["comment"]]))
    tag.add(USLT(encoding=Encoding.UTF8, lang="eng", desc="", text=LYRICS))
    timed = [(text, time_ms) for time_ms, text in SYNCED]
    tag.add(SYLT(encoding=Encoding.UTF8, lang="eng", format=2, type=1, desc="", text=timed))
    tag.add(UFID(owner="http://musicbrainz.org", data=RECORDING_ID.encode()))
    for name, value in _FREE.items():
        tag.add(TXXX(encoding=Encoding.UTF8, desc=name, text=[value]))
    if cover is not None:
        tag.add(APIC(encoding=Encoding.UTF8, mime="image/jpeg", type=3, desc="", data=cover))
    tag.save(path) if wave is None else wave.save()


_FREE = {
    "MusicBrainz Album Id": RELEASE_ID,
    "REPLAYGAIN_TRACK_GAIN": "-7.50 dB",
    "REPLAYGAIN_TRACK_PEAK": "0.988525",
}


def _tag_mp4(path: Path, words: Mapping[str, str], cover: bytes | None) -> None:
    file = MP4(path)
    for name, atom in _MP4_ATOMS.items():
        file[atom] = words[name].split("; ")
    file["trkn"], file["disk"] = [(3, 12)], [(2, 3)]
    file["\xa9lyr"] = [LRC]
    free = _FREE | {"MusicBrainz Track Id": RECORDING_ID, "ISRC": words["isrc"]}
    for name, value in free.items():
        file[f"----:com.apple.iTunes:{name}"] = [MP4FreeForm(value.encode())]
    if cover is not None:
        file["covr"] = [MP4Cover(cover)]
    file.save()


def _tag_vorbis(path: Path, words: Mapping[str, str], cover: bytes | None) -> None:
    file = mutagen.File(path)
    for name, value in words.items():
        file[{"track": "tracknumber", "disc": "discnumber"}.get(name, name)] = value.split("; ")
    file["lyrics"] = [LRC]
    file["musicbrainz_trackid"], file["musicbrainz_albumid"] = [RECORDING_ID], [RELEASE_ID]
    file["replaygain_track_gain"], file["replaygain_track_peak"] = ["-7.50 dB"], ["0.988525"]
    if cover is not None:
        front = Picture()
        front.type, front.mime, front.data = 3, "image/jpeg", cover
        if isinstance(file, FLAC):
            file.add_picture(front)
        else:
            file["metadata_block_picture"] = [base64.b64encode(front.write()).decode()]
    file.save()
