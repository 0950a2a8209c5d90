"""What a run wrote into its logs, at their most talkative: no proof of anybody."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.listener import PASSWORD, Listener
from tests.running import running
from tests.sounds import Piece
from tests.tagging import Tags

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

TALKATIVE = {f"{service}_LOG_LEVEL": "DEBUG" for service in ("CATALOG", "GATEWAY", "INGEST")}


def test_no_log_repeats_what_proves_who_somebody_is(tmp_path: Path) -> None:
    with running(tmp_path / "var", **TALKATIVE) as tutti, Listener(tutti.address) as ada:
        proofs = {PASSWORD, *(ada.tokens[name] for name in ("access_token", "refresh_token"))}
        file = Piece(11, duration_s=2, tags=Tags(title="Aria")).encoded(tmp_path / "aria", "mp3")
        [item] = ada.bring(file)
        proofs |= tried(ada, str(item["track_id"]))
        secrets = json.loads((tutti.home / "secrets.json").read_text())
        logs = [*(tutti.home / "log").glob("*.log"), tutti.screen]
        written = {log.name: log.read_text(errors="replace") for log in logs}
    assert {"gateway.log", "catalog.log", "ingest.log", "postgres.log"} <= {*written}
    assert "answered" in written["gateway.log"]
    proofs |= {str(secret) for secret in secrets.values()}
    told = {(name, proof) for name, log in written.items() for proof in proofs if proof in log}
    assert not {(name, f"{proof[:6]}...") for name, proof in told}


def tried(ada: Listener, track_id: str) -> set[str]:
    """Use every proof in the right and in a wrong way, and return all of them."""
    wrong = "a wrong password, nearly right"
    name_and_wrong = {"name": ada.name, "password": wrong}
    assert ada.client.post("/auth/sign-in", json=name_and_wrong).is_error
    assert ada.client.post("/auth/sign-in", json={**name_and_wrong, "more": 1}).is_error
    secret = str(ada.post("/me/api-keys", json={"name": "radio"})["secret"])
    link = str(ada.post(f"/tracks/{track_id}/media-url", json={"quality": "high"})["url"])
    hls = str(ada.post(f"/tracks/{track_id}/media-url", json={"quality": "hls"})["url"])
    [signature] = re.findall(r"sig=(\w+)", link)
    grant = hls.split("/")[4]
    token = ada.tokens["access_token"]
    with httpx.Client(base_url=ada.address) as anyone:
        for address in (link, hls):
            assert anyone.get(address).is_success
            assert anyone.get(address.replace(track_id, "other")).is_error
        for header in ({"X-Api-Key": secret}, {"Authorization": f"Bearer {secret}"}):
            assert anyone.get("/api/v1/me", headers=header).is_success
        assert anyone.get("/api/v1/me", headers={"Authorization": f"Basic {secret}"}).is_error
        # Where no proof belongs:
        assert anyone.get(f"/api/v1/me?access_token={token}").is_error
        assert anyone.get(f"/api/v1/{secret}").is_error
        cookie = {"name": ada.name, "password": PASSWORD, "cookie": True}
        web = {"X-Tutti-Client": "web"}
        assert anyone.post("/api/v1/auth/sign-in", json=cookie, headers=web).is_success
        assert anyone.post("/api/v1/auth/refresh", headers=web).is_success
        cookies = {anyone.cookies["tutti_access"], anyone.cookies["tutti_refresh"]}
    again = {"refresh_token": ada.tokens["refresh_token"]}
    fresh = ada.post("/auth/refresh", json=again)
    return {wrong, secret, signature, grant.rpartition(".")[2], fresh["refresh_token"], *cookies}
