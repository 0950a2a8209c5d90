"""Signing up, in and out, and the keys by which others verify our tokens."""

import base64
from http import HTTPStatus

from fastapi import Depends, Request, Response

from libs.common.faults import PermissionDenied, Unauthenticated
from services.gateway.adapters.identities import principal
from services.gateway.adapters.peers import AccountsStub
from services.gateway.adapters.windows import Window
from services.gateway.domain.keys import SigningKeys
from services.gateway.domain.principals import Policy, Proof
from services.gateway.domain.tokens import LIFETIME
from services.gateway.http.cookies import REFRESH_COOKIE, forget_tokens, keep_tokens
from services.gateway.http.entrance import (
    PUBLIC,
    Guard,
    Listener,
    address_of,
    check_origin,
    guarded_router,
)
from services.gateway.http.parts import AccountsPeer, AllParts, Parts, Settings, now
from services.gateway.settings import SignUpPolicy
from services.gateway.wire.accounts import (
    JsonWebKey,
    JsonWebKeySet,
    Refresh,
    Setup,
    SignIn,
    SignUp,
    Tokens,
    User,
)
from tutti.catalog.v1 import accounts_pb2 as pb

routes = guarded_router("auth")
well_known = guarded_router("auth", PUBLIC, prefix="/.well-known")


@routes.get("/auth/setup", dependencies=[Depends(PUBLIC)])
async def get_setup(accounts: AccountsPeer, settings: Settings) -> Setup:
    """Say whether anyone has an account here, and whether one can be made."""
    has_users = await _has_users(accounts)
    return Setup(has_users=has_users, sign_up=_is_open(settings.sign_up, has_users=has_users))


@routes.post(
    "/auth/sign-up",
    status_code=HTTPStatus.CREATED,
    dependencies=[Depends(Guard(Policy.PUBLIC, Window.SIGN_IN))],
)
async def sign_up(asked: SignUp, request: Request, response: Response, parts: AllParts) -> Tokens:
    """Make an account and sign in. The first one runs the server."""
    if asked.cookie:
        check_origin(request, parts)
    accounts, policy = parts.peers.accounts, parts.settings.sign_up
    if policy is not SignUpPolicy.OPEN:
        has_users = await _has_users(accounts)
        if not _is_open(policy, has_users=has_users):
            raise PermissionDenied("this server makes no new accounts: ask who runs it")
    await accounts.CreateUser(
        pb.CreateUserRequest(
            name=asked.name,
            password=asked.password,
            display_name=asked.display_name,
            email=asked.email,
        )
    )
    return await _signed_in(asked, response, parts)


@routes.post("/auth/sign-in", dependencies=[Depends(PUBLIC)])
async def sign_in(asked: SignIn, request: Request, response: Response, parts: AllParts) -> Tokens:
    """Prove who you are by name and password."""
    if asked.cookie:
        check_origin(request, parts)
    who = f"{address_of(request, parts)} {asked.name.casefold()}"
    await parts.windows.enter(Window.SIGN_IN, who)
    return await _signed_in(asked, response, parts)


@routes.post("/auth/refresh", dependencies=[Depends(PUBLIC)])
async def refresh(
    request: Request, response: Response, parts: AllParts, asked: Refresh | None = None
) -> Tokens:
    """Trade the refresh token for new tokens. One that is used twice ends its session."""
    token = asked.refresh_token if asked else ""
    by_cookie = not token
    if by_cookie:
        token = request.cookies.get(REFRESH_COOKIE, "")
        if not token:
            raise Unauthenticated("send the refresh token, or its cookie")
        check_origin(request, parts)
    answer = await parts.peers.accounts.RefreshSession(
        pb.RefreshSessionRequest(refresh_token=token)
    )
    return _tokens(answer, response, parts, by_cookie=by_cookie)


@routes.post("/auth/sign-out", status_code=HTTPStatus.NO_CONTENT)
async def sign_out(viewer: Listener, response: Response, parts: AllParts) -> None:
    """End this session and forget its cookies. An API key is no session, and stays."""
    if viewer.session_id:
        await parts.peers.accounts.EndSession(
            pb.EndSessionRequest(user_id=viewer.user_id, session_id=viewer.session_id)
        )
        await parts.identities.forget_session(viewer.session_id)
    forget_tokens(response, secure=parts.settings.https)


@routes.get("/auth/jwks", dependencies=[Depends(PUBLIC)])
@well_known.get("/jwks.json", include_in_schema=False)
async def get_signing_keys(settings: Settings) -> JsonWebKeySet:
    """List the public keys of access tokens: the last, the present and the next."""
    published = SigningKeys(settings.secret.get_secret_value()).published(now())
    return JsonWebKeySet(
        keys=[
            JsonWebKey(kid=kid, x=base64.urlsafe_b64encode(key).rstrip(b"=").decode())
            for kid, key in published.items()
        ]
    )


async def _has_users(accounts: AccountsStub) -> bool:
    return (await accounts.GetSetup(pb.GetSetupRequest())).has_users


def _is_open(policy: SignUpPolicy, *, has_users: bool) -> bool:
    if policy is SignUpPolicy.FIRST_ONLY:
        return not has_users
    return policy is SignUpPolicy.OPEN


async def _signed_in(asked: SignIn | SignUp, response: Response, parts: Parts) -> Tokens:
    answer = await parts.peers.accounts.SignIn(
        pb.SignInRequest(name=asked.name, password=asked.password, device=asked.device)
    )
    return _tokens(answer, response, parts, by_cookie=asked.cookie)


def _tokens(
    answer: pb.SignInResponse | pb.RefreshSessionResponse,
    response: Response,
    parts: Parts,
    *,
    by_cookie: bool,
) -> Tokens:
    who = principal(answer.user, answer.session.id, Proof.TOKEN)
    access = parts.tokens.issue(who, now())
    if by_cookie:
        keep_tokens(response, access, answer, secure=parts.settings.https)
    return Tokens(
        access_token=None if by_cookie else access,
        expires_in_s=int(LIFETIME.total_seconds()),
        refresh_token=None if by_cookie else answer.refresh_token,
        user=User.model_validate(answer.user),
    )
