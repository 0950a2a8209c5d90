"""Podcasts as people see them: channels, episodes, and what is to become of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from asyncpg import Record

from libs.common.postgres import Connection, Pool, transaction
from services.ingest.adapters.postgres_items import uuid_or_none
from services.ingest.domain.podcasts import (
    MOST_CHANNELS,
    Channel,
    Episode,
    PodcastStatus,
    TooManyChannels,
    UnknownChannel,
    UnknownEpisode,
    channel_id,
)

_CHANNEL = """
    SELECT c.id::text, url, title, description, author, link, image_url, cover_sha256, status,
        error_message, created_at, refreshed_at, episode_count, newest_published_at
    FROM podcast_channels c CROSS JOIN LATERAL (
        SELECT count(*)::int AS episode_count, max(published_at) AS newest_published_at
        FROM podcast_episodes WHERE channel_id = c.id
    ) counted
"""
_EPISODE = """
    SELECT e.id::text, e.channel_id::text, c.title AS channel_title,
        c.cover_sha256 AS channel_cover_sha256, guid, e.title, e.description, enclosure_url,
        published_at, duration_ms, size_bytes, content_type, suffix, bitrate_kbps,
        e.status, e.error_message, object_key, completed_at
    FROM podcast_episodes e JOIN podcast_channels c ON c.id = e.channel_id
"""


class PostgresPodcasts:
    """Channels and episodes in one schema of PostgreSQL."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def follow(self, url: str) -> tuple[Channel, bool]:
        """The channel of this feed, and whether it was followed already."""
        new_id = channel_id(url)
        async with transaction(self._pool) as connection:
            await connection.execute("LOCK TABLE podcast_channels IN SHARE ROW EXCLUSIVE MODE")
            count = await connection.fetchval(
                "SELECT count(*) FROM podcast_channels WHERE id <> $1", new_id
            )
            if count >= MOST_CHANNELS:
                raise TooManyChannels(f"one server follows at most {MOST_CHANNELS:,} podcasts")
            added = await connection.fetchval(
                """
                INSERT INTO podcast_channels (id, url) VALUES ($1, $2)
                ON CONFLICT (id) DO NOTHING RETURNING true
                """,
                new_id, url,
            )  # fmt: skip
            if added:
                await connection.execute(
                    "INSERT INTO podcast_errands (channel_id) VALUES ($1)", new_id
                )
        return await self.channel(str(new_id)), not added

    async def channel(self, given_id: str) -> Channel:
        """Find a channel."""
        row = await self._pool.fetchrow(f"{_CHANNEL} WHERE c.id = $1", uuid_or_none(given_id))
        if row is None:
            raise UnknownChannel(f"there is no podcast {given_id}")
        return _channel(row)

    async def channels(self, after: tuple[str, str] | None, most: int) -> Sequence[Channel]:
        """Channels by title and id, those after this title and id."""
        title, last_id = after or ("", None)
        rows = await self._pool.fetch(
            f"""
            {_CHANNEL} WHERE $2::uuid IS NULL OR (lower(title), c.id) > (lower($1), $2)
            ORDER BY lower(title), c.id LIMIT $3
            """,
            title, uuid_or_none(last_id or ""), most,
        )  # fmt: skip
        return list(map(_channel, rows))

    async def with_newest(self, channels: Sequence[Channel], most: int) -> Sequence[Channel]:
        """The channels, each with so many of its newest episodes."""
        if not most:
            return channels
        rows = await self._pool.fetch(
            f"""
            SELECT newest.* FROM unnest($1::uuid[]) AS asked, LATERAL (
                {_EPISODE} WHERE e.channel_id = asked ORDER BY published_at DESC, e.id LIMIT $2
            ) newest ORDER BY published_at DESC, id::uuid
            """,
            [channel.id for channel in channels], most,
        )  # fmt: skip
        found: dict[str, list[Episode]] = {channel.id: [] for channel in channels}
        for episode in map(_episode, rows):
            found[episode.channel_id].append(episode)
        return [replace(channel, episodes=found[channel.id]) for channel in channels]

    async def episodes(
        self, channel: str, after: tuple[datetime, str] | None, most: int
    ) -> Sequence[Episode]:
        """Episodes of one channel or of all, newest first, those after this moment and id."""
        if channel:
            await self.channel(channel)
        moment, last_id = after or (None, "")
        # Put together, because one statement for all cases would be planned for none.
        of_channel = "e.channel_id = $1" if channel else "$1::uuid IS NULL"
        older = (
            "published_at <= $2 AND (published_at < $2 OR e.id > $3)"
            if moment
            else "$2::timestamptz IS NULL AND $3::uuid IS NULL"
        )
        rows = await self._pool.fetch(
            f"""
            {_EPISODE} WHERE {of_channel} AND {older}
            ORDER BY published_at DESC, e.id LIMIT $4
            """,
            uuid_or_none(channel), moment, uuid_or_none(last_id), most,
        )  # fmt: skip
        return list(map(_episode, rows))

    async def newest(self, most: int) -> Sequence[Episode]:
        """The newest that are out already."""
        rows = await self._pool.fetch(
            f"{_EPISODE} WHERE published_at <= now() ORDER BY published_at DESC, e.id LIMIT $1",
            most,
        )
        return list(map(_episode, rows))

    async def episode(self, episode_id: str) -> Episode:
        """Find an episode."""
        row = await self._pool.fetchrow(f"{_EPISODE} WHERE e.id = $1", uuid_or_none(episode_id))
        if row is None:
            raise UnknownEpisode(f"there is no episode {episode_id}")
        return _episode(row)

    async def refresh(self, channel: str) -> int:
        """Have a feed, or all, read as soon as possible. Returns how many will be."""
        if channel:
            await self.channel(channel)
        rows = await self._pool.fetch(
            """
            UPDATE podcast_errands SET due_at = least(due_at, now()), attempts = 0, setbacks = 0
            WHERE episode_id IS NULL AND ($1::uuid IS NULL OR channel_id = $1) RETURNING id
            """,
            uuid_or_none(channel),
        )
        return len(rows)

    async def want(self, episode_id: str) -> Episode:
        """Have the file of an episode downloaded, unless it is here or on its way."""
        async with transaction(self._pool) as connection:
            wanted = await connection.fetchrow(
                """
                UPDATE podcast_episodes SET status = 'downloading', error_message = ''
                WHERE id = $1 AND status NOT IN ('completed', 'downloading')
                RETURNING id, channel_id
                """,
                uuid_or_none(episode_id),
            )
            if wanted is not None:
                await connection.execute(
                    "INSERT INTO podcast_errands (channel_id, episode_id) VALUES ($1, $2)",
                    wanted["channel_id"], wanted["id"],
                )  # fmt: skip
        return await self.episode(episode_id)

    async def let_go(self, episode_id: str) -> None:
        """Need the file of an episode no more."""
        async with transaction(self._pool) as connection:
            content = await connection.fetchval(
                "SELECT content_sha256 FROM podcast_episodes WHERE id = $1 FOR UPDATE",
                uuid_or_none(episode_id),
            )
            if content is None:
                raise UnknownEpisode(f"there is no episode {episode_id}")
            await connection.execute(
                """
                UPDATE podcast_episodes SET status = 'deleted', error_message = '',
                    content_sha256 = '', object_key = '', completed_at = NULL
                WHERE id = $1
                """,
                uuid_or_none(episode_id),
            )
            await connection.execute(
                "DELETE FROM podcast_errands WHERE episode_id = $1", uuid_or_none(episode_id)
            )
            await mark_unneeded(connection, [content])

    async def unfollow(self, given_id: str) -> None:
        """Forget a channel and its episodes."""
        async with transaction(self._pool) as connection:
            contents = await connection.fetch(
                "SELECT content_sha256 FROM podcast_episodes WHERE channel_id = $1 FOR UPDATE",
                uuid_or_none(given_id),
            )
            gone = await connection.fetchval(
                "DELETE FROM podcast_channels WHERE id = $1 RETURNING true", uuid_or_none(given_id)
            )
            if not gone:
                raise UnknownChannel(f"there is no podcast {given_id}")
            await mark_unneeded(connection, [row["content_sha256"] for row in contents])


async def mark_unneeded(connection: Connection, contents: Sequence[str]) -> None:
    """Have files removed, unless it turns out that another episode is the same."""
    await connection.executemany(
        "INSERT INTO podcast_removals (content_sha256) VALUES ($1) ON CONFLICT DO NOTHING",
        [(content,) for content in sorted({*contents}) if content],
    )


def _channel(row: Record) -> Channel:
    return Channel(**{**row, "status": PodcastStatus(row["status"])})


def _episode(row: Record) -> Episode:
    return Episode(**{**row, "status": PodcastStatus(row["status"])})
