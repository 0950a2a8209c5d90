import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest

from libs.common.faults import CannotStart
from libs.common.postgres import connect
from libs.common.postgres.migrations import migrate

Database = Callable[[str], Awaitable[str]]

SONGS = "CREATE TABLE songs (title text PRIMARY KEY); SELECT pg_sleep(0.1);"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "0001_songs.sql").write_text(SONGS)
    (tmp_path / "0002_so_what.sql").write_text("INSERT INTO songs VALUES ('So What')")
    return tmp_path


async def test_replicas_that_start_together_migrate_once(
    database_url: Database, folder: Path
) -> None:
    url = await database_url("replicas")
    async with connect(url, "replicas") as one, connect(url, "replicas") as other:
        await asyncio.gather(migrate(one, "replicas", folder), migrate(other, "replicas", folder))
        assert await one.fetchval("SELECT count(*) FROM songs") == 1
        assert await one.fetchval("SELECT count(*) FROM replicas.songs") == 1


async def test_a_later_version_applies_only_what_is_new(
    database_url: Database, folder: Path
) -> None:
    async with connect(await database_url("later"), "later") as pool:
        await migrate(pool, "later", folder)
        (folder / "0003_more.sql").write_text("INSERT INTO songs VALUES ('Blue in Green')")
        await migrate(pool, "later", folder)
        assert await pool.fetchval("SELECT count(*) FROM songs") == 2


async def test_a_migration_that_fails_leaves_nothing_behind(
    database_url: Database, folder: Path
) -> None:
    (folder / "0002_so_what.sql").write_text("INSERT INTO sings VALUES ('So What')")
    async with connect(await database_url("failing"), "failing") as pool:
        with pytest.raises(asyncpg.UndefinedTableError):
            await migrate(pool, "failing", folder)
        assert await pool.fetchval("SELECT to_regclass('songs')") is None


async def test_an_applied_migration_must_not_change(database_url: Database, folder: Path) -> None:
    async with connect(await database_url("edited"), "edited") as pool:
        await migrate(pool, "edited", folder)
        (folder / "0001_songs.sql").write_text(SONGS + "-- oops")
        with pytest.raises(CannotStart, match=r"0001_songs\.sql was edited"):
            await migrate(pool, "edited", folder)
