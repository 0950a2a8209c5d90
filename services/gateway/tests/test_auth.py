"""Signing up, in and out."""

import httpx
import jwt
import pytest
from jwt import PyJWK

from services.gateway.adapters import identities
from services.gateway.tests.conftest import House, Site, open_site
from services.gateway.tests.people import API, OPERATOR, PASSWORD, Person, sign_in, sign_up
from services.gateway.tests.waiting import until


async def test_a_new_user_is_signed_in_and_known(ada: Person) -> None:
    me = await ada.ask("GET", "/me")
    assert (me["name"], me["role"], me["plan"]) == (ada.name, "listener", "free")
    assert me["own_library_id"] == ada.library_id


async def test_the_server_says_whether_it_is_set_up(site: Site) -> None:
    answer = await site.client.get(f"{API}/auth/setup")
    assert answer.json() == {"has_users": True, "sign_up": True}


async def test_a_name_is_taken_once(site: Site, ada: Person) -> None:
    asked = {"name": ada.name.upper(), "password": PASSWORD}
    answer = await site.client.post(f"{API}/auth/sign-up", json=asked)
    assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")


@pytest.mark.parametrize("policy", ["first_only", "closed"])
async def test_a_server_may_make_no_new_accounts(house: House, policy: str) -> None:
    async with open_site(house, sign_up=policy) as site:
        asked = {"name": "newcomer", "password": PASSWORD}
        answer = await site.client.post(f"{API}/auth/sign-up", json=asked)
        assert answer.status_code == 403
        setup = await site.client.get(f"{API}/auth/setup")
        assert setup.json()["sign_up"] is False


async def test_a_wrong_password_and_an_unknown_name_look_the_same(site: Site, ada: Person) -> None:
    answers = [
        await site.client.post(f"{API}/auth/sign-in", json={"name": name, "password": "wrong" * 4})
        for name in (ada.name, "nobody-at-all")
    ]
    assert {answer.status_code for answer in answers} == {401}
    first, second = (answer.json() for answer in answers)
    assert first == second
    assert answers[0].headers["www-authenticate"].startswith("Bearer")


async def test_anyone_can_verify_a_token_by_the_published_keys(site: Site, ada: Person) -> None:
    token = ada.tokens["access_token"]
    for path in (f"{API}/auth/jwks", "/.well-known/jwks.json"):
        keys = (await site.client.get(path)).json()["keys"]
        assert len(keys) == 3
        kid = jwt.get_unverified_header(token)["kid"]
        key = next(PyJWK(key) for key in keys if key["kid"] == kid)
        claims = jwt.decode(token, key, ["EdDSA"], audience="tutti-api", issuer="tutti")
        assert claims["sub"] == ada.id


async def test_refreshing_gives_new_tokens_and_a_token_used_twice_ends_all(
    site: Site, ada: Person
) -> None:
    async def refreshed(token: str) -> httpx.Response:
        return await site.client.post(f"{API}/auth/refresh", json={"refresh_token": token})

    first = ada.tokens["refresh_token"]
    second = (await refreshed(first)).json()["refresh_token"]
    third = (await refreshed(second)).json()["refresh_token"]
    assert len({first, second, third}) == 3
    assert (await refreshed(first)).status_code == 401
    assert (await refreshed(third)).status_code == 401


async def test_nobody_refreshes_without_a_token(site: Site) -> None:
    answer = await site.client.post(f"{API}/auth/refresh")
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


async def test_a_session_that_was_signed_out_is_refused_at_once(ada: Person) -> None:
    await ada.ask("GET", "/me")
    await ada.ask("POST", "/auth/sign-out", 204)
    await ada.ask("GET", "/me", 401)


@pytest.mark.slow
async def test_a_session_in_constant_use_ends_at_every_replica(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identities, "OWN_S", 0.3)
    async with open_site(house) as site, open_site(house) as other, sign_up(site.client) as ada:
        await ada.ask("GET", "/me")
        token = {"Authorization": ada.client.headers["Authorization"]}
        answer = await other.client.post(f"{API}/auth/sign-out", headers=token)
        assert answer.status_code == 204

        async def ended() -> bool:
            return (await ada.client.get(f"{API}/me")).status_code == 401

        await until(ended, within_s=5)


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer null"},
        {"Authorization": "Bearer a.b.c"},
        {"Authorization": "Basic b3BlcmF0b3I6"},
        {"Authorization": "Bearer tk_nobodys"},
        {"X-Api-Key": ""},
        {"X-Api-Key": "tk_nobodys"},
        {"Cookie": "tutti_access="},
        {"Cookie": "tutti_access=a.b.c"},
    ],
)
async def test_what_proves_nothing_is_refused(site: Site, headers: dict[str, str]) -> None:
    answer = await site.client.get(f"{API}/me", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


async def test_an_api_key_acts_for_its_user_until_revoked(site: Site, ada: Person) -> None:
    made = await ada.ask("POST", "/me/api-keys", 201, json={"name": "kitchen"})
    for headers in (
        {"Authorization": f"Bearer {made['secret']}"},
        {"X-Api-Key": made["secret"]},
    ):
        answer = await site.client.get(f"{API}/me", headers=headers)
        assert answer.json()["id"] == ada.id
    listed = await ada.ask("GET", "/me/api-keys")
    assert [key["name"] for key in listed["items"]] == ["kitchen"]
    assert "secret" not in listed["items"][0]
    await ada.ask("DELETE", f"/me/api-keys/{made['key']['id']}", 204)
    answer = await site.client.get(f"{API}/me", headers={"X-Api-Key": made["secret"]})
    assert answer.status_code == 401


async def test_a_disabled_user_is_refused_at_once(ada: Person, operator: Person) -> None:
    await ada.ask("GET", "/me")
    made = await ada.ask("POST", "/me/api-keys", 201, json={"name": "kitchen"})
    key = {"X-Api-Key": made["secret"]}
    await ada.ask("GET", "/me", headers=key)
    await operator.ask("PATCH", f"/users/{ada.id}", json={"disabled": True})
    await ada.ask("GET", "/me", 401)
    ada.client.headers.pop("Authorization")
    await ada.ask("GET", "/me", 401, headers=key)


async def test_a_new_role_counts_at_once(ada: Person, operator: Person) -> None:
    await ada.ask("GET", "/users", 403)
    await operator.ask("PATCH", f"/users/{ada.id}", json={"role": "operator"})
    await ada.ask("GET", "/users")


async def test_a_new_password_ends_every_other_session(site: Site, ada: Person) -> None:
    async with sign_in(site.client, ada.name) as elsewhere:
        await elsewhere.ask("GET", "/me")
        asked = {"old_password": PASSWORD, "new_password": "another horse battery"}
        await ada.ask("POST", "/me/password", 204, json=asked)
        await elsewhere.ask("GET", "/me", 401)
    await ada.ask("GET", "/me")


async def test_another_device_can_be_signed_out(site: Site, ada: Person) -> None:
    async with sign_in(site.client, ada.name) as elsewhere:
        sessions = (await ada.ask("GET", "/me/sessions"))["items"]
        [other] = [session["id"] for session in sessions if not session["current"]]
        await elsewhere.ask("GET", "/me")
        await ada.ask("DELETE", f"/me/sessions/{other}", 204)
        await elsewhere.ask("GET", "/me", 401)


async def test_an_account_can_be_changed_and_removed(site: Site, ada: Person) -> None:
    me = await ada.ask("PATCH", "/me", json={"display_name": "Ada L.", "email": "ada@example.org"})
    assert (me["display_name"], me["email"]) == ("Ada L.", "ada@example.org")
    await ada.ask("DELETE", "/me", 204)
    await ada.ask("GET", "/me", 401)
    asked = {"name": ada.name, "password": PASSWORD}
    assert (await site.client.post(f"{API}/auth/sign-in", json=asked)).status_code == 401


async def test_tokens_of_another_server_are_worth_nothing(house: House, ada: Person) -> None:
    async with open_site(house, secret=b"another secret, which is as long as it") as other:
        headers = {"Authorization": f"Bearer {ada.tokens['access_token']}"}
        answer = await other.client.get(f"{API}/me", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")


async def test_sign_in_attempts_are_counted_by_name(house: House) -> None:
    async with open_site(house, sign_ins_per_minute=3) as site:
        asked = {"name": "somebody-else", "password": "wrong wrong wrong"}
        statuses = [
            (await site.client.post(f"{API}/auth/sign-in", json=asked)).status_code
            for _ in range(5)
        ]
        assert statuses == [401, 401, 401, 429, 429]
        right = {"name": OPERATOR, "password": PASSWORD}
        assert (await site.client.post(f"{API}/auth/sign-in", json=right)).status_code == 200
