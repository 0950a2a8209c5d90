"""Every route has a policy, and holds to it."""

import re
from collections.abc import Iterator

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from pydantic import SecretBytes

from services.gateway.domain.principals import Policy
from services.gateway.http.app import create_app
from services.gateway.http.entrance import Guard, GuardedRoute, guard_of
from services.gateway.http.rooms import SocketRoute
from services.gateway.http.subsonic.route import AppsRoute
from services.gateway.settings import GatewaySettings
from services.gateway.tests.conftest import SECRET, Site
from services.gateway.tests.people import Person
from services.gateway.tests.recordings import publish
from services.gateway.tests.test_imports import begun
from services.gateway.tests.test_uploads import announced

ROLES = ("nobody", "listener", "operator")
OPEN = {
    "/api/v1/auth/setup",
    "/api/v1/auth/sign-up",
    "/api/v1/auth/sign-in",
    "/api/v1/auth/refresh",
    "/api/v1/auth/jwks",
    "/.well-known/jwks.json",
    "/livez",
    "/readyz",
    "/metrics",
    "/api/v1/openapi.json",
    "/api/docs",
    "/{path:path}",
    "/api/v1/shared/{secret}",
    "/api/v1/shared/{secret}/cover",
    "/share/{secret}",
}
FOR_OPERATORS = r" /api/v1/(users|admin)(/|$)|/scan$|^(POST|DELETE) /api/v1/podcasts(/|$)"
HARMFUL = {("DELETE", "/api/v1/me"), ("POST", "/api/v1/auth/sign-out")}
"""They work, and end the session that the matrix is tried with."""


@pytest.fixture
def site(whole_site: Site) -> Site:
    return whole_site


def routes() -> Iterator[tuple[str, APIRoute, Guard | None]]:
    for route in create_app(GatewaySettings(secret=SecretBytes(SECRET))).routes:
        if isinstance(route, SocketRoute | AppsRoute):  # whose methods have policies of their own
            continue
        assert isinstance(route, APIRoute), f"{route} is no route of ours"
        for method in sorted(route.methods or ()):
            yield method, route, guard_of(route.dependant)


def test_every_route_has_a_policy() -> None:
    assert all(guard is not None for _, _, guard in routes())


def test_only_these_routes_are_open_to_all() -> None:
    policies = {route.path: guard.policy for _, route, guard in routes() if guard}
    assert {path for path, policy in policies.items() if policy is Policy.PUBLIC} == OPEN


def test_only_operators_operate() -> None:
    for method, route, guard in routes():
        operators = guard is not None and guard.policy is Policy.OPERATOR
        call = f"{method} {route.path}"
        assert operators == bool(re.search(FOR_OPERATORS, call)), call


def test_a_route_without_a_policy_cannot_be_added() -> None:
    router = APIRouter(route_class=GuardedRoute)

    async def forgotten() -> None:
        """Somebody forgot."""

    with pytest.raises(TypeError, match="/forgotten has no policy"):
        router.add_api_route("/forgotten", forgotten)


SAMPLES = {
    "suffix": "mp3",
    "number": "1",
    "path": "master.m3u8",
    "quality": "high",
    "part_number": "1",
    "kind": "track",
}
BODIES: dict[str, dict[str, object]] = {
    "/lyrics": {"plain": "mine"},
    "/decision": {"decision": "discard"},
    "/media-url": {},
    "/tracks": {"add": []},
    "/ratings/{kind}/{entity_id}": {"rating": 1},
    "/bookmarks/{track_id}": {"position_ms": 1},
    "/libraries/{library_id}": {"name": "mine"},
}
HARMLESS = {
    ("DELETE", "/api/v1/me/sessions/{session_id}"),
    ("DELETE", "/api/v1/bookmarks/{track_id}"),
    ("DELETE", "/api/v1/favourites/{kind}/{entity_id}"),
}
"""Ending or removing what one does not have changes nothing, and says so."""


@pytest.mark.slow
async def test_nobody_reaches_what_is_anothers(site: Site, ada: Person, bob: Person) -> None:
    """All routes that name something, with the names of somebody else's things."""
    ids = await belongings(site, ada)
    reached = []
    for method, route, guard in routes():
        named = set(re.findall(r"\{(\w+)", route.path)) & set(ids)
        if not named or guard is None or guard.policy is not Policy.USER:
            continue
        path = re.sub(r"\{(\w+)[^}]*\}", lambda m: (ids | SAMPLES)[m[1]], route.path)
        given = next((body for end, body in BODIES.items() if route.path.endswith(end)), {})
        body = given if method in ("POST", "PUT", "PATCH") else None
        status = (await bob.client.request(method, path, json=body)).status_code
        if status not in (403, 404) and (method, route.path) not in HARMLESS:
            reached.append((method, route.path, status))
    assert not reached
    assert len((await ada.ask("GET", "/me/sessions"))["items"]) == 1


async def belongings(site: Site, ada: Person) -> dict[str, str]:
    track = await publish(site, ada, "Mine")
    playlist = await ada.ask("POST", "/playlists", 201, json={"name": "Mine"})
    key = await ada.ask("POST", "/me/api-keys", 201, json={"name": "mine"})
    history = await ada.ask("POST", "/me/history-imports/file", 202, content=b"[]")
    app = await ada.ask("POST", "/me/app-passwords", 201, json={"name": "mine"})
    share = await ada.ask("POST", "/shares", 201, json={"track_ids": [track["id"]]})
    return {
        "track_id": track["id"],
        "entity_id": track["id"],
        "album_id": track["album_id"],
        "sha256": track["cover_sha256"],
        "library_id": ada.library_id,
        "playlist_id": playlist["id"],
        "key_id": key["key"]["id"],
        "import_id": history["id"],
        "app_password_id": app["app_password"]["id"],
        "session_id": (await ada.ask("GET", "/me/sessions"))["items"][0]["id"],
        "station_id": await station_of(ada),
        "share_id": share["id"],
        "upload_id": str((await announced(ada))["id"]),
        "item_id": (await begun(ada))["id"],
    }


async def station_of(owner: Person) -> str:
    asked = {"name": "Mine", "begins_with": {"style": "drift"}}
    return str((await owner.ask("POST", "/live/stations", 201, json=asked))["id"])


async def test_each_role_may_call_what_its_policy_says(
    site: Site, ada: Person, operator: Person
) -> None:
    """Role x route x method, made from the routes themselves."""
    clients = {"nobody": site.client, "listener": ada.client, "operator": operator.client}
    wrong = []
    for method, route, guard in routes():
        assert guard is not None
        if (method, route.path) in HARMFUL or route.path.endswith("/events"):
            continue
        path = re.sub(r"\{[^}]*\}", "0" * 64, route.path)
        for role in ROLES:
            status = (await clients[role].request(method, path)).status_code
            shut_out = status in (401, 403) and guard.policy in (Policy.USER, Policy.OPERATOR)
            if shut_out != refused(guard.policy, role):
                wrong.append((role, method, route.path, status))
            assert status < 500, (role, method, route.path, status)
    assert not wrong


def refused(policy: Policy, role: str) -> bool:
    if policy is Policy.OPERATOR:
        return role != "operator"
    return policy is Policy.USER and role == "nobody"
