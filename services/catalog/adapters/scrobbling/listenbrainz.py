"""ListenBrainz, and servers that speak as it does.

https://listenbrainz.readthedocs.io/en/latest/users/api/
"""

from collections.abc import Sequence
from urllib.parse import quote

import httpx

from services.catalog.adapters.scrobbling.calling import (
    CLIENT,
    VERSION,
    Json,
    call,
    json_of,
    seconds,
)
from services.catalog.domain.scrobbling import (
    Listen,
    ProofRefused,
    Receipt,
    Refused,
    ScrobbledTrack,
    TryLater,
    WrongToken,
)

UNAUTHORIZED, FORBIDDEN, NOT_FOUND = 401, 403, 404


class ListenBrainz:
    """Tells listens by a user's token."""

    most = 100
    """Far below the 1,000 listens and 10 MB it takes, so that one bad listen is soon found."""

    def __init__(self, client: httpx.AsyncClient, url: str) -> None:
        self._client = client
        self._url = url.rstrip("/")

    async def name_of(self, token: str) -> str:
        """Whose token it is. Raises WrongToken."""
        response = await self._call("GET", "validate-token", token)
        told = json_of(response)
        if response.is_server_error:
            raise TryLater(f"it answered with {response.status_code}")
        if told.get("valid") is not True:
            raise WrongToken("ListenBrainz does not know this token: copy it from its settings")
        return str(told.get("user_name", ""))

    async def send(self, proof: str, listens: Sequence[Listen]) -> Receipt:
        """Tell what was heard: all of it is taken or none."""
        kind = "single" if len(listens) == 1 else "import"
        payload = [
            {"listened_at": listen.unix_s, "track_metadata": _metadata(listen.track)}
            for listen in listens
        ]
        response = await self._submit(proof, kind, payload)
        return Receipt([""] * len(listens), _pause_s(response))

    async def now_playing(self, proof: str, track: ScrobbledTrack) -> None:
        """Tell what is heard now."""
        await self._submit(proof, "playing_now", [{"track_metadata": _metadata(track)}])

    async def page(self, name: str, before_unix_s: int, count: int, proof: str) -> Sequence[Json]:
        """The last listens of a user before a moment, last first."""
        asked = {"max_ts": before_unix_s, "count": count}
        response = await self._call(
            "GET", f"user/{quote(name, safe='')}/listens", proof, params=asked
        )
        if response.status_code == NOT_FOUND:
            raise Refused(f"ListenBrainz knows nobody called {name}")
        _check(response)
        payload = json_of(response).get("payload")
        listens = payload.get("listens") if isinstance(payload, dict) else None
        if not isinstance(listens, list):
            raise TryLater("it answered with something else than listens")
        return [each for each in listens if isinstance(each, dict)]

    async def _submit(self, proof: str, kind: str, payload: Sequence[object]) -> httpx.Response:
        asked = {"listen_type": kind, "payload": payload}
        response = await self._call("POST", "submit-listens", proof, json=asked)
        _check(response)
        return response

    # What httpx takes as parameters and as JSON.
    async def _call(
        self,
        method: str,
        path: str,
        proof: str,
        *,
        params: dict[str, int] | None = None,
        json: object = None,
    ) -> httpx.Response:
        headers = {"Authorization": f"Token {proof}"} if proof else {}
        request = self._client.build_request(
            method, f"{self._url}/1/{path}", headers=headers, params=params, json=json
        )
        return await call(self._client, request)


def _metadata(track: ScrobbledTrack) -> Json:
    more = {
        "media_player": CLIENT,
        "submission_client": CLIENT,
        "submission_client_version": VERSION,
        "duration_ms": track.duration_ms,
        "tracknumber": track.track_number,
        "isrc": track.isrc,
        "recording_mbid": track.musicbrainz_recording_id,
        "release_mbid": track.musicbrainz_release_id,
        "artist_mbids": list(track.musicbrainz_artist_ids),
    }
    told = {
        "artist_name": track.artist,
        "track_name": track.title,
        "release_name": track.album,
        "additional_info": {name: value for name, value in more.items() if value},
    }
    return {name: value for name, value in told.items() if value}


def _pause_s(response: httpx.Response) -> float:
    """How long to wait when this was the last request of a window."""
    if response.headers.get("x-ratelimit-remaining") != "0":
        return 0.0
    return seconds(response.headers.get("x-ratelimit-reset-in"))


def _check(response: httpx.Response) -> None:
    if response.is_success:
        return
    if response.status_code in (UNAUTHORIZED, FORBIDDEN):
        raise ProofRefused("ListenBrainz does not take the token any more: connect again")
    if response.is_client_error:
        raise Refused(_error(response))
    raise TryLater(f"it answered with {response.status_code}")


def _error(response: httpx.Response) -> str:
    try:
        told = json_of(response)
    except TryLater:
        told = {}
    return str(told.get("error") or f"it answered with {response.status_code}")[:300]
