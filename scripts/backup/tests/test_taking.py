"""What a backup does about objects that are not as the rows say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripts.backup.rows import Snapshot
from scripts.backup.taking import agreed
from scripts.backup.tests.test_vault import entry
from scripts.backup.vault import Vault

if TYPE_CHECKING:
    from pathlib import Path


def test_what_the_store_lost_is_taken_from_the_backup_before(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "backup")
    with vault.open():
        before = {name: entry(vault, name, name.encode()) for name in ("gone", "rotten", "good")}
        for each in before.values():
            vault.note(each)
        rotten = entry(vault, "rotten", b"rotted")
        never = entry(vault, "never", b"wrong from the beginning")
        present = {"good": before["good"], "rotten": rotten, "never": never}
        digests = {name: each.sha256 for name, each in before.items()}
        wrong = agreed(Snapshot([], digests | {"never": "f" * 64}), present, vault)
    assert wrong == ["never"]
    assert {name: present[name].sha256 for name in digests} == digests
    assert present["never"] == never
    assert present["rotten"].etag == rotten.etag  # so that it is copied when it was mended
