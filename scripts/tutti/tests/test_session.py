"""How a device stays signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from scripts.tutti import session
from scripts.tutti.session import Refused, Session

if TYPE_CHECKING:
    from pathlib import Path

KEPT = Session("http://tutti.example", "nadia", "key", "tk_secret")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in ("TUTTI_SERVER", "TUTTI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_a_sign_in_is_kept_for_its_owner_alone() -> None:
    session.keep(KEPT)
    assert session.kept_session() == KEPT
    assert session.sign_in_file().stat().st_mode & 0o077 == 0
    session.forget()
    with pytest.raises(Refused, match="run `tutti sign-in` first"):
        session.kept_session()


def test_a_file_that_cannot_be_read_says_what_to_do() -> None:
    session.keep(KEPT)
    session.sign_in_file().write_text("{")
    with pytest.raises(Refused, match="run `tutti sign-in` again"):
        session.kept_session()


def test_a_key_in_the_environment_needs_no_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUTTI_SERVER", "http://tutti.example/")
    monkeypatch.setenv("TUTTI_API_KEY", "tk_other")
    assert session.kept_session() == Session("http://tutti.example", "", "", "tk_other")


def test_a_refusal_is_told_in_the_servers_own_words() -> None:
    problem = {"title": "Conflict", "detail": "all parts must be there first"}
    assert session.reason(httpx.Response(409, json=problem)) == "all parts must be there first"
    assert (
        session.reason(httpx.Response(502, text="<html>")) == "the server answered 502 Bad Gateway"
    )
    assert "tutti sign-in" in session.reason(httpx.Response(401, json={"detail": "no"}))


async def test_a_server_that_is_not_there_is_told() -> None:
    async with session.connect(Session("http://127.0.0.1:1", "", "", "")) as server:
        with pytest.raises(Refused, match=r"cannot reach http://127\.0\.0\.1:1"):
            await server.ask("GET", "/me")
