"""What ingest listens to: the catalog's answers."""

from functools import partial

from libs.common.events import Bus
from services.ingest.adapters.postgres_catalog import PostgresCatalogNews
from tutti.catalog.v1 import events_pb2

LISTENER = "ingest"


async def listen(bus: Bus, news: PostgresCatalogNews) -> None:
    """Follow what becomes of recordings in the catalog."""
    await bus.subscribe(events_pb2.TrackPublished, LISTENER, partial(_published, news))
    await bus.subscribe(events_pb2.TrackRefused, LISTENER, partial(_refused, news))
    await bus.subscribe(events_pb2.TrackRemoved, LISTENER, partial(_removed, news))
    await bus.subscribe(events_pb2.TracksListed, LISTENER, partial(_listed, news))
    await bus.subscribe(events_pb2.TrackDelisted, LISTENER, partial(_delisted, news))


async def _published(news: PostgresCatalogNews, fact: events_pb2.TrackPublished) -> None:
    track = fact.track
    await news.published(fact.ingest_item_id, track.library_id, track.id, track.content_sha256)


async def _refused(news: PostgresCatalogNews, fact: events_pb2.TrackRefused) -> None:
    await news.refused(fact.ingest_item_id, fact.reason)


async def _removed(news: PostgresCatalogNews, fact: events_pb2.TrackRemoved) -> None:
    if fact.ingest_item_id:
        await news.unwanted(fact.ingest_item_id)
    await news.removed(fact.track_id, fact.content_sha256, unused=fact.content_unused)


async def _listed(news: PostgresCatalogNews, fact: events_pb2.TracksListed) -> None:
    await news.shown(fact.found_id)


async def _delisted(news: PostgresCatalogNews, fact: events_pb2.TrackDelisted) -> None:
    await news.delisted(fact.ingest_item_id)
