"""Measures what its one argument specifies: ``python -m tests.benchmarks.audience SPEC``."""

from __future__ import annotations

import json
import resource
import sys
from dataclasses import asdict

from tests.benchmarks.audience import Audience, Spec


def main() -> None:
    """Listen, and print what was heard."""
    spec = Spec(**json.loads(sys.argv[1]))
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    print(json.dumps(asdict(Audience(spec).measure())))


if __name__ == "__main__":
    main()
