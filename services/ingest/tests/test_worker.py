"""What the worker says when it cannot start."""

import asyncio
import json
import os
import sys


async def test_it_says_in_one_line_which_setting_is_wrong() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.ingest.worker",
        env=os.environ | {"INGEST_METRICS_PORT": "hunter2"}, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, told = await process.communicate()
    [line] = told.decode().splitlines()
    assert json.loads(line)["reason"].startswith("INGEST_METRICS_PORT: ")
    assert "hunter2" not in line
    assert process.returncode == 1
