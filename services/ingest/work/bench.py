"""What a step finds on its bench: the file, the store, scratch space, the cage."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from libs.common.objects import BlockingObjectStore
from libs.common.sandbox import Sandbox
from services.ingest.adapters.media.inspection import Inspector, Pcm
from services.ingest.adapters.media.sniff import container_of
from services.ingest.adapters.originals import Originals, digest_of
from services.ingest.adapters.scratch import Scratch
from services.ingest.domain.claims import Claim
from services.ingest.domain.inspection import Inspection
from services.ingest.domain.objects import StoredObject
from services.ingest.domain.plain import from_json, to_json
from services.ingest.work.results import UNNAMED

Result = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Bench:
    """Everything a step may use; one for each worker process."""

    objects: BlockingObjectStore
    originals: Originals
    scratch: Scratch
    sandbox: Sandbox
    inspector: Inspector
    register_content: Callable[[Claim, str], None]
    """Says that the claim's item needs this content, before it is stored."""
    stored: list[StoredObject] = field(default_factory=list)
    """What this attempt has put into the store."""

    def at_work(self) -> Self:
        """The same bench, cleared for another attempt."""
        return replace(self, stored=[])

    def store(self, key: str, path: Path, content_type: str) -> None:
        """Put a file into the store, and take note of what it is."""
        self.objects.put_file(key, path, content_type)
        self.stored.append(StoredObject(key, digest_of(path), path.stat().st_size))

    @contextmanager
    def inspected(self, claim: Claim) -> Generator[tuple[Inspection, Path]]:
        """What the file holds, and the folder with its cover."""
        with self._original(claim) as (original, shared):
            learned = shared / "inspection.json"
            with self.scratch.alone(shared):
                if not learned.exists():
                    inspection = self.inspector.inspect(original, _nameless(original), shared)
                    draft = learned.with_suffix(".draft")
                    draft.write_text(to_json(inspection))
                    draft.rename(learned)
            yield from_json(Inspection, learned.read_bytes()), shared

    @contextmanager
    def sound(self, claim: Claim) -> Generator[Pcm]:
        """The decoded samples of the file."""
        with self._original(claim) as (original, shared):
            with self.scratch.alone(shared):
                pcm = self.inspector.decoded(original, shared)
            yield pcm

    @contextmanager
    def _original(self, claim: Claim) -> Generator[tuple[Path, Path]]:
        with self.scratch.entry(claim.content_sha256) as entry:
            original = self.scratch.once(
                entry / "original", lambda draft: self.originals.fetch(claim.content_sha256, draft)
            )
            shared = entry / "read"
            shared.mkdir(exist_ok=True)
            yield original, shared


def _nameless(original: Path) -> str:
    """A true ending and no more: somebody else may give the same bytes another name."""
    with original.open("rb") as file:
        return f"{UNNAMED}.{container_of(file).extensions[0]}"
