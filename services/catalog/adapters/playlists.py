"""Playlists in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import replace

import asyncpg

from libs.common.faults import InvalidInput
from libs.common.postgres import Connection, Pool, transaction
from services.catalog.adapters.accounts import find_user
from services.catalog.adapters.entries import (
    add_entries,
    contents_of,
    entries_page,
    rearrange,
    smart_page,
)
from services.catalog.adapters.libraries import viewer_of
from services.catalog.adapters.smart import rule_in, stored_rule
from services.catalog.adapters.writing import keep_music
from services.catalog.domain.names import folded
from services.catalog.domain.paging import Page, PageAsked
from services.catalog.domain.playlists import (
    MOST_PLAYLISTS,
    EntriesEdit,
    Entry,
    Playlist,
    PlaylistEdit,
    PlaylistFull,
    PlaylistPlan,
    UnknownPlaylist,
    WrongKindOfPlaylist,
)

PLAYLIST = """
    SELECT playlist.id, playlist.name, playlist.name_key, playlist.comment, playlist.owner_id,
        owner.display_name AS owner_name, playlist.public, playlist.rule, playlist.created_at,
        playlist.changed_at, playlist.version,
        ARRAY(SELECT e.user_id FROM playlist_editors e WHERE e.playlist_id = playlist.id
            ORDER BY e.user_id) AS editor_ids
    FROM playlists AS playlist JOIN users AS owner ON owner.id = playlist.owner_id
    WHERE (playlist.public OR playlist.owner_id = $1 OR EXISTS (
        SELECT FROM playlist_editors e WHERE e.playlist_id = playlist.id AND e.user_id = $1))
"""
"""Playlists the viewer, $1, sees."""


class Playlists:
    """Keeps playlists."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def page(self, viewer_id: str, asked: PageAsked) -> Page[Playlist]:
        """Playlists the viewer sees, by name."""
        async with self._pool.acquire() as connection:
            rows = await connection.fetch(
                f"""
                {PLAYLIST} AND (playlist.name_key, playlist.id) > ($2, $3)
                ORDER BY playlist.name_key, playlist.id LIMIT $4
                """,
                viewer_id, *(asked.after or ("", "")), asked.size + 1,
            )  # fmt: skip
            page = Page.of(rows, asked, lambda row: (row["name_key"], row["id"]))
            manual = [row["id"] for row in page.rows if row["rule"] is None]
            contents = await contents_of(connection, viewer_id, manual)
        playlists = [_playlist(row) for row in page.rows]
        filled = [
            replace(each, contents=contents.get(each.id, each.contents)) for each in playlists
        ]
        return Page(filled, page.next_token)

    async def get(
        self, viewer_id: str, playlist_id: str, asked: PageAsked
    ) -> tuple[Playlist, Page[Entry]]:
        """A playlist and some of its tracks: those the viewer sees."""
        async with self._pool.acquire() as connection:
            playlist = await _visible(connection, viewer_id, playlist_id)
            if playlist.rule:
                contents, page = await smart_page(connection, viewer_id, playlist.rule, asked)
                return replace(playlist, contents=contents), page
            page = await entries_page(connection, viewer_id, playlist_id, asked)
            return await _filled(connection, viewer_id, playlist), page

    async def create(self, viewer_id: str, plan: PlaylistPlan) -> Playlist:
        """Make a playlist."""
        async with transaction(self._pool) as connection:
            await keep_music(connection)
            await find_user(connection, viewer_id)
            playlist_id = await connection.fetchval(
                """
                INSERT INTO playlists (owner_id, name, name_key, comment, public, rule)
                SELECT $1, $2, $3, $4, $5, $6
                WHERE (SELECT count(*) FROM playlists WHERE owner_id = $1) < $7 RETURNING id
                """,
                viewer_id, plan.name, folded(plan.name), plan.comment, plan.public,
                stored_rule(plan.rule), MOST_PLAYLISTS,
            )  # fmt: skip
            if playlist_id is None:
                raise PlaylistFull(f"one user has at most {MOST_PLAYLISTS} playlists; remove some")
            await add_entries(connection, viewer_id, playlist_id, plan.track_ids)
            return await _filled(
                connection, viewer_id, await _visible(connection, viewer_id, playlist_id)
            )

    async def edit(self, viewer_id: str, playlist_id: str, edit: PlaylistEdit) -> Playlist:
        """Change what a playlist is called, who sees or edits it, or its rule."""
        async with transaction(self._pool) as connection:
            playlist = await _held(connection, viewer_id, playlist_id)
            edit.check_allowed(playlist, await viewer_of(connection, viewer_id))
            await connection.execute(
                """
                UPDATE playlists SET name = coalesce($2, name), name_key = coalesce($3, name_key),
                    comment = coalesce($4, comment), public = coalesce($5, public),
                    rule = coalesce($6, rule)
                WHERE id = $1
                """,
                playlist_id, edit.name, None if edit.name is None else folded(edit.name),
                edit.comment, edit.public, stored_rule(edit.rule),
            )  # fmt: skip
            if edit.editor_ids is not None:
                await _set_editors(connection, playlist, edit.editor_ids)
            return await _changed(connection, viewer_id, playlist_id)

    async def edit_entries(
        self, viewer_id: str, playlist_id: str, based_on: int, edit: EntriesEdit
    ) -> Playlist:
        """Rearrange a manual playlist, all of the edit or nothing."""
        async with transaction(self._pool) as connection:
            await keep_music(connection)
            playlist = await _held(connection, viewer_id, playlist_id)
            playlist.check_may_edit(await viewer_of(connection, viewer_id))
            if playlist.rule:
                raise WrongKindOfPlaylist("a smart playlist holds what its rule says; edit that")
            playlist.check_version(based_on)
            await rearrange(connection, viewer_id, playlist_id, edit)
            return await _changed(connection, viewer_id, playlist_id)

    async def remove(self, viewer_id: str, playlist_id: str) -> None:
        """Remove a playlist; its tracks stay where they are."""
        async with transaction(self._pool) as connection:
            await keep_music(connection)
            playlist = await _held(connection, viewer_id, playlist_id)
            playlist.check_may_own(await viewer_of(connection, viewer_id))
            await connection.execute("DELETE FROM playlists WHERE id = $1", playlist_id)


async def _visible(connection: Connection, viewer_id: str, playlist_id: str) -> Playlist:
    row = await connection.fetchrow(f"{PLAYLIST} AND playlist.id = $2", viewer_id, playlist_id)
    if row is None:
        raise UnknownPlaylist("there is no such playlist")
    return _playlist(row)


async def _held(connection: Connection, viewer_id: str, playlist_id: str) -> Playlist:
    """The playlist, held against every other change until the transaction ends."""
    # Locked first and read after: the read then sees what the change before this one left.
    await connection.execute("SELECT FROM playlists WHERE id = $1 FOR UPDATE", playlist_id)
    return await _visible(connection, viewer_id, playlist_id)


async def _changed(connection: Connection, viewer_id: str, playlist_id: str) -> Playlist:
    await connection.execute(
        "UPDATE playlists SET version = version + 1, changed_at = clock_timestamp() WHERE id = $1",
        playlist_id,
    )
    return await _filled(connection, viewer_id, await _visible(connection, viewer_id, playlist_id))


async def _filled(connection: Connection, viewer_id: str, playlist: Playlist) -> Playlist:
    contents = await contents_of(connection, viewer_id, [playlist.id])
    return replace(playlist, contents=contents.get(playlist.id, playlist.contents))


async def _set_editors(
    connection: Connection, playlist: Playlist, editor_ids: Sequence[str]
) -> None:
    wanted = sorted(set(editor_ids) - {playlist.owner_id})
    await connection.execute("DELETE FROM playlist_editors WHERE playlist_id = $1", playlist.id)
    added = await connection.fetch(
        """
        INSERT INTO playlist_editors (playlist_id, user_id)
        SELECT $1, id FROM users WHERE id = ANY($2::text[]) RETURNING user_id
        """,
        playlist.id, wanted,
    )  # fmt: skip
    if len(added) != len(wanted):
        raise InvalidInput("every editor must be a user")


def _playlist(row: asyncpg.Record) -> Playlist:
    return Playlist(
        id=row["id"],
        name=row["name"],
        comment=row["comment"],
        owner_id=row["owner_id"],
        owner_name=row["owner_name"],
        public=row["public"],
        editor_ids=row["editor_ids"],
        rule=rule_in(row["rule"]),
        created_at=row["created_at"],
        changed_at=row["changed_at"],
        version=row["version"],
    )
