import asyncio
import io
import json
import os
import sys
from pathlib import Path

import pytest
from rich.console import Console

from libs.common.settings import ServiceSettings
from scripts.fleet import journal
from scripts.fleet.journal import Journal, readable
from scripts.fleet.member import Member, State
from scripts.fleet.screen import Screen, memory_bytes
from scripts.fleet.settings import FleetSettings
from scripts.fleet.table import ERRANDS, SERVICES, Face
from scripts.fleet.wiring import Wiring, port_names
from scripts.programs.program import Program
from scripts.servers import Servers

SERVERS = Servers(
    "postgresql://db", "nats://bus", "redis://r", "http://s3", "key", "word", "s" * 43
)


@pytest.fixture
def wiring(settings: FleetSettings) -> Wiring:
    ports = {name: 20_000 + i for i, name in enumerate(port_names(SERVICES))}
    urls = {"catalog": "postgresql://catalog", "ingest": "postgresql://ingest"}
    return Wiring(settings, SERVERS, ports, urls)


def test_a_service_is_told_what_it_needs_and_nothing_else(wiring: Wiring) -> None:
    told = {each.name: wiring.environment(each) for each in SERVICES}
    assert told["catalog"]["CATALOG_DATABASE_URL"] == "postgresql://catalog"
    assert "CATALOG_S3_SECRET_KEY" not in told["catalog"]
    assert told["ingest-worker"]["INGEST_REDIS_URL"] == "redis://r"
    assert not any("DATABASE" in name or "postgresql" in name for name in told["gateway"])


def test_the_gateway_finds_the_services_and_a_secret(
    wiring: Wiring, settings: FleetSettings
) -> None:
    told = {each.name: wiring.environment(each) for each in SERVICES}
    port = told["catalog"]["CATALOG_RPC_PORT"]
    assert told["gateway"]["GATEWAY_CATALOG_ADDRESS"] == f"127.0.0.1:{port}"
    assert told["gateway"]["GATEWAY_HTTP_PORT"] == str(settings.port)
    assert len(told["gateway"]["GATEWAY_SECRET"]) >= 32
    assert told["gateway"]["GATEWAY_SECRET"] != SERVERS.secret


def test_the_gateway_is_told_where_both_synths_are(wiring: Wiring) -> None:
    told = {each.name: wiring.environment(each) for each in SERVICES}
    ports = [told[name]["SYNTH_RPC_PORT"] for name in ("synth", "synth-twin")]
    both = f"ipv4:127.0.0.1:{ports[0]},127.0.0.1:{ports[1]}"
    assert told["gateway"]["GATEWAY_SYNTH_ADDRESS"] == both


def test_no_two_programs_share_a_port(wiring: Wiring) -> None:
    taken = [
        value
        for service in SERVICES
        for name, value in wiring.environment(service).items()
        if name.endswith("_PORT")
    ]
    assert len(taken) == len({*taken})


def test_draining_ends_before_the_supervisor_loses_patience(wiring: Wiring) -> None:
    told = wiring.environment(SERVICES[0])
    assert float(told["CATALOG_DRAIN_S"]) < ServiceSettings().drain_s


def test_the_rows_of_the_table_are_told_apart_by_name() -> None:
    names = [each.name for each in (*SERVICES, *ERRANDS)]
    assert len(names) == len({*names})
    assert [each.name for each in SERVICES if each.face is Face.HTTP] == ["gateway"]


@pytest.mark.parametrize(
    ("line", "alarming", "shown"),
    [
        ('{"level": "INFO", "event": "serving", "time": "x"}', False, "info serving"),
        ('{"level": "WARNING", "event": "late", "delay_s": 2}', True, "warning late delay_s=2"),
        (
            json.dumps({"level": "ERROR", "event": "failed", "exception": "Trace\n  x\nOops: y"}),
            True,
            "error failed Oops: y",
        ),
        ("[7] [ERR] disk is full", True, "[7] [ERR] disk is full"),
        ("2026 LOG:  ready", False, "2026 LOG:  ready"),
        ("Traceback (most recent call last):", True, "Traceback (most recent call last):"),
        ("{broken", True, "{broken"),
    ],
)
def test_a_line_of_a_log_is_judged_and_made_readable(line: str, alarming: bool, shown: str) -> None:
    assert readable(line) == (alarming, shown)


async def follow(kept: Journal, code: str) -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE
    )
    await kept.follow("program", child)
    await child.wait()


async def test_all_is_logged_and_what_matters_is_shown(tmp_path: Path) -> None:
    shown: list[tuple[str, str]] = []
    kept = Journal(tmp_path, lambda name, line: shown.append((name, line)))
    await follow(kept, r"print('calm\nERROR: loud\n  for this reason\ncalm again')")
    assert shown == [("program", "ERROR: loud"), ("program", "  for this reason")]
    assert len((tmp_path / "program.log").read_text().splitlines()) == 4
    assert kept.last_words("program")[-1] == "calm again"


def test_a_log_does_not_grow_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "LARGEST_LOG_BYTES", 100_000)
    kept = Journal(tmp_path, lambda _name, _line: None)
    for _ in range(3):
        asyncio.run(follow(kept, "print('x' * 300_000)"))
    sizes = [file.stat().st_size for file in tmp_path.iterdir()]
    assert len(sizes) == 2
    assert sum(sizes) < 700_000


@pytest.mark.slow
async def test_the_table_shows_each_program_with_its_state_and_memory(tmp_path: Path) -> None:
    seen = io.StringIO()
    screen = Screen(Console(file=seen, force_terminal=True, width=100, legacy_windows=False))
    kept = Journal(tmp_path, screen.log)
    shown = Member(Program("catalog", ("true",)), tmp_path, kept, screen.changed)
    shown.state, shown.pid = State.READY, os.getpid()
    with screen.showing([shown]):
        screen.title("Tutti: http://127.0.0.1:8080")
        await asyncio.sleep(0.6)
    text = seen.getvalue()
    assert all(word in text for word in ("catalog", "ready", "MiB", "http://127.0.0.1:8080"))


def test_memory_is_that_of_a_process_with_its_children() -> None:
    assert memory_bytes(os.getpid()) > 1_000_000


@pytest.mark.parametrize(
    ("host", "address"),
    [("0.0.0.0", "http://127.0.0.1:9"), ("::1", "http://[::1]:9")],  # noqa: S104
)
def test_the_address_is_one_that_a_browser_can_open(host: str, address: str) -> None:
    assert FleetSettings(host=host, port=9).address == address
