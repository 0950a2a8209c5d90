"""Matching over gRPC: decode, ask, encode."""

import grpc

from libs.common.faults import InvalidInput
from services.catalog.adapters.matching import Matching
from services.catalog.domain.matching import MOST_DESCRIPTIONS, Description
from tutti.catalog.v1 import matching_pb2 as pb
from tutti.catalog.v1.matching_pb2_grpc import MatchingServiceServicer


class MatchingRpc(MatchingServiceServicer):
    """Answers tutti.catalog.v1.MatchingService."""

    def __init__(self, matching: Matching) -> None:
        self._matching = matching

    async def MatchTracks(
        self, request: pb.MatchTracksRequest, context: grpc.ServicerContext
    ) -> pb.MatchTracksResponse:
        """Find the track that each description means."""
        if len(request.descriptions) > MOST_DESCRIPTIONS:
            raise InvalidInput(f"descriptions must be at most {MOST_DESCRIPTIONS}")
        described = [_decode(each) for each in request.descriptions]
        found = await self._matching.matches(request.viewer_id, described)
        return pb.MatchTracksResponse(
            matches=[pb.TrackMatch(track_id=each.track_id if each else "") for each in found]
        )


def _decode(told: pb.TrackDescription) -> Description:
    return Description(
        title=told.title,
        artist=told.artist,
        album=told.album,
        duration_ms=told.duration_ms,
        musicbrainz_recording_id=told.musicbrainz_recording_id,
        isrc=told.isrc,
        file_name=told.file_name,
        track_id=told.track_id,
    )
