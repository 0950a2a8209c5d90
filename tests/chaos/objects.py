"""What must hold for the object store: every key is referred to by a row, and every row kept."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from services.ingest.domain.inspection import COVER_SIDES_PX
from services.ingest.domain.recording import hls_prefix, waveform_key
from services.ingest.domain.renditions import HLS_BITRATES_BPS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from asyncpg import Record

    from tests.chaos.ground import Ground

MOST_SHOWN = 5


async def audit_objects(ground: Ground) -> list[str]:
    """Compare what tracks refer to, what ingest noted, what is listed, and what is on the disk."""
    tracks = await ground.rows(
        "SELECT content_sha256, cover_sha256, renditions FROM catalog.tracks"
    )
    referred = {key: size for track in tracks for key, size in _referred(track).items()}
    rows = await ground.rows("SELECT key, size_bytes FROM ingest.objects")
    noted = {row["key"]: row["size_bytes"] for row in rows}
    listed = set(await asyncio.to_thread(lambda: [*ground.objects().keys("")]))
    stored = await asyncio.to_thread(ground.objects_on_disk)
    sizes = noted | {key: size for key, size in referred.items() if size is not None}
    wrong_size = {key for key, size in sizes.items() if stored.get(key, size) != size}
    return [
        *_told("objects that a track refers to and nobody noted", referred.keys() - noted.keys()),
        *_told("notes of objects that nothing refers to", noted.keys() - referred.keys()),
        *_told("objects that a track refers to are gone", referred.keys() - stored.keys()),
        *_told("objects that nothing refers to", (listed | stored.keys()) - referred.keys()),
        *_told("objects that are listed and gone", listed - stored.keys()),
        *_told("objects that are there and not listed", stored.keys() - listed),
        *_told("objects of another size than is noted", wrong_size),
        *_told("loose ends of the object store", ground.loose_ends_on_disk()),
    ]


def _referred(track: Record) -> Mapping[str, int | None]:
    """The keys that one track needs, with their sizes where the track says them."""
    content, cover = track["content_sha256"], track["cover_sha256"]
    keys: dict[str, int | None] = {waveform_key(content): None}
    for each in track["renditions"]:
        ladder = each["object_key"].endswith(".m3u8")
        keys[each["object_key"]] = None if ladder else each["size_bytes"]
    for name in HLS_BITRATES_BPS:
        keys |= {f"{hls_prefix(content)}{name}.{kind}": None for kind in ("m3u8", "mp4")}
    if cover:
        keys |= {f"covers/{cover}{size}.webp": None for size in _SIZES}
    return keys


_SIZES = ("", *(f"-{side_px}" for side_px in COVER_SIDES_PX))


def _told(what: str, offenders: Iterable[str]) -> list[str]:
    found = sorted(offenders)
    return [f"{what}: {len(found)}, such as {', '.join(found[:MOST_SHOWN])}"] if found else []
