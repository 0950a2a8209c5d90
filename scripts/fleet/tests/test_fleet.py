import asyncio
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from scripts.fleet import fleet, member
from scripts.fleet.__main__ import reset
from scripts.fleet.claims import Refusal, claimed
from scripts.fleet.fleet import Fleet
from scripts.fleet.journal import Journal
from scripts.fleet.member import Member, State
from scripts.fleet.screen import Screen
from scripts.fleet.settings import FleetSettings
from scripts.fleet.table import Face, Service
from scripts.fleet.tests.fleet_of_fakes import GATEWAY, fake
from scripts.programs.leftovers import mark, marked
from scripts.programs.program import ROOT, Program

Programs = dict[str, dict[str, object]]


def fleet_and_screen(settings: FleetSettings) -> tuple[Fleet, io.StringIO]:
    seen = io.StringIO()
    return Fleet(settings, Screen(Console(file=seen, width=200))), seen


def programs(settings: FleetSettings) -> Programs:
    """Answers what the running fleet writes down about itself."""
    status = settings.data / "fleet.json"
    found: Programs = json.loads(status.read_text())["programs"] if status.exists() else {}
    return found


def wait_until(true: Callable[[], bool], patience_s: float = 20) -> None:
    deadline_s = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < deadline_s
        time.sleep(0.05)


def started(settings: FleetSettings, *names: str) -> subprocess.Popen[bytes]:
    argv = [sys.executable, "-m", "scripts.fleet.tests.fleet_of_fakes", *names]
    running = subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        wait_until(lambda: all_ready(settings, 1 + len(names)))
    except AssertionError:
        running.kill()
        raise
    return running


def all_ready(settings: FleetSettings, count: int) -> bool:
    states = [each["state"] for each in programs(settings).values()]
    return states == ["ready"] * count


async def test_everything_is_started_and_stopped(settings: FleetSettings) -> None:
    running, seen = fleet_and_screen(settings)
    async with running.running((GATEWAY, fake("service-worker")), ()):
        assert [each["state"] for each in programs(settings).values()] == ["ready", "ready"]
        assert seen.getvalue().splitlines()[-1] == f"Tutti is ready: {settings.address}"
    assert not [*marked(mark(settings.data))]
    assert not programs(settings)


@pytest.mark.slow
async def test_a_spare_is_started_when_all_others_are_ready(settings: FleetSettings) -> None:
    running, seen = fleet_and_screen(settings)
    async with running.running((fake("service-twin"), GATEWAY), ()):
        assert [each["state"] for each in programs(settings).values()] == ["waiting", "ready"]
        assert seen.getvalue().splitlines()[-1] == f"Tutti is ready: {settings.address}"
        await asyncio.to_thread(wait_until, lambda: all_ready(settings, 2))
    assert not [*marked(mark(settings.data))]


@pytest.mark.slow
async def test_a_spare_that_cannot_start_is_told_of_and_tried_again(
    settings: FleetSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(member, "FIRST_PAUSE_S", 0.05)
    running, seen = fleet_and_screen(settings)
    async with running.running((GATEWAY, fake("broken-twin")), ()):
        await asyncio.to_thread(wait_until, lambda: "restarting in 0.1 s" in seen.getvalue())
        assert programs(settings)["service-gateway"]["state"] == "ready"
    assert "Error: no strings on the violin" in seen.getvalue()


async def test_a_spare_that_was_not_started_yet_is_stopped_with_the_others(
    settings: FleetSettings,
) -> None:
    running, seen = fleet_and_screen(settings)
    async with running.running((GATEWAY, fake("service-twin")), ()):
        pass
    assert "service-twin stopped" in seen.getvalue()
    assert not [*marked(mark(settings.data))]


@pytest.mark.slow
async def test_a_service_that_dies_is_started_again(
    settings: FleetSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(member, "FIRST_PAUSE_S", 0.05)
    running, seen = fleet_and_screen(settings)
    async with running.running((GATEWAY,), ()):
        pid = programs(settings)["service-gateway"]["pid"]
        assert isinstance(pid, int)
        os.kill(pid, signal.SIGKILL)

        def again() -> bool:
            now = programs(settings)["service-gateway"]
            return now["state"] == "ready" and now["starts"] == 2

        await asyncio.to_thread(wait_until, again)
    assert "restarting in 0.05 s: it ended with status -9" in seen.getvalue()


async def test_what_runs_and_is_past_help_is_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(member, "FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(member, "LOOK_EVERY_S", 0.05)
    looks = iter([None, OSError("once"), None, TimeoutError(), OSError("full"), OSError("full")])
    said: list[str] = []

    async def sound() -> None:
        if failure := next(looks, None):
            raise failure

    again = asyncio.Event()

    def changed(now: Member) -> None:
        said.append(now.note)
        if now.state is State.READY and now.starts == 2:
            again.set()

    program = Program("sleeper", ("sleep", "60"), sound=sound)
    sleeper = Member(program, tmp_path, Journal(tmp_path, lambda *_: None), changed)
    keeping = asyncio.create_task(sleeper.keep_running(1))
    await again.wait()
    keeping.cancel()
    await asyncio.wait([keeping])
    assert "in 0.01 s: it runs, but is not sound: full" in said


@pytest.mark.slow
async def test_what_cannot_start_is_tried_ever_less_often_and_quoted(
    settings: FleetSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(member, "FIRST_PAUSE_S", 0.05)
    running, seen = fleet_and_screen(settings)

    async def broken() -> None:
        async with running.running((fake("broken"),), ()):
            pytest.fail("a broken service is not ready")

    trying = asyncio.create_task(broken())
    await asyncio.to_thread(wait_until, lambda: "restarting in 0.1 s" in seen.getvalue())
    trying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await trying
    assert "restarting in 0.05 s" in seen.getvalue()
    assert "Error: no strings on the violin" in seen.getvalue()


@pytest.mark.slow
async def test_a_stubborn_service_is_killed_with_its_children(
    settings: FleetSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fleet, "SERVICES_STOP_S", 0.3)
    running, _ = fleet_and_screen(settings)
    async with running.running((fake("stubborn"),), ()):
        began_s = time.monotonic()
    assert time.monotonic() - began_s < 5
    assert not [*marked(mark(settings.data))]


@pytest.mark.slow
async def test_an_errand_is_repeated_until_it_succeeds_and_never_again(
    settings: FleetSettings,
) -> None:
    errand = Service("errand", "scripts.fleet.tests.fake_errand", "FAKE_", Face.NONE, GATEWAY.needs)
    folder, done = settings.data / "errand", settings.data / "done" / "errand"
    for runs in (1, 2, 2):
        running, _ = fleet_and_screen(settings)
        async with running.running((GATEWAY,), (errand,)):
            ran = lambda: folder.exists() and len([*folder.iterdir()]) == runs  # noqa: B023, E731
            await asyncio.to_thread(wait_until, ran)
            if runs == 2:
                await asyncio.to_thread(wait_until, done.exists)
    assert len([*folder.iterdir()]) == 2


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything(settings: FleetSettings, how: signal.Signals) -> None:
    with started(settings, "service-worker") as running:
        running.send_signal(how)
        assert running.wait(10) == 0
    assert not [*marked(mark(settings.data))]


@pytest.mark.slow
def test_everything_stops_within_10_s_though_services_refuse(settings: FleetSettings) -> None:
    with started(settings, "stubborn", "stubborn-twin") as running:
        running.terminate()
        assert running.wait(10) == 0
    assert not [*marked(mark(settings.data))]


@pytest.mark.slow
def test_nothing_outlives_a_killed_supervisor(settings: FleetSettings) -> None:
    with started(settings, "service-worker") as running:
        running.kill()
    wait_until(lambda: not [*marked(mark(settings.data))], patience_s=10)
    with started(settings, "service-worker") as again:
        again.terminate()


async def test_a_second_copy_is_told_where_the_first_one_is(settings: FleetSettings) -> None:
    first, _ = fleet_and_screen(settings)
    second, _ = fleet_and_screen(settings)
    async with first.running((GATEWAY,), ()):
        with pytest.raises(Refusal, match=f"process {os.getpid()}, at {settings.address}"):
            async with second.running((GATEWAY,), ()):
                pytest.fail("two copies share the data")


async def test_a_taken_port_is_refused_with_the_name_of_who_has_it(
    settings: FleetSettings,
) -> None:
    running, _ = fleet_and_screen(settings)
    with socket.create_server(("127.0.0.1", settings.port)), pytest.raises(Refusal) as refusal:
        async with running.running((GATEWAY,), ()):
            pytest.fail("the port is shared")
    assert f"(process {os.getpid()})" in str(refusal.value)
    assert f"TUTTI_PORT={settings.port + 1} make run" in str(refusal.value)


def test_reset_deletes_the_data_when_agreed(tmp_path: Path) -> None:
    (tmp_path / "var/redis").mkdir(parents=True)
    reset(tmp_path / "var", agreed=True)
    assert not (tmp_path / "var").exists()
    reset(tmp_path / "var", agreed=True)


@pytest.mark.parametrize("answer", ["", "n", "maybe"])
def test_reset_deletes_nothing_without_a_yes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    monkeypatch.setattr("builtins.input", lambda _: answer)
    with pytest.raises(Refusal, match="Nothing was deleted"):
        reset(tmp_path, agreed=False)
    assert tmp_path.exists()


def test_reset_leaves_a_running_fleet_alone(tmp_path: Path) -> None:
    with claimed(tmp_path), pytest.raises(Refusal, match="already runs"):
        reset(tmp_path, agreed=True)
    assert tmp_path.exists()
