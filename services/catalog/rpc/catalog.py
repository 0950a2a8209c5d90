"""All of tutti.catalog.v1.CatalogService, put together from its parts."""

from services.catalog.rpc.albums import AlbumsRpc
from services.catalog.rpc.artists import ArtistsRpc
from services.catalog.rpc.finding import FindingRpc
from services.catalog.rpc.libraries import LibrariesRpc
from services.catalog.rpc.music import Music
from services.catalog.rpc.tracks import TracksRpc
from tutti.catalog.v1.catalog_pb2_grpc import CatalogServiceServicer

__all__ = ["CatalogRpc", "Music"]


class CatalogRpc(
    ArtistsRpc, AlbumsRpc, TracksRpc, LibrariesRpc, FindingRpc, CatalogServiceServicer
):
    """Answers every call; what no part defines, the type checker misses."""
