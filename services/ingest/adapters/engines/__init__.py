"""Analysis engines by name. Each imports what it is made of only when it is chosen.

One is left: on 96 pieces of known tempo and key librosa 0.11 was no better in either, took
more time and, with numba, 200 MB more memory (``benchmarks/analysis.py`` has the table).
"""

from collections.abc import Callable, Mapping

from services.ingest.domain.analysis import AnalysisEngine


def _pulse() -> AnalysisEngine:
    from services.ingest.adapters.engines.pulse import PulseEngine  # noqa: PLC0415  scipy: 0.2 s

    return PulseEngine()


ENGINES: Mapping[str, Callable[[], AnalysisEngine]] = {"pulse": _pulse}


def analysis_engine(name: str) -> AnalysisEngine:
    """The engine of that name; a name nobody answers to is an error at start-up."""
    if name not in ENGINES:
        raise ValueError(f"no analysis engine {name!r}: choose one of {', '.join(ENGINES)}")
    return ENGINES[name]()
