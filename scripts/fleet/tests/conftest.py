from pathlib import Path

import pytest

from scripts.fleet.settings import FleetSettings
from scripts.servers.memory import remembered_ports


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FleetSettings:
    """A fleet in an empty folder, whose servers run elsewhere and are asked nothing."""
    monkeypatch.setenv("TUTTI_POSTGRES_URL", "postgresql://elsewhere/postgres")
    monkeypatch.setenv("TUTTI_NATS_URL", "nats://elsewhere")
    monkeypatch.setenv("TUTTI_REDIS_URL", "redis://elsewhere")
    monkeypatch.setenv("TUTTI_S3_ENDPOINT", "http://elsewhere")
    monkeypatch.setenv("TUTTI_S3_ACCESS_KEY", "key")
    monkeypatch.setenv("TUTTI_S3_SECRET_KEY", "word")
    monkeypatch.setenv("TUTTI_DATA", str(tmp_path / "var"))
    port = remembered_ports(tmp_path / "gateway.json", ["gateway"])["gateway"]
    monkeypatch.setenv("TUTTI_PORT", str(port))
    return FleetSettings()
