"""Items, batches and uploads as the contract has them."""

from datetime import datetime

from libs.common.faults import InvalidInput
from services.ingest.domain.duplicates import Decision
from services.ingest.domain.items import Batch, Item, ItemState, StepReport, Tally
from services.ingest.domain.objects import Damage, Pass
from services.ingest.domain.pipeline import StepState
from services.ingest.domain.uploads import Upload
from tutti.ingest.v1 import ingest_pb2 as pb

ITEM_STATES = {
    ItemState.WAITING: pb.ITEM_STATE_WAITING,
    ItemState.PROCESSING: pb.ITEM_STATE_PROCESSING,
    ItemState.UNDECIDED: pb.ITEM_STATE_UNDECIDED,
    ItemState.PUBLISHED: pb.ITEM_STATE_PUBLISHED,
    ItemState.DUPLICATE: pb.ITEM_STATE_DUPLICATE,
    ItemState.QUARANTINED: pb.ITEM_STATE_QUARANTINED,
    ItemState.DISMISSED: pb.ITEM_STATE_DISMISSED,
}
_STEP_STATES = {
    StepState.BLOCKED: pb.STEP_STATE_BLOCKED,
    StepState.QUEUED: pb.STEP_STATE_QUEUED,
    StepState.RUNNING: pb.STEP_STATE_RUNNING,
    StepState.AWAITING: pb.STEP_STATE_RUNNING,
    StepState.DONE: pb.STEP_STATE_DONE,
    StepState.FAILED: pb.STEP_STATE_FAILED,
}
_STATES = {number: state for state, number in ITEM_STATES.items()}
_DECISIONS = {
    pb.DECISION_KEEP_BOTH: Decision.KEEP_BOTH,
    pb.DECISION_REPLACE: Decision.REPLACE,
    pb.DECISION_DISCARD: Decision.DISCARD,
}


def encode_upload(upload: Upload) -> pb.Upload:
    """Write an upload."""
    return pb.Upload(
        id=upload.id,
        user_id=upload.user_id,
        library_id=upload.library_id,
        batch_id=upload.batch_id,
        file_name=upload.file_name,
        size_bytes=upload.size_bytes,
        part_size_bytes=upload.part_size_bytes,
        part_count=upload.part_count,
        received_parts=upload.received_parts,
        item_id=upload.item_id,
        expires_at_unix_ms=_unix_ms(upload.expires_at),
    )


def encode_item(item: Item) -> pb.Item:
    """Write an item."""
    return pb.Item(
        id=item.id,
        user_id=item.user_id,
        library_id=item.library_id,
        batch_id=item.batch_id,
        file_name=item.file_name,
        size_bytes=item.size_bytes,
        state=ITEM_STATES[item.state],
        progress=item.progress,
        current_step=item.current_step,
        reason_code=item.reason_code,
        reason=item.reason,
        notes=item.notes,
        track_id=item.track_id,
        content_sha256=item.content_sha256,
        title=item.title,
        artist=item.artist,
        created_at_unix_ms=_unix_ms(item.created_at),
        changed_at_unix_ms=_unix_ms(item.changed_at),
        duplicate_similarity=item.duplicate_similarity,
    )


def encode_step(step: StepReport) -> pb.Step:
    """Write how a step went."""
    return pb.Step(
        name=step.name,
        state=_STEP_STATES[step.state],
        attempts=step.attempts,
        engine=step.engine,
        engine_version=step.engine_version,
        duration_ms=step.duration_ms,
        error=step.error,
    )


def encode_batch(batch: Batch) -> pb.Batch:
    """Write a batch."""
    return pb.Batch(
        id=batch.id,
        item_count=batch.item_count,
        published_count=batch.published_count,
        duplicate_count=batch.duplicate_count,
        quarantined_count=batch.quarantined_count,
        undecided_count=batch.undecided_count,
        progress=batch.progress,
        created_at_unix_ms=_unix_ms(batch.created_at),
    )


def encode_tally(tally: Tally) -> pb.GetStatusResponse:
    """Write how things stand."""
    count = tally.by_state
    return pb.GetStatusResponse(
        waiting_count=count.get(ItemState.WAITING, 0),
        processing_count=count.get(ItemState.PROCESSING, 0),
        undecided_count=count.get(ItemState.UNDECIDED, 0),
        published_count=count.get(ItemState.PUBLISHED, 0),
        duplicate_count=count.get(ItemState.DUPLICATE, 0),
        quarantined_count=count.get(ItemState.QUARANTINED, 0),
        queued_step_count=tally.queued_step_count,
        oldest_queued_s=tally.oldest_queued_s,
    )


def encode_scrub(walk: Pass) -> pb.Scrub:
    """Write how far the scrubber is."""
    return pb.Scrub(
        under_way=walk.under_way,
        began_at_unix_ms=_unix_ms(walk.began_at),
        ended_at_unix_ms=_unix_ms(walk.ended_at),
        due_at_unix_ms=_unix_ms(walk.due_at),
        checked_count=walk.checked_count,
        checked_bytes=walk.checked_bytes,
        damaged_count=walk.damaged_count,
        orphan_count=walk.orphan_count,
        orphan_bytes=walk.orphan_bytes,
        removes_orphans=walk.removes_orphans,
    )


def encode_damage(damage: Damage) -> pb.Damage:
    """Write what is wrong with an object."""
    return pb.Damage(
        key=damage.key,
        original=damage.original,
        detail=damage.detail,
        quarantine_key=damage.quarantine_key,
        content_sha256=damage.content_sha256,
        file_name=damage.file_name,
        title=damage.title,
        artist=damage.artist,
        found_at_unix_ms=_unix_ms(damage.found_at),
        healed_at_unix_ms=_unix_ms(damage.healed_at),
    )


def decode_state(state: pb.ItemState.ValueType) -> ItemState:
    """Read the state of an item, or raise InvalidInput."""
    if state not in _STATES:
        raise InvalidInput("states must be of those an item can be in")
    return _STATES[state]


def decode_decision(decision: pb.Decision.ValueType) -> Decision:
    """Read what shall become of a duplicate, or raise InvalidInput."""
    if decision not in _DECISIONS:
        raise InvalidInput("decision must be keep both, replace or discard")
    return _DECISIONS[decision]


def page_size(asked: int, default: int, most: int) -> int:
    """How many entries a page shall have, or InvalidInput."""
    if not 0 <= asked <= most:
        raise InvalidInput(f"page_size must be from 1 to {most}, or 0 for {default}")
    return asked or default


def encode_place(position: int) -> str:
    """The token of the page after the entry at this position."""
    return f"{position:x}"


def decode_place(token: str) -> int:
    """The position a page begins after; the first page begins after all."""
    try:
        return int(token, 16) if token else 2**63 - 1
    except ValueError:
        raise InvalidInput("page_token must be one that a page before gave") from None


def _unix_ms(moment: datetime | None) -> int:
    return round(moment.timestamp() * 1000) if moment else 0
