"""What the file says: how it is coded, its tags, its cover."""

from importlib.metadata import version
from pathlib import Path, PurePath

from libs.common.postgres import Connection
from services.ingest.adapters.postgres_library import name_item, note
from services.ingest.domain.claims import Claim, Engine, Outcome
from services.ingest.domain.inspection import COVER_SIDES_PX, Cover
from services.ingest.domain.pipeline import StepState
from services.ingest.work.bench import Bench, Result
from services.ingest.work.results import Read, Tagged, recalled, remembered


class Probe:
    """Reads the file to its end; a file that cannot become a track ends here."""

    engine = Engine("pyav", version("av"))

    def perform(self, bench: Bench, claim: Claim) -> Result:
        """Find out how the sound is coded."""
        with bench.inspected(claim) as (inspection, _):
            return remembered(Read(inspection.encoding, inspection.pcm, inspection.notes))

    async def settle(self, connection: Connection, claim: Claim, outcome: Outcome) -> StepState:
        """Show the person what was odd."""
        read = recalled(Read, outcome.result)
        container = read.encoding.container
        suffix = PurePath(claim.file_name).suffix.lower().lstrip(".")
        notes = list(read.notes)
        if suffix and suffix not in container.extensions:
            notes.append(f"It is named .{suffix} and really is {container}; it was read as that.")
        await note(connection, claim.item_id, notes)
        return StepState.DONE


class ReadTags:
    """Reads the tags, and puts the cover in its place."""

    engine = Engine("mutagen", version("mutagen"))

    def perform(self, bench: Bench, claim: Claim) -> Result:
        """Find out who plays what."""
        with bench.inspected(claim) as (inspection, folder):
            if inspection.cover is not None:
                _store_cover(bench, inspection.cover, folder)
            return remembered(Tagged(inspection.tags, inspection.cover))

    async def settle(self, connection: Connection, claim: Claim, outcome: Outcome) -> StepState:
        """Show the item by its title."""
        tags = recalled(Tagged, outcome.result).named(claim.file_name)
        await name_item(connection, claim.item_id, tags.title or "", ", ".join(tags.artists))
        return StepState.DONE


def _store_cover(bench: Bench, cover: Cover, folder: Path) -> None:
    for size in ("", *(f"-{side_px}" for side_px in COVER_SIDES_PX)):
        picture = folder / f"cover{size}.webp"
        bench.store(f"covers/{cover.sha256}{size}.webp", picture, "image/webp")
