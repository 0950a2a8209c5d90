"""Whose streams are, in NATS."""

from libs.common.faults import InvalidInput
from services.synth.adapters.buckets import Bucket
from services.synth.domain.streams import Claim
from services.synth.wire import decode_claim, encode_claim

BUCKET = "tutti-synth-claims"


class Claims:
    """The claim of each stream, replaced only by who has read the one before."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    @property
    def subject(self) -> str:
        """Where changes can be heard of, also such as are then refused."""
        return f"{self._bucket.subject}*"

    async def read(self, stream_id: str) -> tuple[Claim | None, int]:
        """The claim, and the revision to be named to replace it."""
        entry = await self._bucket.read(stream_id)
        return _claim(entry.value), entry.revision

    async def write(self, stream_id: str, claim: Claim, after: int) -> int:
        """Replace the claim of a revision. Raises Overtaken."""
        return await self._bucket.write(stream_id, encode_claim(claim), after)

    async def forget(self, stream_id: str, after: int) -> None:
        """Remove the claim of a revision. Raises Overtaken."""
        await self._bucket.forget(stream_id, after)

    async def all(self) -> dict[str, Claim]:
        """Read all."""
        entries = await self._bucket.all()
        claims = {stream_id: _claim(entry.value) for stream_id, entry in entries.items()}
        return {stream_id: claim for stream_id, claim in claims.items() if claim is not None}


def _claim(value: bytes | None) -> Claim | None:
    if not value:
        return None
    try:
        return decode_claim(value)
    except InvalidInput:  # a stranger wrote there
        return None
