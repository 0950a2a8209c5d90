"""The catalog, assembled. Run it with ``python -m services.catalog``."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import grpc

from libs.common.events import Bus
from libs.common.postgres import Pool, once, open_pool
from libs.common.rpc import Need, Once, serve
from libs.common.service import run
from libs.common.starting import settings_of
from services.catalog.adapters.accounts import Accounts
from services.catalog.adapters.albums import Albums
from services.catalog.adapters.api_keys import ApiKeys
from services.catalog.adapters.app_passwords import AppPasswords
from services.catalog.adapters.artists import Artists
from services.catalog.adapters.changes import Changes
from services.catalog.adapters.editing import Editing
from services.catalog.adapters.findings import Findings
from services.catalog.adapters.ledger import Ledger
from services.catalog.adapters.libraries import Libraries
from services.catalog.adapters.marks import Marks
from services.catalog.adapters.matching import Matching
from services.catalog.adapters.password_hashing import open_hashing
from services.catalog.adapters.playlists import Playlists
from services.catalog.adapters.plays import Plays
from services.catalog.adapters.publishing import Publishing
from services.catalog.adapters.queues import Bookmarks, Queues
from services.catalog.adapters.radios import Radios
from services.catalog.adapters.removal import Removal, removing
from services.catalog.adapters.sealing import Sealing
from services.catalog.adapters.search import Search
from services.catalog.adapters.sessions import Sessions
from services.catalog.adapters.shares import Shares
from services.catalog.adapters.sound import Sounds
from services.catalog.adapters.stations import Stations
from services.catalog.adapters.tracks import Tracks
from services.catalog.elsewhere import open_elsewhere
from services.catalog.listeners import listen
from services.catalog.rpc.accounts import AccountsRpc
from services.catalog.rpc.apps import AppsRpc
from services.catalog.rpc.catalog import CatalogRpc, Music
from services.catalog.rpc.histories import HistoriesRpc
from services.catalog.rpc.ledger import LedgerRpc
from services.catalog.rpc.listening import ListeningRpc
from services.catalog.rpc.matching import MatchingRpc
from services.catalog.rpc.radios import RadiosRpc
from services.catalog.rpc.scrobbling import ScrobblingRpc
from services.catalog.rpc.shares import SharesRpc
from services.catalog.rpc.sound import SoundRpc
from services.catalog.rpc.stations import StationsRpc
from services.catalog.settings import CatalogSettings
from tutti.catalog.v1.accounts_pb2_grpc import add_AccountsServiceServicer_to_server
from tutti.catalog.v1.apps_pb2_grpc import add_AppsServiceServicer_to_server
from tutti.catalog.v1.catalog_pb2_grpc import add_CatalogServiceServicer_to_server
from tutti.catalog.v1.histories_pb2_grpc import add_HistoriesServiceServicer_to_server
from tutti.catalog.v1.listening_pb2_grpc import add_ListeningServiceServicer_to_server
from tutti.catalog.v1.matching_pb2_grpc import add_MatchingServiceServicer_to_server
from tutti.catalog.v1.radios_pb2_grpc import add_RadiosServiceServicer_to_server
from tutti.catalog.v1.scrobbling_pb2_grpc import add_ScrobblingServiceServicer_to_server
from tutti.catalog.v1.shares_pb2_grpc import add_SharesServiceServicer_to_server
from tutti.catalog.v1.sound_pb2_grpc import add_SoundServiceServicer_to_server
from tutti.catalog.v1.stations_pb2_grpc import add_StationsServiceServicer_to_server
from tutti.ledger.v1.ledger_pb2_grpc import add_LedgerServiceServicer_to_server

MIGRATIONS = Path(__file__).parent / "migrations"
SERVICES = [
    "tutti.catalog.v1.CatalogService",
    "tutti.catalog.v1.AccountsService",
    "tutti.catalog.v1.AppsService",
    "tutti.catalog.v1.ListeningService",
    "tutti.catalog.v1.MatchingService",
    "tutti.catalog.v1.ScrobblingService",
    "tutti.catalog.v1.HistoriesService",
    "tutti.catalog.v1.StationsService",
    "tutti.catalog.v1.RadiosService",
    "tutti.catalog.v1.SharesService",
    "tutti.catalog.v1.SoundService",
    "tutti.ledger.v1.LedgerService",
]
ONCE = ("CreateLibrary", "CreatePlaylist", "EditPlaylistTracks", "CreateStation", "CreateRadio")
"""What would be there twice. Secrets are not among them: they are remembered nowhere."""


@asynccontextmanager
async def catalog(settings: CatalogSettings, bus: Bus) -> AsyncGenerator[str]:
    """Open every part in order, serve, and close them in reverse. Yields the address to call."""
    cost = (settings.password_memory_kib, settings.password_passes, settings.password_threads)
    async with (
        open_pool(settings.database_url, "catalog", MIGRATIONS, bus) as pool,
        open_hashing(*cost) as hashing,
        removing(pool) as removal,
        open_elsewhere(settings, pool) as elsewhere,
    ):
        music = _music(pool, removal)
        await music.changes.adopt()
        plays, ledger = Plays(pool), Ledger(pool)
        await listen(bus, Publishing(pool), Findings(pool), plays, ledger)
        accounts = AccountsRpc(
            Accounts(pool, hashing, removal), Sessions(pool, hashing), ApiKeys(pool)
        )
        secret = settings.secret.get_secret_value()
        apps = AppsRpc(AppPasswords(pool, Sealing(secret, "app passwords")))
        listening = ListeningRpc(Playlists(pool), Marks(pool), plays, Queues(pool), Bookmarks(pool))
        scrobbling = ScrobblingRpc(elsewhere.scrobblers, elsewhere.now_playing)

        def register(server: grpc.aio.Server) -> None:
            add_CatalogServiceServicer_to_server(CatalogRpc(music), server)
            add_AccountsServiceServicer_to_server(accounts, server)
            add_AppsServiceServicer_to_server(apps, server)
            add_ListeningServiceServicer_to_server(listening, server)
            add_MatchingServiceServicer_to_server(MatchingRpc(Matching(pool)), server)
            add_ScrobblingServiceServicer_to_server(scrobbling, server)
            add_HistoriesServiceServicer_to_server(HistoriesRpc(elsewhere.imports), server)
            add_StationsServiceServicer_to_server(StationsRpc(Stations(pool)), server)
            add_RadiosServiceServicer_to_server(RadiosRpc(Radios(pool)), server)
            add_SharesServiceServicer_to_server(SharesRpc(Shares(pool)), server)
            add_SoundServiceServicer_to_server(SoundRpc(Sounds(pool)), server)
            add_LedgerServiceServicer_to_server(LedgerRpc(ledger), server)

        needs = {
            "postgres": Need(partial(pool.fetchval, "SELECT 1"), vital=True),
            "nats": Need(bus.ping),
        }
        memory = Once(partial(once, pool), ONCE)
        async with serve(settings, register, SERVICES, needs, [memory]) as address:
            yield address


def _music(pool: Pool, removal: Removal) -> Music:
    return Music(
        artists=Artists(pool),
        albums=Albums(pool),
        tracks=Tracks(pool),
        search=Search(pool),
        editing=Editing(pool),
        removal=removal,
        libraries=Libraries(pool),
        changes=Changes(pool),
    )


if __name__ == "__main__":
    run(catalog, settings_of(CatalogSettings))
