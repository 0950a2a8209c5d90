"""What is done to the store behind the back of the service, and what the scrubber says of it."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING

import asyncpg
from PIL import Image

from services.ingest.domain.objects import cover_keys
from services.ingest.tests.house import content, eventually
from tutti.ingest.v1 import ingest_pb2 as pb

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from services.ingest.tests.house import House


async def published(house: House, path: Path) -> pb.Item:
    item = await house.bring(content(path), path.name)
    [ended] = await house.settled(item.id)
    assert ended.state == pb.ITEM_STATE_PUBLISHED
    return ended


async def rotten(house: House, key: str) -> bytes:
    """Flip one byte of an object; answers what it was."""
    good = await house.objects.get_bytes(key)
    middle = len(good) // 2
    bad = good[:middle] + bytes([good[middle] ^ 1]) + good[middle + 1 :]
    await house.objects.put_bytes(key, bad, (await house.objects.stat(key)).content_type)
    return good


async def scrubbed(house: House, *, remove_orphans: bool = False) -> pb.Scrub:
    """Walk through everything, once."""
    await house.stub.StartScrub(pb.StartScrubRequest(remove_orphans=remove_orphans))
    return await eventually(lambda: ended(house))


async def ended(house: House) -> pb.Scrub | None:
    walk = (await house.stub.GetScrub(pb.GetScrubRequest())).scrub
    return None if walk.under_way else walk


async def damages(house: House, sha256: str) -> Mapping[str, pb.Damage]:
    """By key, of one file: the last of each."""
    found = (await house.stub.GetScrub(pb.GetScrubRequest())).damages
    return {one.key: one for one in reversed(found) if one.content_sha256 == sha256}


async def healed(house: House, sha256: str) -> Mapping[str, pb.Damage] | None:
    found = await damages(house, sha256)
    return found if all(one.healed_at_unix_ms for one in found.values()) else None


async def rows(house: House, statement: str, *arguments: object) -> Sequence[asyncpg.Record]:
    connection = await asyncpg.connect(house.settings.database_url)
    try:
        return await connection.fetch(statement, *arguments)
    finally:
        await connection.close()


async def assert_all_as_noted(house: House, sha256: str) -> None:
    """Every object of the file has the digest of its row."""
    noted = await rows(house, "SELECT key, sha256 FROM objects WHERE content_sha256 = $1", sha256)
    for key, expected in noted:
        found = hashlib.sha256(await house.objects.get_bytes(key)).hexdigest()
        assert found == expected, key


async def older_cover(house: House, name: str) -> str:
    """Have a cover be other bytes of the same picture, in the store and in all rows of ingest."""
    again = io.BytesIO()
    with Image.open(io.BytesIO(await house.objects.get_bytes(f"covers/{name}.webp"))) as picture:
        picture.save(again, "WEBP", quality=40)
    older = hashlib.sha256(again.getvalue()).hexdigest()
    for key, other in zip(cover_keys(name), cover_keys(older), strict=True):
        await house.objects.remove(key)
        await house.objects.put_bytes(other, again.getvalue(), "image/webp")
        await rows(
            house,
            "UPDATE objects SET key = $2, sha256 = $3, size_bytes = $4 WHERE key = $1",
            key, other, older, len(again.getvalue()),
        )  # fmt: skip
    await rows(
        house,
        """
        UPDATE results SET result = jsonb_set(result, '{cover,sha256}', to_jsonb($2::text))
        WHERE step = 'tags' AND result -> 'cover' ->> 'sha256' = $1
        """,
        name, older,
    )  # fmt: skip
    return older
