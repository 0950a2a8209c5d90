"""How listens from elsewhere become plays, or wait for their tracks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from libs.common.postgres import Connection
from services.catalog.adapters.matching import matches
from services.catalog.domain.histories.listens import (
    CLIENTS,
    SAME_LISTEN_MS,
    Counts,
    HeardElsewhere,
    Source,
    counted,
)
from services.catalog.domain.matching import Description, Match

# What is here already, by its id or because it was heard at that time, is not heard twice: what was
# told to ListenBrainz from here comes back from there. No second play of a track can begin before
# half of it was heard. What is new is not told to anybody.
ADD = """
    WITH told AS (
        SELECT * FROM unnest($2::text[], $3::text[], $4::timestamptz[], $5::bigint[], $6::bool[],
            $7::text[], $8::bigint[])
            AS told(id, track_id, started_at, played_ms, counted, client, same_within_ms)
    ), added AS (
        INSERT INTO plays (id, user_id, track_id, started_at, played_ms, ended, counted, client,
            session_id, previous_track_id)
        SELECT id, $1, track_id, started_at, played_ms, 'unknown', counted, client, '', ''
        FROM told WHERE NOT EXISTS (
            SELECT FROM plays AS known
            WHERE known.user_id = $1 AND known.track_id = told.track_id
                AND known.started_at BETWEEN
                    told.started_at - told.same_within_ms * interval '1 ms'
                    AND told.started_at + told.same_within_ms * interval '1 ms'
        )
        ON CONFLICT DO NOTHING RETURNING track_id, started_at, counted
    ), count_them AS (
        INSERT INTO track_plays (user_id, track_id, play_count, last_played_at)
        SELECT $1, track_id, count(*), max(started_at) FROM added WHERE counted
        GROUP BY track_id ORDER BY track_id
        ON CONFLICT (user_id, track_id) DO UPDATE SET
            play_count = track_plays.play_count + excluded.play_count,
            album_id = excluded.album_id,
            last_played_at = greatest(track_plays.last_played_at, excluded.last_played_at)
    )
    SELECT count(*) FROM added
"""


@dataclass(frozen=True, slots=True)
class Found:
    """A listen and its track."""

    listen: HeardElsewhere
    track: Match

    @property
    def same_within_ms(self) -> int:
        """How near another listen of the track is this one."""
        return int(min(SAME_LISTEN_MS, self.track.duration_ms / 2))


async def take(
    connection: Connection, user_id: str, listens: Sequence[HeardElsewhere | None]
) -> Counts:
    """Keep listens, each as a play of its track or until there is one."""
    now = datetime.now(UTC)
    worth = [listen for listen in listens if listen is not None and listen.counts(now)]
    recordings = list(dict.fromkeys(listen.recording for listen in worth))
    tracks = dict(zip(recordings, await matches(connection, user_id, recordings), strict=True))
    found = [
        Found(listen, track) for listen in worth if (track := tracks[listen.recording]) is not None
    ]
    missing = [listen for listen in worth if tracks[listen.recording] is None]
    added = await _add(connection, user_id, _each_once(found))
    await _forget_missing(connection, user_id, [each.listen for each in found])
    await _keep_missing(connection, user_id, missing)
    return Counts(
        read=len(listens),
        added=added,
        known=len(found) - added,
        unmatched=len(missing),
        left_out=len(listens) - len(worth),
    )


async def unmatched_after(
    connection: Connection, user_id: str, listen_id: str, most: int
) -> Sequence[tuple[str, HeardElsewhere]]:
    """Listens that wait for a track, with their ids, behind one in the order of these."""
    rows = await connection.fetch(
        """
        SELECT id, source, listened_at, played_ms, title, artist, album, duration_ms,
            musicbrainz_recording_id, isrc
        FROM unmatched_listens WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3
        """,
        user_id, listen_id, most,
    )  # fmt: skip
    return [
        (
            row["id"],
            HeardElsewhere(
                Source(row["source"]),
                row["listened_at"],
                row["played_ms"],
                Description(
                    row["title"], row["artist"], row["album"], row["duration_ms"],
                    row["musicbrainz_recording_id"], row["isrc"],
                ),
            ),
        )
        for row in rows
    ]  # fmt: skip


def _each_once(found: Sequence[Found]) -> Sequence[Found]:
    """Without those that tell of the same listen as one before them."""
    kept: list[Found] = []
    last: dict[str, Found] = {}
    for each in sorted(found, key=lambda each: each.listen.at):
        before = last.get(each.track.track_id)
        apart_ms = (each.listen.at - before.listen.at).total_seconds() * 1000 if before else None
        if apart_ms is None or apart_ms > each.same_within_ms:
            kept.append(each)
            last[each.track.track_id] = each
    return kept


async def _add(connection: Connection, user_id: str, found: Sequence[Found]) -> int:
    added: int = await connection.fetchval(
        ADD,
        user_id,
        [each.listen.id for each in found],
        [each.track.track_id for each in found],
        [each.listen.at for each in found],
        [_played_ms(each) for each in found],
        [counted(each.listen.played_ms, each.track.duration_ms) for each in found],
        [CLIENTS[each.listen.source] for each in found],
        [each.same_within_ms for each in found],
    )
    return added


def _played_ms(found: Found) -> int:
    told_ms = found.listen.played_ms
    return found.track.duration_ms if told_ms is None else told_ms


async def _forget_missing(
    connection: Connection, user_id: str, listens: Sequence[HeardElsewhere]
) -> None:
    await connection.execute(
        "DELETE FROM unmatched_listens WHERE user_id = $1 AND id = ANY($2)",
        user_id, [listen.id for listen in listens],
    )  # fmt: skip


async def _keep_missing(
    connection: Connection, user_id: str, listens: Sequence[HeardElsewhere]
) -> None:
    await connection.executemany(
        """
        INSERT INTO unmatched_listens (user_id, id, source, listened_at, played_ms, title, artist,
            album, duration_ms, musicbrainz_recording_id, isrc)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT DO NOTHING
        """,
        [
            (
                user_id, listen.id, listen.source, listen.at, listen.played_ms,
                listen.recording.title, listen.recording.artist, listen.recording.album,
                listen.recording.duration_ms, listen.recording.musicbrainz_recording_id,
                listen.recording.isrc,
            )
            for listen in listens
        ],
    )  # fmt: skip
