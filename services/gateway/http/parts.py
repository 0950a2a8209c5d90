"""What routes may ask for, each by the name of its type alias."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request
from starlette.requests import HTTPConnection

from libs.common.cache import Cache
from libs.common.events import Bus
from libs.common.objects import ObjectStore
from services.gateway.adapters.heads import Heads
from services.gateway.adapters.identities import Identities
from services.gateway.adapters.live.admission import Admission
from services.gateway.adapters.live.hub import Hub
from services.gateway.adapters.live.tickets import Tickets
from services.gateway.adapters.now_playing import NowPlaying
from services.gateway.adapters.peers import (
    AccountsStub,
    AppsStub,
    CatalogStub,
    HistoriesStub,
    IngestStub,
    LedgerStub,
    ListeningStub,
    Peers,
    PodcastsStub,
    ScrobblingStub,
    SharesStub,
    StationsStub,
)
from services.gateway.adapters.pictures import Pictures
from services.gateway.adapters.renditions import Renditions
from services.gateway.adapters.replays import Replays
from services.gateway.adapters.sources import Sources
from services.gateway.adapters.transcoding.transcoder import Transcoder
from services.gateway.adapters.windows import Windows
from services.gateway.domain.in_hand import InHand
from services.gateway.domain.links import MediaLinks
from services.gateway.domain.tokens import AccessTokens
from services.gateway.http.guests import Guests
from services.gateway.settings import GatewaySettings


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything the running gateway is made of; set on the application once all is open."""

    settings: GatewaySettings
    peers: Peers
    bus: Bus
    cache: Cache
    objects: ObjectStore
    heads: Heads
    identities: Identities
    windows: Windows
    replays: Replays
    renditions: Renditions
    sources: Sources
    transcoder: Transcoder
    now_playing: NowPlaying
    pictures: Pictures
    tokens: AccessTokens
    links: MediaLinks
    hub: Hub
    admission: Admission
    tickets: Tickets
    guests: Guests
    in_hand: InHand
    upload_slots: asyncio.Semaphore
    closing: asyncio.Event


def parts_of(request: HTTPConnection) -> Parts:
    """The parts of the application that answers this request."""
    parts = request.app.state.parts
    if not isinstance(parts, Parts):
        raise TypeError("the application was not given its parts")
    return parts


def now() -> datetime:
    """The present, which the domain is told."""
    return datetime.now(UTC)


async def _accounts(request: Request) -> AccountsStub:
    return parts_of(request).peers.accounts


async def _apps(request: Request) -> AppsStub:
    return parts_of(request).peers.apps


async def _catalog(request: Request) -> CatalogStub:
    return parts_of(request).peers.catalog


async def _listening(request: Request) -> ListeningStub:
    return parts_of(request).peers.listening


async def _scrobbling(request: Request) -> ScrobblingStub:
    return parts_of(request).peers.scrobbling


async def _histories(request: Request) -> HistoriesStub:
    return parts_of(request).peers.histories


async def _stations(request: Request) -> StationsStub:
    return parts_of(request).peers.stations


async def _shares(request: Request) -> SharesStub:
    return parts_of(request).peers.shares


async def _ledger(request: Request) -> LedgerStub:
    return parts_of(request).peers.ledger


async def _ingest(request: Request) -> IngestStub:
    return parts_of(request).peers.ingest


async def _podcasts(request: Request) -> PodcastsStub:
    return parts_of(request).peers.podcasts


async def _identities(request: Request) -> Identities:
    return parts_of(request).identities


async def _renditions(request: Request) -> Renditions:
    return parts_of(request).renditions


async def _objects(request: Request) -> ObjectStore:
    return parts_of(request).objects


async def _bus(request: Request) -> Bus:
    return parts_of(request).bus


async def _settings(request: Request) -> GatewaySettings:
    return parts_of(request).settings


async def _all(request: Request) -> Parts:
    return parts_of(request)


AccountsPeer = Annotated[AccountsStub, Depends(_accounts)]
AppsPeer = Annotated[AppsStub, Depends(_apps)]
CatalogPeer = Annotated[CatalogStub, Depends(_catalog)]
ListeningPeer = Annotated[ListeningStub, Depends(_listening)]
ScrobblingPeer = Annotated[ScrobblingStub, Depends(_scrobbling)]
HistoriesPeer = Annotated[HistoriesStub, Depends(_histories)]
StationsPeer = Annotated[StationsStub, Depends(_stations)]
SharesPeer = Annotated[SharesStub, Depends(_shares)]
LedgerPeer = Annotated[LedgerStub, Depends(_ledger)]
IngestPeer = Annotated[IngestStub, Depends(_ingest)]
PodcastsPeer = Annotated[PodcastsStub, Depends(_podcasts)]
KnownIdentities = Annotated[Identities, Depends(_identities)]
KnownRenditions = Annotated[Renditions, Depends(_renditions)]
Objects = Annotated[ObjectStore, Depends(_objects)]
EventBus = Annotated[Bus, Depends(_bus)]
Settings = Annotated[GatewaySettings, Depends(_settings)]
AllParts = Annotated[Parts, Depends(_all)]
