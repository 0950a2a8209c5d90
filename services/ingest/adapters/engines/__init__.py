"""Analysis engines by name. Each imports what it is made of only when it is chosen.

One is left. On 96 synthesised pieces (``benchmarks/analysis.py``) it found the key of 92
and the tempo of 81, of all 96 within octaves, in 0.3 s of CPU for 3 minutes; librosa 0.11
found 59, 46 and 78 in 1.1 s, and brings numba and 18 packages more.
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
