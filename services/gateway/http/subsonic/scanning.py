"""Looking through the folders of libraries for new music."""

from services.gateway.domain.principals import Policy
from services.gateway.http.libraries import SCAN_S
from services.gateway.http.subsonic.calls import Call, Method
from services.gateway.http.subsonic.libraries import libraries_of
from services.gateway.wire.subsonic.tree import Tree
from tutti.ingest.v1 import ingest_pb2 as pb


async def start_scan(call: Call) -> Tree:
    """Look through every library that has a folder."""
    for library in await libraries_of(call):
        if library.folder:
            scan = pb.ScanFolderRequest(
                user_id=call.viewer_id, library_id=library.id, folder=library.folder
            )
            await call.parts.peers.ingest.ScanFolder(scan, timeout=SCAN_S)
    return await get_scan_status(call)


async def get_scan_status(call: Call) -> Tree:
    """Say whether music is on its way, and how much the caller sees."""
    everyones = call.viewer.role == "operator"
    asked = pb.GetStatusRequest(user_id="" if everyones else call.viewer_id)
    status = await call.parts.peers.ingest.GetStatus(asked)
    count = sum(library.track_count for library in await libraries_of(call))
    busy = bool(status.waiting_count or status.processing_count)
    return {"scanStatus": {"scanning": busy, "count": count}}


METHODS = {
    "startScan": Method(start_scan, Policy.OPERATOR),
    "getScanStatus": Method(get_scan_status),
}
