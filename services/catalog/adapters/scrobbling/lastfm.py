"""Last.fm, spoken to as a desktop app does.

https://www.last.fm/api/scrobbling, https://www.last.fm/api/desktopauth
"""

import hashlib
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

import httpx

from services.catalog.adapters.scrobbling.calling import Json, call, json_of
from services.catalog.domain.scrobbling import (
    Listen,
    NotAllowedYet,
    ProofRefused,
    Receipt,
    Refused,
    ScrobbledTrack,
    TryLater,
)

ALLOW = "https://www.last.fm/api/auth/"
"""Where a person allows it, which no other server than Last.fm's has."""

NO_SESSION = {4, 9, 17}
"""Authentication failed, invalid session key, login required."""
AWAY = {2, 8, 11, 16}
"""Offline, failed, offline, temporarily unavailable."""
OUR_KEY = {10, 13, 26}
"""Our key or its secret are wrong, or it is suspended: for the operator to put right."""
TOO_OFTEN, TOO_OFTEN_S = 29, 60.0
NOT_ALLOWED = {14, 15}
"""A token that was not allowed yet, or is older than an hour."""

IGNORED = {
    "1": "Last.fm ignores this artist",
    "2": "Last.fm ignores this track",
    "3": "Last.fm takes nothing this old: two weeks at most",
    "4": "Last.fm takes nothing from the future",
}
"""https://www.last.fm/api/show/track.scrobble"""
NO_MORE_TODAY, NO_MORE_TODAY_S = "5", 3600.0


class LastFm:
    """Tells listens by a session key, which a user lets us have."""

    most = 50

    def __init__(self, client: httpx.AsyncClient, url: str, key: str, secret: str) -> None:
        self._client = client
        self._url = url
        self._key = key
        self._secret = secret

    async def begin(self) -> tuple[str, str]:
        """A token that is good for nothing yet, and where its user allows it."""
        told = await self._ask("auth.getToken", {})
        token = str(told.get("token", ""))
        return token, f"{ALLOW}?{urlencode({'api_key': self._key, 'token': token})}"

    async def finish(self, token: str) -> tuple[str, str]:
        """Who allowed a token, and the session key it gives. Raises NotAllowedYet."""
        try:
            told = await self._ask("auth.getSession", {"token": token})
        except (ProofRefused, Refused) as failed:
            if isinstance(failed, _Failed) and failed.code not in NOT_ALLOWED:
                raise
            raise NotAllowedYet(
                "Last.fm says that it was not allowed: open the address, allow it there, then "
                "finish; an address is good for an hour"
            ) from None
        session = told.get("session")
        if not isinstance(session, dict):
            raise TryLater("it answered with something else than a session")
        return str(session.get("name", "")), str(session.get("key", ""))

    async def send(self, proof: str, listens: Sequence[Listen]) -> Receipt:
        """Tell what was heard: each listen is taken or ignored by itself."""
        fields: dict[str, str] = {"sk": proof}
        for n, listen in enumerate(listens):
            told = {**_fields(listen.track), "timestamp": str(listen.unix_s)}
            fields |= {f"{name}[{n}]": value for name, value in told.items()}
        answer = await self._ask("track.scrobble", fields)
        refusals = [_refusal(each) for each in _scrobbles(answer, len(listens))]
        return Receipt(refusals, NO_MORE_TODAY_S if None in refusals else 0.0)

    async def now_playing(self, proof: str, track: ScrobbledTrack) -> None:
        """Tell what is heard now."""
        await self._ask("track.updateNowPlaying", {"sk": proof, **_fields(track)})

    async def page(self, name: str, before_unix_s: int, count: int, proof: str) -> Sequence[Json]:
        """The last listens of a user before a moment, last first, and none that goes on."""
        asked = {"user": name, "to": str(before_unix_s), "limit": str(count), "page": "1"}
        if proof:
            asked["sk"] = proof
        told = (await self._ask("user.getRecentTracks", asked)).get("recenttracks")
        tracks = told.get("track") if isinstance(told, dict) else None
        listed = [tracks] if isinstance(tracks, dict) else tracks or []
        return [each for each in listed if isinstance(each, dict) and each.get("date")]

    async def _ask(self, method: str, fields: Mapping[str, str]) -> Json:
        asked = {**fields, "method": method, "api_key": self._key}
        signed = {**asked, "api_sig": signature(asked, self._secret), "format": "json"}
        response = await call(
            self._client, self._client.build_request("POST", self._url, data=signed)
        )
        told = json_of(response)
        if "error" in told:
            raise _failure(told)
        if not response.is_success:
            raise TryLater(f"it answered with {response.status_code}")
        return told


class _Failed(Refused):
    """An error that its code tells more about."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def signature(fields: Mapping[str, str], secret: str) -> str:
    """How Last.fm knows who asks: MD5 over all fields by name, then what only we two know."""
    told = "".join(f"{name}{fields[name]}" for name in sorted(fields))
    return hashlib.md5(f"{told}{secret}".encode(), usedforsecurity=False).hexdigest()


def _fields(track: ScrobbledTrack) -> Mapping[str, str]:
    told = {
        "artist": track.artist,
        "track": track.title,
        "album": track.album,
        "albumArtist": track.album_artist if track.album_artist != track.artist else "",
        "trackNumber": str(track.track_number or ""),
        "duration": str(track.duration_ms // 1000 or ""),
        "mbid": track.musicbrainz_recording_id,
    }
    return {name: value for name, value in told.items() if value}


def _failure(told: Json) -> Exception:
    code = told["error"] if isinstance(told["error"], int) else 0
    message = str(told.get("message") or f"error {code}")[:300]
    if code in AWAY:
        return TryLater(message)
    if code == TOO_OFTEN:
        return TryLater(message, TOO_OFTEN_S)
    if code in OUR_KEY:
        return TryLater(f"Last.fm does not take this server's key: {message}")
    if code in NO_SESSION:
        return ProofRefused("Last.fm does not let us in any more: connect again")
    return _Failed(code, message)


def _scrobbles(answer: Json, count: int) -> Sequence[Json]:
    scrobbles = answer.get("scrobbles")
    told = scrobbles.get("scrobble") if isinstance(scrobbles, dict) else None
    listed = [told] if isinstance(told, dict) else told
    if not isinstance(listed, list) or len(listed) != count:
        raise TryLater("it answered with something else than what was sent")
    return [each if isinstance(each, dict) else {} for each in listed]


def _refusal(scrobble: Json) -> str | None:
    ignored = scrobble.get("ignoredMessage")
    told = ignored if isinstance(ignored, dict) else {}
    code = str(told.get("code", "0"))
    if code == "0":
        return ""
    if code == NO_MORE_TODAY:
        return None
    return IGNORED.get(code) or str(told.get("#text") or f"Last.fm ignored it: {code}")[:300]
