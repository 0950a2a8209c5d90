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
from services.gateway.settings import GatewaySettings
from services.gateway.tests.conftest import SECRET, Site
from services.gateway.tests.people import Person

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
}
FOR_OPERATORS = r"/api/v1/(users|admin)(/|$)|/scan$"
HARMFUL = {("DELETE", "/api/v1/me"), ("POST", "/api/v1/auth/sign-out")}
"""They work, and end the session that the matrix is tried with."""


def routes() -> Iterator[tuple[str, APIRoute, Guard | None]]:
    for route in create_app(GatewaySettings(secret=SecretBytes(SECRET))).routes:
        assert isinstance(route, APIRoute), f"{route} is no route of ours"
        for method in sorted(route.methods or ()):
            yield method, route, guard_of(route.dependant)


def test_every_route_has_a_policy() -> None:
    assert all(guard is not None for _, _, guard in routes())


def test_only_these_routes_are_open_to_all() -> None:
    policies = {route.path: guard.policy for _, route, guard in routes() if guard}
    assert {path for path, policy in policies.items() if policy is Policy.PUBLIC} == OPEN


def test_only_operators_operate() -> None:
    for _, route, guard in routes():
        operators = guard is not None and guard.policy is Policy.OPERATOR
        assert operators == bool(re.search(FOR_OPERATORS, route.path)), route.path


def test_a_route_without_a_policy_cannot_be_added() -> None:
    router = APIRouter(route_class=GuardedRoute)

    async def forgotten() -> None:
        """Somebody forgot."""

    with pytest.raises(TypeError, match="/forgotten has no policy"):
        router.add_api_route("/forgotten", forgotten)


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
