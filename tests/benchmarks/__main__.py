"""Every benchmark, one after the other: python -m tests.benchmarks [--brief] [NAME...].

Each is a program of its own. One that fails does not stop the others, and is named at the end.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from dataclasses import dataclass

from tests.running import ROOT


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A program that prints figures."""

    module: str
    takes: str
    """About how long with two quiet cores, and what else it needs."""
    brief: tuple[str, ...] = ()
    """The options with which it shows soon that it works, and nothing more."""

    @property
    def name(self) -> str:
        """How it is asked for."""
        return self.module.rpartition(".")[2]

    def run(self, *, brief: bool) -> bool:
        """Say what it takes, and run it; whether it came to a good end."""
        options = self.brief if brief else ()
        takes = "briefly: its figures say nothing" if brief else f"takes about {self.takes}"
        print(f"\n== {self.name}, {takes}\npython -m {self.module}", *options, flush=True)
        done = subprocess.run([sys.executable, "-m", self.module, *options], cwd=ROOT, check=False)
        return done.returncode == 0


BENCHMARKS = (
    Benchmark("tests.benchmarks.start_and_memory", "a minute", ("--rest-s", "1")),
    Benchmark(
        "tests.benchmarks.scan",
        "three minutes, and Supysonic from the package index",
        ("--artists", "1"),
    ),
    Benchmark(
        "tests.benchmarks.pipeline",
        "two minutes",
        ("--tracks", "1", "--duration-s", "20"),
    ),
    Benchmark(
        "tests.benchmarks.first_byte",
        "four minutes, and Supysonic from the package index",
        ("--duration-s", "10", "--requests", "128"),
    ),
    Benchmark(
        "tests.benchmarks.apps",
        "six minutes, and Supysonic from the package index",
        ("--tracks", "300", "--grown", "0", "--seconds", "0.1"),
    ),
    Benchmark("tests.benchmarks.tap_to_sound", "a minute, and Chromium", ("--tracks", "2")),
    Benchmark("tests.benchmarks.backup", "two minutes"),
    Benchmark("tests.benchmarks.mixed_load", "35 minutes", ("--minutes", "0.5")),
    Benchmark(
        "services.gateway.benchmarks.requests",
        "a minute",
        ("--tracks", "2", "--calls", "80"),
    ),
    Benchmark(
        "services.catalog.benchmarks.browsing",
        "ten minutes, and 2 GiB on the disk",
        ("--tracks", "5500", "--calls", "16"),
    ),
    Benchmark(
        "services.catalog.benchmarks.plans",
        "six minutes, and 2 GiB on the disk",
        ("--tracks", "5500"),
    ),
    Benchmark(
        "services.catalog.benchmarks.matching",
        "five minutes, and 2 GiB on the disk",
        ("--tracks", "5500", "--calls", "2"),
    ),
    Benchmark(
        "tests.benchmarks.fanout",
        "five minutes, and Debian's icecast2 and snapserver",
        ("--listeners", "20", "--seconds", "2"),
    ),
    Benchmark(
        "tests.benchmarks.replicas",
        "three minutes",
        ("--streams", "4", "--seconds", "2", "--kills", "1"),
    ),
    Benchmark("services.synth.benchmarks.rendering", "a minute", ("--frames", "20")),
    Benchmark("services.synth.benchmarks.together", "a minute", ("--decks", "1", "--frames", "2")),
    Benchmark("services.synth.benchmarks.takeover", "four minutes", ("--count", "1")),
    Benchmark("services.synth.benchmarks.composing", "a minute"),
    Benchmark("services.ingest.benchmarks.analysis", "two minutes", ("--pieces", "2")),
    Benchmark("services.ingest.benchmarks.fingerprints", "a minute", ("--duration-s", "10")),
    Benchmark("services.ingest.benchmarks.transcode", "a minute", ("--duration-s", "10")),
)


def main() -> None:
    """Run those that are named, or all."""
    by_name = {each.name: each for each in BENCHMARKS}
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--brief", action="store_true", help="only see whether they work")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(by_name)}")
    given = parser.parse_args()
    if unknown := set(given.names) - set(by_name):
        parser.error(f"there is no benchmark called {', '.join(sorted(unknown))}")
    chosen = [by_name[name] for name in given.names or by_name]
    if failed := [each.name for each in chosen if not each.run(brief=given.brief)]:
        sys.exit(f"\nthese failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
