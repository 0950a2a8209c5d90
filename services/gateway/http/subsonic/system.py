"""What the server is, and who is calling."""

from services.gateway.domain.principals import Policy
from services.gateway.http.subsonic.calls import Call, Method
from services.gateway.wire.subsonic.tree import Tree

EXTENSIONS = {
    "apiKeyAuthentication": [1],
    "formPost": [1],
    "getPodcastEpisode": [1],
    "indexBasedQueue": [1],
    "playbackReport": [1],
    "songLyrics": [1, 2],
    "sonicSimilarity": [1],
    "topSongsByArtistId": [1],
    "transcodeOffset": [1],
    "transcoding": [1],
}
"""Of OpenSubsonic: what this server does beyond the API, and in which versions."""


async def ping(_: Call) -> Tree:
    """Say that the server is there, and knows the caller."""
    return {}


async def get_license(_: Call) -> Tree:
    """Say that nobody has to pay."""
    return {"license": {"valid": True}}


async def get_extensions(_: Call) -> Tree:
    """Say what goes beyond the API."""
    listed = [{"name": name, "versions": versions} for name, versions in EXTENSIONS.items()]
    return {"openSubsonicExtensions": listed}


async def token_info(call: Call) -> Tree:
    """Say whose API key it is."""
    return {"tokenInfo": {"username": call.viewer.name}}


METHODS = {
    "ping": Method(ping),
    "getLicense": Method(get_license),
    "getOpenSubsonicExtensions": Method(get_extensions, Policy.PUBLIC),
    "tokenInfo": Method(token_info),
}
