"""The play queue that follows a listener, and places in songs to come back to."""

from collections.abc import Sequence

from services.gateway.domain.apps.faults import MissingParameter
from services.gateway.domain.apps.ids import Kind, id_of, ids_of, name_of
from services.gateway.http.subsonic.calls import Call, Method
from services.gateway.wire.subsonic import music
from services.gateway.wire.subsonic.tree import Tree, grown
from tutti.catalog.v1 import listening_pb2 as pb


async def get_play_queue(call: Call) -> Tree:
    """Read the queue, and which song plays by its id."""
    answer = await call.parts.peers.listening.GetQueue(pb.GetQueueRequest(viewer_id=call.viewer_id))
    queue = answer.queue
    current = queue.track_ids[queue.current_index] if queue.track_ids else None
    named = grown(current=name_of(Kind.TRACK, current) if current else None)
    return {"playQueue": {**named, **_queue(call, answer)}} if queue.version else {}


async def get_play_queue_by_index(call: Call) -> Tree:
    """Read the queue, and which song plays by its place."""
    answer = await call.parts.peers.listening.GetQueue(pb.GetQueueRequest(viewer_id=call.viewer_id))
    index = _place(answer) if answer.tracks else None
    placed = grown(currentIndex=index)
    return {"playQueueByIndex": {**placed, **_queue(call, answer)}} if answer.queue.version else {}


async def save_play_queue(call: Call) -> Tree:
    """Save the queue; none of it clears it."""
    track_ids = ids_of(Kind.TRACK, call.given.texts("id"))
    current = 0
    if track_ids and "current" in call.given:
        playing = id_of(Kind.TRACK, call.given.text("current"))
        if playing not in track_ids:
            raise MissingParameter("current must be one of the songs sent as id")
        current = track_ids.index(playing)
    return await _save(call, track_ids, current)


async def save_play_queue_by_index(call: Call) -> Tree:
    """Save the queue, in which a song may stand several times."""
    track_ids = ids_of(Kind.TRACK, call.given.texts("id"))
    if not track_ids:
        if "currentIndex" in call.given:
            raise MissingParameter("without songs there is no currentIndex")
        return await _save(call, (), 0)
    current = call.given.number("currentIndex")
    if current >= len(track_ids):
        # The API has this number for an index beyond the queue.
        raise MissingParameter(f"currentIndex must be from 0 to {len(track_ids) - 1}")
    return await _save(call, track_ids, current)


async def get_bookmarks(call: Call) -> Tree:
    """List places to come back to."""
    asked = pb.ListBookmarksRequest(viewer_id=call.viewer_id)
    answer = await call.parts.peers.listening.ListBookmarks(asked)
    listed = [
        grown(
            position=row.position_ms,
            username=call.viewer.name,
            comment=row.comment,
            created=music.moment(row.changed_at_unix_ms),
            changed=music.moment(row.changed_at_unix_ms),
            entry={**music.song(row.track), "bookmarkPosition": row.position_ms},
        )
        for row in answer.bookmarks
    ]
    return {"bookmarks": grown(bookmark=listed)}


async def create_bookmark(call: Call) -> Tree:
    """Remember a place in a song."""
    await call.parts.peers.listening.SetBookmark(
        pb.SetBookmarkRequest(
            viewer_id=call.viewer_id,
            track_id=id_of(Kind.TRACK, call.given.text("id")),
            position_ms=call.given.number("position"),
            comment=call.given.text_or("comment", ""),
        )
    )
    return {}


async def delete_bookmark(call: Call) -> Tree:
    """Forget it."""
    track_id = id_of(Kind.TRACK, call.given.text("id"))
    await call.parts.peers.listening.RemoveBookmark(
        pb.RemoveBookmarkRequest(viewer_id=call.viewer_id, track_id=track_id)
    )
    return {}


def _queue(call: Call, answer: pb.GetQueueResponse) -> Tree:
    queue = answer.queue
    return grown(
        position=queue.position_ms,
        username=call.viewer.name,
        changed=music.moment(queue.changed_at_unix_ms),
        changedBy=queue.changed_by,
        entry=list(map(music.song, answer.tracks)),
    )


def _place(answer: pb.GetQueueResponse) -> int:
    """Where the song that plays stands among those that are still there."""
    there = {track.id for track in answer.tracks}
    before = answer.queue.track_ids[: answer.queue.current_index]
    return min(sum(each in there for each in before), len(answer.tracks) - 1)


async def _save(call: Call, track_ids: Sequence[str], current: int) -> Tree:
    queue = pb.Queue(
        track_ids=track_ids,
        current_index=current,
        position_ms=call.given.number("position", 0) if track_ids else 0,
        changed_by=call.client,
    )
    await call.parts.peers.listening.SaveQueue(
        pb.SaveQueueRequest(viewer_id=call.viewer_id, queue=queue)
    )
    return {}


METHODS = {
    "getPlayQueue": Method(get_play_queue),
    "getPlayQueueByIndex": Method(get_play_queue_by_index),
    "savePlayQueue": Method(save_play_queue),
    "savePlayQueueByIndex": Method(save_play_queue_by_index),
    "getBookmarks": Method(get_bookmarks),
    "createBookmark": Method(create_bookmark),
    "deleteBookmark": Method(delete_bookmark),
}
