"""Ingest without its sweep: what the queue loses stays lost."""

from __future__ import annotations

from libs.common.service import run
from services.ingest.__main__ import ingest
from services.ingest.settings import IngestSettings
from services.ingest.sweep import Sweep


async def _nothing(_: Sweep) -> None:
    return


if __name__ == "__main__":
    Sweep._recover = _nothing  # type: ignore[method-assign,assignment]  # noqa: SLF001
    Sweep._fill_queue = _nothing  # type: ignore[method-assign,assignment]  # noqa: SLF001
    run(ingest, IngestSettings())
