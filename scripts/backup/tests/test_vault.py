"""The folder of a backup, whatever happens to it."""

from __future__ import annotations

import hashlib
import stat
from typing import TYPE_CHECKING

import pytest

from scripts.backup.vault import Entry, Manifest, Unusable, Vault

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "backup")


def kept(vault: Vault, content: bytes) -> str:
    with vault.draft() as draft:
        draft.write_bytes(content)
        return vault.keep(draft)


def entry(vault: Vault, key: str, content: bytes) -> Entry:
    return Entry(key, f"tag of {key}", len(content), "audio/mpeg", kept(vault, content))


def finished(vault: Vault, *entries: Entry) -> Manifest:
    manifest = Manifest(
        taken_at="now",
        rows=kept(vault, b"rows"),
        schemas=["catalog"],
        objects=vault.keep_list(entries),
        object_count=len(entries),
        size_bytes=0,
        house={},
        damaged=[],
    )
    vault.finish(manifest)
    return manifest


def test_a_file_is_named_by_what_it_holds_and_private(vault: Vault) -> None:
    with vault.open():
        sha256 = kept(vault, b"one")
    file = vault.check(sha256, "one")
    assert file.name == hashlib.sha256(b"one").hexdigest()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(vault.root.stat().st_mode) == 0o700


def test_what_a_killed_backup_had_copied_is_used(vault: Vault) -> None:
    with vault.open():
        one, two = entry(vault, "one", b"1"), entry(vault, "two", b"2")
        vault.note(one)
        vault.note(two)
    journal = vault.root / "unfinished.jsonl"
    journal.write_text(journal.read_text()[:-5])  # killed while it wrote the last line
    assert vault.known() == {"one": one}
    with pytest.raises(Unusable, match="no backup that came to its end"):
        vault.whole()
    vault.file(one.sha256).unlink()
    assert vault.known() == {}


def test_a_new_backup_replaces_the_last_and_leaves_nothing_of_it(vault: Vault) -> None:
    with vault.open():
        one, two = entry(vault, "one", b"1"), entry(vault, "two", b"2")
        finished(vault, one, two)
        manifest = finished(vault, two)
    assert vault.manifest() == manifest
    assert [*vault.entries(manifest)] == [two]
    assert not vault.file(one.sha256).exists()
    assert vault.known() == {"two": two}


def test_a_flipped_byte_in_a_backup_is_found(vault: Vault) -> None:
    with vault.open():
        one = entry(vault, "one", b"1")
        finished(vault, one)
    vault.file(one.sha256).write_bytes(b"2")
    with pytest.raises(Unusable, match="one, is not what its name says"):
        vault.check(one.sha256, one.key)


def test_two_backups_to_one_folder_do_not_mix(vault: Vault) -> None:
    with (
        vault.open(),
        pytest.raises(Unusable, match="another backup"),
        Vault(vault.root).open(),
    ):
        raise AssertionError
