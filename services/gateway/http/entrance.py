"""The way in: who is asking, how often, and whether the route lets them.

Every route names a ``Guard``. A route without one cannot be added, so a route
is never open because somebody forgot to close it.
"""

import re
from collections.abc import Callable, Coroutine
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.requests import HTTPConnection

from libs.common.faults import PermissionDenied, Unauthenticated
from services.gateway.adapters.windows import Window
from services.gateway.domain.addresses import client_address
from services.gateway.domain.principals import Policy, Principal, Proof, admit
from services.gateway.http.cookies import ACCESS_COOKIE
from services.gateway.http.parts import Parts, now, parts_of
from services.gateway.http.replaying import answered_once

CLIENT_HEADER = "x-tutti-client"
API_KEY_PREFIX = "tk_"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class ForeignRequest(PermissionDenied):
    """A cookie came along with a request that another site may have caused."""

    code = "foreign_request"


class Guard:
    """A dependency that says what a route demands, and yields who passed."""

    def __init__(
        self, policy: Policy, window: Window = Window.API, *, replays: bool = True
    ) -> None:
        self.policy = policy
        self.window = window
        self.replays = replays

    async def __call__(self, request: Request) -> Principal | None:
        """Whoever passed on the way in; None on routes open to all."""
        passed: Principal | None = request.state.principal
        return passed

    async def let_in(self, request: Request) -> None:
        """Find out who is asking, count the request, and refuse it or let it pass."""
        parts = parts_of(request)
        principal, refusal = None, None
        if self.policy in (Policy.USER, Policy.OPERATOR, Policy.WELCOME):
            try:
                principal = await principal_of(request, parts)
            except Unauthenticated as fault:
                refusal = fault
        who = principal.user_id if principal else address_of(request, parts)
        allowance = await parts.windows.enter(self.window, who)
        if allowance:
            request.scope["tutti.headers"].update(allowance.headers)
        if refusal:
            raise refusal
        admit(self.policy, principal)
        if principal:
            take_in_hand(request, principal.user_id)
        request.state.principal = principal


def take_in_hand(request: Request, user_id: str) -> None:
    """Count the request among those its user waits for, until it has been answered whole."""
    let_go = parts_of(request).in_hand.take(user_id)
    request.scope["tutti.afterwards"].append(let_go)


PUBLIC = Guard(Policy.PUBLIC)
USER = Guard(Policy.USER)
OPERATOR = Guard(Policy.OPERATOR)

Listener = Annotated[Principal, Depends(USER)]
Operator = Annotated[Principal, Depends(OPERATOR)]


class GuardedRoute(APIRoute):
    """A route that lets nobody in before its guard has seen them."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Put the guard in front of everything else, the reading of the body included."""
        guard = guard_of(self.dependant)
        answer = super().get_route_handler()
        if guard is None:
            raise TypeError(f"{self.path} has no policy: give it a Guard")
        unsafe = "POST" in (self.methods or ()) and guard.replays

        async def guarded(request: Request) -> Response:
            await guard.let_in(request)
            principal: Principal | None = request.state.principal
            key = request.headers.get("idempotency-key")
            if not unsafe or key is None or principal is None:
                return await answer(request)
            replays = parts_of(request).replays
            return await answered_once(replays, principal, key, request, answer)

        return guarded


def guarded_router(tag: str, guard: Guard | None = None, prefix: str = "/api/v1") -> APIRouter:
    """A router for a subject; with a guard when all its routes share one."""
    dependencies = [Depends(guard)] if guard else []
    return APIRouter(
        prefix=prefix,
        tags=[tag],
        dependencies=dependencies,
        route_class=GuardedRoute,
        generate_unique_id_function=operation_id,
    )


def operation_id(route: APIRoute) -> str:
    """What generated clients call the operation: listAlbums."""
    return re.sub(r"_([a-z])", lambda match: match[1].upper(), route.name)


def guard_of(dependant: Dependant) -> Guard | None:
    """The guard among a route's dependencies."""
    guards = (each.call for each in dependant.dependencies)
    return next((guard for guard in guards if isinstance(guard, Guard)), None)


def address_of(request: HTTPConnection, parts: Parts) -> str:
    """Where the request came from."""
    peer = request.client.host if request.client else ""
    forwarded = request.headers.get("x-forwarded-for", "")
    return client_address(peer, forwarded, parts.settings.trusted_proxies)


async def principal_of(request: HTTPConnection, parts: Parts) -> Principal | None:
    """Who is asking, by the first proof there is; None without any."""
    authorization = request.headers.get("authorization")
    secret = request.headers.get("x-api-key")
    if authorization is not None:
        scheme, _, credential = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthenticated("Authorization must be: Bearer, then a token or an API key")
        credential = credential.strip()
        if not credential.startswith(API_KEY_PREFIX):
            return await _of_token(credential, Proof.TOKEN, parts)
        secret = credential
    if secret is not None:
        return await parts.identities.of_api_key(secret)
    cookie = request.cookies.get(ACCESS_COOKIE)
    if cookie is None:
        return None
    if request.scope.get("method", "GET") not in SAFE_METHODS:  # a socket has none
        check_origin(request, parts)
    return await _of_token(cookie, Proof.COOKIE, parts)


async def _of_token(token: str, proof: Proof, parts: Parts) -> Principal:
    claimed = parts.tokens.verify(token, proof, now())
    return await parts.identities.of_session(claimed.session_id, proof)


def check_origin(request: HTTPConnection, parts: Parts) -> None:
    """Raise ForeignRequest unless our own page sent this: others cannot set our header."""
    if CLIENT_HEADER not in request.headers:
        raise ForeignRequest("with a cookie, send the header X-Tutti-Client as well")
    if request.headers.get("origin") is not None:
        check_site(request, parts)


def check_site(request: HTTPConnection, parts: Parts) -> None:
    """Raise ForeignRequest unless a page of ours, or of a site that may call, sent this."""
    origin = request.headers.get("origin", "")
    if origin in parts.settings.cors_origins:
        return
    own = parts.settings.public_url or f"{request.url.scheme}://{request.headers.get('host')}"
    if urlsplit(origin).netloc != urlsplit(own).netloc:
        raise ForeignRequest(f"requests with a cookie may come from {own} only")
