"""Shares over gRPC: decode, ask, encode."""

import grpc

from services.catalog.adapters.shares import Shares
from services.catalog.wire.shares import decode_share_edit, decode_share_plan, encode_share
from tutti.catalog.v1 import shares_pb2 as pb
from tutti.catalog.v1.shares_pb2_grpc import SharesServiceServicer


class SharesRpc(SharesServiceServicer):
    """Answers tutti.catalog.v1.SharesService."""

    def __init__(self, shares: Shares) -> None:
        self._shares = shares

    async def CreateShare(
        self, request: pb.CreateShareRequest, context: grpc.ServicerContext
    ) -> pb.CreateShareResponse:
        """Share something."""
        made = await self._shares.create(request.user_id, decode_share_plan(request))
        return pb.CreateShareResponse(share=encode_share(made))

    async def ListShares(
        self, request: pb.ListSharesRequest, context: grpc.ServicerContext
    ) -> pb.ListSharesResponse:
        """List what a user shares."""
        return pb.ListSharesResponse(
            shares=map(encode_share, await self._shares.of_user(request.user_id))
        )

    async def EditShare(
        self, request: pb.EditShareRequest, context: grpc.ServicerContext
    ) -> pb.EditShareResponse:
        """Change a share."""
        edit = decode_share_edit(request)
        edited = await self._shares.edit(request.user_id, request.share_id, edit)
        return pb.EditShareResponse(share=encode_share(edited))

    async def RemoveShare(
        self, request: pb.RemoveShareRequest, context: grpc.ServicerContext
    ) -> pb.RemoveShareResponse:
        """End a share."""
        await self._shares.remove(request.user_id, request.share_id)
        return pb.RemoveShareResponse()

    async def OpenShare(
        self, request: pb.OpenShareRequest, context: grpc.ServicerContext
    ) -> pb.OpenShareResponse:
        """Open a share."""
        share = await self._shares.open(request.secret, counts=request.counts)
        return pb.OpenShareResponse(share=encode_share(share))
