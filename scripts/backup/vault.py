"""The folder of a backup: files by their SHA-256, and a manifest that names those that count."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from scripts.servers.memory import write_private

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

FORMAT = 1
CHUNK_BYTES = 2**20


class Unusable(Exception):
    """A reason, in words for whoever typed the command, why this cannot be done."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An object as it was copied. The tag is the store's: another tag, another content."""

    key: str
    etag: str
    size_bytes: int
    content_type: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a whole backup consists of, by the SHA-256 of each file."""

    taken_at: str
    rows: str
    schemas: list[str]
    objects: str
    """A list: an ``Entry`` in JSON on each line, in the order of the keys."""
    object_count: int
    size_bytes: int
    house: Mapping[str, str]
    """Files of the data folder, by their names in it."""
    damaged: list[str]
    """Keys of objects that were missing or wrong in the store already."""
    format: int = FORMAT


class Vault:
    """One backup, at first empty, then whole, and whole again each time it is brought up to date.

    What a backup that was cut off had copied is found by its journal and used.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._manifest = root / "manifest.json"
        self._journal = root / "unfinished.jsonl"

    @contextmanager
    def open(self) -> Iterator[None]:
        """Make the folder, readable by its owner alone, and write to it alone."""
        drafts = self.root / "drafts"
        drafts.mkdir(parents=True, exist_ok=True)
        self.root.chmod(0o700)
        with (self.root / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Unusable(f"another backup to {self.root} is under way") from None
            for left in drafts.iterdir():
                left.unlink()
            yield

    def manifest(self) -> Manifest | None:
        """What the last backup that came to its end wrote."""
        if not self._manifest.exists():
            return None
        written = json.loads(self._manifest.read_text())
        if written.get("format") != FORMAT:
            raise Unusable(f"{self._manifest} is of format {written.get('format')}, not {FORMAT}")
        return Manifest(**written)

    def whole(self) -> Manifest:
        """The manifest, or Unusable where no backup came to its end."""
        manifest = self.manifest()
        if manifest is None:
            raise Unusable(f"{self.root} holds no backup that came to its end")
        return manifest

    def file(self, sha256: str) -> Path:
        """Where the file of this content lies, or would."""
        return self.root / "files" / sha256[:2] / sha256

    def entries(self, manifest: Manifest) -> Iterator[Entry]:
        """The objects of a backup."""
        with self.file(manifest.objects).open() as lines:
            yield from (Entry(**json.loads(line)) for line in lines)

    def known(self) -> dict[str, Entry]:
        """What is here already, by key: of the last backup, and of one that was cut off."""
        manifest = self.manifest()
        found = {one.key: one for one in self.entries(manifest)} if manifest else {}
        if self._journal.exists():
            for line in self._journal.read_text().splitlines(keepends=True):
                if line.endswith("\n"):  # else it was cut off itself
                    entry = Entry(**json.loads(line))
                    found[entry.key] = entry
        return {key: one for key, one in found.items() if self._has(one)}

    def _has(self, entry: Entry) -> bool:
        file = self.file(entry.sha256)
        return file.exists() and file.stat().st_size == entry.size_bytes

    @contextmanager
    def draft(self) -> Iterator[Path]:
        """A file to write, which is kept by ``keep`` or else gone."""
        path = self.root / "drafts" / os.urandom(8).hex()
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

    def keep(self, draft: Path, sha256: str = "") -> str:
        """Move a draft to its place; returns its SHA-256."""
        sha256 = sha256 or digest_of(draft)
        file = self.file(sha256)
        file.parent.mkdir(parents=True, exist_ok=True)
        draft.chmod(0o600)
        draft.replace(file)
        return sha256

    def note(self, entry: Entry) -> None:
        """Remember a copied object, should this backup be cut off."""
        with self._journal.open("a") as journal:
            journal.write(json.dumps(asdict(entry)) + "\n")

    def keep_list(self, entries: Iterable[Entry]) -> str:
        """Keep the list of all objects; returns its SHA-256."""
        with self.draft() as draft:
            with draft.open("w") as lines:
                lines.writelines(json.dumps(asdict(entry)) + "\n" for entry in entries)
            return self.keep(draft)

    def finish(self, manifest: Manifest) -> None:
        """Make the backup count, in one step, and then forget what is of none any more."""
        os.sync()
        write_private(self._manifest, json.dumps(asdict(manifest), indent=2) + "\n")
        self._journal.unlink(missing_ok=True)
        wanted = {file for file, _ in self.files(manifest)}
        for file in (self.root / "files").glob("*/*"):
            if file.name not in wanted:
                file.unlink()

    def files(self, manifest: Manifest) -> Iterator[tuple[str, str]]:
        """The SHA-256 of every file of a backup, and what it is."""
        yield manifest.rows, "the rows"
        yield manifest.objects, "the list of objects"
        for name, sha256 in manifest.house.items():
            yield sha256, name
        for entry in self.entries(manifest):
            yield entry.sha256, entry.key

    def check(self, sha256: str, what: str) -> Path:
        """The file, once it was read and found to be what its name says."""
        file = self.file(sha256)
        if not file.exists():
            raise Unusable(f"the backup lacks {what}: {file} is missing")
        if digest_of(file) != sha256:
            raise Unusable(f"the backup is damaged: {file}, {what}, is not what its name says")
        return file


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
