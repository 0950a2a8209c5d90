"""Who one is, and what others may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from tests.listener import PASSWORD, Listener, until
from tests.sounds import Piece
from tests.tagging import Tags, cover

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.slow


def test_one_signs_in_again_with_the_same_name(nadia: Listener) -> None:
    credentials = {"name": nadia.name, "password": PASSWORD, "device": "kitchen"}
    tokens = nadia.post("/auth/sign-in", json=credentials)
    nadia.carry(tokens["access_token"])
    assert nadia.get("/me")["name"] == nadia.name
    assert "kitchen" in [session["device"] for session in nadia.get("/me/sessions")["items"]]
    nadia.post("/auth/sign-out")
    assert nadia.refused("GET", "/me")["status"] == 401


def test_a_wrong_password_says_no_more_than_a_wrong_name(nadia: Listener) -> None:
    wrong = {"name": nadia.name, "password": "something else entirely"}
    unknown = {"name": "nobody-of-that-name", "password": PASSWORD}
    answers = [nadia.refused("POST", "/auth/sign-in", json=each) for each in (wrong, unknown)]
    assert answers[0] == answers[1]
    assert answers[0]["status"] == 401


def test_a_name_is_taken_once(nadia: Listener) -> None:
    taken = {"name": nadia.name.upper(), "password": PASSWORD}
    assert nadia.refused("POST", "/auth/sign-up", json=taken)["status"] == 409


def test_a_refresh_token_that_two_hands_use_ends_the_session(nadia: Listener) -> None:
    tokens, spent = nadia.tokens, nadia.tokens["refresh_token"]
    for _ in range(2):
        tokens = nadia.post("/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
    nadia.carry(tokens["access_token"])
    assert nadia.get("/me")["name"] == nadia.name
    for token in (spent, tokens["refresh_token"]):
        stolen = {"refresh_token": token}
        assert nadia.refused("POST", "/auth/refresh", json=stolen)["status"] == 401

    def ended() -> bool:
        return nadia.client.get("/me").status_code == httpx.codes.UNAUTHORIZED

    assert until(ended, "the session goes on")


def test_an_api_key_opens_the_door_until_it_is_revoked(nadia: Listener) -> None:
    made = nadia.post("/me/api-keys", json={"name": "living room"})
    token = nadia.tokens["access_token"]
    nadia.carry(made["secret"])
    assert nadia.get("/me")["name"] == nadia.name
    [key] = nadia.get("/me/api-keys")["items"]
    assert key["name"] == "living room"
    assert "secret" not in key
    nadia.carry(token)
    nadia.ask("DELETE", f"/me/api-keys/{key['id']}")
    nadia.carry(made["secret"])
    assert nadia.refused("GET", "/me")["status"] == 401


def test_nothing_of_mine_is_yours(
    nadia: Listener, join: Callable[[], Listener], tmp_path: Path
) -> None:
    bo = join()
    tags = Tags(
        title="Secret",
        artists=("Nobody Else",),
        album="Hidden",
        lyrics="la",
        cover=cover("#123456"),
    )
    [item] = nadia.bring(Piece(60, tags=tags).encoded(tmp_path / "secret"))
    track = nadia.track(item)
    playlist = nadia.post("/playlists", json={"name": "Mine", "track_ids": [track["id"]]})
    artist_id = track["artists"][0]["artist_id"]
    parts = ("", "/stream", "/waveform", "/lyrics", "/hls/master.m3u8")
    for address in (
        *(f"/tracks/{track['id']}{part}" for part in parts),
        f"/albums/{track['album_id']}",
        f"/artists/{artist_id}",
        f"/covers/{track['cover_sha256']}",
        f"/playlists/{playlist['id']}",
        f"/imports/items/{item['id']}",
    ):
        assert nadia.client.get(address).is_success, address
        assert bo.refused("GET", address)["status"] == 404, address
    assert bo.refused("DELETE", f"/tracks/{track['id']}")["status"] == 404
    assert bo.refused("PUT", f"/favourites/track/{track['id']}")["status"] == 404
    assert bo.get("/search", q="Secret") == {"artists": [], "albums": [], "tracks": []}
    assert bo.post("/tracks/lookup", json={"ids": [track["id"]]})["items"] == []
    into = {"file_name": "x.mp3", "size_bytes": 1, "library_id": nadia.library_id}
    assert bo.refused("POST", "/uploads", json=into)["status"] in (403, 404)


def test_a_shared_library_is_heard_by_those_it_is_shared_with(
    nadia: Listener, join: Callable[[], Listener], tmp_path: Path
) -> None:
    bo, eve = join(), join()
    [item] = nadia.bring(Piece(61, tags=Tags(title="For Bo")).encoded(tmp_path / "shared"))
    track_id = nadia.track(item)["id"]
    nadia.ask("PATCH", f"/libraries/{nadia.library_id}", json={"member_ids": [bo.id]})
    assert bo.titles() == {"For Bo"}
    assert bo.client.get(f"/tracks/{track_id}/stream").is_success
    assert eve.titles() == set()
    assert eve.refused("GET", f"/tracks/{track_id}/stream")["status"] == 404
    assert bo.refused("DELETE", f"/tracks/{track_id}")["status"] in (403, 404)
    nadia.ask("PATCH", f"/libraries/{nadia.library_id}", json={"member_ids": []})
    assert bo.titles() == set()
    # Not the quality that plays already: its address holds for some seconds more.
    assert bo.refused("GET", f"/tracks/{track_id}/stream?quality=low")["status"] == 404


def test_who_is_no_operator_does_not_look_after_the_server(
    join: Callable[[], Listener],
) -> None:
    join()
    bo = join()
    for address in ("/users", "/admin/imports/items", "/admin/ledger/jobs", "/admin/status"):
        assert bo.refused("GET", address)["status"] == 403


def test_strangers_see_nothing(nadia: Listener) -> None:
    stranger = httpx.Client(base_url=f"{nadia.address}/api/v1")
    with stranger:
        for address in ("/me", "/albums", "/tracks", "/search?q=a", "/changes", "/imports/events"):
            response = stranger.get(address)
            assert response.status_code == httpx.codes.UNAUTHORIZED
            assert response.headers["WWW-Authenticate"].startswith("Bearer")
        for credential in ("null", "tk_", "tk_wrong.secret", "a.b.c"):
            headers = {"Authorization": f"Bearer {credential}"}
            assert stranger.get("/me", headers=headers).status_code == httpx.codes.UNAUTHORIZED
