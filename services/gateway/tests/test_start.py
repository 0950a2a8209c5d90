"""What the gateway says when it cannot start."""

import asyncio
import json
import os
import sys

import pytest


@pytest.mark.slow
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({}, "GATEWAY_SECRET: it must have at least 32 random bytes"),
        ({"GATEWAY_SECRET": "short"}, "GATEWAY_SECRET: it must have at least 32 random bytes"),
        ({"GATEWAY_SECRET": "x" * 32, "GATEWAY_HTTP_PORT": "hunter2"}, "GATEWAY_HTTP_PORT: "),
    ],
)
async def test_it_says_in_one_line_which_setting_is_wrong(wrong: dict[str, str], said: str) -> None:
    environment = {name: value for name, value in os.environ.items() if "GATEWAY" not in name}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.gateway", env=environment | wrong,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, told = await process.communicate()
    [line] = told.decode().splitlines()
    assert json.loads(line)["reason"].startswith(said)
    assert process.returncode == 1
    assert not [value for value in wrong.values() if value in line]


@pytest.mark.slow
async def test_encoders_are_not_loaded_before_somebody_listens() -> None:
    named = "import sys, services.gateway.__main__; print(sorted({'av', 'numpy'} & {*sys.modules}))"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", named, stdout=asyncio.subprocess.PIPE
    )
    told, _ = await process.communicate()
    assert told == b"[]\n"
