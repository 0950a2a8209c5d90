"""Finding by name, and what is new over gRPC: decode, ask, encode."""

import grpc

from libs.common.faults import InvalidInput
from services.catalog.adapters.search import Wanted
from services.catalog.domain.paging import MOST_OFFSET, page_size
from services.catalog.rpc.music import Part
from services.catalog.wire.changes import encode_change
from services.catalog.wire.music import encode_album, encode_artist, encode_track
from tutti.catalog.v1 import catalog_pb2 as pb

USUAL_CHANGES, MOST_CHANGES = 200, 1000
USUAL_FOUND, MOST_FOUND, MOST_IN_SLICE = 20, 100, 500
LONGEST_QUERY = 200


class FindingRpc(Part):
    """Answers what is asked about names and changes."""

    async def SearchNames(
        self, request: pb.SearchNamesRequest, context: grpc.ServicerContext
    ) -> pb.SearchNamesResponse:
        """Find by name."""
        if not 0 <= request.limit <= MOST_FOUND:
            raise InvalidInput(f"limit must be from 1 to {MOST_FOUND}, or 0 for {USUAL_FOUND}")
        if len(request.query) > LONGEST_QUERY:
            raise InvalidInput(f"query must have at most {LONGEST_QUERY} characters")
        found = await self._music.search.names(request.viewer_id, request.query, _wanted(request))
        return pb.SearchNamesResponse(
            artists=map(encode_artist, found.artists),
            albums=map(encode_album, found.albums),
            tracks=map(encode_track, found.tracks),
        )

    async def ListChanges(
        self, request: pb.ListChangesRequest, context: grpc.ServicerContext
    ) -> pb.ListChangesResponse:
        """List what changed."""
        size = page_size(request.page_size, USUAL_CHANGES, MOST_CHANGES)
        page = await self._music.changes.page(request.viewer_id, request.cursor, size)
        return pb.ListChangesResponse(
            changes=map(encode_change, page.changes),
            next_cursor=page.next_cursor,
            more=page.more,
            start_over=page.start_over,
        )


def _wanted(request: pb.SearchNamesRequest) -> Wanted:
    usual = slice(0, request.limit or USUAL_FOUND)
    return Wanted(
        artists=_slice(request.artists) if request.HasField("artists") else usual,
        albums=_slice(request.albums) if request.HasField("albums") else usual,
        tracks=_slice(request.tracks) if request.HasField("tracks") else usual,
        library_id=request.library_id,
    )


def _slice(asked: pb.Slice) -> slice:
    if not (0 <= asked.offset <= MOST_OFFSET and 0 <= asked.limit <= MOST_IN_SLICE):
        raise InvalidInput(
            f"a slice must have an offset from 0 to {MOST_OFFSET} "
            f"and a limit from 0 to {MOST_IN_SLICE}"
        )
    return slice(asked.offset, asked.offset + asked.limit)
