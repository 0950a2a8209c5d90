"""The web app, the reference, and what every answer carries."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from services.gateway.http.app import create_app
from services.gateway.tests.conftest import House, Site, open_site
from services.gateway.tests.people import API, Person


@pytest.fixture
def web(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Tutti</title>")
    (folder / "assets" / "app-B1c2D3e4.js").write_text("let tutti = 1;" * 200)
    (folder / "manifest.webmanifest").write_text("{}")
    (tmp_path / "secret.txt").write_text("not of the app")
    return folder


async def test_the_web_app_opens_at_every_address_of_its_own(house: House, web: Path) -> None:
    async with open_site(house, web_dir=web) as site:
        for path in ("/", "/albums/42", "/sign-in"):
            answer = await site.client.get(path)
            assert answer.headers["cache-control"] == "no-cache"
            assert "<title>Tutti" in answer.text
        script = await site.client.get("/assets/app-B1c2D3e4.js")
        assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert script.headers["content-type"].startswith("text/javascript")
        assert script.headers["content-encoding"] == "gzip"
        assert (await site.client.head("/")).status_code == 200
        manifest = await site.client.get("/manifest.webmanifest")
        assert manifest.headers["content-type"] == "application/manifest+json"


@pytest.mark.parametrize(
    "path", ["/assets/gone.js", "/api/v1/nothing", "/api", "/media/nothing", "/.well-known/x"]
)
async def test_other_addresses_are_not_found(house: House, web: Path, path: str) -> None:
    async with open_site(house, web_dir=web) as site:
        answer = await site.client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("path", ["/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt"])
async def test_nothing_outside_the_app_is_served(house: House, web: Path, path: str) -> None:
    async with open_site(house, web_dir=web) as site:
        assert "not of the app" not in (await site.client.get(path)).text


async def test_without_a_web_app_a_page_says_what_to_do(house: House, tmp_path: Path) -> None:
    async with open_site(house, web_dir=tmp_path) as site:
        assert "make web" in (await site.client.get("/")).text


async def test_the_api_describes_itself(site: Site) -> None:
    made = (await site.client.get(f"{API}/openapi.json")).json()
    assert made["openapi"].startswith("3.1")
    assert "listAlbums" in (operation["operationId"] for operation in operations(made))
    page = (await site.client.get("/api/docs")).text
    assert "/api/v1/albums" in page
    assert "<script" not in page


def operations(made: dict[str, dict[str, dict[str, dict[str, str]]]]) -> list[dict[str, str]]:
    return [operation for path in made["paths"].values() for operation in path.values()]


async def test_every_answer_tells_browsers_what_it_may_do(site: Site) -> None:
    for path in ("/", f"{API}/auth/setup", f"{API}/nothing"):
        headers = (await site.client.get(path)).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cross-origin-embedder-policy"] == "require-corp"
        assert len(headers["x-request-id"]) == 32
        assert "server" not in headers


async def test_json_is_tagged_and_compressed(site: Site, ada: Person) -> None:
    first = await ada.client.get(f"{API}/me")
    etag = first.headers["etag"]
    again = await ada.client.get(f"{API}/me", headers={"If-None-Match": etag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    await ada.ask("PATCH", "/me", json={"display_name": "Another"})
    changed = await ada.client.get(f"{API}/me", headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert first.headers["cache-control"] == "private, no-cache"
    large = await site.client.get(f"{API}/openapi.json")
    assert large.headers["content-encoding"] == "gzip"


async def test_other_sites_may_call_when_they_are_named(house: House, site: Site) -> None:
    asked = {"Origin": "https://app.example", "Access-Control-Request-Method": "GET"}
    assert (
        "access-control-allow-origin"
        not in (await site.client.options(f"{API}/me", headers=asked)).headers
    )
    async with open_site(house, cors_origins=["https://app.example"]) as open_to_others:
        answer = await open_to_others.client.options(f"{API}/me", headers=asked)
        assert answer.headers["access-control-allow-origin"] == "https://app.example"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", f"{API}/nothing", 404, "not_found"),
        ("POST", f"{API}/nothing", 404, "not_found"),
        ("DELETE", "/media/nothing", 404, "not_found"),
        ("PUT", "/api", 404, "not_found"),
        ("DELETE", f"{API}/albums", 405, "method_not_allowed"),
        ("POST", f"{API}/auth/sign-in", 422, "invalid_input"),
        ("GET", f"{API}/albums", 401, "unauthenticated"),
    ],
)
async def test_problems_are_told_alike(
    site: Site, method: str, path: str, status: int, code: str
) -> None:
    answer = await site.client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["code"], problem["type"]) == (status, code, "about:blank")
    assert problem["detail"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", f"{API}/me", "DELETE, GET, PATCH"),
        ("GET", f"{API}/auth/sign-in", "POST"),
        ("DELETE", f"{API}/tracks/1/stream", "GET, HEAD"),
        ("PUT", "/albums/1", "GET, HEAD"),
    ],
)
async def test_what_else_may_be_done_at_an_address_is_told(
    site: Site, method: str, path: str, allowed: str
) -> None:
    answer = await site.client.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    assert answer.json()["code"] == "method_not_allowed"


async def test_passwords_are_not_repeated_in_problems(site: Site) -> None:
    body = {"name": "a", "password": "hunter2", "extra": 1}
    answer = await site.client.post(f"{API}/auth/sign-up", json=body)
    assert answer.status_code == 422
    assert "hunter2" not in answer.text


async def test_bodies_without_measure_are_refused(site: Site) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 100_000

    url, headers = f"{API}/auth/sign-in", {"Content-Type": "application/json"}
    answer = await site.client.post(url, content=b"x" * 2_000_000, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    with suppress(httpx.TransportError):  # the server may hang up before the client looks
        answer = await site.client.post(url, content=endless(), headers=headers)
        assert answer.status_code == 413


async def test_heads_without_end_are_cut_off(site: Site) -> None:
    host, port = site.client.base_url.host, site.client.base_url.port
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(b"GET /livez HTTP/1.1\r\nHost: tutti\r\nX-Endless: ")
    async with asyncio.timeout(5):
        with suppress(ConnectionError):
            while not reader.at_eof():
                writer.write(b"x" * 10_000)
                await writer.drain()
                await asyncio.sleep(0.01)
    writer.close()


@pytest.mark.slow
async def test_a_service_that_is_away_is_told_as_such(house: House) -> None:
    async with open_site(house, catalog_address="127.0.0.1:1") as site:
        answer = await site.client.get(f"{API}/auth/setup")
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert answer.headers["retry-after"] == "1"
        assert "127.0.0.1" not in answer.text


async def test_a_bug_is_logged_and_not_shown(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(house.settings())
    app.state.parts = "not what it should be"
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://tutti") as client:
        answer = await client.get(f"{API}/auth/setup")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "parts" not in answer.text
    assert [record.message for record in caplog.records if record.exc_info] == ["request failed"]


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "//evil.example/%2e%2e",
        "/\\evil.example",
        "/%5cevil.example",
        "/%2f%2fevil.example",
        "/https://evil.example",
        "/?next=https://evil.example",
        "/sign-in?next=//evil.example",
        f"{API}/me/",
        f"{API}//me",
        f"{API}/auth/setup/",
        "/media//evil.example",
    ],
)
async def test_nobody_is_sent_elsewhere(site: Site, path: str) -> None:
    """The one redirect there is leads to the object store that the operator named."""
    url = site.client.base_url
    reader, writer = await asyncio.open_connection(url.host, url.port)
    for host in ("tutti", "evil.example"):
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    writer.write(b"GET /livez HTTP/1.1\r\nHost: tutti\r\nConnection: close\r\n\r\n")
    heard = (await reader.read()).lower()
    writer.close()
    assert heard.count(b"http/1.1 ") == 3
    assert b"http/1.1 3" not in heard
    assert b"\r\nlocation:" not in heard
