"""Which object to play for a track."""

from dataclasses import dataclass
from typing import NoReturn

from libs.common.faults import FailedPrecondition, NotFound
from services.gateway.adapters.peers import CatalogStub, IngestStub
from services.gateway.adapters.recent import Recent
from tutti.catalog.v1 import catalog_pb2, music_pb2
from tutti.ingest.v1 import ingest_pb2

ALLOWED_S = 10.0
"""How long a track that left a listener's sight may still be played by them."""


class StillPreparing(FailedPrecondition):
    """The track is shown and has nothing to play yet."""

    code = "preparing"


class NoSuchSound(NotFound):
    """There is nothing of this id to be heard, or nothing that the viewer may hear."""

    code = "no_such_sound"


@dataclass(frozen=True, slots=True)
class Rendition:
    """A playable form of a track."""

    object_key: str
    content_type: str
    title: str


class Renditions:
    """Asks the catalog once for many ranges of one track."""

    def __init__(self, catalog: CatalogStub, ingest: IngestStub) -> None:
        self._catalog = catalog
        self._ingest = ingest
        self._allowed: Recent[tuple[str, str, str], Rendition] = Recent(ALLOWED_S)

    async def of(self, viewer_id: str, track_id: str, quality: str) -> Rendition:
        """The rendition, or NotFound where the viewer may not see it or it was not made.

        A track that is being prepared raises StillPreparing, and passes all others from now on.
        """
        asked = (viewer_id, track_id, quality)
        rendition = self._allowed.get(asked)
        if rendition is None:
            number = music_pb2.Quality.Value(f"QUALITY_{quality.upper()}")
            answer = await self._catalog.GetRendition(
                catalog_pb2.GetRenditionRequest(
                    viewer_id=viewer_id, track_id=track_id, quality=number
                )
            )
            if answer.preparing_item_id:
                await refuse_preparing(self._ingest, answer.preparing_item_id)
            told = answer.rendition
            rendition = Rendition(told.object_key, told.content_type, answer.title)
            self._allowed.keep(asked, rendition)
        return rendition


async def refuse_preparing(ingest: IngestStub, item_id: str) -> NoReturn:
    """Let a file pass all others that are being prepared, and raise StillPreparing."""
    await ingest.HastenItem(ingest_pb2.HastenItemRequest(item_id=item_id))
    raise StillPreparing("the track is being prepared: it can be played in a moment")
