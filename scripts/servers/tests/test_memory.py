import socket
from pathlib import Path

import pytest
from pydantic import ValidationError

from scripts.servers.binaries import MissingServer, nats_server, postgres_folder, valkey_server
from scripts.servers.memory import remembered_ports, remembered_secrets
from scripts.servers.settings import Binaries, External


def test_ports_are_remembered(tmp_path: Path) -> None:
    first = remembered_ports(tmp_path / "ports.json", ["a", "b"])
    assert first["a"] != first["b"]
    assert remembered_ports(tmp_path / "ports.json", ["b", "a"]) == first


def test_a_port_that_a_stranger_has_taken_is_replaced(tmp_path: Path) -> None:
    taken = remembered_ports(tmp_path / "ports.json", ["a"])["a"]
    with socket.create_server(("127.0.0.1", taken)):
        other = remembered_ports(tmp_path / "ports.json", ["a"])["a"]
    assert other != taken
    assert remembered_ports(tmp_path / "ports.json", ["a"])["a"] == other


def test_secrets_are_long_private_and_remembered(tmp_path: Path) -> None:
    file = tmp_path / "secrets.json"
    first = remembered_secrets(file, ["a"])
    assert len(first["a"]) >= 32
    assert file.stat().st_mode & 0o777 == 0o600
    more = remembered_secrets(file, ["a", "b"])
    assert more["a"] == first["a"] != more["b"]


def test_a_setting_goes_before_the_wheel(tmp_path: Path) -> None:
    (tmp_path / "initdb").touch()
    assert postgres_folder(Binaries(postgres_bin=tmp_path)) == tmp_path
    assert valkey_server(Binaries(redis_bin=tmp_path / "initdb")) == tmp_path / "initdb"


def test_a_setting_that_points_nowhere_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(MissingServer, match="TUTTI_NATS_BIN points at"):
        nats_server(Binaries(nats_bin=tmp_path / "missing"))


def test_the_path_is_the_last_resort(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = Binaries(wheels=tmp_path / "wheels")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingServer, match="NATS is not installed"):
        nats_server(nowhere)
    program = tmp_path / "nats-server"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert nats_server(nowhere) == program


@pytest.mark.parametrize(("version", "fits"), [("14.11", False), ("15.6", True)])
def test_postgres_on_the_path_must_be_new_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, fits: bool
) -> None:
    program = tmp_path / "postgres"
    program.write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    nowhere = Binaries(wheels=tmp_path / "wheels")
    if fits:
        assert postgres_folder(nowhere) == tmp_path
    else:
        with pytest.raises(MissingServer, match="15 or newer"):
            postgres_folder(nowhere)


def test_an_external_object_store_needs_its_keys() -> None:
    with pytest.raises(ValidationError, match="TUTTI_S3_ACCESS_KEY"):
        External(s3_endpoint="https://s3.example.org")
