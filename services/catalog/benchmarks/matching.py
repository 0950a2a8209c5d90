"""How fast 500 descriptions find their tracks: python -m services.catalog.benchmarks.matching."""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from libs.common.postgres import connect
from services.catalog.benchmarks.house import furnished, serving
from tests.benchmarks.figures import machine, p50_and_p99_ms
from tutti.catalog.v1 import matching_pb2 as pb
from tutti.catalog.v1.matching_pb2_grpc import MatchingServiceStub

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from libs.common.postgres import Pool

TRACKS = 110_000
AT_ONCE = 500
SAMPLE = """
    SELECT track.id, track.title, album.title AS album, track.duration_ms,
        (SELECT string_agg(name || join_phrase, '' ORDER BY position) FROM track_artists
            WHERE track_id = track.id) AS artist
    FROM tracks AS track LEFT JOIN albums AS album ON album.id = track.album_id
    WHERE track.library_id = ANY(ARRAY(SELECT visible_libraries($1)))
    ORDER BY hashtext(track.id) LIMIT $2
"""


async def main(track_count: int, times: int) -> None:
    """Fill a catalog, describe some of its tracks in three ways, print a table."""
    with tempfile.TemporaryDirectory() as folder:
        async with furnished(Path(folder), track_count) as house, serving(house) as running:
            print(machine())
            async with connect(house.database_url, "catalog", 1) as database:
                described = await descriptions(database, house.viewer_id, times)
            matching = MatchingServiceStub(running.channel)
            print(f"{'':28} p50 ms   p99 ms   found of {AT_ONCE}")
            for name, batches in described.items():
                times_s, found = [], 0
                for batch in batches:
                    asked = pb.MatchTracksRequest(viewer_id=house.viewer_id, descriptions=batch)
                    began_s = time.perf_counter()
                    answer = await matching.MatchTracks(asked)
                    times_s.append(time.perf_counter() - began_s)
                    found += sum(bool(match.track_id) for match in answer.matches)
                p50_ms, p99_ms = p50_and_p99_ms(times_s)
                print(f"{name:28} {p50_ms:6.0f} {p99_ms:8.0f} {found / len(batches):8.0f}")


async def descriptions(
    database: Pool, viewer_id: str, times: int
) -> Mapping[str, Sequence[Sequence[pb.TrackDescription]]]:
    """Batches of descriptions, by the way they are written."""
    rows = await database.fetch(SAMPLE, viewer_id, AT_ONCE * times)
    chance = random.Random(7)  # noqa: S311  no secret
    whole = [
        pb.TrackDescription(
            title=row["title"], artist=row["artist"], album=row["album"],
            duration_ms=row["duration_ms"],
        )
        for row in rows
    ]  # fmt: skip
    sloppy = [
        pb.TrackDescription(
            title=f"{each.title.upper()} (2011 Remaster)",
            artist=f"{each.artist} feat. Somebody",
        )
        for each in whole
    ]
    elsewhere = [
        each
        if chance.random() < 0.5  # noqa: PLR2004  half of them
        else pb.TrackDescription(title=f"{each.title} {n}", artist=each.artist)
        for n, each in enumerate(whole)
    ]
    ways = {"as they are": whole, "written otherwise": sloppy, "half of them unknown": elsewhere}
    return {
        name: [way[n : n + AT_ONCE] for n in range(0, len(way), AT_ONCE)]
        for name, way in ways.items()
    }


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--tracks", type=int, default=TRACKS)
    options.add_argument("--calls", type=int, default=20)
    arguments = options.parse_args()
    asyncio.run(main(arguments.tracks, arguments.calls))
