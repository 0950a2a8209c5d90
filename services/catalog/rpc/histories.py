"""Imports of listening history over gRPC: decode, ask, encode."""

import grpc

from services.catalog.adapters.histories.imports import Imports
from services.catalog.domain.paging import PageAsked
from services.catalog.wire.histories import encode_import, encode_unmatched
from services.catalog.wire.scrobbling import decode_scrobbler
from tutti.catalog.v1 import histories_pb2 as pb
from tutti.catalog.v1.histories_pb2_grpc import HistoriesServiceServicer


class HistoriesRpc(HistoriesServiceServicer):
    """Answers tutti.catalog.v1.HistoriesService."""

    def __init__(self, imports: Imports) -> None:
        self._imports = imports

    async def PullHistory(
        self, request: pb.PullHistoryRequest, context: grpc.ServicerContext
    ) -> pb.PullHistoryResponse:
        """Import from the API of a service."""
        service = decode_scrobbler(request.scrobbler)
        begun = await self._imports.pull(request.user_id, service, request.account_name)
        return pb.PullHistoryResponse(**{"import": encode_import(begun)})

    async def CreateHistoryFile(
        self, request: pb.CreateHistoryFileRequest, context: grpc.ServicerContext
    ) -> pb.CreateHistoryFileResponse:
        """Make room for a file."""
        begun = await self._imports.create_file(request.user_id, request.file_name)
        return pb.CreateHistoryFileResponse(**{"import": encode_import(begun)})

    async def AddHistoryPart(
        self, request: pb.AddHistoryPartRequest, context: grpc.ServicerContext
    ) -> pb.AddHistoryPartResponse:
        """Take a part of a file in."""
        await self._imports.add_part(
            request.user_id, request.import_id, request.number, request.content
        )
        return pb.AddHistoryPartResponse()

    async def StartHistoryFile(
        self, request: pb.StartHistoryFileRequest, context: grpc.ServicerContext
    ) -> pb.StartHistoryFileResponse:
        """Start the import of a file."""
        begun = await self._imports.start_file(
            request.user_id, request.import_id, request.part_count
        )
        return pb.StartHistoryFileResponse(**{"import": encode_import(begun)})

    async def MatchAgain(
        self, request: pb.MatchAgainRequest, context: grpc.ServicerContext
    ) -> pb.MatchAgainResponse:
        """Look again for what was not found."""
        begun = await self._imports.match_again(request.user_id)
        return pb.MatchAgainResponse(**{"import": encode_import(begun)})

    async def ListHistoryImports(
        self, request: pb.ListHistoryImportsRequest, context: grpc.ServicerContext
    ) -> pb.ListHistoryImportsResponse:
        """List imports."""
        found = await self._imports.of_user(request.user_id)
        return pb.ListHistoryImportsResponse(imports=map(encode_import, found))

    async def GetHistoryImport(
        self, request: pb.GetHistoryImportRequest, context: grpc.ServicerContext
    ) -> pb.GetHistoryImportResponse:
        """Find an import."""
        found = await self._imports.one(request.user_id, request.import_id)
        return pb.GetHistoryImportResponse(**{"import": encode_import(found)})

    async def RemoveHistoryImport(
        self, request: pb.RemoveHistoryImportRequest, context: grpc.ServicerContext
    ) -> pb.RemoveHistoryImportResponse:
        """End and forget an import."""
        await self._imports.remove(request.user_id, request.import_id)
        return pb.RemoveHistoryImportResponse()

    async def ListUnmatchedListens(
        self, request: pb.ListUnmatchedListensRequest, context: grpc.ServicerContext
    ) -> pb.ListUnmatchedListensResponse:
        """List what has no track here."""
        asked = PageAsked.parse(
            request.page_size, request.page_token, usual=100, most=500, kinds=[int]
        )
        page = await self._imports.unmatched(request.user_id, asked)
        return pb.ListUnmatchedListensResponse(
            listens=map(encode_unmatched, page.rows), next_page_token=page.next_token
        )
