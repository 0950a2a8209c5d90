"""A recording on its way into a library: what its tags say, made fit to keep."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from services.catalog.domain.music import (
    VARIOUS_ARTISTS,
    VARIOUS_ARTISTS_MUSICBRAINZ_ID,
    Analysis,
    Credit,
    Loudness,
    LyricLine,
    Lyrics,
    Rendition,
    SourceFormat,
    display_name,
)
from services.catalog.domain.names import (
    LONGEST_LYRICS,
    folded,
    searchable,
    sort_name,
    tidy,
    tidy_date,
    tidy_list,
    tidy_musicbrainz_id,
    tidy_prose,
)

LIBRARY_GONE = "the library was removed"
LIBRARY_NOT_YOURS = "you may not add music to this library"
TRACK_GONE = "the track was removed since"
LONGEST_JOIN_PHRASE = 40
MOST_CREDITS = 50
HIGHEST_NUMBER = 9999
LONGEST_LANGUAGE = 3
LONGEST_LYRIC_LINE = 1000
MOST_LYRIC_LINES = 5000
LAST_LYRIC_MS = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class AlbumTags:
    """What tags say of the album a track is from."""

    title: str
    artists: Sequence[Credit]
    date: str = ""
    original_date: str = ""
    disc_count: int = 0
    label: str = ""
    barcode: str = ""
    compilation: bool = False
    musicbrainz_release_id: str = ""
    musicbrainz_release_group_id: str = ""

    def tidied(self, track_artists: Sequence[Credit]) -> Self:
        """The tags made fit to keep; who made the album is guessed where they do not say."""
        compilation = self.compilation
        artists = tidy_credits(self.artists)
        if not artists and compilation:
            artists = [Credit(VARIOUS_ARTISTS, "", VARIOUS_ARTISTS_MUSICBRAINZ_ID)]
        elif not artists:
            # Guests change from track to track; the one named first is whose album it is.
            artists = [replace(credit, join_phrase="") for credit in track_artists[:1]]
        return replace(
            self,
            title=tidy(self.title),
            artists=artists,
            date=tidy_date(self.date),
            original_date=tidy_date(self.original_date),
            disc_count=_number(self.disc_count),
            label=tidy(self.label),
            barcode=tidy(self.barcode, 32),
            musicbrainz_release_id=tidy_musicbrainz_id(self.musicbrainz_release_id),
            musicbrainz_release_group_id=tidy_musicbrainz_id(self.musicbrainz_release_group_id),
        )

    @property
    def identity(self) -> str:
        """What two albums of one library cannot share, unless MusicBrainz tells them apart."""
        return identity(self.title, display_name(self.artists), self.date)

    def columns(self) -> Mapping[str, object]:
        """What the album's row says."""
        return {
            **album_names(self.title, sort_name(self.title), self.artists),
            "tagged_as": self.identity,
            "date": self.date,
            "original_date": self.original_date,
            "disc_count": self.disc_count,
            "label": self.label,
            "barcode": self.barcode,
            "compilation": self.compilation,
            "musicbrainz_release_id": self.musicbrainz_release_id,
            "musicbrainz_release_group_id": self.musicbrainz_release_group_id,
        }


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording of which everything is known, for a library to take in."""

    ingest_item_id: str
    user_id: str
    library_id: str
    replaces_track_id: str
    content_sha256: str
    title: str
    sort_title: str
    artists: Sequence[Credit]
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
    has_waveform: bool
    renditions: Sequence[Rendition]
    album: AlbumTags
    lyrics: Lyrics

    def tidied(self) -> Self:
        """The recording with its tags made fit to keep. A file without a title has its name."""
        artists = tidy_credits(self.artists)
        return replace(
            self,
            title=tidy(self.title) or tidy(self.format.file_name) or "Untitled",
            sort_title=tidy(self.sort_title),
            artists=artists,
            disc_number=_number(self.disc_number),
            track_number=_number(self.track_number),
            date=tidy_date(self.date),
            genres=tidy_list(list(self.genres)),
            composers=tidy_list(list(self.composers)),
            label=tidy(self.label),
            isrc=tidy(self.isrc, 12),
            comment=tidy_prose(self.comment),
            format=replace(self.format, file_name=tidy(self.format.file_name)),
            lyrics=tidy_lyrics(self.lyrics),
            musicbrainz_recording_id=tidy_musicbrainz_id(self.musicbrainz_recording_id),
            musicbrainz_track_id=tidy_musicbrainz_id(self.musicbrainz_track_id),
            album=self.album.tidied(artists),
        )

    def words(self) -> Mapping[str, object]:
        """Columns a person may write, by the name of the field they belong to."""
        sort_title = self.sort_title or sort_name(self.title)
        return {
            "title": self.title,
            "sort_title": sort_title,
            "sort_key": folded(sort_title),
            "disc_number": self.disc_number,
            "track_number": self.track_number,
            "date": self.date,
            "genres": self.genres,
            "genre_keys": [folded(genre) for genre in self.genres],
            "composers": self.composers,
            "label": self.label,
            "comment": self.comment,
            "explicit": self.explicit,
        }


FIELD_OF = {"sort_key": "sort_title", "genre_keys": "genres"}
"""Columns that follow from a field of another name."""


def unedited(columns: Mapping[str, object], edited: Sequence[str]) -> Mapping[str, object]:
    """Columns without those of fields that a person wrote."""
    return {
        name: value for name, value in columns.items() if FIELD_OF.get(name, name) not in edited
    }


def identity(title: str, artist: str, date: str) -> str:
    """Title, artist and year as one text; the separator occurs in no folded name."""
    return "\x1f".join((folded(title), folded(artist), date[:4]))


def album_names(title: str, sort_title: str, artists: Sequence[Credit]) -> Mapping[str, object]:
    """Columns of an album that follow from its title and artists."""
    printed = display_name(artists)
    return {
        "title": title,
        "sort_title": sort_title,
        "title_key": folded(title),
        "sort_key": folded(sort_title),
        "artist_key": folded(printed),
        "artist_sort_key": folded(sort_name(printed)),
        "search_text": searchable(title, printed),
    }


def tidy_credits(artists: Sequence[Credit]) -> Sequence[Credit]:
    """Credits from tags, made fit to keep; those without a name are left out."""
    tidied = [
        replace(
            credit,
            name=tidy(credit.name),
            # A join phrase begins and ends with a space that counts.
            musicbrainz_artist_id=tidy_musicbrainz_id(credit.musicbrainz_artist_id),
            join_phrase=tidy(f"|{credit.join_phrase}|", LONGEST_JOIN_PHRASE).strip("|"),
        )
        for credit in artists
    ]
    return [credit for credit in tidied if credit.name][:MOST_CREDITS]


def tidy_lyrics(lyrics: Lyrics) -> Lyrics:
    """Lyrics from tags, made fit to keep."""
    lines = [
        LyricLine(each.start_ms, tidy(each.text, LONGEST_LYRIC_LINE))
        for each in sorted(lyrics.lines, key=lambda each: each.start_ms)
        if 0 <= each.start_ms <= LAST_LYRIC_MS
    ][:MOST_LYRIC_LINES]
    plain = tidy_prose(lyrics.plain, LONGEST_LYRICS)
    return Lyrics(tidy(lyrics.language, LONGEST_LANGUAGE), plain, lines)


def _number(number: int) -> int:
    return number if 0 <= number <= HIGHEST_NUMBER else 0
