"""Shares in PostgreSQL. What is in them is looked up as their owner sees it, each time."""

import secrets
from collections.abc import Sequence
from datetime import datetime

import asyncpg

from libs.common.faults import InvalidInput, NotFound
from libs.common.postgres import Pool, transaction
from services.catalog.adapters.accounts import find_user
from services.catalog.adapters.albums import Albums
from services.catalog.adapters.playlists import Playlists
from services.catalog.adapters.tracks import Tracks
from services.catalog.domain.music import Track, UnknownTrack
from services.catalog.domain.paging import PageAsked
from services.catalog.domain.shares import (
    MOST_SHARES,
    MOST_TRACKS,
    Share,
    SharedKind,
    SharedThing,
    ShareEdit,
    SharePlan,
    TooManyShares,
    UnknownShare,
)

SECRET_BYTES = 16
SHARE = """
    SELECT share.id, secret, owner_id, owner.display_name AS owner_name, description, things,
        expires_at, downloadable, share.created_at, last_opened_at, open_count
    FROM shares AS share JOIN users AS owner ON owner.id = owner_id AND NOT owner.disabled
"""
STANDS = "(expires_at IS NULL OR expires_at > now())"


class Shares:
    """Keeps shares."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._albums, self._playlists, self._tracks = Albums(pool), Playlists(pool), Tracks(pool)

    async def create(self, user_id: str, plan: SharePlan) -> Share:
        """Share what the user sees."""
        for thing in plan.things:
            await self._contents(user_id, thing)
        async with transaction(self._pool) as connection:
            await find_user(connection, user_id)
            await self._check_future(plan.expires_at)
            share_id = await connection.fetchval(
                """
                INSERT INTO shares (secret, owner_id, description, things, expires_at, downloadable)
                SELECT $1, $2, $3, $4, $5, $6
                WHERE (SELECT count(*) FROM shares WHERE owner_id = $2) < $7 RETURNING id
                """,
                secrets.token_urlsafe(SECRET_BYTES), user_id, plan.description,
                [[thing.kind, thing.id] for thing in plan.things], plan.expires_at,
                plan.downloadable, MOST_SHARES,
            )  # fmt: skip
        if share_id is None:
            raise TooManyShares(f"one user has at most {MOST_SHARES} shares; remove some")
        return await self._own(user_id, share_id)

    async def of_user(self, user_id: str) -> Sequence[Share]:
        """What a user shares, last made first; also what has expired."""
        rows = await self._pool.fetch(
            f"{SHARE} WHERE owner_id = $1 ORDER BY share.created_at DESC, share.id", user_id
        )
        return [await self._share(row) for row in rows]

    async def edit(self, user_id: str, share_id: str, edit: ShareEdit) -> Share:
        """Change a share."""
        await self._check_future(edit.expires_at)
        changed = await self._pool.fetchval(
            """
            UPDATE shares SET description = coalesce($3, description),
                downloadable = coalesce($4, downloadable),
                expires_at = CASE WHEN $5 THEN $6 ELSE expires_at END
            WHERE id = $1 AND owner_id = $2 RETURNING true
            """,
            share_id, user_id, edit.description, edit.downloadable, edit.changes_expiry,
            edit.expires_at,
        )  # fmt: skip
        _check_found(changed)
        return await self._own(user_id, share_id)

    async def remove(self, user_id: str, share_id: str) -> None:
        """End a share."""
        _check_found(
            await self._pool.fetchval(
                "DELETE FROM shares WHERE id = $1 AND owner_id = $2 RETURNING true",
                share_id,
                user_id,
            )
        )

    async def open(self, secret: str, *, counts: bool) -> Share:
        """What somebody with the link gets to hear."""
        if counts:
            await self._pool.execute(
                f"""
                UPDATE shares SET open_count = open_count + 1, last_opened_at = now()
                WHERE secret = $1 AND {STANDS}
                """,
                secret,
            )
        row = await self._pool.fetchrow(f"{SHARE} WHERE secret = $1 AND {STANDS}", secret)
        if row is None:
            raise UnknownShare("there is nothing at this link, or no longer")
        return await self._share(row)

    async def _own(self, user_id: str, share_id: str) -> Share:
        row = await self._pool.fetchrow(
            f"{SHARE} WHERE share.id = $1 AND owner_id = $2", share_id, user_id
        )
        if row is None:
            raise UnknownShare("there is no such share")
        return await self._share(row)

    async def _share(self, row: asyncpg.Record) -> Share:
        things = [SharedThing(SharedKind(kind), thing_id) for kind, thing_id in row["things"]]
        titles: list[str] = []
        tracks: dict[str, Track] = {}
        for thing in things:
            try:
                title, inside = await self._contents(row["owner_id"], thing)
            except NotFound:
                continue  # removed since
            titles.append(title)
            tracks |= {track.id: track for track in inside}
        return Share(
            **{**dict(row), "things": things},
            title=titles[0] if titles else "",
            tracks=list(tracks.values())[:MOST_TRACKS],
        )

    async def _contents(self, viewer_id: str, thing: SharedThing) -> tuple[str, Sequence[Track]]:
        """What a thing is called, and the tracks in it that the viewer sees."""
        if thing.kind is SharedKind.ALBUM:
            album, tracks = await self._albums.with_tracks(viewer_id, thing.id)
            return album.title, tracks
        if thing.kind is SharedKind.PLAYLIST:
            asked = PageAsked(MOST_TRACKS)
            playlist, page = await self._playlists.get(viewer_id, thing.id, asked)
            return playlist.name, [entry.track for entry in page.rows]
        found = await self._tracks.by_id(viewer_id, [thing.id])
        if not found:
            raise UnknownTrack("there is no such track")
        return found[0].title, found

    async def _check_future(self, moment: datetime | None) -> None:
        if moment and not await self._pool.fetchval("SELECT $1 > now()", moment):
            raise InvalidInput("a share cannot end before it begins")


def _check_found(changed: object) -> None:
    if not changed:
        raise UnknownShare("there is no such share")
