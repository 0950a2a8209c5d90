"""Figures of all processes of a worker at one address."""

from pathlib import Path

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector


def serve_metrics(host: str, port: int, folder: Path) -> None:
    """Serve what the processes note in the folder, for as long as this one lives."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, str(folder))  # type: ignore[no-untyped-call]  # prometheus_client
    start_http_server(port, host, registry)
