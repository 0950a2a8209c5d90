"""What sounds alike over gRPC: decode, ask, encode."""

from collections.abc import Iterable

import grpc

from libs.common.faults import InvalidInput
from services.catalog.adapters.sound import Sounds
from services.catalog.domain.sound import SimilarTrack
from services.catalog.wire.music import encode_track
from tutti.catalog.v1 import sound_pb2 as pb
from tutti.catalog.v1.sound_pb2_grpc import SoundServiceServicer

USUAL_SIMILAR, MOST_SIMILAR = 50, 500
USUAL_STEPS, MOST_STEPS = 25, 100


class SoundRpc(SoundServiceServicer):
    """Answers tutti.catalog.v1.SoundService."""

    def __init__(self, sounds: Sounds) -> None:
        self._sounds = sounds

    async def ListSimilarTracks(
        self, request: pb.ListSimilarTracksRequest, context: grpc.ServicerContext
    ) -> pb.ListSimilarTracksResponse:
        """List what sounds like a track."""
        limit = _limit(request.limit, 1, USUAL_SIMILAR, MOST_SIMILAR)
        found = await self._sounds.like(request.viewer_id, request.track_id, limit)
        return pb.ListSimilarTracksResponse(tracks=_encoded(found))

    async def FindTrackPath(
        self, request: pb.FindTrackPathRequest, context: grpc.ServicerContext
    ) -> pb.FindTrackPathResponse:
        """Find a way from one track to another."""
        limit = _limit(request.limit, 2, USUAL_STEPS, MOST_STEPS)
        if request.from_track_id == request.to_track_id:
            raise InvalidInput("a path leads from one track to another")
        found = await self._sounds.path(
            request.viewer_id, request.from_track_id, request.to_track_id, limit
        )
        return pb.FindTrackPathResponse(tracks=_encoded(found))


def _limit(asked: int, least: int, usual: int, most: int) -> int:
    if asked and not least <= asked <= most:
        raise InvalidInput(f"limit must be from {least} to {most}, or 0 for {usual}")
    return asked or usual


def _encoded(found: Iterable[SimilarTrack]) -> list[pb.SimilarTrack]:
    return [
        pb.SimilarTrack(track=encode_track(each.track), similarity=each.similarity)
        for each in found
    ]
