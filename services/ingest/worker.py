"""The worker of ingest. Run it with ``python -m services.ingest.worker``."""

import os
import sys
from pathlib import Path

from libs.common.logs import log_as_json
from libs.common.starting import ended_if_it_cannot_start, settings_of
from services.ingest.adapters.scratch import Scratch
from services.ingest.settings import IngestSettings

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  the one place that is memory


def main() -> int:
    """Work until told to stop, with one set of metrics for all processes of the worker."""
    settings = settings_of(IngestSettings)
    log_as_json(settings.log_level)
    scratch = Scratch(settings.scratch_folder, settings.scratch_bytes)
    scratch.clear_dead_work()
    figures = _memory(settings.scratch_folder)
    figures.clear_dead_work()
    metrics = figures.own()
    # Two threads on two busy cores cost two to four times the time of one.
    for library in ("OMP", "OPENBLAS", "MKL", "NUMBA"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    # prometheus_client decides on import whether its figures are shared by processes.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(metrics)
    return _work(settings, scratch, metrics)


def _memory(scratch_folder: Path) -> Scratch:
    """A place in memory, where there is one: a process that notes figures on a full disk dies."""
    # One for all workers of this user, so that the next to start clears up after any of them.
    shared = SHARED_MEMORY / f"tutti-{os.getuid()}"
    return Scratch(shared if SHARED_MEMORY.is_dir() else scratch_folder / "figures", most_bytes=0)


def _work(settings: IngestSettings, scratch: Scratch, metrics: Path) -> int:
    from services.ingest.work.crew import Crew  # noqa: PLC0415  after the environment is set
    from services.ingest.work.metrics import serve_metrics  # noqa: PLC0415

    with ended_if_it_cannot_start(settings):
        if settings.metrics_port is not None:
            serve_metrics(settings.host, settings.metrics_port, metrics)
        return Crew(settings, scratch).work()


if __name__ == "__main__":
    sys.exit(main())
