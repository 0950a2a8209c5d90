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
ARTISTS, ALBUMS_EACH, TRACKS_EACH = 1250, 8, 10
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


class Shelf:
    """Makes up names and numbers, the same ones every time."""

    def __init__(self, library_id: str) -> None:
        self._random = random.Random(7)  # noqa: S311  names, not secrets
        self._library_id = library_id
        self.words = ["".join(self._random.choices(SYLLABLES, k=3)) for _ in range(WORDS_KNOWN)]
        self.artists = [(f"artist{n:05}", self._title()) for n in range(ARTISTS)]
        self.albums = [
            (f"album{n:06}", self._title(), self.artists[n // ALBUMS_EACH])
            for n in range(ARTISTS * ALBUMS_EACH)
        ]

    def _title(self) -> str:
        return " ".join(self._random.choices(self.words, k=self._random.randint(1, 4))).title()

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
            genre = GENRES[n % len(GENRES)]
            yield (
                album_id, self._library_id, *names.values(), identity(title, by, date), date,
                TRACKS_EACH, 180_000 * TRACKS_EACH, [genre], [folded(genre)],
                hashlib.sha256(album_id.encode()).hexdigest(), EPOCH + timedelta(minutes=n),
            )  # fmt: skip

    def track_rows(self) -> Iterator[Sequence[object]]:
        """Rows of tracks."""
        for n in range(len(self.albums) * TRACKS_EACH):
            album_id, album, (_, by) = self.albums[n // TRACKS_EACH]
            title = self._title()
            genre = GENRES[n // TRACKS_EACH % len(GENRES)]
            content = hashlib.sha256(str(n).encode()).hexdigest()
            cover = hashlib.sha256(album_id.encode()).hexdigest()
            yield (
                f"track{n:07}", self._library_id, content, title, sort_name(title),
                folded(sort_name(title)), searchable(title, by, album), album_id, folded(album),
                1, n % TRACKS_EACH + 1, 180_000, "1999", [genre], [folded(genre)], cover,
                BEATS_S, EPOCH + timedelta(seconds=n),
            )  # fmt: skip

    def credit_rows(self, kind: str) -> Iterator[Sequence[object]]:
        """Rows of who made tracks or albums."""
        each, count = (1, len(self.albums)) if kind == "album" else (
            TRACKS_EACH, len(self.albums) * TRACKS_EACH
        )  # fmt: skip
        for n in range(count):
            _, _, (artist_id, name) = self.albums[n // each]
            row_id = f"album{n:06}" if kind == "album" else f"track{n:07}"
            yield row_id, 0, self._library_id, artist_id, name, ""


async def fill(connection: Connection, library_id: str) -> Shelf:
    """Write a catalog of 100,000 tracks, its sync log included."""
    shelf = Shelf(library_id)
    await connection.execute("SET statement_timeout = 0")
    for column, value in MEASURED.items():
        await connection.execute(f"ALTER TABLE tracks ALTER {column} SET DEFAULT '{value}'")
    for table in ("tracks", "albums"):
        await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER count")
    await connection.copy_records_to_table(
        "artists", records=shelf.artist_rows(),
        columns=["id", "name", "sort_name", "name_key", "sort_key", "search_text"],
    )  # fmt: skip
    await connection.copy_records_to_table(
        "albums", records=shelf.album_rows(),
        columns=[
            "id", "library_id", *album_names("", "", []), "tagged_as", "date", "track_count",
            "duration_ms", "genres", "genre_keys", "cover_sha256", "added_at",
        ],
    )  # fmt: skip
    await connection.copy_records_to_table(
        "tracks", records=shelf.track_rows(), timeout=600,
        columns=[
            "id", "library_id", "content_sha256", "title", "sort_title", "sort_key", "search_text",
            "album_id", "album_key", "disc_number", "track_number", "duration_ms", "date",
            "genres", "genre_keys", "cover_sha256", "beats_s", "added_at",
        ],
    )  # fmt: skip
    for kind in ("album", "track"):
        await connection.copy_records_to_table(
            f"{kind}_artists", records=shelf.credit_rows(kind), timeout=600,
            columns=[f"{kind}_id", "position", "library_id", "artist_id", "name", "join_phrase"],
        )  # fmt: skip
    await connection.execute(
        "INSERT INTO artist_libraries SELECT id, $1, $2, $3, '', '' FROM artists",
        library_id, ALBUMS_EACH, ALBUMS_EACH * TRACKS_EACH,
    )  # fmt: skip
    await connection.execute(
        "UPDATE libraries SET album_count = $2, track_count = $3 WHERE id = $1",
        library_id, len(shelf.albums), len(shelf.albums) * TRACKS_EACH,
    )  # fmt: skip
    for table in ("tracks", "albums"):
        await connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER count")
    await connection.execute("ANALYZE")
    return shelf
