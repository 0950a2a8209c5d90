"""Artists, albums, tracks and the words and libraries around them."""

from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field

from services.gateway.wire.shapes import (
    Answer,
    Given,
    Instant,
    MaybeInstant,
    MaybeNumber,
    MaybeText,
    SparseAnswer,
    spoken,
)
from tutti.catalog.v1 import music_pb2 as pb


class Quality(StrEnum):
    """Which form of a recording to play."""

    ORIGINAL = "original"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    OPUS = "opus"
    PREVIEW = "preview"
    HLS = "hls"


class StreamQuality(StrEnum):
    """Which form of a recording to play from one address: all but HLS, which has many."""

    ORIGINAL = "original"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    OPUS = "opus"
    PREVIEW = "preview"


class ArtistCredit(Answer):
    """An artist as credited on one track or album."""

    artist_id: MaybeText
    name: str
    join_phrase: str = Field(description='What stands between this name and the next: " feat. ".')
    musicbrainz_artist_id: MaybeText


class Artist(Answer):
    """Someone whose name is on a record."""

    id: str
    name: str
    sort_name: str
    musicbrainz_artist_id: MaybeText
    album_count: int
    track_count: int
    cover_sha256: MaybeText
    favourite_at: MaybeInstant
    rating: MaybeNumber


class Album(Answer):
    """A release: what came out together under one title."""

    id: str
    library_id: str
    title: str
    sort_title: str
    artists: list[ArtistCredit]
    date: MaybeText = Field(description='As precise as known: "1973", "1973-03", "1973-03-01".')
    original_date: MaybeText
    disc_count: MaybeNumber
    track_count: int
    duration_ms: int
    genres: list[str]
    label: MaybeText
    barcode: MaybeText
    compilation: bool
    cover_sha256: MaybeText
    musicbrainz_release_id: MaybeText
    musicbrainz_release_group_id: MaybeText
    added_at: Instant
    favourite_at: MaybeInstant
    rating: MaybeNumber
    play_count: int


class SourceFormat(Answer):
    """What the original file is."""

    container: str
    codec: str
    sample_rate_hz: int
    channels: int
    bit_depth: MaybeNumber
    bitrate_kbps: int
    size_bytes: int
    file_name: str
    lossless: bool


class Loudness(SparseAnswer):
    """How loud a recording is, by EBU R128 and ReplayGain 2.0."""

    integrated_lufs: float = 0.0
    range_lu: float = 0.0
    true_peak_dbtp: float = 0.0
    track_gain_db: float = 0.0
    album_gain_db: float | None = None
    track_peak: float = Field(0.0, description="Linear, full scale 1.0.")
    album_peak: float | None = None


class Analysis(Answer):
    """What an analysis engine heard."""

    engine: str
    engine_version: str
    tempo_bpm: Annotated[float | None, BeforeValidator(lambda bpm: bpm or None)]
    tempo_confidence: float
    key: MaybeText = Field(description='Camelot notation, from "1A" to "12B".')
    key_confidence: float
    energy: float
    spectral_centroid_hz: float
    spectral_rolloff_hz: float
    spectral_flatness: float
    onset_rate_hz: float
    danceability: float
    beats_s: list[float] = Field(description="From the start. Empty where tracks are listed.")


class Rendition(Answer):
    """A playable form of a recording."""

    quality: Annotated[Quality, spoken(pb.Quality, "QUALITY_")]
    content_type: str
    size_bytes: int
    bitrate_kbps: int


class Track(Answer):
    """One recording in one library."""

    id: str
    library_id: str
    content_sha256: MaybeText = Field(description="Null while it is being prepared.")
    title: str
    sort_title: str
    artists: list[ArtistCredit]
    album_id: MaybeText
    album_title: MaybeText
    disc_number: MaybeNumber
    track_number: MaybeNumber
    duration_ms: int
    date: MaybeText
    genres: list[str]
    composers: list[str]
    label: MaybeText
    isrc: MaybeText
    comment: MaybeText
    explicit: bool
    cover_sha256: MaybeText
    musicbrainz_recording_id: MaybeText
    musicbrainz_track_id: MaybeText
    format: Annotated[SourceFormat | None, Given]
    loudness: Annotated[Loudness | None, Given]
    analysis: Annotated[Analysis | None, Given]
    has_lyrics: bool
    has_synced_lyrics: bool
    has_waveform: bool
    renditions: list[Rendition]
    added_at: Instant
    favourite_at: MaybeInstant
    rating: MaybeNumber
    play_count: int
    last_played_at: MaybeInstant
    demo: bool
    preparing: Annotated[bool, BeforeValidator(bool)] = Field(
        validation_alias="preparing_item_id",
        description="Shown already, playable in a while. `POST /tracks/prepare` hurries it.",
    )


class LyricLine(Answer):
    """One sung line and when it starts."""

    start_ms: int
    text: str


class Lyrics(Answer):
    """Words of a track."""

    language: MaybeText = Field(description="ISO 639-2.")
    plain: str
    lines: list[LyricLine] = Field(description="Empty when not synced.")


class Library(Answer):
    """A body of music and the people who may see it."""

    id: str
    name: str
    owner_id: MaybeText = Field(description="Null for a library of the whole server.")
    shared_with_all: bool
    demo: bool
    folder: MaybeText
    track_count: int
    size_bytes: int
    member_ids: list[str]
