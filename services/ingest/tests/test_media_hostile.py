"""Files that are broken by accident or on purpose: refused for the reason, or made harmless."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import pytest

from libs.common.sandbox import Sandbox, open_sandbox
from services.ingest.adapters.media.inspection import Inspector
from services.ingest.domain.plain import to_json
from services.ingest.domain.reasons import Refused
from tests.hostile import HOSTILE
from tests.hostile.parts import SECONDS, TAKEN

if TYPE_CHECKING:
    from pathlib import Path

    from services.ingest.domain.inspection import Inspection

pytestmark = pytest.mark.slow
LONGEST_JSON = 210_000
"""The words of a long song, and all names; no hostile tag gets more out of us."""


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    return open_sandbox()


@pytest.mark.parametrize("name", [name for name in HOSTILE if HOSTILE[name][0] != TAKEN])
def test_what_is_no_music_is_refused_with_its_reason(
    name: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    with pytest.raises(Refused) as refusal:
        _inspected(name, sandbox, tmp_path)
    assert refusal.value.reason == HOSTILE[name][0]
    assert refusal.value.reason.sentence.endswith(".")


@pytest.mark.parametrize("name", [name for name in HOSTILE if HOSTILE[name][0] == TAKEN])
def test_music_with_a_sting_is_taken_in_without_it(
    name: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    inspection = _inspected(name, sandbox, tmp_path)
    assert inspection.pcm.duration_s == pytest.approx(SECONDS, abs=0.2)
    assert len(to_json(inspection.tags)) < LONGEST_JSON
    assert not [word for word in _words(inspection) if any(map(_is_control, word))]


def _inspected(name: str, sandbox: Sandbox, folder: Path) -> Inspection:
    path, scratch = folder / "file", folder / "scratch"
    path.write_bytes(HOSTILE[name][1]())
    scratch.mkdir()
    return Inspector(sandbox).inspect(path, name, scratch)


def _words(inspection: Inspection) -> list[str]:
    tags = inspection.tags
    return [tags.title or "", tags.album or "", *tags.artists, *tags.genres, tags.comment or ""]


def _is_control(letter: str) -> bool:
    """Also what turns the direction of writing, which hides how a name ends."""
    return unicodedata.category(letter) in ("Cc", "Cf", "Cs") and letter not in "\n\u200c\u200d"
