"""The cookies of the web app, which no other site can send.

No script can read the two with tokens. A third one says that they are there,
so that the page of a newcomer need not ask who they are.
"""

from fastapi import Response

from services.gateway.domain.tokens import LIFETIME
from services.gateway.http.parts import now
from tutti.catalog.v1 import accounts_pb2 as pb

ACCESS_COOKIE = "tutti_access"
REFRESH_COOKIE = "tutti_refresh"
SESSION_MARK = "tutti_session"
REFRESH_PATH = "/api/v1/auth"


def keep_tokens(
    response: Response,
    access_token: str,
    answer: pb.SignInResponse | pb.RefreshSessionResponse,
    *,
    secure: bool,
) -> None:
    """Set the cookies, each for as long as its token is good."""
    seconds = int(LIFETIME.total_seconds())
    session_s = max(0, answer.session.expires_at_unix_ms // 1000 - int(now().timestamp()))
    response.set_cookie(
        ACCESS_COOKIE,
        access_token,
        max_age=seconds,
        path="/",
        secure=secure,
        httponly=True,
        samesite="strict",
    )
    response.set_cookie(
        REFRESH_COOKIE,
        answer.refresh_token,
        max_age=session_s,
        path=REFRESH_PATH,
        secure=secure,
        httponly=True,
        samesite="strict",
    )
    response.set_cookie(
        SESSION_MARK, "1", max_age=session_s, path="/", secure=secure, samesite="strict"
    )


def forget_tokens(response: Response, *, secure: bool) -> None:
    """Remove the cookies."""
    for name, path in ((ACCESS_COOKIE, "/"), (REFRESH_COOKIE, REFRESH_PATH)):
        response.delete_cookie(name, path, secure=secure, httponly=True, samesite="strict")
    response.delete_cookie(SESSION_MARK, "/", secure=secure, samesite="strict")
