import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from scripts.programs.leftovers import end_marked, mark, marked
from scripts.programs.process import NotReady, Process
from scripts.programs.program import ROOT, Program
from scripts.programs.readiness import greets, serves
from scripts.servers.memory import remembered_ports

SLEEP = (sys.executable, "-c", "import time; time.sleep(60)")
DAEMON = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
time.sleep(60)
"""
GUARDED = """
import subprocess, sys, os
from pathlib import Path
from scripts.programs.leftovers import MARK, mark
from scripts.programs.warden import guarded
home = Path(sys.argv[1])
with guarded(home):
    subprocess.Popen(["sleep", "60"], env={**os.environ, MARK: mark(home, "sleep")})
    print("started", flush=True)
    sys.stdin.read()
"""


def wait_until(true: Callable[[], bool], patience_s: float = 10) -> None:
    deadline_s = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < deadline_s
        time.sleep(0.02)


async def test_what_a_program_started_ends_with_it(tmp_path: Path) -> None:
    program = Program("daemon", (sys.executable, "-c", DAEMON))
    process = await Process.start(program, tmp_path, asyncio.subprocess.DEVNULL)
    await asyncio.to_thread(wait_until, lambda: len([*marked(mark(tmp_path, "daemon"))]) == 2)
    await process.stop(patience_s=1)
    assert not [*marked(mark(tmp_path))]


async def test_only_programs_of_the_same_folder_are_ended(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "a", tmp_path / "ab"
    kept = await Process.start(Program("sleep", SLEEP), theirs, asyncio.subprocess.DEVNULL)
    ended = await Process.start(Program("sleep", SLEEP), ours, asyncio.subprocess.DEVNULL)
    assert await asyncio.to_thread(end_marked, mark(ours), 1) == 1
    await ended.child.wait()
    assert kept.child.returncode is None
    await kept.end()


async def test_a_program_that_ends_early_is_not_ready(tmp_path: Path) -> None:
    program = Program("brief", ("sh", "-c", "exit 3"), greets(1, b""))
    process = await Process.start(program, tmp_path, asyncio.subprocess.DEVNULL)
    with pytest.raises(NotReady, match="ended with status 3"):
        await process.until_ready(patience_s=5)


async def test_a_program_that_stays_silent_is_not_ready(tmp_path: Path) -> None:
    port = remembered_ports(tmp_path / "ports.json", ["silent"])["silent"]
    program = Program("silent", SLEEP, serves("127.0.0.1", port, "/"))
    process = await Process.start(program, tmp_path, asyncio.subprocess.DEVNULL)
    with pytest.raises(NotReady, match=r"did not answer in 0\.2 s"):
        await process.until_ready(patience_s=0.2)
    await process.end()


async def test_a_program_is_ready_when_it_answers(tmp_path: Path) -> None:
    port = remembered_ports(tmp_path / "ports.json", ["web"])["web"]
    argv = (sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(port))
    process = await Process.start(
        Program("web", argv, serves("127.0.0.1", port, "/README.md")),
        tmp_path,
        asyncio.subprocess.DEVNULL,
    )
    program = Program("web", argv, serves("127.0.0.1", port, "/"))
    await Process(program, tmp_path, process.child).until_ready(patience_s=10)
    await process.end()


def test_nothing_outlives_a_killed_parent(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", GUARDED, str(tmp_path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, cwd=ROOT, stdin=pipe, stdout=pipe) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        assert [*marked(mark(tmp_path))]
        parent.kill()
        wait_until(lambda: not [*marked(mark(tmp_path))])


@pytest.mark.slow
def test_leftovers_of_a_parent_and_its_warden_are_ended_by_the_next(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", GUARDED, str(tmp_path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, cwd=ROOT, stdin=pipe, stdout=pipe) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        left = [*marked(mark(tmp_path))]
        for child in psutil.Process(parent.pid).children():
            if child not in left:
                os.kill(child.pid, signal.SIGKILL)
        parent.kill()
    assert [*marked(mark(tmp_path))] == left
    with subprocess.Popen(argv, cwd=ROOT, stdin=pipe, stdout=pipe) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        assert not any(process in left for process in marked(mark(tmp_path)))
        parent.communicate()
    assert not [*marked(mark(tmp_path))]
