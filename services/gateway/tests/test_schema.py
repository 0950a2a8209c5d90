"""The document says what the gateway does: nothing undocumented, no failures of ours."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from scripts.openapi import DOCUMENT, written
from services.gateway.tests.conftest import Site
from services.gateway.tests.people import Person

CHECKS = ",".join(
    (
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
        "ignored_auth",
    )
)


@pytest.fixture
def site(whole_site: Site) -> Site:
    return whole_site


def test_the_document_is_as_the_routes_are() -> None:
    assert DOCUMENT.read_text() == written(), "run python -m scripts.openapi"


@pytest.mark.slow
async def test_nothing_that_can_be_sent_breaks_it(site: Site, operator: Person) -> None:
    """Schemathesis makes up requests from the document; ``--phases coverage`` tries many more."""
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("schemathesis")), "run",
        f"{site.address}/api/v1/openapi.json",
        "--checks", CHECKS, "--phases", "examples,fuzzing", "--max-examples", "3",
        "--suppress-health-check", "too_slow",  # the machine may be
        "--seed", "1", "--header", f"Authorization: Bearer {operator.tokens['access_token']}",
        "--exclude-path", "/api/v1/imports/events", "--exclude-path", "/api/v1/me",
        "--exclude-path", "/api/v1/me/scrobbling/listenbrainz",  # asks ListenBrainz, which is away
        "--exclude-path", "/api/v1/auth/sign-out", "--exclude-path", "/api/v1/me/password",
        "--exclude-path-regex", r"/(listen\..*|index\.m3u8)$",  # without an end, and after sound
        "--no-color", "--warnings", "off", "--continue-on-failure",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )  # fmt: skip
    told, _ = await process.communicate()
    assert process.returncode == 0, told.decode()[-10_000:]
