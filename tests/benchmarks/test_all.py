"""That `make bench` forgets no program."""

from itertools import chain

from tests.benchmarks.__main__ import BENCHMARKS
from tests.running import ROOT


def test_every_program_that_measures_is_run() -> None:
    folders = chain(
        ROOT.glob("services/*/benchmarks/*.py"), ROOT.glob("tests/benchmarks/[a-z]*.py")
    )
    programs = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in folders
        if '\nif __name__ == "__main__":\n' in path.read_text()
    }
    assert programs == {benchmark.module for benchmark in BENCHMARKS}
