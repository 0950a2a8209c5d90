"""Objects, from the store into the backup and back."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from libs.common.faults import NotFound
from scripts.backup.vault import CHUNK_BYTES, Entry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from libs.common.objects import BlockingObjectStore, ObjectStat
    from scripts.backup.vault import Vault

AT_ONCE = 4


def copy_new(store: BlockingObjectStore, vault: Vault) -> tuple[dict[str, Entry], int]:
    """Copy what the backup lacks. Returns all objects by key, and how many bytes were copied."""
    known = vault.known()
    present: dict[str, Entry] = {}
    new: list[ObjectStat] = []
    for stat in store.stats(""):
        entry = known.get(stat.key)
        if entry is not None and (entry.etag, entry.size_bytes) == (stat.etag, stat.size_bytes):
            present[stat.key] = entry
        else:
            new.append(stat)
    copied_bytes = 0
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="backup") as threads:
        # In turn, from one thread: lines of the journal must not mix.
        for entry in threads.map(lambda stat: _copied(store, vault, stat), new):
            if entry is not None:
                vault.note(entry)
                present[entry.key] = entry
                copied_bytes += entry.size_bytes
    return present, copied_bytes


def _copied(store: BlockingObjectStore, vault: Vault, stat: ObjectStat) -> Entry | None:
    """Copy one object; None where it is gone, which the rows will judge."""
    try:
        response = store.open(stat.key)
    except NotFound:
        return None
    sha256 = hashlib.sha256()
    try:
        with vault.draft() as draft:
            with draft.open("wb") as file:
                for chunk in response.stream(CHUNK_BYTES):
                    sha256.update(chunk)
                    file.write(chunk)
                size_bytes = file.tell()
            vault.keep(draft, sha256.hexdigest())
    finally:
        response.close()
        response.release_conn()
    content_type = response.headers.get("Content-Type", "application/octet-stream")
    return Entry(stat.key, stat.etag, size_bytes, content_type, sha256.hexdigest())


def put_back(store: BlockingObjectStore, vault: Vault, entries: Iterable[Entry]) -> int:
    """Store every object again, each read and compared first. Returns how many bytes that is."""

    def put(entry: Entry) -> int:
        file = vault.check(entry.sha256, entry.key)
        store.put_file(entry.key, file, entry.content_type)
        return entry.size_bytes

    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="restore") as threads:
        return sum(threads.map(put, entries))
