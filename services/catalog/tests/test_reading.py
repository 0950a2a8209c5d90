"""What is read for a call, in a catalog of some size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from services.catalog.benchmarks.habits import LONG, PLAYLISTS
from services.catalog.benchmarks.house import furnished, serving
from services.catalog.benchmarks.plans import steps
from tutti.catalog.v1 import catalog_pb2 as pb
from tutti.catalog.v1.catalog_pb2_grpc import CatalogServiceStub

if TYPE_CHECKING:
    from pathlib import Path

    import grpc

TRACKS, LISTENERS = 22_000, 20
SEEN = 20_000
"""Ten of eleven: more than a shuffle sorts whole."""

CONTROL = "a smart playlist"
"""A rule may look at anything, so it is tried on every track."""
PAGE = 500
ENTRIES = (PLAYLISTS + LISTENERS - 1) * LONG
"""In the viewer's playlists and one of everyone else: what a page of them need not add up."""


@pytest.mark.slow
@pytest.mark.timeout(900)  # to fill a catalog takes long where much else runs
async def test_no_call_reads_much_more_than_it_answers_with_and_the_control_does(
    tmp_path: Path,
) -> None:
    async with furnished(tmp_path, TRACKS, LISTENERS) as house:
        async with serving(house) as running:
            assert await _shuffled(running.channel, house.viewer_id) == SEEN
        seen = await steps(house)
        found = {name: [step.fault for step in taken if step.fault] for name, taken in seen.items()}
    assert found.pop(CONTROL) != []
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    assert 0 < sum(step.rows for step in seen["playlists"]) < ENTRIES / 10


async def _shuffled(channel: grpc.aio.Channel, viewer_id: str) -> int:
    """How many tracks a shuffle holds, each of them once, whatever page it is on."""
    music = CatalogServiceStub(channel)
    ids, token = set[str](), ""
    while True:
        page = await music.ListTracks(
            pb.ListTracksRequest(
                viewer_id=viewer_id, order=pb.TRACK_ORDER_RANDOM, page_size=PAGE, page_token=token
            )
        )
        assert ids.isdisjoint(track.id for track in page.tracks)
        ids.update(track.id for track in page.tracks)
        token = page.next_page_token
        if not token:
            return len(ids)
        assert len(page.tracks) == PAGE
