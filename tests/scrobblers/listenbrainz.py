"""A small ListenBrainz: https://listenbrainz.readthedocs.io/en/latest/users/api/core.html."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.scrobblers.serving import Mood

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

MOST_LISTENS = 1000
LARGEST_LISTEN_BYTES = 10240
FIRST_UNIX_S = 1033430400
MOST_A_PAGE = 1000
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(slots=True)
class LittleListenBrainz:
    """Keeps listens of users by token. The same moment and track are one listen."""

    tokens: dict[str, str]
    mood: Mood = field(default_factory=Mood)
    listens: dict[tuple[str, int, str, str], dict[str, Any]] = field(default_factory=dict)
    submissions: list[dict[str, Any]] = field(default_factory=list)
    playing: list[dict[str, Any]] = field(default_factory=list)
    refused_words: str = ""
    requests_left: int | None = None
    reset_in_s: int = 1

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/1/validate-token", self._validate),
                Route("/1/submit-listens", self._submit, methods=["POST"]),
                Route("/1/user/{name}/listens", self._listens),
            ]
        )

    def of(self, user: str) -> list[tuple[int, str, str]]:
        """Moment, artist and title of what a user listened to, first first."""
        return sorted(
            (at, artist, title) for name, at, artist, title in self.listens if name == user
        )

    def remember(self, user: str, at: int, artist: str, title: str, **more: Any) -> None:  # noqa: ANN401 fields of JSON
        told = {"artist_name": artist, "track_name": title, **more}
        self.listens[user, at, artist, title] = {"listened_at": at, "track_metadata": told}

    async def _validate(self, request: Request) -> Response:
        if gone := self.mood.gone():
            return gone
        user = self._user(request)
        if user is None:
            return JSONResponse({"code": 200, "message": "Token invalid.", "valid": False})
        told = {"code": 200, "message": "Token valid.", "valid": True, "user_name": user}
        return JSONResponse(told)

    async def _submit(self, request: Request) -> Response:
        if (gone := self.mood.gone()) or (gone := self._limited()):
            return gone
        user = self._user(request)
        if user is None:
            return _error(401, "Invalid authorization token.")
        try:
            told = await request.json()
            self._check(told)
        except (ValueError, KeyError, TypeError) as reason:
            return _error(400, f"{reason}")
        self.submissions.append(told)
        for listen in told["payload"]:
            if told["listen_type"] == "playing_now":
                self.playing.append(listen["track_metadata"])
            else:
                words = listen["track_metadata"]
                key = (user, listen["listened_at"], words["artist_name"], words["track_name"])
                self.listens[key] = listen
        headers = {}
        if self.requests_left is not None:
            headers["X_RateLimit_Remaining"] = str(self.requests_left)
            headers["X_RateLimit_Reset_In"] = str(self.reset_in_s)
        return await self.mood.answered({"status": "ok"}, **headers)

    def _check(self, told: dict[str, Any]) -> None:
        if told["listen_type"] not in ("single", "playing_now", "import"):
            raise ValueError("JSON document requires a valid listen_type key.")
        payload = told["payload"]
        if not 1 <= len(payload) <= MOST_LISTENS:
            raise ValueError(f"from 1 to {MOST_LISTENS} listens")
        if told["listen_type"] != "import" and len(payload) != 1:
            raise ValueError("(playing_now and) single requests have exactly one listen.")
        for listen in payload:
            self._check_listen(listen, now=told["listen_type"] == "playing_now")

    def _check_listen(self, listen: dict[str, Any], *, now: bool) -> None:
        if len(json.dumps(listen)) > LARGEST_LISTEN_BYTES:
            raise ValueError("listen too large")
        if now != ("listened_at" not in listen):
            raise ValueError("listened_at belongs to listens, and not to what plays now")
        at = listen.get("listened_at", FIRST_UNIX_S)
        if not isinstance(at, int) or not FIRST_UNIX_S <= at <= time.time() + 600:
            raise ValueError(f"listened_at {at} makes no sense")
        words = listen["track_metadata"]
        if self.refused_words and self.refused_words in words["track_name"]:
            raise ValueError("I do not like this one")
        _check_words(words)

    async def _listens(self, request: Request) -> Response:
        if (gone := self.mood.gone()) or (gone := self._limited()):
            return gone
        name, asked = request.path_params["name"], request.query_params
        if name not in self.tokens.values():
            return _error(404, f"Cannot find user: {name}")
        before, count = int(asked["max_ts"]), int(asked.get("count", 25))
        if not 0 < count <= MOST_A_PAGE:
            return _error(400, "count out of range")
        found = [
            listen
            for (user, at, *_), listen in self.listens.items()
            if user == name and at < before
        ]
        found.sort(key=lambda listen: -listen["listened_at"])
        page = found[:count]
        payload = {"count": len(page), "user_id": name, "listens": page}
        return await self.mood.answered({"payload": payload})

    def _limited(self) -> Response | None:
        if self.requests_left is None:
            return None
        if self.requests_left == 0:
            reset = str(self.reset_in_s)
            self.requests_left = 1
            return JSONResponse(
                {"code": 429, "error": "You have exceeded your rate limit."}, 429,
                {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset-In": reset},
            )  # fmt: skip
        self.requests_left -= 1
        return None

    def _user(self, request: Request) -> str | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return self.tokens.get(token) if scheme == "Token" else None


def _error(status: int, words: str) -> JSONResponse:
    return JSONResponse({"code": status, "error": words}, status)


def _check_words(words: dict[str, Any]) -> None:
    for name in ("artist_name", "track_name"):
        if not isinstance(words[name], str) or not words[name].strip():
            raise ValueError(f"{name} is required")
    if not words.get("release_name", "-"):
        raise ValueError("release_name is empty")
    more = words.get("additional_info", {})
    named = [more[name] for name in ("recording_mbid", "release_mbid") if name in more]
    for mbid in (*more.get("artist_mbids", ()), *named):
        if not UUID.fullmatch(mbid):
            raise ValueError(f"{mbid} is no MBID")
