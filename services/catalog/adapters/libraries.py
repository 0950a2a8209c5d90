"""Libraries in PostgreSQL, and what their visibility means for everything else."""

from collections.abc import Sequence

import asyncpg

from libs.common.faults import InvalidInput, ResourceExhausted
from libs.common.postgres import Connection, Pool, transaction
from services.catalog.adapters.rows import SEEN
from services.catalog.domain.libraries import (
    MOST_MEMBERS,
    Library,
    LibraryEdit,
    LibraryPlan,
    UnknownLibrary,
    Viewer,
)

MOST_OWNED = 100
THE_SERVER = "system"
"""Who asks when no person does; ids of people are never this short."""

LIBRARY = """
    SELECT l.id, l.number, l.name, coalesce(l.owner_id, '') AS owner_id, l.shared_with_all,
        l.demo, l.folder, l.track_count, l.size_bytes,
        ARRAY(SELECT m.user_id FROM library_members m WHERE m.library_id = l.id ORDER BY m.user_id)
            AS member_ids
    FROM libraries l
"""


class Libraries:
    """Keeps libraries."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def visible(self, viewer_id: str) -> Sequence[Library]:
        """All libraries the viewer sees, their own first."""
        rows = await self._pool.fetch(
            f"{LIBRARY} WHERE l.id = {SEEN} ORDER BY l.owner_id IS DISTINCT FROM $1, l.name, l.id",
            viewer_id,
        )
        return [library_of(row) for row in rows]

    async def create(self, viewer_id: str, plan: LibraryPlan) -> Library:
        """Make a library. The demo exists once: asking again answers with it."""
        async with transaction(self._pool) as connection:
            viewer = await viewer_of(connection, viewer_id)
            if plan.of_the_server:
                viewer.check_operator("make a library of the server")
            await _one_at_a_time(connection)
            if plan.demo and (demo := await _demo(connection)):
                return demo
            await _check_room(connection, viewer)
            library_id: str = await connection.fetchval(
                """
                INSERT INTO libraries (name, owner_id, shared_with_all, demo, folder)
                VALUES ($1, $2, $3, $4, $5) RETURNING id
                """,
                plan.name,
                None if plan.of_the_server else viewer.id,
                plan.shared_with_all or plan.demo,
                plan.demo,
                plan.folder,
            )
            return await visible_library(connection, viewer_id, library_id)

    async def edit(self, viewer_id: str, library_id: str, edit: LibraryEdit) -> Library:
        """Rename a library, or change who sees it."""
        async with transaction(self._pool) as connection:
            viewer = await viewer_of(connection, viewer_id)
            library = await writable_library(connection, viewer, library_id)
            if edit.shared_with_all not in (None, library.shared_with_all):
                viewer.check_operator("share a library with everyone")
            await connection.execute(
                """
                UPDATE libraries SET name = coalesce($2, name),
                    shared_with_all = coalesce($3, shared_with_all)
                WHERE id = $1
                """,
                library_id, edit.name, edit.shared_with_all,
            )  # fmt: skip
            if edit.member_ids is not None:
                await _set_members(connection, library, edit.member_ids)
            return await visible_library(connection, viewer_id, library_id)

    async def writable(self, user_id: str, library_id: str) -> Library:
        """A library the user may add to; their own when none is named."""
        async with self._pool.acquire() as connection:
            viewer = await viewer_of(connection, user_id)
            own = "SELECT own_library_id FROM users WHERE id = $1"
            named = library_id or await connection.fetchval(own, user_id) or ""
            return await writable_library(connection, viewer, named)

    async def begin_removal(self, viewer_id: str, library_id: str) -> Library:
        """Hide a library from everyone at once; adapters/removal.py then empties it."""
        async with transaction(self._pool) as connection:
            viewer = await viewer_of(connection, viewer_id)
            library = await writable_library(connection, viewer, library_id)
            await _hide(connection, [library_id])
            return library


async def create_own_library(connection: Connection, user_id: str, display_name: str) -> str:
    """Make the library a new user starts with, in the caller's transaction; answers its id."""
    library_id: str = await connection.fetchval(
        "INSERT INTO libraries (name, owner_id) VALUES ($1, $2) RETURNING id",
        f"{display_name}'s music", user_id,
    )  # fmt: skip
    return library_id


async def remove_libraries_of(connection: Connection, user_id: str) -> None:
    """Hide all libraries of a user who leaves; their tracks go soon after."""
    rows = await connection.fetch("SELECT id FROM libraries WHERE owner_id = $1", user_id)
    await _hide(connection, [row["id"] for row in rows])
    await connection.execute("DELETE FROM library_members WHERE user_id = $1", user_id)


async def viewer_of(connection: Connection, viewer_id: str) -> Viewer:
    """Who asks. A user who is gone is nobody, and sees nothing."""
    if viewer_id == THE_SERVER:
        return Viewer(viewer_id, is_operator=True)
    role = await connection.fetchval("SELECT role FROM users WHERE id = $1", viewer_id)
    return Viewer(viewer_id, is_operator=role == "operator")


async def visible_library(connection: Connection, viewer_id: str, library_id: str) -> Library:
    """Find a library the viewer sees, or raise UnknownLibrary."""
    row = await connection.fetchrow(
        f"{LIBRARY} WHERE l.id = $2 AND l.id = {SEEN}",
        viewer_id, library_id,
    )  # fmt: skip
    if row is None:
        raise UnknownLibrary("there is no such library")
    return library_of(row)


async def libraries_by_id(
    connection: Connection, viewer_id: str, library_ids: Sequence[str]
) -> list[Library]:
    """Those of the libraries the viewer sees."""
    rows = await connection.fetch(
        f"{LIBRARY} WHERE l.id = ANY($2) AND l.id = {SEEN}",
        viewer_id, library_ids,
    )  # fmt: skip
    return [library_of(row) for row in rows]


async def writable_library(connection: Connection, viewer: Viewer, library_id: str) -> Library:
    """Find a library the viewer may change, or raise UnknownLibrary or NotYourLibrary."""
    library = await visible_library(connection, viewer.id, library_id)
    viewer.check_may_write(library)
    return library


def library_of(row: asyncpg.Record) -> Library:
    """Read a library from the columns of ``LIBRARY``."""
    return Library(**dict(row))


async def _one_at_a_time(connection: Connection) -> None:
    await connection.execute("SELECT pg_advisory_xact_lock(hashtext('catalog libraries'))")


async def _demo(connection: Connection) -> Library | None:
    row = await connection.fetchrow(f"{LIBRARY} WHERE l.demo AND NOT l.removing")
    return library_of(row) if row else None


async def _check_room(connection: Connection, viewer: Viewer) -> None:
    owned = await connection.fetchval(
        "SELECT count(*) FROM libraries WHERE owner_id = $1 AND NOT removing", viewer.id
    )
    if owned >= MOST_OWNED:
        raise ResourceExhausted(f"nobody may have more than {MOST_OWNED} libraries")


async def _set_members(connection: Connection, library: Library, member_ids: Sequence[str]) -> None:
    wanted = set(member_ids) - {library.owner_id}
    if len(wanted) > MOST_MEMBERS:
        raise InvalidInput(f"a library may have at most {MOST_MEMBERS} members")
    added = wanted - set(library.member_ids)
    known = await connection.fetchval(
        "SELECT count(*) FROM users WHERE id = ANY($1::text[])", list(added)
    )
    if known != len(added):
        raise InvalidInput("every member must be a user")
    await connection.execute(
        "DELETE FROM library_members WHERE library_id = $1 AND user_id <> ALL($2::text[])",
        library.id, list(wanted),
    )  # fmt: skip
    await connection.executemany(
        "INSERT INTO library_members (library_id, user_id) VALUES ($1, $2)",
        [(library.id, user_id) for user_id in sorted(added)],
    )


async def _hide(connection: Connection, library_ids: Sequence[str]) -> None:
    # Members go first: the trigger tells each of them that the library is gone.
    await connection.execute("DELETE FROM library_members WHERE library_id = ANY($1)", library_ids)
    await connection.execute("UPDATE libraries SET removing = true WHERE id = ANY($1)", library_ids)
