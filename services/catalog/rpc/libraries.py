"""Libraries over gRPC: decode, ask, encode."""

import grpc

from services.catalog.domain.libraries import LibraryPlan
from services.catalog.rpc.music import Part
from services.catalog.wire.editing import decode_library_edit
from services.catalog.wire.music import encode_library
from tutti.catalog.v1 import catalog_pb2 as pb


class LibrariesRpc(Part):
    """Answers what is asked about libraries."""

    async def ListLibraries(
        self, request: pb.ListLibrariesRequest, context: grpc.ServicerContext
    ) -> pb.ListLibrariesResponse:
        """List libraries."""
        libraries = await self._music.libraries.visible(request.viewer_id)
        return pb.ListLibrariesResponse(libraries=map(encode_library, libraries))

    async def CreateLibrary(
        self, request: pb.CreateLibraryRequest, context: grpc.ServicerContext
    ) -> pb.CreateLibraryResponse:
        """Make a library."""
        plan = LibraryPlan(request.name, request.shared_with_all, request.demo, request.folder)
        library = await self._music.libraries.create(request.viewer_id, plan)
        return pb.CreateLibraryResponse(library=encode_library(library))

    async def EditLibrary(
        self, request: pb.EditLibraryRequest, context: grpc.ServicerContext
    ) -> pb.EditLibraryResponse:
        """Change a library."""
        edit = decode_library_edit(request)
        library = await self._music.libraries.edit(request.viewer_id, request.library_id, edit)
        return pb.EditLibraryResponse(library=encode_library(library))

    async def RemoveLibrary(
        self, request: pb.RemoveLibraryRequest, context: grpc.ServicerContext
    ) -> pb.RemoveLibraryResponse:
        """Remove a library: nobody sees it from now on, and its tracks go soon after."""
        library = await self._music.libraries.begin_removal(request.viewer_id, request.library_id)
        self._music.removal.wake()
        return pb.RemoveLibraryResponse(removed_track_count=library.track_count)

    async def CheckLibraryWritable(
        self, request: pb.CheckLibraryWritableRequest, context: grpc.ServicerContext
    ) -> pb.CheckLibraryWritableResponse:
        """Say whether a user may add to a library."""
        library = await self._music.libraries.writable(request.viewer_id, request.library_id)
        return pb.CheckLibraryWritableResponse(library=encode_library(library))
