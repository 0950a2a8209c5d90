"""Making a Tutti from a backup, where there is none."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING

from libs.common.objects import blocking_objects
from libs.common.settings import ObjectStoreSettings
from scripts.backup import rows
from scripts.backup.copying import put_back
from scripts.backup.vault import Unusable
from scripts.fleet.claims import RESTORING, claimed
from scripts.servers import create_service_database, running_servers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from libs.common.objects import BlockingObjectStore
    from scripts.backup.vault import Manifest, Vault
    from scripts.servers import Servers
    from scripts.servers.settings import External


async def restore(vault: Vault, home: Path, external: External) -> Manifest:
    """Fill an empty data folder, or fresh servers elsewhere, from a backup.

    Objects come first and rows last, in one transaction, so that rows never
    refer to what is not there. What was cut off is done again from the start.
    """
    manifest = vault.whole()
    with claimed(home), _unfinished(home, manifest):
        for name, sha256 in manifest.house.items():
            _put_in_house(vault.check(sha256, name), home / name)
        async with running_servers(home, external, durable=True) as servers:
            if await rows.has_rows(servers.postgres_url, manifest.schemas):
                raise Unusable("there are rows in the database already; nothing was changed")
            for schema in manifest.schemas:
                await create_service_database(servers, schema)
            store = object_store(servers)
            await asyncio.to_thread(_put_objects, store, vault, manifest)
            await rows.load(servers.postgres_url, vault.check(manifest.rows, "the rows"))
    return manifest


def object_store(servers: Servers) -> BlockingObjectStore:
    """Return where the objects are."""
    return blocking_objects(
        ObjectStoreSettings(
            s3_endpoint=servers.s3_endpoint,
            s3_access_key=servers.s3_access_key,
            s3_secret_key=servers.s3_secret_key,
        )
    )


@contextmanager
def _unfinished(home: Path, manifest: Manifest) -> Iterator[None]:
    """Mark the folder until the restore is over: nothing starts in it, and it may be repeated."""
    mark = home / RESTORING
    begun = mark.exists() and mark.read_text() == manifest.rows
    strangers = {file.name for file in home.iterdir()} - {"lock"}
    if strangers and not begun:
        raise Unusable(f"{home} is not empty; choose a new folder: TUTTI_DATA")
    mark.write_text(manifest.rows)
    yield
    for log in home.glob("*.log"):
        log.unlink()
    mark.unlink()


def _put_in_house(kept: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.touch(0o600)
    place.chmod(0o600)
    place.write_bytes(kept.read_bytes())


def _put_objects(store: BlockingObjectStore, vault: Vault, manifest: Manifest) -> None:
    store.ensure_bucket()
    wanted = {entry.key for entry in vault.entries(manifest)}
    if any(key not in wanted for key in store.keys("")):
        raise Unusable("there are other objects in the bucket already; nothing was changed")
    put_back(store, vault, vault.entries(manifest))
