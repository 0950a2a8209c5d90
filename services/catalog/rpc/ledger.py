"""The ledger over gRPC: decode, ask, encode."""

import grpc

from services.catalog.adapters.ledger import Ledger
from services.catalog.domain.paging import PageAsked
from services.catalog.wire.ledger import decode_moment, encode_job, encode_total
from tutti.ledger.v1 import ledger_pb2 as pb
from tutti.ledger.v1.ledger_pb2_grpc import LedgerServiceServicer


class LedgerRpc(LedgerServiceServicer):
    """Answers tutti.ledger.v1.LedgerService."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def ListJobs(
        self, request: pb.ListJobsRequest, context: grpc.ServicerContext
    ) -> pb.ListJobsResponse:
        """List jobs."""
        asked = PageAsked.parse(
            request.page_size, request.page_token, usual=50, most=500, kinds=[int, str]
        )
        page = await self._ledger.page(
            request.viewer_id, request.kind, asked, failed_only=request.failed_only
        )
        return pb.ListJobsResponse(jobs=map(encode_job, page.rows), next_page_token=page.next_token)

    async def SummariseJobs(
        self, request: pb.SummariseJobsRequest, context: grpc.ServicerContext
    ) -> pb.SummariseJobsResponse:
        """Add jobs up."""
        since = decode_moment(request.since_unix_ms)
        totals = await self._ledger.totals(request.viewer_id, since)
        return pb.SummariseJobsResponse(totals=map(encode_total, totals))
