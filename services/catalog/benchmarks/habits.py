"""What listeners do with a large catalog: marks, plays, playlists, queues."""

# ruff: noqa: S608  the SQL is put together from words of ours

from collections.abc import Sequence

from libs.common.postgres import Connection

PLAYED, HISTORY, MARKED, RATED, QUEUED = 5000, 2000, 500, 1000, 200
PLAYLISTS, LONG = 20, 200

NUMBERS = "generate_series(0, $2::int - 1) AS n, unnest($1::text[]) WITH ORDINALITY AS u(id, nth)"
TRACK = "'track' || lpad(((n * 7919 + nth * 104729) % $3::int)::text, 7, '0')"
"""The nth listener's track number n: strewn over the catalog, none twice while n < $3."""
ALBUM = "'album' || lpad(((n * 7919 + nth * 104729) % ($3::int / 10))::text, 6, '0')"

ACTS = {
    f"""
    INSERT INTO track_plays (user_id, track_id, play_count, last_played_at)
    SELECT u.id, {TRACK}, 1 + n % 40, '2025-01-01'::timestamptz + n * interval '1 minute'
    FROM {NUMBERS}
    """: PLAYED,
    f"""
    INSERT INTO plays (id, user_id, track_id, started_at, played_ms, ended, counted, client,
        session_id, previous_track_id)
    SELECT 'play' || n, u.id, {TRACK}, '2025-01-01'::timestamptz + n * interval '1 minute', 180000,
        'completed', true, 'web', '', '' FROM {NUMBERS}
    """: HISTORY,
    f"""
    INSERT INTO favourites (user_id, kind, entity_id)
    SELECT u.id, 'track', {TRACK} FROM {NUMBERS}
    """: MARKED,
    f"""
    INSERT INTO favourites (user_id, kind, entity_id)
    SELECT u.id, 'album', {ALBUM} FROM {NUMBERS} WHERE n < $3::int / 10
    """: MARKED,
    f"""
    INSERT INTO ratings (user_id, kind, entity_id, rating)
    SELECT u.id, 'track', {TRACK}, 1 + n % 5 FROM {NUMBERS}
    """: RATED,
    f"""
    INSERT INTO ratings (user_id, kind, entity_id, rating)
    SELECT u.id, 'album', {ALBUM}, 1 + n % 5 FROM {NUMBERS} WHERE n < $3::int / 10
    """: RATED,
    f"""
    INSERT INTO queues (user_id, track_ids, current_index, position_ms, changed_by, version)
    SELECT u.id, array_agg({TRACK}), 0, 0, 'web', 1 FROM {NUMBERS} GROUP BY u.id
    """: QUEUED,
    f"""
    INSERT INTO bookmarks (user_id, track_id, position_ms, comment)
    SELECT u.id, {TRACK}, 1000, '' FROM {NUMBERS}
    """: PLAYLISTS,
    f"""
    INSERT INTO playlists (id, owner_id, name, name_key, comment, public)
    SELECT u.id || n, u.id, 'List ' || n, 'list ' || n, '', n = 0
    FROM {NUMBERS} WHERE $3::int > 0
    """: PLAYLISTS,
    f"""
    INSERT INTO playlist_entries (playlist_id, place, track_id)
    SELECT u.id || n % {PLAYLISTS}, n, {TRACK} FROM {NUMBERS}
    """: PLAYLISTS * LONG,
}  # fmt: skip
"""What each listener did, and how often."""


async def listen_for_years(
    connection: Connection, user_ids: Sequence[str], track_count: int
) -> None:
    """Let everybody mark, play and collect tracks; then let PostgreSQL look at it all."""
    for act, times in ACTS.items():
        await connection.execute(act, user_ids, times, track_count, timeout=600)
    await connection.execute("VACUUM ANALYZE", timeout=600)
