"""The web app signs in with cookies."""

import httpx
import pytest

from services.gateway.tests.conftest import House, Site, open_site
from services.gateway.tests.people import API, PASSWORD, Person

WEB = {"X-Tutti-Client": "web"}


async def signed_in(site: Site, person: Person) -> httpx.Response:
    asked = {"name": person.name, "password": PASSWORD, "cookie": True}
    return await site.client.post(f"{API}/auth/sign-in", json=asked, headers=WEB)


async def test_tokens_stay_in_cookies_that_no_script_reads(site: Site, ada: Person) -> None:
    answer = await signed_in(site, ada)
    assert answer.json()["access_token"] is None
    assert answer.json()["refresh_token"] is None
    access, refresh, mark = answer.headers.get_list("set-cookie")
    for cookie in (access, refresh):
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert "Secure" not in cookie
    assert "Path=/api/v1/auth" in refresh
    assert mark.startswith("tutti_session=1; ")
    assert "HttpOnly" not in mark
    assert mark.split("Max-Age=")[1].split(";")[0] == refresh.split("Max-Age=")[1].split(";")[0]
    assert (await site.client.get(f"{API}/me")).json()["id"] == ada.id


async def test_a_cookie_alone_changes_nothing(site: Site, ada: Person) -> None:
    await signed_in(site, ada)
    edit = {"display_name": "Mallory"}
    answer = await site.client.patch(f"{API}/me", json=edit)
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_request")
    assert (await site.client.patch(f"{API}/me", json=edit, headers=WEB)).status_code == 200


@pytest.mark.parametrize(("origin", "status"), [("http://evil.example", 403), ("", 200)])
async def test_requests_with_cookies_come_from_our_own_pages(
    site: Site, ada: Person, origin: str, status: int
) -> None:
    await signed_in(site, ada)
    headers = {**WEB, "Origin": origin or site.address}
    answer = await site.client.patch(f"{API}/me", json={"display_name": "A"}, headers=headers)
    assert answer.status_code == status


async def test_other_pages_cannot_sign_a_browser_in(site: Site, ada: Person) -> None:
    asked = {"name": ada.name, "password": PASSWORD, "cookie": True}
    assert (await site.client.post(f"{API}/auth/sign-in", json=asked)).status_code == 403


async def test_cookies_are_refreshed_and_forgotten(site: Site, ada: Person) -> None:
    await signed_in(site, ada)
    before = site.client.cookies["tutti_refresh"]
    assert (await site.client.post(f"{API}/auth/refresh")).status_code == 403
    answer = await site.client.post(f"{API}/auth/refresh", headers=WEB)
    assert answer.json()["user"]["id"] == ada.id
    assert site.client.cookies["tutti_refresh"] != before
    answer = await site.client.post(f"{API}/auth/sign-out", headers=WEB)
    assert answer.status_code == 204
    assert not site.client.cookies
    assert (await site.client.get(f"{API}/me")).status_code == 401


async def test_over_https_cookies_are_secure_and_browsers_stay_there(
    house: House, ada: Person
) -> None:
    async with open_site(house, public_url="https://music.example") as site:
        answer = await signed_in(site, ada)
        assert all("Secure" in cookie for cookie in answer.headers.get_list("set-cookie"))
        assert answer.headers["strict-transport-security"].startswith("max-age=31536000")
