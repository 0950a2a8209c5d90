"""The program in the cage: reads one file of a stranger, prints what it learned as JSON.

``python -m services.ingest.adapters.media.child inspect PATH NAME FOLDER LONGEST_S``
``python -m services.ingest.adapters.media.child decode PATH FOLDER LONGEST_S``
``python -m services.ingest.adapters.media.child cover PATH FOLDER``

A refusal is an answer like any other: ``{"reason": ..., "detail": ...}`` and status 0.
"""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from services.ingest.domain.plain import to_json
from services.ingest.domain.reasons import Reason, Refused


def _inspect(path: str, name: str, folder: str, longest_s: str) -> str:
    from services.ingest.adapters.media.probe import inspect  # noqa: PLC0415  FFmpeg: 0.3 s

    return to_json(inspect(Path(path), name, Path(folder), float(longest_s)))


def _decode(path: str, folder: str, longest_s: str) -> str:
    from services.ingest.adapters.media.probe import decode_only  # noqa: PLC0415

    return to_json(decode_only(Path(path), Path(folder), float(longest_s)))


def _cover(path: str, folder: str) -> str:
    from services.ingest.adapters.media.covers import normalise_cover  # noqa: PLC0415

    return to_json(normalise_cover(Path(path).read_bytes(), Path(folder)))


OPERATIONS: Mapping[str, Callable[..., str]] = {
    "inspect": _inspect,
    "decode": _decode,
    "cover": _cover,
}


def main(operation: str, *arguments: str) -> None:
    """Run one operation and print its JSON."""
    try:
        answer = OPERATIONS[operation](*arguments)
    except Refused as refusal:
        answer = json.dumps({"reason": refusal.reason, "detail": refusal.detail})
    except MemoryError:
        answer = json.dumps({"reason": Reason.RESOURCE_LIMIT, "detail": "out of memory"})
    sys.stdout.write(answer)


if __name__ == "__main__":
    main(*sys.argv[1:])
