"""``python -m scripts.backup take|verify|restore FOLDER``."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from pathlib import Path

from rich.console import Console

from libs.common.faults import Fault
from scripts.backup.restoring import object_store, restore
from scripts.backup.taking import take
from scripts.backup.vault import Unusable, Vault
from scripts.fleet.claims import Refusal
from scripts.fleet.settings import FleetSettings
from scripts.programs.process import NotReady
from scripts.servers.binaries import MissingServer
from scripts.servers.servers import known_servers
from scripts.servers.settings import External

MIB = 2**20
console, complaints = Console(highlight=False), Console(stderr=True, highlight=False)


def main() -> None:
    """Do what the command line asks; a refusal is a sentence and status 1."""
    parser = argparse.ArgumentParser(prog="python -m scripts.backup", description=__doc__)
    parser.add_argument("command", choices=("take", "verify", "restore"))
    parser.add_argument("folder", type=Path, help="where the backup is")
    chosen = parser.parse_args()
    home = FleetSettings().data.resolve()
    vault = Vault(chosen.folder.resolve())
    try:
        {"take": _take, "verify": _verify, "restore": _restore}[chosen.command](vault, home)
    except* (Unusable, Refusal, MissingServer, NotReady, Fault) as refusals:
        sys.exit("\n".join(map(str, _leaves(refusals))))


def _take(vault: Vault, home: Path) -> None:
    started_s = time.monotonic()
    servers = known_servers(home, External())
    if vault.root.is_relative_to(home):
        raise Unusable(f"the backup must not lie within the data, {home}")
    with vault.open():
        taken = asyncio.run(take(servers.postgres_url, object_store(servers), home, vault))
    manifest, took_s = taken.manifest, time.monotonic() - started_s
    console.print(
        f"{manifest.object_count:,} objects, {manifest.size_bytes / MIB:,.1f} MiB, of which "
        f"{taken.copied_bytes / MIB:,.1f} MiB were new; {took_s:.1f} s."
    )
    for key in manifest.damaged:
        complaints.print(f"damaged or missing in the store, and not in this backup: {key}")


def _verify(vault: Vault, _: Path) -> None:
    manifest = vault.whole()
    for sha256, what in vault.files(manifest):
        vault.check(sha256, what)
    console.print(f"Whole: {manifest.object_count:,} objects and all rows of {manifest.taken_at}.")


def _restore(vault: Vault, home: Path) -> None:
    started_s = time.monotonic()
    manifest = asyncio.run(restore(vault, home, External()))
    console.print(
        f"Restored to {home} as it was at {manifest.taken_at}: {manifest.object_count:,} objects, "
        f"{manifest.size_bytes / MIB:,.1f} MiB; {time.monotonic() - started_s:.1f} s."
    )


def _leaves(group: BaseExceptionGroup[Exception]) -> list[BaseException]:
    found: list[BaseException] = []
    for each in group.exceptions:
        found += _leaves(each) if isinstance(each, BaseExceptionGroup) else [each]
    return found


if __name__ == "__main__":
    main()
