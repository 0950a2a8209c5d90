"""How fast the catalog answers at 100,000 tracks: python -m services.catalog.benchmarks.browsing.

The whole service over gRPC, one caller, on a PostgreSQL of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import grpc

from libs.common.events import open_bus
from libs.common.postgres import connect
from scripts.servers import create_service_database, running_servers
from services.catalog.__main__ import catalog
from services.catalog.benchmarks.shelf import fill
from services.catalog.settings import CatalogSettings
from tutti.catalog.v1 import accounts_pb2
from tutti.catalog.v1 import catalog_pb2 as pb
from tutti.catalog.v1.accounts_pb2_grpc import AccountsServiceStub
from tutti.catalog.v1.catalog_pb2_grpc import CatalogServiceStub

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import asyncpg

    from services.catalog.benchmarks.shelf import Shelf
    from tutti.catalog.v1.catalog_pb2_grpc import CatalogServiceAsyncStub

    Call: TypeAlias = Callable[[int], Awaitable[object]]


PASSWORD = "a slow train of thought"  # noqa: S105  of a server that lives for a minute


async def main(calls: int, explain: bool) -> None:
    """Fill a catalog, time each kind of call, print a table."""
    with tempfile.TemporaryDirectory() as folder:
        async with running_servers(Path(folder)) as servers:
            settings = CatalogSettings(
                rpc_port=0,
                database_url=await create_service_database(servers, "catalog"),
                nats_url=servers.nats_url,
            )
            async with (
                open_bus(settings.nats_url) as bus,
                catalog(settings, bus) as address,
                grpc.aio.insecure_channel(address) as channel,
                connect(settings.database_url, "catalog", most=1) as database,
            ):
                user = await AccountsServiceStub(channel).CreateUser(
                    accounts_pb2.CreateUserRequest(name="ada", password=PASSWORD)
                )
                started = time.perf_counter()
                async with database.acquire() as connection:
                    shelf = await fill(connection, user.user.own_library_id)
                print(f"filled in {time.perf_counter() - started:.0f} s")
                await report(CatalogServiceStub(channel), shelf, user.user.id, calls)
                if explain:
                    await explained(database, user.user.id)


async def report(music: CatalogServiceAsyncStub, shelf: Shelf, viewer_id: str, calls: int) -> None:
    """Time the calls."""
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"{'call':34} {'p50 ms':>8} {'p99 ms':>8}")
    for name, call in browsing(music, shelf, viewer_id).items():
        await call(0)
        times = []
        for n in range(calls):
            started = time.perf_counter()
            await call(n)
            times.append((time.perf_counter() - started) * 1000)
        p99 = statistics.quantiles(times, n=100)[98]
        print(f"{name:34} {statistics.median(times):8.1f} {p99:8.1f}")


def browsing(  # noqa: C901  one small call after the other
    music: CatalogServiceAsyncStub, shelf: Shelf, viewer_id: str
) -> dict[str, Call]:
    """What a person browsing asks for."""
    tokens = {"albums": "", "tracks": "", "changes": ""}

    async def albums(_: int) -> None:
        request = pb.ListAlbumsRequest(viewer_id=viewer_id, page_token=tokens["albums"])
        tokens["albums"] = (await music.ListAlbums(request)).next_page_token

    async def tracks(_: int) -> None:
        request = pb.ListTracksRequest(viewer_id=viewer_id, page_token=tokens["tracks"])
        tokens["tracks"] = (await music.ListTracks(request)).next_page_token

    async def shuffled(_: int) -> None:
        order = pb.TRACK_ORDER_RANDOM
        await music.ListTracks(pb.ListTracksRequest(viewer_id=viewer_id, order=order))

    async def of_genre(_: int) -> None:
        await music.ListTracks(pb.ListTracksRequest(viewer_id=viewer_id, genre="jazz"))

    async def artists(_: int) -> None:
        await music.ListArtists(pb.ListArtistsRequest(viewer_id=viewer_id))

    async def artist(n: int) -> None:
        artist_id = shelf.artists[n % len(shelf.artists)][0]
        await music.GetArtist(pb.GetArtistRequest(viewer_id=viewer_id, artist_id=artist_id))

    async def album(n: int) -> None:
        album_id = shelf.albums[n % len(shelf.albums)][0]
        await music.GetAlbum(pb.GetAlbumRequest(viewer_id=viewer_id, album_id=album_id))

    async def rendition(n: int) -> None:
        await music.GetTracks(pb.GetTracksRequest(viewer_id=viewer_id, track_ids=[f"track{n:07}"]))

    async def search(n: int) -> None:
        query = f"{shelf.words[n * 7 % len(shelf.words)]} {shelf.words[n * 11 % 5000][:4]}"
        await music.SearchNames(pb.SearchNamesRequest(viewer_id=viewer_id, query=query))

    async def search_letter(n: int) -> None:
        query = "abcdefghiklmnoprstuvz"[n % 21]
        await music.SearchNames(pb.SearchNamesRequest(viewer_id=viewer_id, query=query))

    async def genres(_: int) -> None:
        await music.ListGenres(pb.ListGenresRequest(viewer_id=viewer_id))

    async def changes(_: int) -> None:
        request = pb.ListChangesRequest(viewer_id=viewer_id, cursor=tokens["changes"])
        tokens["changes"] = (await music.ListChanges(request)).next_cursor

    return {
        "albums by title, 50": albums,
        "tracks by title, 50": tracks,
        "tracks shuffled, 50": shuffled,
        "tracks of a genre, 50": of_genre,
        "artists, 50": artists,
        "one artist": artist,
        "one album": album,
        "one track": rendition,
        "search, two words": search,
        "search, one letter": search_letter,
        "genres": genres,
        "changes, 200": changes,
    }


async def explained(database: asyncpg.Pool, viewer_id: str) -> None:
    """Print how PostgreSQL goes about the costliest part of a search."""
    async with database.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL pg_trgm.word_similarity_threshold = 0.3")
        rows = await connection.fetch(
            """
            EXPLAIN (ANALYZE, BUFFERS) SELECT id FROM tracks WHERE search_text %> 'kalomi ras'
            AND library_id IN (SELECT visible_libraries($1))
            """,
            viewer_id,
        )
        print("\n".join(row[0] for row in rows))


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--calls", type=int, default=100)
    options.add_argument("--explain", action="store_true")
    arguments = options.parse_args()
    asyncio.run(main(arguments.calls, arguments.explain))
