"""The services behind the gateway."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from libs.common.rpc import needs_away, open_channel
from services.gateway.settings import GatewaySettings

if TYPE_CHECKING:
    from grpc.aio import Channel

    from tutti.catalog.v1.accounts_pb2_grpc import AccountsServiceAsyncStub as AccountsStub
    from tutti.catalog.v1.apps_pb2_grpc import AppsServiceAsyncStub as AppsStub
    from tutti.catalog.v1.catalog_pb2_grpc import CatalogServiceAsyncStub as CatalogStub
    from tutti.catalog.v1.histories_pb2_grpc import HistoriesServiceAsyncStub as HistoriesStub
    from tutti.catalog.v1.listening_pb2_grpc import ListeningServiceAsyncStub as ListeningStub
    from tutti.catalog.v1.matching_pb2_grpc import MatchingServiceAsyncStub as MatchingStub
    from tutti.catalog.v1.radios_pb2_grpc import RadiosServiceAsyncStub as RadiosStub
    from tutti.catalog.v1.scrobbling_pb2_grpc import ScrobblingServiceAsyncStub as ScrobblingStub
    from tutti.catalog.v1.shares_pb2_grpc import SharesServiceAsyncStub as SharesStub
    from tutti.catalog.v1.sound_pb2_grpc import SoundServiceAsyncStub as SoundStub
    from tutti.catalog.v1.stations_pb2_grpc import StationsServiceAsyncStub as StationsStub
    from tutti.ingest.v1.ingest_pb2_grpc import IngestServiceAsyncStub as IngestStub
    from tutti.ingest.v1.podcasts_pb2_grpc import PodcastsServiceAsyncStub as PodcastsStub
    from tutti.ledger.v1.ledger_pb2_grpc import LedgerServiceAsyncStub as LedgerStub
    from tutti.synth.v1.synth_pb2_grpc import SynthServiceAsyncStub as SynthStub
else:  # the asynchronous flavours are known to type checkers only
    from tutti.catalog.v1.accounts_pb2_grpc import AccountsServiceStub as AccountsStub
    from tutti.catalog.v1.apps_pb2_grpc import AppsServiceStub as AppsStub
    from tutti.catalog.v1.catalog_pb2_grpc import CatalogServiceStub as CatalogStub
    from tutti.catalog.v1.histories_pb2_grpc import HistoriesServiceStub as HistoriesStub
    from tutti.catalog.v1.listening_pb2_grpc import ListeningServiceStub as ListeningStub
    from tutti.catalog.v1.matching_pb2_grpc import MatchingServiceStub as MatchingStub
    from tutti.catalog.v1.radios_pb2_grpc import RadiosServiceStub as RadiosStub
    from tutti.catalog.v1.scrobbling_pb2_grpc import ScrobblingServiceStub as ScrobblingStub
    from tutti.catalog.v1.shares_pb2_grpc import SharesServiceStub as SharesStub
    from tutti.catalog.v1.sound_pb2_grpc import SoundServiceStub as SoundStub
    from tutti.catalog.v1.stations_pb2_grpc import StationsServiceStub as StationsStub
    from tutti.ingest.v1.ingest_pb2_grpc import IngestServiceStub as IngestStub
    from tutti.ingest.v1.podcasts_pb2_grpc import PodcastsServiceStub as PodcastsStub
    from tutti.ledger.v1.ledger_pb2_grpc import LedgerServiceStub as LedgerStub
    from tutti.synth.v1.synth_pb2_grpc import SynthServiceStub as SynthStub

__all__ = [
    "AccountsStub",
    "AppsStub",
    "CatalogStub",
    "HistoriesStub",
    "IngestStub",
    "LedgerStub",
    "ListeningStub",
    "MatchingStub",
    "PodcastsStub",
    "RadiosStub",
    "ScrobblingStub",
    "SharesStub",
    "SoundStub",
    "StationsStub",
    "SynthStub",
]

REPEATABLE = (
    "RecordPart",
    "HastenItem",
    "SetFavourite",
    "SetRating",
    "SetBookmark",
    "EndSession",
    "OpenStream",
    "AddHistoryPart",
    "StartHistoryFile",
    "SetNowPlaying",
    "Subscribe",
    "RefreshChannels",
    "DownloadEpisode",
    "RemoveEpisode",
)
"""Methods that write, and may be called again when the first answer is lost."""


@dataclass(frozen=True, slots=True)
class Peers:
    """A stub for every service of every peer, and how to ask each what it cannot reach."""

    accounts: AccountsStub
    apps: AppsStub
    catalog: CatalogStub
    listening: ListeningStub
    matching: MatchingStub
    scrobbling: ScrobblingStub
    histories: HistoriesStub
    stations: StationsStub
    radios: RadiosStub
    shares: SharesStub
    sound: SoundStub
    ledger: LedgerStub
    ingest: IngestStub
    podcasts: PodcastsStub
    synth: SynthStub
    health: Mapping[str, Callable[[float], Awaitable[str]]]


@asynccontextmanager
async def open_peers(settings: GatewaySettings) -> AsyncGenerator[Peers]:
    """Prepare to call; connections are made on the first call."""
    tls = settings.rpc_tls
    async with (
        open_channel(settings.catalog_address, tls, idempotent=REPEATABLE) as catalog,
        open_channel(settings.ingest_address, tls, idempotent=REPEATABLE) as ingest,
        open_channel(settings.synth_address, tls, idempotent=REPEATABLE) as synth,
    ):
        yield peers(catalog, ingest, synth)


def peers(catalog: "Channel", ingest: "Channel", synth: "Channel") -> Peers:
    """Every stub over its channel."""
    return Peers(
        accounts=AccountsStub(catalog),
        apps=AppsStub(catalog),
        catalog=CatalogStub(catalog),
        listening=ListeningStub(catalog),
        matching=MatchingStub(catalog),
        scrobbling=ScrobblingStub(catalog),
        histories=HistoriesStub(catalog),
        stations=StationsStub(catalog),
        radios=RadiosStub(catalog),
        shares=SharesStub(catalog),
        sound=SoundStub(catalog),
        ledger=LedgerStub(catalog),
        ingest=IngestStub(ingest),
        podcasts=PodcastsStub(ingest),
        synth=SynthStub(synth),
        health={
            "catalog": _health(catalog),
            "ingest": _health(ingest),
            "synth": _health(synth),
        },
    )


def _health(channel: "Channel") -> Callable[[float], Awaitable[str]]:
    async def ask(timeout_s: float) -> str:
        away = await needs_away(channel, timeout_s)
        return f"it cannot reach {', '.join(away)}" if away else ""

    return ask
