"""What people write about music, read from their requests."""

from services.catalog.domain.editing import AlbumEdit, ArtistEdit, TrackEdit
from services.catalog.domain.libraries import LibraryEdit
from tutti.catalog.v1 import catalog_pb2 as pb


def decode_track_edit(request: pb.EditTrackRequest) -> TrackEdit:
    """Read what to change about a track."""
    return TrackEdit(
        title=request.title if request.HasField("title") else None,
        sort_title=request.sort_title if request.HasField("sort_title") else None,
        artist_names=tuple(request.artist_names),
        album_title=request.album_title if request.HasField("album_title") else None,
        album_artist_names=tuple(request.album_artist_names),
        disc_number=request.disc_number if request.HasField("disc_number") else None,
        track_number=request.track_number if request.HasField("track_number") else None,
        date=request.date if request.HasField("date") else None,
        genres=tuple(request.genres.values) if request.HasField("genres") else None,
        composers=tuple(request.composers.values) if request.HasField("composers") else None,
        label=request.label if request.HasField("label") else None,
        comment=request.comment if request.HasField("comment") else None,
        explicit=request.explicit if request.HasField("explicit") else None,
    )


def decode_album_edit(request: pb.EditAlbumRequest) -> AlbumEdit:
    """Read what to change about an album."""
    return AlbumEdit(
        title=request.title if request.HasField("title") else None,
        sort_title=request.sort_title if request.HasField("sort_title") else None,
        artist_names=tuple(request.artist_names),
        date=request.date if request.HasField("date") else None,
        original_date=request.original_date if request.HasField("original_date") else None,
        label=request.label if request.HasField("label") else None,
        compilation=request.compilation if request.HasField("compilation") else None,
    )


def decode_artist_edit(request: pb.EditArtistRequest) -> ArtistEdit:
    """Read what to change about an artist."""
    return ArtistEdit(
        name=request.name if request.HasField("name") else None,
        sort_name=request.sort_name if request.HasField("sort_name") else None,
    )


def decode_library_edit(request: pb.EditLibraryRequest) -> LibraryEdit:
    """Read what to change about a library."""
    shared = request.shared_with_all if request.HasField("shared_with_all") else None
    return LibraryEdit(
        name=request.name if request.HasField("name") else None,
        shared_with_all=shared,
        member_ids=tuple(request.member_ids.values) if request.HasField("member_ids") else None,
    )
