"""What every answer of the OpenSubsonic API may hold: our own notes on its published schemas.

A shape is a line of fields, ``name:kind``; ``!`` before a name is a field that has
to be there, ``[kind]`` a list, a kind with a capital another shape. Lists that the
API wants and that have nothing in them are left out, so no list is marked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple


class Field(NamedTuple):
    """What may stand under a name."""

    kind: str
    wanted: bool
    several: bool


FIELD = re.compile(r"(!?)([\w-]+):(\[?)([\w]+)\]?")
Shape = Mapping[str, Field]

TEXT = "value"
"""The field that is the text of its element in XML."""
WORDY = frozenset({"ArtistInfo", "ArtistInfo2", "AlbumInfo"})
"""Shapes whose fields are elements in XML, where those of all others are attributes."""

WORDS: Mapping[str, frozenset[str]] = {
    "medium": frozenset({"music", "video", "podcast", "audiobook"}),
    "entity": frozenset({"song", "album", "artist"}),
    "explicit": frozenset({"clean", "explicit"}),
    "progress": frozenset({"new", "downloading", "completed", "error", "deleted", "skipped"}),
    "playing": frozenset({"playing", "paused", "stopped"}),
    "layer": frozenset({"main", "translation", "pronunciation"}),
    "protocol": frozenset({"http", "hls"}),
    "outcome": frozenset({"ok", "failed"}),
}
"""Kinds of text that are one of a few words."""
BOUNDS: Mapping[str, tuple[float, float]] = {
    "count": (0, 2**63),
    "whole": (-(2**63), 2**63),
    "stars": (1, 5),
    "month": (1, 12),
    "day": (1, 31),
}
"""Kinds of whole numbers."""
MEASURES: Mapping[str, tuple[float, float]] = {
    "number": (-1e12, 1e12),
    "average": (1, 5),
    "share": (0, 1),
    "peak": (0, 1e3),
}
"""Kinds of numbers that may have a fraction."""

ARTIST = "!id:id !name:text artistImageUrl:text starred:moment userRating:stars"
CHILD = (
    "!id:id !isDir:flag !title:text parent:id album:text artist:text track:count year:count "
    "genre:text coverArt:id size:count contentType:text suffix:text transcodedContentType:text "
    "transcodedSuffix:text duration:count bitRate:count bitDepth:count samplingRate:count "
    "channelCount:count path:text isVideo:flag userRating:stars averageRating:average "
    "playCount:count discNumber:count created:moment starred:moment played:moment albumId:id "
    "artistId:id type:medium mediaType:entity bookmarkPosition:count originalWidth:count "
    "originalHeight:count bpm:count comment:text sortName:text musicBrainzId:text isrc:[text] "
    "genres:[ItemGenre] artists:[ArtistID3] displayArtist:text albumArtists:[ArtistID3] "
    "displayAlbumArtist:text contributors:[Contributor] displayComposer:text moods:[text] "
    "explicitStatus:explicit replayGain:ReplayGain"
)
ARTIST_ID3 = f"{ARTIST} coverArt:id albumCount:count musicBrainzId:text sortName:text roles:[text]"
ALBUM_ID3 = (
    "!id:id !name:text !songCount:count !duration:count !created:moment version:text artist:text "
    "artistId:id coverArt:id playCount:count starred:moment year:count genre:text played:moment "
    "userRating:stars recordLabels:[RecordLabel] musicBrainzId:text genres:[ItemGenre] "
    "artists:[ArtistID3] displayArtist:text releaseTypes:[text] moods:[text] sortName:text "
    "originalReleaseDate:ItemDate releaseDate:ItemDate isCompilation:flag "
    "explicitStatus:explicit discTitles:[DiscTitle] song:[Child]"
)
PICTURES = "smallImageUrl:text mediumImageUrl:text largeImageUrl:text"
PLAYLIST = (
    "!id:id !name:text !songCount:count !duration:count !created:moment !changed:moment "
    "owner:text public:flag comment:text coverArt:id readonly:flag validUntil:moment "
    "allowedUser:[text]"
)
QUEUE = "!username:text !changed:moment !changedBy:text position:count entry:[Child]"
USER = (
    "!username:text !scrobblingEnabled:flag !adminRole:flag !settingsRole:flag "
    "!downloadRole:flag !uploadRole:flag !playlistRole:flag !coverArtRole:flag "
    "!commentRole:flag !podcastRole:flag !streamRole:flag !jukeboxRole:flag !shareRole:flag "
    "!videoConversionRole:flag email:text maxBitRate:count avatarLastChanged:moment "
    "folder:[whole]"
)

_WRITTEN = {
    "AlbumID3": ALBUM_ID3,
    "AlbumInfo": f"notes:text musicBrainzId:text lastFmUrl:text {PICTURES}",
    "AlbumList": "album:[Child]",
    "AlbumList2": "album:[AlbumID3]",
    "Artist": f"{ARTIST} averageRating:average",
    "ArtistID3": ARTIST_ID3,
    "ArtistInfo": f"biography:text musicBrainzId:text lastFmUrl:text {PICTURES} "
    "similarArtist:[Artist]",
    "ArtistInfo2": f"biography:text musicBrainzId:text lastFmUrl:text {PICTURES} "
    "similarArtist:[ArtistID3]",
    "ArtistWithAlbums": f"{ARTIST_ID3} album:[AlbumID3]",
    "Artists": "!ignoredArticles:text index:[IndexID3]",
    "Bookmark": "!position:count !username:text !created:moment !changed:moment !entry:Child "
    "comment:text",
    "Bookmarks": "bookmark:[Bookmark]",
    "ChatMessage": "!username:text !time:count !message:text",
    "ChatMessages": "chatMessage:[ChatMessage]",
    "Child": CHILD,
    "Contributor": "!role:text !artist:ArtistID3 subRole:text",
    "Directory": "!id:id !name:text parent:id starred:moment userRating:stars "
    "averageRating:average playCount:count child:[Child]",
    "DiscTitle": "!disc:count !title:text",
    "Episode": f"{CHILD} !channelId:id !status:progress streamId:id description:text "
    "publishDate:moment",
    "Error": "!code:count message:text helpUrl:text",
    "Extension": "!name:text versions:[count]",
    "Genre": "!value:text !songCount:count !albumCount:count",
    "Genres": "genre:[Genre]",
    "Index": "!name:text artist:[Artist]",
    "IndexID3": "!name:text artist:[ArtistID3]",
    "Indexes": "!ignoredArticles:text !lastModified:count shortcut:[Artist] child:[Child] "
    "index:[Index]",
    "ItemDate": "year:count month:month day:day",
    "ItemGenre": "!name:text",
    "License": "!valid:flag email:text licenseExpires:moment trialExpires:moment",
    "Line": "!value:line start:count",
    "Lyrics": "value:text artist:text title:text",
    "LyricsList": "structuredLyrics:[StructuredLyrics]",
    "MusicFolder": "!id:whole name:text",
    "MusicFolders": "musicFolder:[MusicFolder]",
    "NewestPodcasts": "episode:[Episode]",
    "NowPlaying": "entry:[NowPlayingEntry]",
    "NowPlayingEntry": f"{CHILD} !username:text !minutesAgo:count !playerId:count "
    "playerName:text state:playing positionMs:count playbackRate:number",
    "PlayQueue": f"{QUEUE} current:id",
    "PlayQueueByIndex": f"{QUEUE} currentIndex:count",
    "Playlist": PLAYLIST,
    "PlaylistWithSongs": f"{PLAYLIST} entry:[Child]",
    "Playlists": "playlist:[Playlist]",
    "PodcastChannel": "!id:id !url:text !status:progress title:text description:text "
    "coverArt:id originalImageUrl:text errorMessage:text episode:[Episode]",
    "Podcasts": "channel:[PodcastChannel]",
    "RadioStation": "!id:id !name:text !streamUrl:text homepageUrl:text coverArt:id",
    "RadioStations": "internetRadioStation:[RadioStation]",
    "RecordLabel": "!name:text",
    "ReplayGain": "trackGain:number albumGain:number trackPeak:peak albumPeak:peak "
    "baseGain:number fallbackGain:number",
    "ScanStatus": "!scanning:flag count:count",
    "SearchResult": "!offset:count !totalHits:count match:[Child]",
    "Share": "!id:id !url:text !username:text !created:moment !visitCount:count "
    "description:text expires:moment lastVisited:moment entry:[Child]",
    "Shares": "share:[Share]",
    "Songs": "song:[Child]",
    "SonicMatch": "!entry:Child !similarity:share",
    "StreamDetails": "!protocol:protocol !container:text !codec:text audioChannels:count "
    "audioBitrate:count audioProfile:text audioSamplerate:count audioBitdepth:count",
    "StructuredLyrics": "!lang:text !synced:flag line:[Line] displayArtist:text "
    "displayTitle:text offset:whole kind:layer",
    "ThingsByFolder": "artist:[Artist] album:[Child] song:[Child]",
    "ThingsByTag": "artist:[ArtistID3] album:[AlbumID3] song:[Child]",
    "TokenInfo": "!username:text",
    "TranscodeDecision": "!canDirectPlay:flag !canTranscode:flag transcodeReason:[text] "
    "errorReason:text transcodeParams:text sourceStream:StreamDetails "
    "transcodeStream:StreamDetails",
    "User": USER,
    "Users": "user:[User]",
    "Videos": "video:[Child]",
}


def shape(written: str) -> Shape:
    """What a line of fields says."""
    fields = {}
    for each in written.split():
        found = FIELD.fullmatch(each)
        assert found, each
        wanted, name, several, kind = found.groups()
        assert name not in fields, f"{name} stands twice in {written}"
        fields[name] = Field(kind, bool(wanted), bool(several))
    return fields


SHAPES: Mapping[str, Shape] = {name: shape(written) for name, written in _WRITTEN.items()}
ENVELOPE = "!status:outcome !version:text !type:text !serverVersion:text !openSubsonic:flag"
