"""Where music is kept, for the parts that answer about it."""

from dataclasses import dataclass

from services.catalog.adapters.albums import Albums
from services.catalog.adapters.artists import Artists
from services.catalog.adapters.changes import Changes
from services.catalog.adapters.editing import Editing
from services.catalog.adapters.libraries import Libraries
from services.catalog.adapters.removal import Removal
from services.catalog.adapters.search import Search
from services.catalog.adapters.tracks import Tracks


@dataclass(frozen=True, slots=True)
class Music:
    """Where music is kept, by what is done with it."""

    artists: Artists
    albums: Albums
    tracks: Tracks
    search: Search
    editing: Editing
    removal: Removal
    libraries: Libraries
    changes: Changes


class Part:
    """Answers some of the calls of tutti.catalog.v1.CatalogService."""

    def __init__(self, music: Music) -> None:
        self._music = music
