"""What a feed said, written down."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from libs.common.outbound import Stamp
from libs.common.postgres import Connection
from services.ingest.adapters.postgres_errands import put_off, still_held
from services.ingest.adapters.postgres_session import Session
from services.ingest.domain.errands import Errand
from services.ingest.domain.feeds import Feed, Programme
from services.ingest.domain.objects import StoredObject
from services.ingest.domain.pipeline import Step
from services.ingest.domain.podcasts import MOST_EPISODES, episode_id, expected_container


class PostgresFeeds:
    """Feeds that one worker process has read.

    Parameters
    ----------
    every_s
        When a feed is read again.
    downloads
        How many of the newest episodes of a feed are downloaded unasked when they come.
    """

    def __init__(self, session: Session, every_s: float, downloads: int) -> None:
        self._session = session
        self._every_s = every_s
        self._downloads = downloads

    async def refreshed(
        self, errand: Errand, stamp: Stamp, feed: Feed, cover: Sequence[StoredObject]
    ) -> None:
        """Take in what the feed says now. Episodes it lets go of stay.

        Parameters
        ----------
        cover
            The channel's new picture in all its sizes, the large one first; none: the old stays.
        """
        connection = await self._session.connection()
        async with connection.transaction():
            if not await still_held(connection, errand):
                return
            first = await _describe(connection, errand, stamp, feed)
            if cover:
                await _take_cover(connection, errand, feed.image_url, cover)
            new = await _list(connection, UUID(errand.channel_id), feed.programmes)
            await self._choose(connection, errand, new, first=first)
            await _forget_surplus(connection, errand.channel_id)
            await put_off(connection, errand, self._every_s)

    async def unchanged(self, errand: Errand) -> None:
        """Note that the feed is as it was."""
        connection = await self._session.connection()
        async with connection.transaction():
            if await still_held(connection, errand):
                await connection.execute(
                    """
                    UPDATE podcast_channels SET status = 'completed', error_message = '',
                        failures = 0, refreshed_at = now()
                    WHERE id = $1
                    """,
                    errand.channel_id,
                )
                await put_off(connection, errand, self._every_s)

    async def _choose(
        self, connection: Connection, errand: Errand, new: Sequence[UUID], *, first: bool
    ) -> None:
        """Say what becomes of new episodes: the newest are downloaded."""
        chosen = await connection.fetch(
            """
            UPDATE podcast_episodes SET status = 'downloading' WHERE id IN (
                SELECT id FROM podcast_episodes WHERE channel_id = $1
                ORDER BY published_at DESC, id LIMIT $2
            ) AND id = ANY($3) RETURNING id, channel_id
            """,
            errand.channel_id, self._downloads, new,
        )  # fmt: skip
        await connection.executemany(
            "INSERT INTO podcast_errands (channel_id, episode_id) VALUES ($1, $2)",
            [(row["channel_id"], row["id"]) for row in chosen],
        )
        if first:
            await connection.execute(
                """
                UPDATE podcast_episodes SET status = 'skipped'
                WHERE channel_id = $1 AND status = 'new'
                """,
                errand.channel_id,
            )


async def _describe(connection: Connection, errand: Errand, stamp: Stamp, feed: Feed) -> bool:
    """Note what the channel says of itself; says whether it was never read before."""
    first = await connection.fetchval(
        "SELECT refreshed_at IS NULL FROM podcast_channels WHERE id = $1 FOR UPDATE",
        errand.channel_id,
    )
    await connection.execute(
        """
        UPDATE podcast_channels SET title = $2, description = $3, author = $4, link = $5,
            image_url = $6, etag = $7, last_modified = $8, status = 'completed',
            error_message = '', failures = 0, refreshed_at = now()
        WHERE id = $1
        """,
        errand.channel_id, feed.title, feed.description, feed.author, feed.link,
        feed.image_url, stamp.etag, stamp.last_modified,
    )  # fmt: skip
    return bool(first)


async def _take_cover(
    connection: Connection, errand: Errand, image_url: str, cover: Sequence[StoredObject]
) -> None:
    # A recording may have the same picture, and then makes it anew if it is damaged.
    await connection.executemany(
        """
        INSERT INTO objects (key, sha256, size_bytes, content_sha256, step)
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (key) DO UPDATE SET
            sha256 = excluded.sha256, size_bytes = excluded.size_bytes, stored_at = now()
        """,
        [
            (one.key, one.sha256, one.size_bytes, cover[0].sha256, Step.TAGS)
            for one in sorted(cover, key=lambda one: one.key)
        ],
    )
    await connection.execute(
        "UPDATE podcast_channels SET cover_sha256 = $2, cover_of = $3 WHERE id = $1",
        errand.channel_id, cover[0].sha256, image_url,
    )  # fmt: skip


async def _list(
    connection: Connection, channel: UUID, programmes: Iterable[Programme]
) -> Sequence[UUID]:
    """Note the episodes; returns those that were not known. What is measured stays as it is."""
    rows = [_row(channel, place, one) for place, one in enumerate(programmes)]
    before = await connection.fetch(
        "SELECT id FROM podcast_episodes WHERE channel_id = $1", channel
    )
    known = {row["id"] for row in before}
    await connection.executemany(
        """
        INSERT INTO podcast_episodes AS e (id, channel_id, guid, title, description,
            enclosure_url, published_at, duration_ms, size_bytes, content_type, suffix, status)
        VALUES ($1, $2, $3, $4, $5, $6,
            coalesce($7, now() - make_interval(secs => $8 / 1000.0)), $9, $10, $11, $12, 'new')
        ON CONFLICT (id) DO UPDATE SET title = excluded.title,
            description = excluded.description, enclosure_url = excluded.enclosure_url,
            published_at = coalesce($7, e.published_at),
            duration_ms = CASE e.status WHEN 'completed'
                THEN e.duration_ms ELSE excluded.duration_ms END,
            size_bytes = CASE e.status WHEN 'completed'
                THEN e.size_bytes ELSE excluded.size_bytes END,
            content_type = CASE e.status WHEN 'completed'
                THEN e.content_type ELSE excluded.content_type END,
            suffix = CASE e.status WHEN 'completed' THEN e.suffix ELSE excluded.suffix END
        """,
        rows,
    )
    return [row[0] for row in rows if row[0] not in known]


# In the order of the statement's parameters. A feed that gives no dates is newest first.
_Row = tuple[UUID, UUID, str, str, str, str, datetime | None, float, int, int, str, str]


def _row(channel: UUID, place: int, one: Programme) -> _Row:
    container = expected_container(one.url, one.content_type)
    told = one.content_type if one.content_type.startswith("audio/") else ""
    return (
        episode_id(channel, one.guid),
        channel,
        one.guid,
        one.title,
        one.description,
        one.url,
        _moment(one.published_unix_ms),
        float(place),
        one.duration_ms,
        one.size_bytes,
        told or (container.content_type if container else ""),
        container.extensions[0] if container else "",
    )


def _moment(unix_ms: int | None) -> datetime | None:
    return None if unix_ms is None else datetime.fromtimestamp(unix_ms / 1000, UTC)


async def _forget_surplus(connection: Connection, channel_id: str) -> None:
    await connection.execute(
        """
        DELETE FROM podcast_episodes WHERE id IN (
            SELECT id FROM podcast_episodes WHERE channel_id = $1
                AND status NOT IN ('completed', 'downloading')
            ORDER BY published_at DESC, id OFFSET $2
        )
        """,
        channel_id, MOST_EPISODES,
    )  # fmt: skip
