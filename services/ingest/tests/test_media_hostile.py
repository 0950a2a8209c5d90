"""Files that are broken by accident or on purpose: refused for the right reason, in time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from services.ingest.adapters.media.inspection import Inspector
from services.ingest.adapters.media.sandbox import open_sandbox
from services.ingest.domain.reasons import Refused
from tests.hostile import HOSTILE, write_hostile

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_its_reason_in_time(name: str, tmp_path: Path) -> None:
    path, scratch = write_hostile(tmp_path, name), tmp_path / "scratch"
    scratch.mkdir()
    started = time.monotonic()
    with pytest.raises(Refused) as refusal:
        Inspector(open_sandbox()).inspect(path, name, scratch)
    assert refusal.value.reason == HOSTILE[name][0]
    assert refusal.value.reason.sentence.endswith(".")
    assert time.monotonic() - started < 20
