"""What a track or an episode can be sent from."""

from services.gateway.adapters.peers import CatalogStub, IngestStub, PodcastsStub
from services.gateway.adapters.recent import Recent
from services.gateway.adapters.renditions import ALLOWED_S, NoSuchSound, refuse_preparing
from services.gateway.domain.sounds.choosing import Source, Stored, safe_gain_db
from tutti.catalog.v1 import catalog_pb2, music_pb2
from tutti.ingest.v1 import podcasts_pb2

IN_PARTS = (music_pb2.QUALITY_ORIGINAL, music_pb2.QUALITY_PREVIEW, music_pb2.QUALITY_HLS)
"""Qualities that are no rendition of the whole in one file."""
CODECS = {
    "audio/mpeg": "mp3",
    "audio/flac": "flac",
    "audio/mp4": "aac",
    "audio/aac": "aac",
    "audio/ogg": "",
}
"""What is surely in a file of this kind; an Ogg may have any."""
CONTAINERS = {
    "audio/mpeg": "mp3",
    "audio/flac": "flac",
    "audio/mp4": "mp4",
    "audio/aac": "aac",
    "audio/ogg": "ogg",
}


class Sources:
    """Asks who owns them, once for many requests for one sound."""

    def __init__(self, catalog: CatalogStub, ingest: IngestStub, podcasts: PodcastsStub) -> None:
        self._catalog = catalog
        self._ingest = ingest
        self._podcasts = podcasts
        self._allowed: Recent[tuple[str, str], Source] = Recent(ALLOWED_S)

    async def of_track(self, viewer_id: str, track_id: str) -> Source:
        """What a track is, for who may hear it. Raises NotFound and StillPreparing."""
        source = self._allowed.get((viewer_id, track_id))
        if source is None:
            asked = catalog_pb2.GetTracksRequest(viewer_id=viewer_id, track_ids=[track_id])
            tracks = (await self._catalog.GetTracks(asked)).tracks
            if not tracks:
                raise NoSuchSound(f"there is no track of the id {track_id!r}")
            if tracks[0].preparing_item_id:
                await refuse_preparing(self._ingest, tracks[0].preparing_item_id)
            source = _of_track(tracks[0])
            self._allowed.keep((viewer_id, track_id), source)
        return source

    async def of_episode(self, episode_id: str) -> Source:
        """What an episode is, which everybody hears. Raises a Fault where its file is not here."""
        asked = podcasts_pb2.GetEpisodeAudioRequest(episode_id=episode_id)
        audio = await self._podcasts.GetEpisodeAudio(asked)
        codec = CODECS.get(audio.content_type, "")
        return Source(
            Stored(audio.object_key, audio.content_type, codec, audio.bitrate_kbps),
            audio.title,
            audio.duration_ms,
            CONTAINERS.get(audio.content_type, ""),
            lossless=codec == "flac",
        )


def _of_track(track: music_pb2.Track) -> Source:
    found = [made for made in track.renditions if made.quality == music_pb2.QUALITY_ORIGINAL]
    if not found:
        raise NoSuchSound("the original of the track is not here")
    format_ = track.format
    return Source(
        Stored(found[0].object_key, found[0].content_type, format_.codec, format_.bitrate_kbps),
        track.title,
        track.duration_ms,
        format_.container,
        format_.lossless,
        format_.sample_rate_hz,
        format_.channels,
        format_.bit_depth,
        tuple(_made(made) for made in track.renditions if made.quality not in IN_PARTS),
        safe_gain_db(track.loudness.track_gain_db, track.loudness.track_peak),
    )


def _made(made: music_pb2.Rendition) -> Stored:
    codec = "opus" if made.quality == music_pb2.QUALITY_OPUS else "mp3"
    return Stored(made.object_key, made.content_type, codec, made.bitrate_kbps)
