"""The gateway, assembled. Run it with ``python -m services.gateway``."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import uvloop

from libs.common.cache import open_cache
from libs.common.events import Bus
from libs.common.objects import open_objects
from libs.common.service import run
from libs.common.starting import settings_of
from services.gateway.adapters.heads import Heads
from services.gateway.adapters.identities import Identities
from services.gateway.adapters.live.admission import Admission
from services.gateway.adapters.live.hub import open_hub
from services.gateway.adapters.live.streams import Streams
from services.gateway.adapters.live.tickets import Tickets
from services.gateway.adapters.now_playing import NowPlaying
from services.gateway.adapters.peers import open_peers
from services.gateway.adapters.pictures import Pictures
from services.gateway.adapters.renditions import Renditions
from services.gateway.adapters.replays import Replays
from services.gateway.adapters.sources import Sources
from services.gateway.adapters.transcoding.transcoder import open_transcoder
from services.gateway.adapters.windows import open_windows
from services.gateway.domain.in_hand import InHand
from services.gateway.domain.keys import SigningKeys
from services.gateway.domain.links import MediaLinks
from services.gateway.domain.tokens import AccessTokens
from services.gateway.http.app import create_app
from services.gateway.http.guests import open_guests
from services.gateway.http.parts import Parts
from services.gateway.http.server import served
from services.gateway.settings import GatewaySettings


@asynccontextmanager
async def gateway(settings: GatewaySettings, bus: Bus) -> AsyncGenerator[str]:
    """Open every part in order, serve, and close them in reverse. Yields the address to open."""
    secret = settings.secret.get_secret_value()
    async with (
        open_peers(settings) as peers,
        open_cache(settings.redis_url) as cache,
        open_objects(settings) as objects,
        open_windows(settings) as windows,
        open_hub(settings, Streams(peers.synth), cache) as hub,
        open_guests() as guests,
        open_transcoder(settings, objects) as transcoder,
    ):
        heads = Heads(objects, settings.heads_bytes)
        parts = Parts(
            settings=settings,
            peers=peers,
            bus=bus,
            cache=cache,
            objects=objects,
            heads=heads,
            identities=Identities(peers.accounts, peers.apps, cache),
            windows=windows,
            replays=Replays(cache),
            renditions=Renditions(peers.catalog, peers.ingest),
            transcoder=transcoder,
            sources=Sources(peers.catalog, peers.ingest, peers.podcasts),
            now_playing=NowPlaying(cache),
            pictures=Pictures(heads),
            tokens=AccessTokens(SigningKeys(secret)),
            links=MediaLinks(secret),
            hub=hub,
            admission=Admission(peers.stations),
            tickets=Tickets(cache),
            guests=guests,
            in_hand=InHand(settings.requests_at_once),
            upload_slots=asyncio.Semaphore(settings.uploads_at_once),
            closing=asyncio.Event(),
        )
        app = create_app(settings)
        app.state.parts = parts
        async with served(app, settings, parts.closing) as address:
            yield address


if __name__ == "__main__":
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    run(gateway, settings_of(GatewaySettings))
