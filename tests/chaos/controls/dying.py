"""Death at the worst moment, which kills by chance hit only now and then."""

import os
import signal
from pathlib import Path


def die_once() -> None:
    """Kill this process, unless one of this fleet died so before."""
    died = Path(os.environ["TUTTI_DATA"]) / "died"
    if not died.exists():
        died.touch()
        os.kill(os.getpid(), signal.SIGKILL)
