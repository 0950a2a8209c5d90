"""The worker of ingest. Run it with ``python -m services.ingest.worker``."""

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from services.ingest.settings import IngestSettings


def main() -> int:
    """Work until told to stop, with one set of metrics for all processes of the worker."""
    settings = IngestSettings()
    settings.scratch_folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="metrics-", dir=settings.scratch_folder) as metrics:
        # Two threads on two busy cores cost two to four times the time of one.
        for library in ("OMP", "OPENBLAS", "MKL", "NUMBA"):
            os.environ.setdefault(f"{library}_NUM_THREADS", "1")
        # prometheus_client decides on import whether its figures are shared by processes.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = metrics
        from services.ingest.work.crew import Crew  # noqa: PLC0415
        from services.ingest.work.metrics import serve_metrics  # noqa: PLC0415

        if settings.metrics_port is not None:
            serve_metrics(settings.host, settings.metrics_port, Path(metrics))
        return Crew(settings).work()


if __name__ == "__main__":
    sys.exit(main())
