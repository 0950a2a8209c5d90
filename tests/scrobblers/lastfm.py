"""A small Last.fm: https://www.last.fm/api/scrobbling, https://www.last.fm/api/authspec."""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.scrobblers.serving import Mood

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

KEY, SECRET = "b25b959554ed76058ac220b7b2e0a026", "7a5f6c1d8e9b4c3a"
MOST_SCROBBLES = 50
OLDEST_S = 14 * 24 * 3600
FIELDS = re.compile(
    r"(artist|track|album|albumArtist|trackNumber|mbid|duration|timestamp)\[(\d+)\]"
)


class Trouble(Exception):
    """One of Last.fm's numbered errors."""


@dataclass(slots=True)
class LittleLastFm:
    """Keeps scrobbles of users who allowed it. The same moment and track are one scrobble."""

    mood: Mood = field(default_factory=Mood)
    allowed: dict[str, str] = field(default_factory=dict)
    """Tokens that somebody allowed, with their name."""
    tokens: set[str] = field(default_factory=set)
    sessions: dict[str, str] = field(default_factory=dict)
    scrobbles: dict[tuple[str, int, str, str], dict[str, str]] = field(default_factory=dict)
    batches: list[list[dict[str, str]]] = field(default_factory=list)
    playing: list[dict[str, str]] = field(default_factory=list)
    trouble: int = 0
    disliked_artist: str = ""
    full_today: bool = False

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/2.0/", self._answer, methods=["POST"])])

    def of(self, user: str) -> list[tuple[int, str, str]]:
        """Moment, artist and title of what a user scrobbled, first first."""
        return sorted(
            (at, artist, title) for name, at, artist, title in self.scrobbles if name == user
        )

    async def _answer(self, request: Request) -> Response:
        if gone := self.mood.gone():
            return gone
        asked = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        try:
            return await self.mood.answered(self._act(asked))
        except Trouble as trouble:
            code, words = trouble.args
            return JSONResponse({"error": code, "message": words}, 403 if code != 11 else 503)

    def _act(self, asked: Mapping[str, str]) -> object:
        self._check(asked)
        match asked["method"]:
            case "auth.getToken":
                token = f"token-{len(self.tokens)}"
                self.tokens.add(token)
                return {"token": token}
            case "auth.getSession":
                return {"session": self._session(asked["token"])}
            case "track.scrobble":
                return {"scrobbles": self._scrobbled(self._user(asked), asked)}
            case "track.updateNowPlaying":
                self._user(asked)
                if "timestamp" in asked or not asked["artist"] or not asked["track"]:
                    raise Trouble(6, "Invalid parameters")
                self.playing.append(dict(asked))
                return {"nowplaying": {"ignoredMessage": {"code": "0", "#text": ""}}}
            case "user.getRecentTracks":
                return {"recenttracks": self._recent(asked)}
            case _:
                raise Trouble(3, "Invalid Method - No method with that name in this package")

    def _check(self, asked: Mapping[str, str]) -> None:
        if self.trouble:
            raise Trouble(self.trouble, "as the test wants it")
        if asked.get("api_key") != KEY:
            raise Trouble(10, "Invalid API key")
        if asked.get("format") != "json":
            raise Trouble(5, "Invalid format")
        signed = sorted(
            (k, v) for k, v in asked.items() if k not in ("format", "callback", "api_sig")
        )
        told = "".join(part for pair in signed for part in pair) + SECRET
        if asked.get("api_sig") != hashlib.md5(told.encode(), usedforsecurity=False).hexdigest():
            raise Trouble(13, "Invalid method signature supplied")

    def _session(self, token: str) -> dict[str, object]:
        if token not in self.tokens:
            raise Trouble(4, "Invalid authentication token supplied")
        if token not in self.allowed:
            raise Trouble(14, "Unauthorized Token - This token has not been authorized")
        self.tokens.remove(token)
        name = self.allowed[token]
        key = f"session-of-{name}-{len(self.sessions)}"
        self.sessions[key] = name
        return {"name": name, "key": key, "subscriber": 0}

    def _user(self, asked: Mapping[str, str]) -> str:
        try:
            return self.sessions[asked["sk"]]
        except KeyError:
            raise Trouble(9, "Invalid session key - Please re-authenticate") from None

    def _scrobbled(self, user: str, asked: Mapping[str, str]) -> dict[str, Any]:
        batch: dict[int, dict[str, str]] = {}
        for name, value in asked.items():
            if found := FIELDS.fullmatch(name):
                batch.setdefault(int(found[2]), {})[found[1]] = value
            elif name not in ("method", "api_key", "api_sig", "format", "sk"):
                raise Trouble(6, f"Invalid parameters: {name}")
        if sorted(batch) != list(range(len(batch))) or not 1 <= len(batch) <= MOST_SCROBBLES:
            raise Trouble(6, "Invalid parameters")
        self.batches.append([batch[n] for n in sorted(batch)])
        told = [self._one(user, batch[n]) for n in sorted(batch)]
        ignored = sum(each["ignoredMessage"]["code"] != "0" for each in told)
        attributes = {"accepted": len(told) - ignored, "ignored": ignored}
        return {"scrobble": told if len(told) > 1 else told[0], "@attr": attributes}

    def _one(self, user: str, scrobble: dict[str, str]) -> dict[str, Any]:
        artist, track, at = scrobble["artist"], scrobble["track"], int(scrobble["timestamp"])
        if not artist or not track or len(scrobble.get("mbid", "-" * 36)) != 36:
            raise Trouble(6, "Invalid parameters")
        code = "0"
        if self.disliked_artist and artist == self.disliked_artist:
            code = "1"
        elif at < time.time() - OLDEST_S:
            code = "3"
        elif at > time.time() + 60:
            code = "4"
        elif self.full_today:
            code = "5"
        else:
            self.scrobbles[user, at, artist, track] = scrobble
        return {
            "artist": {"#text": artist, "corrected": "0"},
            "track": {"#text": track, "corrected": "0"},
            "timestamp": str(at),
            "ignoredMessage": {"code": code, "#text": ""},
        }

    def _recent(self, asked: Mapping[str, str]) -> dict[str, Any]:
        name, limit, page = asked["user"], int(asked.get("limit", 50)), int(asked.get("page", 1))
        if name not in {user for user, *_ in self.scrobbles}:
            raise Trouble(6, "User not found")
        if not 1 <= limit <= 200:
            raise Trouble(6, "Invalid parameters")
        found = [
            (at, artist, title)
            for user, at, artist, title in self.scrobbles
            if user == name and at < int(asked.get("to", 2**40))
        ]
        found.sort(key=lambda each: -each[0])
        some = [_told(*each) for each in found[(page - 1) * limit : page * limit]]
        playing = {**_told(0, "Somebody", "Playing now"), "@attr": {"nowplaying": "true"}}
        del playing["date"]
        return {
            "track": [playing, *some],
            "@attr": {"user": name, "page": str(page), "total": str(len(found))},
        }


def _told(at: int, artist: str, title: str) -> dict[str, Any]:
    return {
        "artist": {"mbid": "", "#text": artist},
        "name": title,
        "mbid": "",
        "album": {"mbid": "", "#text": ""},
        "date": {"uts": str(at), "#text": "a while ago"},
    }
