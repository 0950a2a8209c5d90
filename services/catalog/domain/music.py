"""Music as the catalog knows it. Values for reading; what may change has its own module."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from libs.common.faults import NotFound

VARIOUS_ARTISTS = "Various Artists"
VARIOUS_ARTISTS_MUSICBRAINZ_ID = "89ad4ac3-39f7-470e-963a-56509c546377"
"""What MusicBrainz calls the artist of compilations: https://musicbrainz.org/doc/Special_Purpose_Artist"""


class UnknownTrack(NotFound):
    """The viewer can see no such track."""

    code = "unknown_track"


class UnknownAlbum(NotFound):
    """The viewer can see no such album."""

    code = "unknown_album"


class UnknownArtist(NotFound):
    """The viewer can see no such artist."""

    code = "unknown_artist"


class NoLyrics(NotFound):
    """Nobody has written down what is sung here."""

    code = "no_lyrics"


class NoRendition(NotFound):
    """The track was not made in this quality."""

    code = "no_rendition"


class UnknownCover(NotFound):
    """No album or track the viewer can see has this cover."""

    code = "unknown_cover"


class Quality(IntEnum):
    """Which form of a recording to play, numbered as in the contract."""

    ORIGINAL = 1
    HIGH = 2
    MEDIUM = 3
    LOW = 4
    OPUS = 5
    PREVIEW = 6
    HLS = 7


@dataclass(frozen=True, slots=True)
class Credit:
    """An artist as named on one track or album."""

    name: str
    join_phrase: str = ""
    musicbrainz_artist_id: str = ""
    artist_id: str = ""


@dataclass(frozen=True, slots=True)
class Marks:
    """What the viewer made of something."""

    favourite_at: datetime | None = None
    rating: int = 0
    play_count: int = 0
    last_played_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Artist:
    """Someone whose name is on a record, with what of theirs the viewer can see."""

    id: str
    name: str
    sort_name: str
    musicbrainz_artist_id: str
    album_count: int
    track_count: int
    cover_sha256: str
    marks: Marks


@dataclass(frozen=True, slots=True)
class Album:
    """A release in one library."""

    id: str
    library_id: str
    title: str
    sort_title: str
    artists: Sequence[Credit]
    date: str
    original_date: str
    disc_count: int
    track_count: int
    duration_ms: int
    genres: Sequence[str]
    label: str
    barcode: str
    compilation: bool
    cover_sha256: str
    musicbrainz_release_id: str
    musicbrainz_release_group_id: str
    added_at: datetime
    marks: Marks


@dataclass(frozen=True, slots=True)
class SourceFormat:
    """What the original file is."""

    container: str = ""
    codec: str = ""
    sample_rate_hz: int = 0
    channels: int = 0
    bit_depth: int = 0
    bitrate_kbps: int = 0
    size_bytes: int = 0
    file_name: str = ""
    lossless: bool = False


@dataclass(frozen=True, slots=True)
class Loudness:
    """How loud a recording is, by EBU R128 and ReplayGain 2.0."""

    integrated_lufs: float = 0.0
    range_lu: float = 0.0
    true_peak_dbtp: float = 0.0
    track_gain_db: float = 0.0
    album_gain_db: float | None = None
    track_peak: float = 0.0
    album_peak: float | None = None


@dataclass(frozen=True, slots=True)
class Analysis:
    """What an analysis engine heard. Beats are read only where one track is asked for."""

    engine: str = ""
    engine_version: str = ""
    tempo_bpm: float = 0.0
    tempo_confidence: float = 0.0
    key: str = ""
    key_confidence: float = 0.0
    energy: float = 0.0
    spectral_centroid_hz: float = 0.0
    spectral_rolloff_hz: float = 0.0
    spectral_flatness: float = 0.0
    onset_rate_hz: float = 0.0
    danceability: float = 0.0
    beats_s: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class Rendition:
    """A playable form of a recording in the object store."""

    quality: Quality
    object_key: str
    content_type: str
    size_bytes: int
    bitrate_kbps: int


@dataclass(frozen=True, slots=True)
class Track:
    """One recording in one library."""

    id: str
    library_id: str
    content_sha256: str
    title: str
    sort_title: str
    artists: Sequence[Credit]
    album_id: str
    album_title: str
    disc_number: int
    track_number: int
    duration_ms: int
    date: str
    genres: Sequence[str]
    composers: Sequence[str]
    label: str
    isrc: str
    comment: str
    explicit: bool
    cover_sha256: str
    musicbrainz_recording_id: str
    musicbrainz_track_id: str
    format: SourceFormat
    loudness: Loudness | None
    analysis: Analysis | None
    has_lyrics: bool
    has_synced_lyrics: bool
    has_waveform: bool
    renditions: Sequence[Rendition]
    added_at: datetime
    marks: Marks
    demo: bool
    preparing_item_id: str
    """The file at ingest while there is nothing to play yet, else empty."""


@dataclass(frozen=True, slots=True)
class LyricLine:
    """One sung line, and when it starts."""

    start_ms: int
    text: str


@dataclass(frozen=True, slots=True)
class Lyrics:
    """The words of a track; ``lines`` only where they are synced."""

    language: str = ""
    plain: str = ""
    lines: Sequence[LyricLine] = ()

    def __bool__(self) -> bool:
        """Whether there is a word in them."""
        return bool(self.plain or self.lines)


@dataclass(frozen=True, slots=True)
class Genre:
    """A genre, and how much of it the viewer can see."""

    name: str
    album_count: int
    track_count: int


def display_name(artists: Sequence[Credit]) -> str:
    """All credits as they are printed: "Ada feat. Bob"."""
    return "".join(credit.name + credit.join_phrase for credit in artists)


def with_join_phrases(names: Sequence[str]) -> Sequence[Credit]:
    """Credits for names written one by one: "A, B & C"."""
    phrases = [", "] * (len(names) - 2) + [" & "] * (len(names) > 1) + [""]
    return [Credit(name, phrase) for name, phrase in zip(names, phrases, strict=False)]
