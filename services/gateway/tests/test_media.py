"""Sound and pictures, whole and in part, with proof and by links."""

import asyncio
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest

from services.gateway.domain.links import MediaLink, MediaLinks
from services.gateway.http.linking import address
from services.gateway.tests.conftest import SECRET, House, Site, open_site
from services.gateway.tests.people import API, Person
from services.gateway.tests.recordings import COVER, HLS, SOUND, publish


@pytest.fixture
async def track_id(site: Site, ada: Person) -> str:
    return str((await publish(site, ada, "Aria: »Ж«/Ω"))["id"])


async def test_a_track_is_streamed_whole(ada: Person, track_id: str) -> None:
    answer = await ada.client.get(f"{API}/tracks/{track_id}/stream")
    assert answer.status_code == 200
    assert answer.content == SOUND
    assert answer.headers["content-type"] == "audio/mpeg"
    assert answer.headers["content-length"] == str(len(SOUND))
    assert answer.headers["accept-ranges"] == "bytes"
    assert "last-modified" in answer.headers
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith('inline; filename="Aria_ __')
    assert "%D0%96" in disposition


@pytest.mark.parametrize(
    ("asked", "first", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=1000-1999", 1000, 2000),
        ("bytes=300000-", 300_000, len(SOUND)),
        ("bytes=-500", len(SOUND) - 500, len(SOUND)),
        ("bytes=0-999999999", 0, len(SOUND)),
    ],
)
async def test_a_part_is_streamed(
    ada: Person, track_id: str, asked: str, first: int, end: int
) -> None:
    url = f"{API}/tracks/{track_id}/stream"
    answer = await ada.client.get(url, headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.headers["content-range"] == f"bytes {first}-{end - 1}/{len(SOUND)}"
    assert answer.content == SOUND[first:end]


async def test_what_lies_beyond_the_end_is_refused(ada: Person, track_id: str) -> None:
    url = f"{API}/tracks/{track_id}/stream"
    answer = await ada.client.get(url, headers={"Range": "bytes=9999999-"})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{len(SOUND)}"
    assert answer.json()["code"] == "range_not_satisfiable"


async def test_several_ranges_get_the_whole(ada: Person, track_id: str) -> None:
    url = f"{API}/tracks/{track_id}/stream"
    answer = await ada.client.get(url, headers={"Range": "bytes=0-1,5-6"})
    assert (answer.status_code, answer.content) == (200, SOUND)


async def test_head_tells_without_sending(ada: Person, track_id: str) -> None:
    answer = await ada.client.head(f"{API}/tracks/{track_id}/stream")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(SOUND))


async def test_what_the_client_has_is_not_sent_again(ada: Person, track_id: str) -> None:
    url = f"{API}/tracks/{track_id}/stream"
    first = await ada.client.head(url)
    etag, modified = first.headers["etag"], first.headers["last-modified"]
    for headers in ({"If-None-Match": etag}, {"If-Modified-Since": modified}):
        answer = await ada.client.get(url, headers=headers)
        assert (answer.status_code, answer.content) == (304, b"")
    for condition, status in ((etag, 206), ('"other"', 200), (modified, 206)):
        headers = {"If-Range": condition, "Range": "bytes=0-9"}
        assert (await ada.client.get(url, headers=headers)).status_code == status


async def test_nobody_hears_what_is_not_theirs(bob: Person, track_id: str) -> None:
    await bob.ask("GET", f"/tracks/{track_id}/stream", 404)
    await bob.ask("POST", f"/tracks/{track_id}/media-url", 404, json={})
    await bob.ask("GET", f"/tracks/{track_id}/waveform", 404)


async def test_a_quality_that_was_not_made_is_not_found(ada: Person, track_id: str) -> None:
    await ada.ask("GET", f"/tracks/{track_id}/stream?quality=opus", 404)
    await ada.ask("GET", f"/tracks/{track_id}/stream?quality=loud", 422)


async def test_a_link_plays_without_any_other_proof(site: Site, ada: Person, track_id: str) -> None:
    made = await ada.ask("POST", f"/tracks/{track_id}/media-url", json={"quality": "high"})
    left = datetime.fromisoformat(made["expires_at"]) - datetime.now(UTC)
    assert timedelta(minutes=29) < left <= timedelta(minutes=30)
    answer = await site.client.get(made["url"], headers={"Range": "bytes=5-9"})
    assert (answer.status_code, answer.content) == (206, SOUND[5:10])
    assert (await site.client.head(made["url"])).status_code == 200
    again = await ada.ask("POST", f"/tracks/{track_id}/media-url", json={"quality": "high"})
    assert again == made


@pytest.mark.parametrize("field", ["u", "s", "e", "k", "sig", "track", "quality"])
async def test_a_link_that_was_touched_is_forged(
    site: Site, ada: Person, track_id: str, field: str
) -> None:
    made = await ada.ask("POST", f"/tracks/{track_id}/media-url", json={"quality": "high"})
    parts = urlsplit(made["url"])
    path, query = parts.path, dict(parse_qsl(parts.query))
    if field == "track":
        path = path.replace(track_id, "0" * len(track_id))
    elif field == "quality":
        path = path.replace("/high", "/preview")
    else:
        last = query[field][-1]
        query[field] = query[field][:-1] + ("1" if last != "1" else "2")
    answer = await site.client.get(f"{path}?{urlencode(query)}")
    assert (answer.status_code, answer.json()["code"]) == (403, "bad_signature")


async def test_a_link_ends(site: Site, ada: Person, track_id: str) -> None:
    long_ago = datetime.now(UTC) - timedelta(minutes=2)
    session = (await ada.ask("GET", "/me/sessions"))["items"][0]["id"]
    link = MediaLink(track_id, "high", ada.id, session, int(long_ago.timestamp()))
    signed = MediaLinks(SECRET).signed(link, datetime.now(UTC))
    answer = await site.client.get(address(signed))
    assert (answer.status_code, answer.json()["code"]) == (401, "link_expired")


async def test_a_link_ends_with_its_session(site: Site, ada: Person, track_id: str) -> None:
    made = await ada.ask("POST", f"/tracks/{track_id}/media-url", json={})
    assert (await site.client.get(made["url"])).status_code == 200
    await ada.ask("POST", "/auth/sign-out", 204)
    assert (await site.client.get(made["url"])).status_code == 401


async def test_a_link_had_by_an_api_key_ends_with_its_user(
    site: Site, ada: Person, operator: Person, track_id: str
) -> None:
    secret = (await ada.ask("POST", "/me/api-keys", 201, json={"name": "radio"}))["secret"]
    asked = await site.client.post(
        f"{API}/tracks/{track_id}/media-url", json={}, headers={"X-Api-Key": secret}
    )
    url = asked.json()["url"]
    assert (await site.client.get(url)).status_code == 200
    await operator.ask("PATCH", f"/users/{ada.id}", json={"disabled": True})
    assert (await site.client.get(url)).status_code == 401


async def test_hls_plays_by_a_link_that_leads_on(site: Site, ada: Person, track_id: str) -> None:
    made = await ada.ask("POST", f"/tracks/{track_id}/media-url", json={"quality": "hls"})
    master = await site.client.get(made["url"])
    assert master.headers["content-type"] == "application/vnd.apple.mpegurl"
    assert master.content == HLS["master.m3u8"]
    playlist = httpx.URL(made["url"]).join("medium/index.m3u8")
    assert (await site.client.get(playlist)).content == HLS["medium/index.m3u8"]
    segment = await site.client.get(playlist.join("segment-000.m4s"))
    assert segment.content == HLS["medium/segment-000.m4s"]
    grant = made["url"].split("/")[4]
    forged = made["url"].replace(grant, f"{grant[:-1]}{'0' if grant[-1] != '0' else '1'}")
    assert (await site.client.get(forged)).status_code == 403
    assert (await site.client.get(made["url"].replace(grant, "x.y"))).status_code == 403


async def test_hls_plays_for_those_who_prove_who_they_are(ada: Person, track_id: str) -> None:
    base = f"{API}/tracks/{track_id}/hls"
    answer = await ada.client.get(f"{base}/medium/segment-000.m4s")
    assert answer.content == HLS["medium/segment-000.m4s"]
    assert (await ada.client.get(f"{base}/medium/segment-001.m4s")).status_code == 404
    assert (await ada.client.get(f"{base}/medium/notes.txt")).status_code == 404
    assert (await ada.client.get(f"{base}/%2e%2e/high.mp3")).status_code in (404, 422)


async def test_a_store_that_clients_reach_serves_them_itself(
    house: House, ada: Person, track_id: str
) -> None:
    async with open_site(house, s3_public_endpoint=house.servers.s3_endpoint) as site:
        headers = dict(ada.client.headers)
        url = f"{API}/tracks/{track_id}/stream"
        answer = await site.client.get(url, headers=headers)
        assert answer.status_code == 307
        assert answer.headers["cache-control"] == "no-store"
        async with httpx.AsyncClient() as player:
            sound = await player.get(answer.headers["location"], headers={"Range": "bytes=0-3"})
        assert (sound.status_code, sound.content) == (206, SOUND[:4])
        assert sound.headers["content-type"] == "audio/mpeg"
        policy = answer.headers["content-security-policy"]
        assert f"media-src 'self' blob: {house.servers.s3_endpoint}" in policy


async def test_a_listener_who_leaves_early_holds_nothing(ada: Person, track_id: str) -> None:
    for _ in range(20):
        async with ada.client.stream("GET", f"{API}/tracks/{track_id}/stream") as answer:
            assert len(await anext(answer.aiter_bytes(1000))) == 1000
    async with asyncio.timeout(5):
        answer = await ada.client.get(f"{API}/tracks/{track_id}/stream")
    assert answer.content == SOUND


async def test_a_cover_is_kept_for_ever(site: Site, ada: Person, bob: Person) -> None:
    track = await publish(site, ada, "With a cover")
    url = f"{API}/covers/{track['cover_sha256']}"
    answer = await ada.client.get(url, params={"size": "96"})
    assert (answer.status_code, answer.content) == (200, COVER + b"-96")
    assert answer.headers["content-type"] == "image/webp"
    assert "immutable" in answer.headers["cache-control"]
    assert (await ada.client.get(url, params={"size": "full"})).content == COVER
    assert (await bob.client.get(url)).status_code == 404


async def test_a_waveform_can_be_drawn(ada: Person, track_id: str) -> None:
    assert (await ada.ask("GET", f"/tracks/{track_id}/waveform"))["data"] == [-1, 1]
