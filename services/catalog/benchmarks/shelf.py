"""A large catalog, written straight into the database."""

import hashlib
import random
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from libs.common.postgres import Connection
from services.catalog.domain.music import Credit
from services.catalog.domain.names import folded, searchable, sort_name
from services.catalog.domain.publishing import album_names, identity

SYLLABLES = re.findall(
    r"\w+", "ka lo mi ra ten dor vel sha ni qu ost ber lin mor gan ute ish al ge fra zo"
)
WORDS_KNOWN = 6000
ALBUMS_EACH, TRACKS_EACH = 4, 10
PLACES = (0, 0, 0, 1, 0, 2, 0, 1, 0, 3, 1)
"""In which library each album lies, over and over: six of eleven in the first, one in the last."""
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
BEATS_S = [beat / 2 for beat in range(360)]
MEASURED = {
    "format": '{"size_bytes": 30000000, "lossless": true, "container": "flac", "codec": "flac"}',
    "loudness": '{"integrated_lufs": -14.0, "track_gain_db": -4.0, "track_peak": 0.9}',
    "analysis": '{"tempo_bpm": 120.0, "key": "8A", "energy": 0.5}',
    "renditions": "[]",
}
"""What every track here has; as defaults, since COPY takes no JSON from asyncpg."""
GENRES = ["Ambient", "Rock", "Jazz", "Techno", "Folk", "Hip-Hop", "Klassik", "Soul"]
RARE_GENRE = "Gamelan"
RARE_EVERY = 500


class Shelf:
    """Makes up names and numbers, the same ones every time."""

    def __init__(self, library_ids: Sequence[str], track_count: int) -> None:
        self._random = random.Random(7)  # noqa: S311  names, not secrets
        self._library_ids = library_ids
        self.track_count = track_count
        self.words = ["".join(self._random.choices(SYLLABLES, k=3)) for _ in range(WORDS_KNOWN)]
        album_count = track_count // TRACKS_EACH
        self.artists = [
            (f"artist{n:05}", self._title()) for n in range(-(-album_count // ALBUMS_EACH))
        ]
        self.albums = [
            (f"album{n:06}", self._title(), self.artists[n // ALBUMS_EACH])
            for n in range(album_count)
        ]

    def _title(self) -> str:
        return " ".join(self._random.choices(self.words, k=self._random.randint(1, 4))).title()

    def _library_id(self, album: int) -> str:
        return self._library_ids[PLACES[album % len(PLACES)]]

    def cover_sha256(self, album: int) -> str:
        """The cover of an album, counted from 0."""
        return hashlib.sha256(self.albums[album][0].encode()).hexdigest()

    def _genre(self, album: int) -> str:
        return GENRES[album % len(GENRES)] if album % RARE_EVERY else RARE_GENRE

    def artist_rows(self) -> Iterator[Sequence[object]]:
        """Rows of artists."""
        for artist_id, name in self.artists:
            sorted_as = sort_name(name)
            yield artist_id, name, sorted_as, folded(name), folded(sorted_as), searchable(name)

    def album_rows(self) -> Iterator[Sequence[object]]:
        """Rows of albums."""
        for n, (album_id, title, (_, by)) in enumerate(self.albums):
            date = str(1960 + n % 65)
            names = album_names(title, sort_name(title), [Credit(by)])
            genre = self._genre(n)
            yield (
                album_id, self._library_id(n), *names.values(), identity(title, by, date), date,
                TRACKS_EACH, 180_000 * TRACKS_EACH, [genre], [folded(genre)],
                self.cover_sha256(n), EPOCH + timedelta(minutes=n),
            )  # fmt: skip

    def track_rows(self) -> Iterator[Sequence[object]]:
        """Rows of tracks."""
        for n in range(self.track_count):
            album_number = n // TRACKS_EACH
            album_id, album, (_, by) = self.albums[album_number]
            title = self._title()
            genre = self._genre(album_number)
            content = hashlib.sha256(str(n).encode()).hexdigest()
            cover = self.cover_sha256(album_number)
            yield (
                track_id(n), self._library_id(album_number), content, title, sort_name(title),
                folded(sort_name(title)), searchable(title, by, album), album_id, folded(album),
                1, n % TRACKS_EACH + 1, 180_000, "1999", [genre], [folded(genre)], cover,
                BEATS_S, EPOCH + timedelta(seconds=n),
            )  # fmt: skip

    def album_credits(self) -> Iterator[Sequence[object]]:
        """Rows of who made albums."""
        for n, (album_id, _, (artist_id, name)) in enumerate(self.albums):
            yield album_id, 0, self._library_id(n), artist_id, name, ""

    def track_credits(self) -> Iterator[Sequence[object]]:
        """Rows of who made tracks."""
        for n in range(self.track_count):
            _, _, (artist_id, name) = self.albums[n // TRACKS_EACH]
            yield track_id(n), 0, self._library_id(n // TRACKS_EACH), artist_id, name, ""


def track_id(number: int) -> str:
    """The id of a track, counted from 0."""
    return f"track{number:07}"


async def fill(connection: Connection, library_ids: Sequence[str], track_count: int) -> Shelf:
    """Write a catalog of so many tracks in four libraries, its sync log included."""
    shelf = Shelf(library_ids, track_count)
    await connection.execute("SET statement_timeout = 0")
    for column, value in MEASURED.items():
        await connection.execute(f"ALTER TABLE tracks ALTER {column} SET DEFAULT '{value}'")
    await _copy(
        connection, "artists", "id name sort_name name_key sort_key search_text",
        shelf.artist_rows(),
    )  # fmt: skip
    await _copy(
        connection, "albums",
        f"id library_id {' '.join(album_names('', '', []))} tagged_as date track_count duration_ms"
        " genres genre_keys cover_sha256 added_at",
        shelf.album_rows(),
    )  # fmt: skip
    await _copy(
        connection, "tracks",
        "id library_id content_sha256 title sort_title sort_key search_text album_id album_key"
        " disc_number track_number duration_ms date genres genre_keys cover_sha256 beats_s"
        " added_at",
        shelf.track_rows(),
    )  # fmt: skip
    credit = "position library_id artist_id name join_phrase"
    await _copy(connection, "album_artists", f"album_id {credit}", shelf.album_credits())
    await _copy(connection, "track_artists", f"track_id {credit}", shelf.track_credits())
    await connection.execute(
        """
        INSERT INTO artist_libraries
        SELECT artist_id, library_id, count(*), count(*) * $1, '', '' FROM album_artists
        GROUP BY artist_id, library_id
        """,
        TRACKS_EACH,
    )
    return shelf


async def _copy(
    connection: Connection, table: str, columns: str, rows: Iterator[Sequence[object]]
) -> None:
    await connection.copy_records_to_table(
        table, records=rows, columns=columns.split(), timeout=600
    )
