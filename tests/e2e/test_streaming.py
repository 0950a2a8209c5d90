"""How bytes of music travel: in ranges, only when needed, by links, in segments."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.e2e.conftest import PIECES
from tests.sounds import heard

if TYPE_CHECKING:
    from tests.e2e.conftest import Shelf

pytestmark = pytest.mark.slow


def test_any_part_of_a_track_can_be_asked_for(shelf: Shelf) -> None:
    address, whole = _address(shelf), shelf.sound("flac", "high")
    for asked, first, last in (
        ("bytes=0-0", 0, 0),
        ("bytes=1000-70999", 1000, 70_999),
        ("bytes=-500", len(whole) - 500, len(whole) - 1),
        (f"bytes={len(whole) - 10}-", len(whole) - 10, len(whole) - 1),
    ):
        response = shelf.owner.client.get(address, headers={"Range": asked})
        assert response.status_code == httpx.codes.PARTIAL_CONTENT
        assert response.headers["Content-Range"] == f"bytes {first}-{last}/{len(whole)}"
        assert response.content == whole[first : last + 1]
    beyond = shelf.owner.client.get(address, headers={"Range": f"bytes={len(whole)}-"})
    assert beyond.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE
    assert beyond.headers["Content-Range"] == f"bytes */{len(whole)}"


def test_what_a_client_has_is_not_sent_again(shelf: Shelf) -> None:
    client, address = shelf.owner.client, _address(shelf)
    head = client.head(address)
    assert head.status_code == httpx.codes.OK
    assert int(head.headers["Content-Length"]) == len(client.get(address).content)
    etag = head.headers["ETag"]
    again = client.get(address, headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (httpx.codes.NOT_MODIFIED, b"")
    same = client.get(address, headers={"If-Range": etag, "Range": "bytes=0-9"})
    assert same.status_code == httpx.codes.PARTIAL_CONTENT
    other = client.get(address, headers={"If-Range": '"another"', "Range": "bytes=0-9"})
    assert other.status_code == httpx.codes.OK


def test_a_signed_link_plays_without_any_other_proof(shelf: Shelf) -> None:
    track_id = shelf.tracks["mp3"]["id"]
    made = shelf.owner.post(f"/tracks/{track_id}/media-url", json={"quality": "medium"})
    with httpx.Client(base_url=shelf.owner.address) as stranger:
        played = stranger.get(made["url"])
        assert played.content == shelf.sound("mp3", "medium")
        part = stranger.get(made["url"], headers={"Range": "bytes=5-9"})
        assert part.content == played.content[5:10]
        forged = made["url"].replace("/medium?", "/original?")
        assert stranger.get(forged).status_code == httpx.codes.FORBIDDEN
        later = re.sub(r"e=\d+", f"e={int(time.time()) + 10**6}", made["url"])
        assert stranger.get(later).status_code == httpx.codes.FORBIDDEN


@pytest.mark.parametrize("signed", [False, True], ids=["signed in", "by a link"])
def test_the_segments_of_a_track_play(shelf: Shelf, *, signed: bool) -> None:
    track_id = shelf.tracks["ogg"]["id"]
    if signed:
        link = shelf.owner.post(f"/tracks/{track_id}/media-url", json={"quality": "hls"})
        client, master = httpx.Client(), httpx.URL(shelf.owner.address + link["url"])
    else:
        client = shelf.owner.client
        master = httpx.URL(f"{shelf.owner.address}/api/v1/tracks/{track_id}/hls/master.m3u8")
    rungs = _entries(client.get(master).raise_for_status().text)
    assert len(rungs) > 1
    for rung in rungs:
        playlist = client.get(master.join(rung)).raise_for_status().text
        lengths_s = [float(length) for length in re.findall(r"#EXTINF:([\d.]+)", playlist)]
        assert sum(lengths_s) == pytest.approx(8.0, abs=0.2)
        sound = heard(_joined(client, master.join(rung), playlist))
        assert sound.duration_s == pytest.approx(8.0, abs=0.2)
        assert sound.tone_hz == pytest.approx(PIECES["ogg"].tone_hz, abs=1.0)
    if signed:
        client.close()


def _address(shelf: Shelf) -> str:
    return f"/tracks/{shelf.tracks['flac']['id']}/stream?quality=high"


def _entries(playlist: str) -> list[str]:
    return [line for line in playlist.splitlines() if line and not line.startswith("#")]


def _joined(client: httpx.Client, playlist_url: httpx.URL, playlist: str) -> bytes:
    """All that a player would load: the initialisation, then each segment by its byte range."""
    parts = re.findall(r'#EXT-X-MAP:URI="([^"]+)",BYTERANGE="(\d+)@(\d+)"', playlist)
    ranges = re.findall(r"#EXT-X-BYTERANGE:(\d+)@(\d+)\n([^#\n]+)", playlist)
    parts += [(address, length, start) for length, start, address in ranges]
    sound = b""
    for address, length, start in parts:
        asked = {"Range": f"bytes={start}-{int(start) + int(length) - 1}"}
        sound += client.get(playlist_url.join(address), headers=asked).raise_for_status().content
    return sound
