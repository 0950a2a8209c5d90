from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from services.synth.adapters.engines.sounds import SOUNDS, sounds_of, waves_of
from services.synth.domain.styles import styles

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("waves.toml", "drift.toml"):
        shutil.copy(SOUNDS / name, tmp_path)
    return tmp_path


def test_every_style_has_the_sound_it_asks_for() -> None:
    assert {style.sound for style in styles().values()} <= sounds_of().keys()


def test_the_waves_of_a_folder_are_read_by_name() -> None:
    assert {"saw", "square", "triangle", "organ", "glass", "choir_aah"} <= waves_of(SOUNDS).keys()


@pytest.mark.parametrize(
    ("was", "is_now", "complaint"),
    [
        ("attack_ms = 900", "attack_ms = -1", "pad.attack_ms"),
        ("attack_ms = 900", "attack = 900", "pad.attack"),
        ("glide_ms = 40", "glide_ms = 400", "glide_ms must be 0, or from 5 to 50"),
        ('waves = ["warm", "glass"]', 'waves = ["warm", "tin"]', "pad.waves: no wave tin, of bell"),
        ("rate_hz = 0.23", "rate_hz = 0.9", "rate_hz times depth_ms must be at most 1.5"),
        ("[shaker]", "[maracas]", "Field required"),
    ],
)
def test_what_no_sound_can_be_is_said_with_its_place(
    folder: Path, was: str, is_now: str, complaint: str
) -> None:
    file = folder / "drift.toml"
    text = file.read_text()
    assert was in text
    file.write_text(text.replace(was, is_now, 1))
    with pytest.raises(ValueError, match=r"drift\.toml") as refusal:
        sounds_of(folder)
    assert complaint in str(refusal.value)
