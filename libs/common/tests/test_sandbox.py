"""The cage: what a program in it cannot do."""

from __future__ import annotations

import errno
import os
import sys
import time
from typing import TYPE_CHECKING

import pytest

from libs.common.sandbox import (
    Crashed,
    Killed,
    Limits,
    OverLimit,
    Sandbox,
    open_sandbox,
    python_paths,
)

if TYPE_CHECKING:
    from pathlib import Path

ROOMY = Limits(cpu_s=10, wall_s=20, memory_bytes=2**30, file_bytes=2**20)

caged_or_only_limited = pytest.mark.parametrize(
    "sandbox", [open_sandbox(), Sandbox(None)], ids=["bubblewrap", "limits"]
)


def python(
    sandbox: Sandbox, code: str, limits: Limits = ROOMY, writable: Path | None = None
) -> str:
    program = [sys.executable, "-c", code]
    shown = python_paths()
    return sandbox.run(program, limits=limits, readable=shown, writable=writable).decode()


@caged_or_only_limited
def test_what_a_program_prints_comes_back(sandbox: Sandbox, tmp_path: Path) -> None:
    code = f"open('{tmp_path}/x', 'w').write('1'); print('done')"
    assert python(sandbox, code, writable=tmp_path) == "done\n"
    assert (tmp_path / "x").read_text() == "1"


@caged_or_only_limited
@pytest.mark.parametrize(
    "greed",
    ["while True: pass", "x = bytearray(2**31)", "open('/dev/stdout', 'ab').write(b'x' * 2**22)"],
    ids=["time", "memory", "disk"],
)
@pytest.mark.slow
def test_greed_is_killed(sandbox: Sandbox, greed: str) -> None:
    tight = Limits(cpu_s=1, wall_s=20, memory_bytes=2**29, file_bytes=2**20)
    with pytest.raises((OverLimit, Crashed)) as end:
        python(sandbox, greed, tight)
    assert not isinstance(end.value, Killed)
    assert isinstance(end.value, OverLimit) or "File too large" in str(end.value)


@pytest.mark.slow
@caged_or_only_limited
def test_a_sleeper_is_killed_when_its_time_is_up(sandbox: Sandbox) -> None:
    started = time.monotonic()
    with pytest.raises(OverLimit, match="longer than"):
        python(sandbox, "import time; time.sleep(60)", Limits(5, 0.5, 2**30, 2**20))
    assert time.monotonic() - started < 5


@caged_or_only_limited
def test_a_program_that_somebody_else_kills_is_told_apart(sandbox: Sandbox) -> None:
    with pytest.raises(Killed, match="was killed after"):
        python(sandbox, "import os; os.kill(os.getpid(), 9)")


@caged_or_only_limited
def test_a_failure_tells_what_the_program_said(sandbox: Sandbox) -> None:
    with pytest.raises(Crashed, match="no such luck") as failure:
        python(sandbox, "raise SystemExit('no such luck')")
    assert not failure.value.by_signal


@pytest.mark.skipif(not open_sandbox().isolated, reason="bubblewrap does not work here")
@pytest.mark.parametrize(
    "escape",
    [
        "import socket; socket.create_connection(('127.0.0.1', 22), 1)",
        "open('/etc/passwd').read()",
        "open('/usr/escaped', 'w')",
        f"import os; os.kill({os.getpid()}, 0)",
        "import os; os.environ['HOME']",
    ],
    ids=["network", "files", "system", "processes", "environment"],
)
def test_nothing_of_the_machine_is_in_reach(escape: str) -> None:
    with pytest.raises(Crashed, match="Error"):
        python(open_sandbox(), escape)


def test_a_machine_without_bubblewrap_is_warned_about_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    sandbox = open_sandbox()
    assert not sandbox.isolated
    assert [record.getMessage() for record in caplog.records] == [
        "media is read under resource limits only"
    ]


@caged_or_only_limited
def test_a_failure_on_a_full_disk_is_not_the_files(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Crashed):
        python(sandbox, "raise OSError('8192 requested and 0 written')", writable=tmp_path)
    monkeypatch.setattr("libs.common.sandbox.ROOM_BYTES", 2**62)
    assert python(sandbox, "print('done')", writable=tmp_path) == "done\n"
    with pytest.raises(OSError, match="no room") as full:
        python(sandbox, "raise OSError('8192 requested and 0 written')", writable=tmp_path)
    assert full.value.errno == errno.ENOSPC
