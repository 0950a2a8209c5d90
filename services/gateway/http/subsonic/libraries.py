"""Libraries, which apps know by number as music folders."""

from collections.abc import Sequence

from services.gateway.domain.apps.ids import Nothing
from services.gateway.http.subsonic.calls import Call
from tutti.catalog.v1 import catalog_pb2 as pb
from tutti.catalog.v1 import music_pb2


async def libraries_of(call: Call) -> Sequence[music_pb2.Library]:
    """The libraries the caller sees."""
    asked = pb.ListLibrariesRequest(viewer_id=call.viewer_id)
    return (await call.parts.peers.catalog.ListLibraries(asked)).libraries


async def library_asked(call: Call) -> str:
    """The id of the library that the call is to keep to; empty for all that the caller sees."""
    if not call.given.text_or("musicFolderId", ""):
        return ""
    number = call.given.number("musicFolderId")
    for library in await libraries_of(call):
        if library.number == number:
            return library.id
    raise Nothing(f"there is no music folder of the id {number}")
