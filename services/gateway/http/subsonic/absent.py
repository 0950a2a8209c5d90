"""What a server for music has not, and how it says so."""

from libs.common.faults import PermissionDenied
from services.gateway.domain.apps.ids import Nothing
from services.gateway.http.subsonic.calls import Call, Method
from services.gateway.wire.subsonic.tree import Tree


async def get_videos(_: Call) -> Tree:
    """List no videos."""
    return {"videos": {}}


async def get_video(call: Call) -> Tree:
    """Find no video."""
    raise Nothing(f"there is no video of the id {call.given.text('id')!r}")


async def get_chat_messages(_: Call) -> Tree:
    """List no messages."""
    return {"chatMessages": {}}


async def add_chat_message(call: Call) -> Tree:
    """Take no message."""
    call.given.text("message")
    raise PermissionDenied("nobody chats on this server")


async def control_jukebox(call: Call) -> Tree:
    """Play nothing on loudspeakers of the server."""
    call.given.text("action")
    raise PermissionDenied("this server has no loudspeakers: play on the device you hold")


METHODS = {
    "getVideos": Method(get_videos),
    "getVideoInfo": Method(get_video),
    "getCaptions": Method(get_video),
    "getChatMessages": Method(get_chat_messages),
    "addChatMessage": Method(add_chat_message),
    "jukeboxControl": Method(control_jukebox),
}
