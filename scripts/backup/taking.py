"""Taking a backup while everything runs."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scripts.backup import rows
from scripts.backup.copying import copy_new
from scripts.backup.vault import Manifest, Unusable

if TYPE_CHECKING:
    from pathlib import Path

    from libs.common.objects import BlockingObjectStore
    from scripts.backup.rows import Snapshot
    from scripts.backup.vault import Entry, Vault

ROUNDS = 5
"""Once is enough unless a step was repeated while its object was being copied."""
HOUSE = ("secrets.json", "done/*")


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of it."""

    manifest: Manifest
    copied_bytes: int


async def take(url: str, store: BlockingObjectStore, home: Path, vault: Vault) -> Taken:
    """Bring the backup up to date, and make it whole."""
    copied_bytes = 0
    async with rows.holding(url) as connection:
        for _ in range(ROUNDS):
            with vault.draft() as draft:
                snapshot = await rows.dump(url, draft)
                dumped = vault.keep(draft)
            present, size_bytes = await asyncio.to_thread(copy_new, store, vault)
            copied_bytes += size_bytes
            wrong = agreed(snapshot, present, vault)
            now = await rows.digests(connection)
            if all(now.get(key) == snapshot.digests[key] for key in wrong):
                break
        else:
            raise Unusable("objects are made anew all the time; try again when that is over")
    manifest = Manifest(
        taken_at=datetime.now(UTC).isoformat(timespec="seconds"),
        rows=dumped,
        schemas=snapshot.schemas,
        objects=vault.keep_list(present[key] for key in sorted(present)),
        object_count=len(present),
        size_bytes=sum(entry.size_bytes for entry in present.values()),
        house=_keep_house(home, vault),
        damaged=wrong,
    )
    vault.finish(manifest)
    return Taken(manifest, copied_bytes)


def agreed(snapshot: Snapshot, present: dict[str, Entry], vault: Vault) -> list[str]:
    """The keys of objects that are not what the rows say.

    What the store has lost since an earlier backup is taken from that one.
    """
    known, wrong = vault.known(), []
    for key, sha256 in snapshot.digests.items():
        found, before = present.get(key), known.get(key)
        if found is not None and found.sha256 == sha256:
            continue
        if before is not None and before.sha256 == sha256:
            present[key] = replace(before, etag=found.etag if found else "")
        else:
            wrong.append(key)
    return wrong


def _keep_house(home: Path, vault: Vault) -> dict[str, str]:
    """Keep what the data folder holds besides the data of servers; returns it by name."""
    kept = {}
    for file in (file for pattern in HOUSE for file in sorted(home.glob(pattern))):
        with vault.draft() as draft:
            draft.touch(0o600)
            draft.write_bytes(file.read_bytes())
            kept[str(file.relative_to(home))] = vault.keep(draft)
    return kept
