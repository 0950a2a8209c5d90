"""Recordings that were found in folders and not heard yet, shown in libraries many at a time."""

from collections.abc import Mapping, Sequence

from libs.common.postgres import Connection, Pool, announce, transaction
from services.catalog.adapters.album_tags import album_of
from services.catalog.adapters.delisting import delist
from services.catalog.adapters.publishing import recorded, refusal
from services.catalog.adapters.settling import settle
from services.catalog.adapters.writing import artist_id_of, become_writer, new_id
from services.catalog.domain.music import Credit
from services.catalog.domain.names import folded, searchable
from services.catalog.domain.publishing import Recording
from services.catalog.events import track_delisted, tracks_listed

# What a row of the database gets, which is of as many types as there are columns.
Row = dict[str, object]


class Findings:
    """Shows what was found, each file once however often it is announced."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def show(self, found_id: str, found: Sequence[Recording]) -> None:
        """Write artists, albums and tracks of one person's find in one library, and answer."""
        recordings = [recording.tidied() for recording in found]
        async with transaction(self._pool) as connection:
            await become_writer(connection)
            fresh = await _without_known(connection, recordings)
            if fresh and not await refusal(connection, fresh[0]):
                await _Shelving(connection, fresh[0].library_id).add(fresh)
            await announce(connection, tracks_listed(found_id))

    async def withdraw(self, ingest_item_id: str) -> None:
        """Remove the track of a file that came to nothing, and answer."""
        async with transaction(self._pool) as connection:
            await become_writer(connection)
            await delist(connection, ingest_item_id)
            await announce(connection, track_delisted(ingest_item_id))


async def _without_known(
    connection: Connection, recordings: Sequence[Recording]
) -> Sequence[Recording]:
    """Those that are not shown, published, refused or withdrawn already."""
    rows = await connection.fetch(
        """
        SELECT preparing_item_id AS id FROM tracks WHERE preparing_item_id = ANY($1)
        UNION ALL SELECT ingest_item_id FROM publications WHERE ingest_item_id = ANY($1)
        UNION ALL SELECT ingest_item_id FROM delistings WHERE ingest_item_id = ANY($1)
        """,
        [recording.ingest_item_id for recording in recordings],
    )
    known = {row["id"] for row in rows}
    return [each for each in recordings if each.ingest_item_id not in known]


class _Shelving:
    """One find on its way into its library: what its files share is looked up once."""

    def __init__(self, connection: Connection, library_id: str) -> None:
        self._connection = connection
        self._library_id = library_id
        self._artists: dict[tuple[str, str], str] = {}
        self._albums: dict[tuple[str, str], str | None] = {}
        self._concerned: set[str] = set()

    async def add(self, recordings: Sequence[Recording]) -> None:
        """Write all of them."""
        tracks, credited = list[Row](), list[tuple[object, ...]]()
        for recording in recordings:
            track_id = new_id()
            album_id = await self._album(recording)
            tracks.append(_row(recording, track_id, album_id))
            for position, each in enumerate(recording.artists):
                artist_id = await self._artist(each)
                credited.append(
                    (track_id, position, self._library_id, artist_id, each.name, each.join_phrase)
                )
        await self._name_albums(recordings, tracks)
        await _insert_tracks(self._connection, tracks)
        await self._connection.copy_records_to_table(
            "track_artists",
            records=credited,
            columns=["track_id", "position", "library_id", "artist_id", "name", "join_phrase"],
        )
        albums = {album_id for album_id in self._albums.values() if album_id}
        artists = self._concerned | set(self._artists.values())
        await settle(self._connection, self._library_id, albums, artists)

    async def _artist(self, credited: Credit) -> str:
        whom = (folded(credited.name), credited.musicbrainz_artist_id)
        if whom not in self._artists:
            self._artists[whom] = await artist_id_of(self._connection, credited)
        return self._artists[whom]

    async def _album(self, recording: Recording) -> str | None:
        tags = recording.album
        which = (tags.identity if tags.title else "", tags.musicbrainz_release_id)
        if which not in self._albums:
            self._albums[which], credited = await album_of(self._connection, recording)
            self._concerned |= credited
        return self._albums[which]

    async def _name_albums(self, recordings: Sequence[Recording], tracks: list[Row]) -> None:
        """Fill in what tracks are found and ordered by, by the names that albums have here."""
        rows = await self._connection.fetch(
            "SELECT id, title, sort_key FROM albums WHERE id = ANY($1)",
            [album_id for album_id in self._albums.values() if album_id],
        )
        names = {row["id"]: (row["title"], row["sort_key"]) for row in rows}
        for recording, track in zip(recordings, tracks, strict=True):
            title, sort_key = names.get(track["album_id"], ("", ""))
            by = [each.name for each in recording.artists]
            track["search_text"] = searchable(recording.title, *by, title)
            track["album_key"] = sort_key


def _row(recording: Recording, track_id: str, album_id: str | None) -> Row:
    words: Mapping[str, object] = recording.words()
    return {
        **recorded(recording),
        **words,
        "id": track_id,
        "library_id": recording.library_id,
        "album_id": album_id,
        "preparing_item_id": recording.ingest_item_id,
    }


async def _insert_tracks(connection: Connection, tracks: Sequence[Row]) -> None:
    """One statement for all: triggers and indexes have less to do than with one for each."""
    columns = ", ".join(tracks[0])
    await connection.execute(
        f"""
        INSERT INTO tracks ({columns})
        SELECT {columns} FROM jsonb_populate_recordset(NULL::tracks, $1)
        """,
        tracks,
    )
