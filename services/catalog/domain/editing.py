"""What people may write about music, checked before anything is touched."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from libs.common.faults import InvalidInput
from services.catalog.domain.music import Credit, LyricLine, Lyrics, with_join_phrases
from services.catalog.domain.names import (
    LONGEST_LYRICS,
    LONGEST_NAME,
    folded,
    sort_name,
    tidy_date,
)
from services.catalog.domain.publishing import (
    HIGHEST_NUMBER,
    LAST_LYRIC_MS,
    LONGEST_LANGUAGE,
    LONGEST_LYRIC_LINE,
    MOST_CREDITS,
    MOST_LYRIC_LINES,
)
from services.catalog.domain.text import line, line_or_nothing, prose

MOST_VALUES = 50


@dataclass(frozen=True, slots=True)
class TrackEdit:
    """What to change about a track; None, and no names, leave it as it is."""

    title: str | None = None
    sort_title: str | None = None
    artist_names: Sequence[str] = ()
    album_title: str | None = None
    album_artist_names: Sequence[str] = ()
    disc_number: int | None = None
    track_number: int | None = None
    date: str | None = None
    genres: Sequence[str] | None = None
    composers: Sequence[str] | None = None
    label: str | None = None
    comment: str | None = None
    explicit: bool | None = None

    def columns(self, edited: Sequence[str]) -> Mapping[str, object]:
        """Columns of the track to set; ``edited`` names fields a person wrote before."""
        columns: dict[str, object] = {}
        sort_title = self.sort_title
        if self.title is not None:
            title = _name(self.title, "title")
            columns["title"] = title
            if sort_title is None and "sort_title" not in edited:
                columns |= _sorted_as(sort_name(title))
        if sort_title is not None:
            columns |= _sorted_as(sort_title)
        if self.genres is not None:
            columns["genres"] = _names(self.genres, "genres")
            columns["genre_keys"] = [folded(genre) for genre in _names(self.genres, "genres")]
        if self.composers is not None:
            columns["composers"] = _names(self.composers, "composers")
        if self.comment is not None:
            columns["comment"] = prose(self.comment, "comment")
        if self.explicit is not None:
            columns["explicit"] = self.explicit
        return {**columns, **self._numbers(), **_dates(self.date, None), **_label(self.label)}

    def _numbers(self) -> Mapping[str, object]:
        numbers = {"disc_number": self.disc_number, "track_number": self.track_number}
        for name, number in numbers.items():
            if number is not None and not 0 <= number <= HIGHEST_NUMBER:
                raise InvalidInput(f"{name} must be from 0 to {HIGHEST_NUMBER}")
        return {name: number for name, number in numbers.items() if number is not None}

    def credits(self) -> Sequence[Credit]:
        """Who made the track, when that changes."""
        return _credits(self.artist_names, "artist_names")

    def album(self) -> tuple[str, Sequence[Credit]] | None:
        """Title and artists of the album it moves to; no title takes it out of its album."""
        if self.album_title is None:
            if self.album_artist_names:
                raise InvalidInput("album_artist_names need an album_title to go with")
            return None
        title = line_or_nothing(self.album_title, "album_title", LONGEST_NAME)
        return title, _credits(self.album_artist_names, "album_artist_names")


@dataclass(frozen=True, slots=True)
class AlbumEdit:
    """What to change about an album; None, and no names, leave it as it is."""

    title: str | None = None
    sort_title: str | None = None
    artist_names: Sequence[str] = ()
    date: str | None = None
    original_date: str | None = None
    label: str | None = None
    compilation: bool | None = None

    def titles(self, title: str, sort_title: str, edited: Sequence[str]) -> tuple[str, str]:
        """Title and sort title as they become, from what they are."""
        if self.title is not None:
            title = _name(self.title, "title")
            if "sort_title" not in edited:
                sort_title = sort_name(title)
        if self.sort_title is not None:
            written = line_or_nothing(self.sort_title, "sort_title", LONGEST_NAME)
            sort_title = written or sort_name(title)
        return title, sort_title

    def credits(self) -> Sequence[Credit]:
        """Who made the album, when that changes."""
        return _credits(self.artist_names, "artist_names")

    def columns(self) -> Mapping[str, object]:
        """Columns of the album to set, besides those that follow from its names."""
        columns: dict[str, object] = {}
        if self.compilation is not None:
            columns["compilation"] = self.compilation
        return {**columns, **_dates(self.date, self.original_date), **_label(self.label)}


@dataclass(frozen=True, slots=True)
class ArtistEdit:
    """What to change about an artist; None stays as it is."""

    name: str | None = None
    sort_name: str | None = None

    def names(self, name: str, sorted_as: str) -> tuple[str, str]:
        """Name and sort name as they become, from what they are."""
        if self.name is not None:
            automatic = sorted_as == sort_name(name)
            name = _name(self.name, "name")
            sorted_as = sort_name(name) if automatic else sorted_as
        if self.sort_name is not None:
            written = line_or_nothing(self.sort_name, "sort_name", LONGEST_NAME)
            sorted_as = written or sort_name(name)
        return name, sorted_as


def checked_lyrics(lyrics: Lyrics) -> Lyrics:
    """Lyrics somebody wrote, or InvalidInput; synced ones come in order of time."""
    if len(lyrics.lines) > MOST_LYRIC_LINES:
        raise InvalidInput(f"lyrics must have at most {MOST_LYRIC_LINES} lines")
    if not all(0 <= each.start_ms <= LAST_LYRIC_MS for each in lyrics.lines):
        raise InvalidInput("a line of lyrics must start between 0 and 24 hours")
    lines = [
        LyricLine(each.start_ms, line_or_nothing(each.text, "a line of lyrics", LONGEST_LYRIC_LINE))
        for each in sorted(lyrics.lines, key=lambda each: each.start_ms)
    ]
    language = line_or_nothing(lyrics.language, "language", LONGEST_LANGUAGE)
    return Lyrics(language, prose(lyrics.plain, "lyrics", LONGEST_LYRICS), lines)


def fields_of(edit: TrackEdit | AlbumEdit) -> Sequence[str]:
    """Names of the fields an edit changes: tags of a later file leave them alone."""
    return [name for name in edit.__slots__ if getattr(edit, name) not in (None, (), [])]


def _name(text: str, what: str) -> str:
    return line(text, what, LONGEST_NAME)


def _sorted_as(sort_title: str) -> Mapping[str, object]:
    written = _name(sort_title, "sort_title")
    return {"sort_title": written, "sort_key": folded(written)}


def _dates(date: str | None, original_date: str | None) -> Mapping[str, object]:
    dates = {"date": date, "original_date": original_date}
    for name, text in dates.items():
        if text and tidy_date(text) != text:
            raise InvalidInput(f"{name} must be written like 1973, 1973-03 or 1973-03-01")
    return {name: text for name, text in dates.items() if text is not None}


def _label(label: str | None) -> Mapping[str, object]:
    return {} if label is None else {"label": line_or_nothing(label, "label", LONGEST_NAME)}


def _names(texts: Sequence[str], what: str) -> Sequence[str]:
    if len(texts) > MOST_VALUES:
        raise InvalidInput(f"{what} must be at most {MOST_VALUES}")
    by_key = {folded(text): _name(text, f"each of {what}") for text in reversed(texts)}
    return list(reversed(by_key.values()))


def _credits(names: Sequence[str], what: str) -> Sequence[Credit]:
    if len(names) > MOST_CREDITS:
        raise InvalidInput(f"{what} must be at most {MOST_CREDITS}")
    return with_join_phrases([_name(name, f"each of {what}") for name in names])
