"""A shelf of music that many tests look at and none changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.listener import Answer, Listener
from tests.sounds import Piece
from tests.tagging import Tags, cover

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

RECORDING_ID = "e13d0cf7-3a4a-4a3b-9b4e-2d4e3c4c5b6a"
TIMED = ((0, "Morgen früh"), (2500, "朝が来る"), (5250, "wird es hell"))
RED, BLUE = cover("#b03a2e"), cover("#1f4e79")


def _of(album: str, artist: str, **more: object) -> Tags:
    return Tags(album=album, album_artist=artist, **more)  # type: ignore[arg-type]  # ** has one type


PIECES = {
    "flac": Piece(1, 392.0, tags=_of(
        "Zwei Scheiben", "Ævar Örn", title="Prélude à l'après-midi",
        artists=("Ævar Örn", "坂本 龍一"), track=1, disc=1, disc_total=2, date="1998-03-02",
        genre="Jazz", composer="Камиль", timed_lyrics=TIMED, cover=RED,
        musicbrainz_recording_id=RECORDING_ID,
    )),
    "mp3": Piece(2, 440.0, tags=_of(
        "Zwei Scheiben", "Ævar Örn", title="夜の庭 🎷", artists=("Ævar Örn",), track=1, disc=2,
        disc_total=2, date="1998-03-02", genre="Jazz", timed_lyrics=TIMED, cover=RED,
    )),
    "aac": Piece(3, 494.0, tags=_of(
        "Solo", "Bo", title="Aria", artists=("Bo",), track=1, date="2004", genre="Klassik",
        lyrics="la\nle\nlu", cover=BLUE,
    )),
    "alac": Piece(4, 523.0, tags=_of(
        "Solo", "Bo", title="Bourrée", artists=("Bo",), track=2, date="2004", cover=BLUE,
    )),
    "ogg": Piece(5, 587.0, tags=_of(
        "Nachts", "Cleo", title="Nacht", artists=("Cleo", "Dag"), track=3, date="2011-11",
        genre="Ambient", lyrics="still", cover=BLUE,
    )),
    "opus": Piece(6, 659.0, tags=_of(
        "Nachts", "Cleo", title="Tag", artists=("Cleo",), track=4, date="2011-11", cover=BLUE,
    )),
    "wav": Piece(7, 698.0, tags=_of(
        "Studio", "Éva", title="Ülő", artists=("Éva",), track=1, date="2020", cover=RED,
    )),
    "aiff": Piece(8, 784.0, tags=_of(
        "Studio", "Éva", title="Álló", artists=("Éva",), track=2, date="2020", cover=RED,
    )),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shelf:
    """What one listener brought; all of it by the name of the format."""

    owner: Listener
    files: Mapping[str, Path]
    items: Mapping[str, Answer]
    tracks: Mapping[str, Answer]

    def sound(self, form: str, quality: str) -> bytes:
        """Stream a track as it came in ``form``, in another quality."""
        address = f"/tracks/{self.tracks[form]['id']}/stream"
        response = self.owner.client.get(address, params={"quality": quality})
        assert response.is_success, (form, quality, response.status_code, response.text)
        return response.content


@pytest.fixture(scope="session")
def shelf(join: Callable[[], Listener], tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """One piece in each format, published."""
    owner, folder = join(), tmp_path_factory.mktemp("shelf")
    files = {form: piece.encoded(folder / form, form) for form, piece in PIECES.items()}
    items = dict(zip(files, owner.bring(*files.values()), strict=True))
    tracks = {form: owner.track(item) for form, item in items.items()}
    return Shelf(owner, files, items, tracks)
