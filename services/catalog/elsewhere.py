"""What the catalog tells services elsewhere about listening, and brings from there."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from libs.common.postgres import Pool
from libs.common.tasks import end
from services.catalog.adapters.histories.importer import Importer
from services.catalog.adapters.histories.imports import Imports
from services.catalog.adapters.scrobbling.calling import open_client
from services.catalog.adapters.scrobbling.lastfm import LastFm
from services.catalog.adapters.scrobbling.listenbrainz import ListenBrainz
from services.catalog.adapters.scrobbling.now_playing import NowPlaying
from services.catalog.adapters.scrobbling.scrobblers import Scrobblers
from services.catalog.adapters.scrobbling.sender import Sender
from services.catalog.adapters.sealing import Sealing
from services.catalog.domain.scrobbling import Service
from services.catalog.settings import CatalogSettings


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The parts that calls reach."""

    scrobblers: Scrobblers
    now_playing: NowPlaying
    imports: Imports


@asynccontextmanager
async def open_elsewhere(settings: CatalogSettings, pool: Pool) -> AsyncGenerator[Elsewhere]:
    """Send and import while the context is open."""
    sealing = Sealing(settings.secret.get_secret_value(), "scrobblers")
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(open_client())
        listenbrainz = ListenBrainz(client, str(settings.listenbrainz_url))
        key, secret = settings.lastfm_api_key, settings.lastfm_api_secret.get_secret_value()
        lastfm = LastFm(client, str(settings.lastfm_url), key, secret) if key else None
        services: dict[Service, ListenBrainz | LastFm] = {Service.LISTENBRAINZ: listenbrainz}
        if lastfm:
            services[Service.LASTFM] = lastfm
        scrobblers = Scrobblers(pool, sealing, listenbrainz, lastfm)
        now_playing = NowPlaying(pool, scrobblers, services)
        sender = Sender(pool, sealing, services)
        works = [sender.run(service) for service in services]
        works += [now_playing.run(), Importer(pool, scrobblers, services).run()]
        for work in works:
            stack.push_async_callback(end, asyncio.create_task(work))
        yield Elsewhere(scrobblers, now_playing, Imports(pool, scrobblers))
