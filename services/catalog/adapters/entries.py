"""What playlists hold, in PostgreSQL."""

from collections.abc import Iterable, Mapping, Sequence

from libs.common.postgres import Connection
from services.catalog.adapters.rows import SEEN
from services.catalog.adapters.smart import tracks_by_rule
from services.catalog.adapters.tracks import tracks_by_id
from services.catalog.domain.music import UnknownTrack
from services.catalog.domain.paging import Page, PageAsked
from services.catalog.domain.playlists import (
    COVERS,
    Contents,
    EntriesEdit,
    Entry,
    Slot,
    rearranged,
)
from services.catalog.domain.smart import Rule


async def contents_of(
    connection: Connection, viewer_id: str, playlist_ids: Sequence[str]
) -> Mapping[str, Contents]:
    """What the viewer sees in manual playlists, added up; empty ones are left out.

    Triggers keep how much lies in each. Covers are looked for from the first
    entry on until there are enough: most of the time a few entries further.
    """
    rows = await connection.fetch(
        f"""
        SELECT kept.*, shown.cover_sha256s
        FROM (
            SELECT playlist_id, sum(track_count)::int AS track_count,
                sum(duration_ms)::bigint AS duration_ms
            FROM playlist_contents
            WHERE playlist_id = ANY($2) AND library_id = {SEEN} GROUP BY playlist_id
        ) AS kept, LATERAL (
            WITH RECURSIVE found AS (
                SELECT -1 AS place, ARRAY[]::text[] AS cover_sha256s
                UNION ALL
                SELECT entry.place, cover_sha256s || entry.cover_sha256
                FROM found, LATERAL (
                    SELECT place, cover_sha256 FROM playlist_entries
                    WHERE playlist_id = kept.playlist_id AND place > found.place
                        AND library_id = {SEEN}
                        AND cover_sha256 <> '' AND cover_sha256 <> ALL(cover_sha256s)
                    ORDER BY place LIMIT 1
                ) AS entry
                WHERE cardinality(cover_sha256s) < $3
            )
            SELECT cover_sha256s FROM found ORDER BY place DESC LIMIT 1
        ) AS shown
        """,
        viewer_id, playlist_ids, COVERS,
    )  # fmt: skip
    return {
        row["playlist_id"]: Contents(row["track_count"], row["duration_ms"], row["cover_sha256s"])
        for row in rows
    }


async def entries_page(
    connection: Connection, viewer_id: str, playlist_id: str, asked: PageAsked
) -> Page[Entry]:
    """Some entries of a manual playlist, in order, as far as the viewer sees their tracks."""
    rows = await connection.fetch(
        f"""
        SELECT entry.id, entry.place, entry.track_id
        FROM playlist_entries AS entry JOIN tracks AS track ON track.id = entry.track_id
        WHERE entry.playlist_id = $2 AND (entry.place, entry.id) > ($3::bigint, $4)
            AND track.library_id = {SEEN}
        ORDER BY entry.place, entry.id LIMIT $5
        """,
        viewer_id, playlist_id, *(asked.after or (-1, "")), asked.size + 1,
    )  # fmt: skip
    page = Page.of(rows, asked, lambda row: (row["place"], row["id"]))
    places = [(row["id"], row["track_id"]) for row in page.rows]
    return Page(await _entries(connection, viewer_id, places), page.next_token)


async def smart_page(
    connection: Connection, viewer_id: str, rule: Rule, asked: PageAsked
) -> tuple[Contents, Page[Entry]]:
    """What a rule holds now, added up, and some of it. An entry goes by the id of its track."""
    found = await tracks_by_rule(connection, viewer_id, rule)
    covers = dict.fromkeys(row["cover_sha256"] for row in found if row["cover_sha256"])
    contents = Contents(len(found), sum(row["duration_ms"] for row in found), list(covers)[:COVERS])
    start = max(int(asked.after[0]), 0) if asked.after else 0
    numbered = list(enumerate(found, start=1))[start : start + asked.size + 1]
    page = Page.of(numbered, asked, lambda each: (each[0], ""))
    places = [(row["id"], row["id"]) for _, row in page.rows]
    return contents, Page(await _entries(connection, viewer_id, places), page.next_token)


async def add_entries(
    connection: Connection, viewer_id: str, playlist_id: str, track_ids: Sequence[str]
) -> None:
    """Fill a new playlist. The caller keeps music as it is."""
    await _check_visible(connection, viewer_id, track_ids)
    await connection.execute(
        """
        INSERT INTO playlist_entries (playlist_id, place, track_id)
        SELECT $1, place, track_id FROM unnest($2::text[]) WITH ORDINALITY AS t(track_id, place)
        """,
        playlist_id, track_ids,
    )  # fmt: skip


async def rearrange(
    connection: Connection, viewer_id: str, playlist_id: str, edit: EntriesEdit
) -> None:
    """Change the entries of a playlist whose row the caller holds, and keeps music as it is."""
    await _check_visible(connection, viewer_id, edit.add_track_ids)
    rows = await connection.fetch(
        f"""
        SELECT entry.id, entry.track_id,
            track.library_id = {SEEN} AS seen
        FROM playlist_entries AS entry JOIN tracks AS track ON track.id = entry.track_id
        WHERE entry.playlist_id = $2 ORDER BY entry.place, entry.id
        """,
        viewer_id, playlist_id,
    )  # fmt: skip
    order = rearranged([Slot(**dict(row)) for row in rows], edit)
    kept = [(slot.id, place) for place, slot in enumerate(order, start=1) if slot.id]
    made = [(slot.track_id, place) for place, slot in enumerate(order, start=1) if not slot.id]
    await connection.execute(
        "DELETE FROM playlist_entries WHERE playlist_id = $1 AND id <> ALL($2::text[])",
        playlist_id, [entry_id for entry_id, _ in kept],
    )  # fmt: skip
    await connection.execute(
        """
        UPDATE playlist_entries AS entry SET place = t.place
        FROM unnest($1::text[], $2::integer[]) AS t(id, place)
        WHERE entry.id = t.id AND entry.place <> t.place
        """,
        *_columns(kept),
    )
    await connection.execute(
        """
        INSERT INTO playlist_entries (playlist_id, track_id, place)
        SELECT $3, track_id, place FROM unnest($1::text[], $2::integer[]) AS t(track_id, place)
        """,
        *_columns(made), playlist_id,
    )  # fmt: skip


async def _check_visible(connection: Connection, viewer_id: str, track_ids: Sequence[str]) -> None:
    """Raise UnknownTrack unless the viewer sees all of them."""
    wanted = set(track_ids)
    rows = await connection.fetch(
        f"""
        SELECT id FROM tracks WHERE id = ANY($2) AND library_id = {SEEN}
        """,
        viewer_id, list(wanted),
    )  # fmt: skip
    if len(rows) < len(wanted):
        missing = len(wanted) - len(rows)
        raise UnknownTrack(f"{missing} of the tracks to add cannot be found")


async def _entries(
    connection: Connection, viewer_id: str, places: Iterable[tuple[str, str]]
) -> Sequence[Entry]:
    """Entries from their ids and those of their tracks, without tracks gone this very moment."""
    listed = list(places)
    tracks = await tracks_by_id(connection, viewer_id, [track_id for _, track_id in listed])
    by_id = {track.id: track for track in tracks}
    return [Entry(entry_id, by_id[track_id]) for entry_id, track_id in listed if track_id in by_id]


def _columns(pairs: Sequence[tuple[str, int]]) -> tuple[list[str], list[int]]:
    return [first for first, _ in pairs], [second for _, second in pairs]
