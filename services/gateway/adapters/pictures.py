"""Covers as JPEG of any size, for apps that know neither WebP nor the sizes we keep."""

import asyncio
import io
from collections import OrderedDict

from services.gateway.adapters.heads import Heads
from services.gateway.domain.apps.covers import key_of

AT_ONCE = 2
QUALITY = 85
MOST_KEPT = 500
"""Some 20 kB each."""


class Pictures:
    """Makes them, and keeps those asked for last."""

    def __init__(self, heads: Heads) -> None:
        self._heads = heads
        self._kept: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._places = asyncio.Semaphore(AT_ONCE)

    async def jpeg(self, sha256: str, side_px: int) -> bytes:
        """A cover with at most that many pixels on its longer side, all it has for 0."""
        wanted = sha256, side_px
        if wanted in self._kept:
            self._kept.move_to_end(wanted)
            return self._kept[wanted]
        head = await self._heads.of(key_of(sha256, side_px))
        whole = b"".join([part async for part in self._heads.read(head, 0, head.stat.size_bytes)])
        async with self._places:
            picture = await asyncio.to_thread(_jpeg, whole, side_px)
        self._kept[wanted] = picture
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return picture


def _jpeg(webp: bytes, side_px: int) -> bytes:
    """Only what our own ingest has written is read, so it need not be taken for hostile."""
    from PIL import Image  # noqa: PLC0415  10 MiB, for those alone who are asked for JPEG

    with Image.open(io.BytesIO(webp), formats=["WEBP"]) as image:
        shown = image.convert("RGB")
    if side_px:
        shown.thumbnail((side_px, side_px), Image.Resampling.LANCZOS)
    written = io.BytesIO()
    shown.save(written, "JPEG", quality=QUALITY, optimize=True)
    return written.getvalue()
