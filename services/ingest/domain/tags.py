"""What a file says about itself, read alike from every kind of tag."""

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from services.ingest.domain.lyrics import LyricLine, plain_text, synced_lines

NAME_LENGTH = 255
TEXT_LENGTH = 4_000
LYRICS_LENGTH = 100_000
MOST_NAMES = 32
R128_TO_REPLAY_GAIN_DB = 5.0  # R128 tags aim at -23 LUFS, ReplayGain 2.0 at -18

Fields = Mapping[str, Sequence[str]]
"""Raw tag values by ``squeezed`` name, as the readers of each tag format hand them over."""


@dataclass(frozen=True, slots=True)
class MusicBrainzIds:
    """Identifiers in the MusicBrainz database, all of them UUIDs."""

    recording: str | None = None
    track: str | None = None
    release: str | None = None
    release_group: str | None = None
    artists: tuple[str, ...] = ()
    album_artists: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReplayGain:
    """Gains the file brings along, relative to -18 LUFS; peaks are amplitudes, full scale 1."""

    track_gain_db: float | None = None
    track_peak: float | None = None
    album_gain_db: float | None = None
    album_peak: float | None = None


@dataclass(frozen=True, slots=True)
class Tags:
    """The words about a recording: NFC text without control characters, of bounded length.

    Dates are ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``. ``explicit`` is None where nobody said.
    """

    title: str | None = None
    artists: tuple[str, ...] = ()
    album: str | None = None
    album_artists: tuple[str, ...] = ()
    track: int | None = None
    track_total: int | None = None
    disc: int | None = None
    disc_total: int | None = None
    date: str | None = None
    original_date: str | None = None
    genres: tuple[str, ...] = ()
    composers: tuple[str, ...] = ()
    label: str | None = None
    isrc: str | None = None
    barcode: str | None = None
    copyright: str | None = None
    comment: str | None = None
    compilation: bool = False
    explicit: bool | None = None
    tempo_bpm: float | None = None
    lyrics: str | None = None
    synced_lyrics: tuple[LyricLine, ...] = ()
    musicbrainz: MusicBrainzIds = field(default_factory=MusicBrainzIds)
    replay_gain: ReplayGain = field(default_factory=ReplayGain)


def squeezed(name: str) -> str:
    """The name of a field as all tag formats agree on it: ``MusicBrainz Album Id`` in one
    is ``MUSICBRAINZ_ALBUMID`` in another.
    """  # noqa: D205  the example belongs to the sentence
    return re.sub(r"[\s_\-]", "", name).casefold()


def tags_from(fields: Fields, synced: tuple[LyricLine, ...] = ()) -> Tags:
    """Make sense of raw fields; what makes none is left out, never an error."""
    track, track_total = _place(fields, "tracknumber", ("tracktotal", "totaltracks"))
    disc, disc_total = _place(fields, "discnumber", ("disctotal", "totaldiscs"))
    words = _first(fields, "lyrics", "unsyncedlyrics", "syncedlyrics") or ""
    written = clean(words, LYRICS_LENGTH, keep_lines=True) or ""
    return Tags(
        title=_name(fields, "title"),
        artists=_names(fields, "artists") or split_artists(_names(fields, "artist")),
        album=_name(fields, "album"),
        album_artists=_names(fields, "albumartists") or _names(fields, "albumartist"),
        track=track,
        track_total=track_total,
        disc=disc,
        disc_total=disc_total,
        date=_date(fields, "date", "releasedate", "year"),
        original_date=_date(fields, "originaldate", "originalyear"),
        genres=_names(fields, "genre", separators=r"\s*[;/,]\s*"),
        composers=_names(fields, "composer"),
        label=_name(fields, "label", "publisher", "organization"),
        isrc=_matching(fields, r"[A-Z]{2}[A-Z0-9]{3}\d{7}", "isrc"),
        barcode=_matching(fields, r"\d{8,14}", "barcode", "upc", "ean"),
        copyright=_name(fields, "copyright"),
        comment=clean(_first(fields, "comment", "description"), TEXT_LENGTH, keep_lines=True),
        compilation=_first(fields, "compilation") in ("1", "true", "True"),
        explicit={"1": True, "4": True, "0": False, "2": False}.get(
            _first(fields, "itunesadvisory") or ""
        ),
        tempo_bpm=_number(fields, "bpm", low=20, high=400),
        lyrics=plain_text(written) or None,
        synced_lyrics=synced or synced_lines(written),
        musicbrainz=_musicbrainz(fields),
        replay_gain=_replay_gain(fields),
    )


def with_file_name(tags: Tags, file_name: str) -> Tags:
    """Fill in title, artist and track number from a name like ``01 - Artist - Title.mp3``."""
    if tags.title and tags.artists:
        return tags
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", clean(file_name, NAME_LENGTH) or "")
    stem = stem if " " in stem else stem.replace("_", " ")
    number = re.match(r"(?:(\d)-)?(\d{1,3})(?:\.|\)|\s+-|-|(?=\s))\s*(?=\S)", stem)
    track = tags.track
    if number:
        track, stem = track or int(number.group(2)) or None, stem[number.end() :]
    parts = [part for part in re.split(r"\s+-\s+", stem) if not re.fullmatch(r"\d{1,3}", part)]
    title = parts[-1].strip() if parts else ""
    named = split_artists((parts[0].strip(),)) if len(parts) > 1 else ()
    return replace(
        tags,
        title=tags.title or title or "Untitled",
        artists=tags.artists or named,
        track=track,
    )


def clean(text: str | None, length: int, *, keep_lines: bool = False) -> str | None:
    """The text as NFC without control characters and outer space, or None if nothing is left."""
    if not text:
        return None
    text = unicodedata.normalize("NFC", text[: length * 4].replace("\r\n", "\n"))
    kept = "".join(char for char in text if _printable(char) or (keep_lines and char == "\n"))
    return kept[:length].strip() or None


def split_artists(names: Sequence[str]) -> tuple[str, ...]:
    """Single artists out of credits such as ``A feat. B`` or ``A; B``; ``AC/DC`` stays whole."""
    credit = r"\s*;\s*|\s+/\s+|\s+[\(\[]?(?:feat\.?|ft\.?|featuring)\s+"
    found = []
    for name in names:
        parts = re.split(credit, name, flags=re.IGNORECASE)
        found += [part.rstrip(")]") if i else part for i, part in enumerate(parts)]
    return tuple(dict.fromkeys(filter(None, found)))[:MOST_NAMES]


def _printable(char: str) -> bool:
    # Cc, Cs and the bidirectional overrides could break a line or turn it around on a screen.
    return unicodedata.category(char) not in ("Cc", "Cs", "Co", "Cn") and not (
        "\u202a" <= char <= "\u202e" or "\u2066" <= char <= "\u2069"
    )


def _first(fields: Fields, *names: str) -> str | None:
    return next((value for name in names for value in fields.get(name, ()) if value.strip()), None)


def _name(fields: Fields, *names: str) -> str | None:
    return clean(_first(fields, *names), NAME_LENGTH)


def _names(fields: Fields, name: str, separators: str = r"\s*;\s*") -> tuple[str, ...]:
    parts = (part for value in fields.get(name, ()) for part in re.split(separators, value))
    cleaned = (clean(part, NAME_LENGTH) for part in parts)
    return tuple(dict.fromkeys(filter(None, cleaned)))[:MOST_NAMES]


def _matching(fields: Fields, pattern: str, *names: str) -> str | None:
    value = re.sub(r"[\s-]", "", _first(fields, *names) or "").upper()
    return value if re.fullmatch(pattern, value) else None


def _date(fields: Fields, *names: str) -> str | None:
    value = _first(fields, *names) or ""
    found = re.match(r"[12]\d{3}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?", value.strip())
    return found.group() if found else None


def _place(fields: Fields, name: str, totals: Sequence[str]) -> tuple[int | None, int | None]:
    """Number and total, from ``3/12`` or from two fields."""
    number, _, total = (_first(fields, name) or "").partition("/")
    return _counting(number), _counting(total) or _counting(_first(fields, *totals) or "")


def _counting(text: str) -> int | None:
    found = re.fullmatch(r"\s*0*([1-9]\d{0,3})\s*", text)
    return int(found.group(1)) if found else None


def _number(fields: Fields, *names: str, low: float, high: float) -> float | None:
    found = re.match(r"\s*([+-]?\d{1,6}(?:[.,]\d{1,9})?)", _first(fields, *names) or "")
    if found is None:
        return None
    value = float(found.group(1).replace(",", "."))
    return value if math.isfinite(value) and low <= value <= high else None


def _uuids(fields: Fields, name: str) -> tuple[str, ...]:
    pattern = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    found = (uuid for value in fields.get(name, ()) for uuid in re.findall(pattern, value.lower()))
    return tuple(dict.fromkeys(found))[:MOST_NAMES]


def _musicbrainz(fields: Fields) -> MusicBrainzIds:
    def one(name: str) -> str | None:
        return next(iter(_uuids(fields, name)), None)

    return MusicBrainzIds(
        recording=one("musicbrainztrackid"),  # the old name of a recording, kept by every tagger
        track=one("musicbrainzreleasetrackid"),
        release=one("musicbrainzalbumid"),
        release_group=one("musicbrainzreleasegroupid"),
        artists=_uuids(fields, "musicbrainzartistid"),
        album_artists=_uuids(fields, "musicbrainzalbumartistid"),
    )


def _replay_gain(fields: Fields) -> ReplayGain:
    def gain_db(scope: str) -> float | None:
        fixed = _number(fields, f"r128{scope}gain", low=-32768, high=32767)
        if fixed is not None:
            return round(fixed / 256 + R128_TO_REPLAY_GAIN_DB, 2)  # Q7.8 fixed point
        return _number(fields, f"replaygain{scope}gain", low=-60, high=60)

    return ReplayGain(
        track_gain_db=gain_db("track"),
        track_peak=_number(fields, "replaygaintrackpeak", low=0, high=100),
        album_gain_db=gain_db("album"),
        album_peak=_number(fields, "replaygainalbumpeak", low=0, high=100),
    )
