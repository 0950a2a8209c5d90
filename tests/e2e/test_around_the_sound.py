"""What comes along with music: covers, lyrics, the shape of a track."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import httpx
import numpy as np
import pytest
from PIL import Image

from tests.e2e.conftest import RED, TIMED

if TYPE_CHECKING:
    from tests.e2e.conftest import Shelf

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("size", "edge_px"), [("96", 96), ("300", 300), ("600", 600), ("full", 700)]
)
def test_a_cover_comes_in_the_size_that_is_shown(shelf: Shelf, size: str, edge_px: int) -> None:
    for form in ("flac", "aac", "opus", "wav"):
        sha256 = shelf.tracks[form]["cover_sha256"]
        response = shelf.owner.client.get(f"/covers/{sha256}", params={"size": size})
        assert response.headers["Content-Type"] == "image/webp"
        assert "immutable" in response.headers["Cache-Control"]
        assert Image.open(io.BytesIO(response.content)).size == (edge_px, edge_px)


def test_the_cover_is_the_picture_in_the_file(shelf: Shelf) -> None:
    sha256 = shelf.tracks["flac"]["cover_sha256"]
    content = shelf.owner.client.get(f"/covers/{sha256}", params={"size": "full"}).content
    shown = np.asarray(Image.open(io.BytesIO(content)).convert("RGB"), dtype=float)
    given = np.asarray(Image.open(io.BytesIO(RED)).convert("RGB"), dtype=float)
    assert np.abs(shown - given).mean() < 4
    assert shelf.owner.albums()["Zwei Scheiben"]["cover_sha256"] == sha256


def test_the_same_picture_is_kept_once(shelf: Shelf) -> None:
    assert shelf.tracks["flac"]["cover_sha256"] == shelf.tracks["wav"]["cover_sha256"]
    assert shelf.tracks["flac"]["cover_sha256"] != shelf.tracks["aac"]["cover_sha256"]


def test_timed_lyrics_keep_their_times(shelf: Shelf) -> None:
    for form in ("flac", "mp3"):
        track = shelf.tracks[form]
        assert track["has_synced_lyrics"]
        words = shelf.owner.get(f"/tracks/{track['id']}/lyrics")
        sung = [(line["start_ms"], line["text"]) for line in words["lines"]]
        assert tuple(sung) == TIMED


def test_plain_lyrics_are_kept_as_written(shelf: Shelf) -> None:
    for form, words in (("aac", "la\nle\nlu"), ("ogg", "still")):
        track = shelf.tracks[form]
        assert track["has_lyrics"]
        assert not track["has_synced_lyrics"]
        assert shelf.owner.get(f"/tracks/{track['id']}/lyrics")["plain"] == words
    assert not shelf.tracks["wav"]["has_lyrics"]


def test_the_shape_of_a_track_can_be_drawn(shelf: Shelf) -> None:
    for track in shelf.tracks.values():
        shape = shelf.owner.get(f"/tracks/{track['id']}/waveform")
        assert len(shape["data"]) == 2 * shape["length"] * shape["channels"]
        seconds = shape["length"] * shape["samples_per_pixel"] / shape["sample_rate"]
        assert seconds == pytest.approx(8.0, abs=0.2)
        full_scale = 2 ** (shape["bits"] - 1)
        assert 0.2 < max(shape["data"]) / full_scale <= 1


def test_nobody_sees_covers_without_signing_in(shelf: Shelf) -> None:
    sha256 = shelf.tracks["flac"]["cover_sha256"]
    response = httpx.get(f"{shelf.owner.address}/api/v1/covers/{sha256}")
    assert response.status_code == httpx.codes.UNAUTHORIZED
