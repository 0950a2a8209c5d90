"""Records and artists, all invented, and what every file of the demo library says of itself."""

from dataclasses import dataclass

from scripts.demo.music import Music

LABEL = "Tutti Demo Recordings"
LICENCE_URL = "https://creativecommons.org/publicdomain/zero/1.0/"
COPYRIGHT = "CC0 1.0: dedicated to the public domain"
COMMENT = "Tutti demo library"


@dataclass(frozen=True, slots=True)
class Album:
    """A record and its sleeve; ``cover`` names a drawing of ``covers``."""

    title: str
    artist: str
    date: str
    cover: str
    disc_tracks: tuple[int, ...]
    compilation: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece in its place on a record.

    ``lyrics`` holds (bar, line) pairs: the bar of the music in which a line is spoken.
    """

    album: Album
    disc: int
    track: int
    title: str
    artists: tuple[str, ...]
    genre: str
    music: Music
    container: str = "flac"
    lyrics: tuple[tuple[int, str], ...] = ()


HARBOUR, GARDENERS, AKARI = "Quiet Harbour", "Die Mondgärtner", "Akari Lane"
ORCHARD, KITE = "Velvet Orchard", "Tin Kite"

LETTERS = Album("Low Tide Letters", HARBOUR, "2021-10-08", "sea", (3,))
CIRCUITS = Album("Sunday Circuits", ORCHARD, "2023-05-19", "tiles", (3,))
GARDENS = Album("Gärten bei Nacht", GARDENERS, "2019-11-29", "moon", (2, 1))
ROOMS = Album(
    "Small Rooms, Vol. 1", "Various Artists", "2024-03-01", "arches", (3,), compilation=True
)
