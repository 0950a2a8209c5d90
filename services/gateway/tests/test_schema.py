"""The document says what the gateway does: nothing undocumented, no failures of ours."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from services.gateway.tests.conftest import Site
from services.gateway.tests.people import Person

ROOT = Path(__file__).parents[3]
CHECKS = ",".join(
    (
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
        "ignored_auth",
    )
)


def test_the_document_is_as_the_routes_are() -> None:
    command = [sys.executable, "-m", "scripts.openapi", "--check"]
    subprocess.run(command, cwd=ROOT, check=True)


@pytest.mark.slow
@pytest.mark.parametrize("role", ["listener", "operator"])
async def test_nothing_that_can_be_sent_breaks_it(
    site: Site, ada: Person, operator: Person, role: str
) -> None:
    """Schemathesis makes up requests from the document."""
    person = {"listener": ada, "operator": operator}[role]
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("schemathesis")), "run",
        f"{site.address}/api/v1/openapi.json",
        "--checks", CHECKS, "--phases", "examples,coverage,fuzzing", "--max-examples", "5",
        "--seed", "1", "--header", f"Authorization: Bearer {person.tokens['access_token']}",
        "--exclude-path", "/api/v1/imports/events", "--exclude-path", "/api/v1/me",
        "--exclude-path", "/api/v1/auth/sign-out", "--exclude-path", "/api/v1/me/password",
        "--no-color", "--warnings", "off", "--continue-on-failure",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )  # fmt: skip
    told, _ = await process.communicate()
    assert process.returncode == 0, told.decode()[-10_000:]
