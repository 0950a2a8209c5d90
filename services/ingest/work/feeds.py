"""Reading feeds: what is new in a channel, and its picture."""

import logging
from collections.abc import Sequence
from pathlib import Path

from libs.common.objects import BlockingObjectStore
from libs.common.outbound import CallFailed, Caps, Outbound, Stamp
from services.ingest.adapters.media.feeds import FeedReader
from services.ingest.adapters.media.inspection import Inspector
from services.ingest.adapters.originals import digest_of
from services.ingest.adapters.postgres_feeds import PostgresFeeds
from services.ingest.adapters.scratch import Scratch
from services.ingest.domain.errands import Errand
from services.ingest.domain.feeds import Feed
from services.ingest.domain.inspection import COVER_SIDES_PX
from services.ingest.domain.objects import StoredObject, cover_keys
from services.ingest.domain.reasons import Refused

logger = logging.getLogger(__name__)

PAGE = Caps()


class ReadFeed:
    """Reads the feed of a channel. Done twice, it leaves the same."""

    def __init__(
        self,
        feeds: PostgresFeeds,
        reader: FeedReader,
        inspector: Inspector,
        objects: BlockingObjectStore,
        scratch: Scratch,
    ) -> None:
        self._feeds = feeds
        self._reader = reader
        self._inspector = inspector
        self._objects = objects
        self._scratch = scratch

    async def perform(self, outbound: Outbound, errand: Errand) -> None:
        """Ask for the feed if it changed, and take in what it says."""
        known = Stamp(errand.etag, errand.last_modified)
        page = await outbound.page(errand.url, PAGE, known)
        if page is None:
            await self._feeds.unchanged(errand)
            return
        with self._scratch.folder() as folder:
            feed = self._reader.read(page, folder)
            cover = await self._cover(outbound, errand, feed, folder)
            # Without its picture the feed is asked for anew, and the picture with it.
            stamp = page.stamp if cover is not None else Stamp()
            await self._feeds.refreshed(errand, stamp, feed, cover or ())

    async def _cover(
        self, outbound: Outbound, errand: Errand, feed: Feed, folder: Path
    ) -> Sequence[StoredObject] | None:
        """The channel's picture, stored, if it is a new one; None where it cannot be had."""
        if feed.image_url in ("", errand.cover_of):
            return ()
        try:
            page = await outbound.page(feed.image_url, PAGE)
            assert page is not None  # noqa: S101  nothing was said to be known
            picture = folder / "picture"
            picture.write_bytes(page.content)
            cover = self._inspector.normalise_cover(picture, folder)
        except (CallFailed, Refused) as fault:
            facts = {"channel_id": errand.channel_id, "reason": str(fault)}
            logger.warning("a podcast goes without its picture", extra=facts)
            return None
        sizes = ("", *(f"-{side_px}" for side_px in COVER_SIDES_PX))
        paths = [folder / f"cover{size}.webp" for size in sizes]
        return [
            self._stored(key, path)
            for key, path in zip(cover_keys(cover.sha256), paths, strict=True)
        ]

    def _stored(self, key: str, path: Path) -> StoredObject:
        self._objects.put_file(key, path, "image/webp")
        return StoredObject(key, digest_of(path), path.stat().st_size)
