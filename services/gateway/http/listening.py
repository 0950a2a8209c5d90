"""What a listener does and keeps."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Query

from libs.common.events import Event
from services.gateway.http.entrance import Listener, guarded_router
from services.gateway.http.parts import EventBus, ListeningPeer
from services.gateway.wire.listening import (
    BookmarkList,
    BookmarkSet,
    EntityKind,
    PlayPage,
    PlayReports,
    PlaysAccepted,
    Queue,
    QueueDetail,
    QueueSave,
    RatingSet,
)
from services.gateway.wire.shapes import Id, Paging
from tutti.catalog.v1 import listening_pb2 as pb

routes = guarded_router("listening")


@routes.put("/favourites/{kind}/{entity_id}", status_code=HTTPStatus.NO_CONTENT)
async def add_favourite(
    viewer: Listener, listening: ListeningPeer, kind: EntityKind, entity_id: Id
) -> None:
    """Mark an artist, album or track as a favourite."""
    await listening.SetFavourite(
        pb.SetFavouriteRequest(
            viewer_id=viewer.user_id, kind=kind.number, id=entity_id, favourite=True
        )
    )


@routes.delete("/favourites/{kind}/{entity_id}", status_code=HTTPStatus.NO_CONTENT)
async def remove_favourite(
    viewer: Listener, listening: ListeningPeer, kind: EntityKind, entity_id: Id
) -> None:
    """Take the mark back."""
    await listening.SetFavourite(
        pb.SetFavouriteRequest(
            viewer_id=viewer.user_id, kind=kind.number, id=entity_id, favourite=False
        )
    )


@routes.put("/ratings/{kind}/{entity_id}", status_code=HTTPStatus.NO_CONTENT)
async def set_rating(
    viewer: Listener, listening: ListeningPeer, kind: EntityKind, entity_id: Id, asked: RatingSet
) -> None:
    """Rate an artist, album or track from 1 to 5; 0 takes the rating back."""
    await listening.SetRating(
        pb.SetRatingRequest(
            viewer_id=viewer.user_id, kind=kind.number, id=entity_id, rating=asked.rating
        )
    )


@routes.get("/plays")
async def list_plays(
    viewer: Listener, listening: ListeningPeer, page: Annotated[Paging, Query()]
) -> PlayPage:
    """List what one played, last first."""
    asked = pb.ListPlaysRequest(
        viewer_id=viewer.user_id, page_size=page.limit, page_token=page.cursor
    )
    return PlayPage.model_validate(await listening.ListPlays(asked))


@routes.post("/plays", status_code=HTTPStatus.ACCEPTED)
async def report_plays(viewer: Listener, bus: EventBus, asked: PlayReports) -> PlaysAccepted:
    """Report what was played, at most ten at once. The same id counts once, however often sent."""
    key = "/".join([viewer.user_id, *(play.id for play in asked.plays)])
    await bus.publish(Event.of(asked.fact(viewer.user_id), key))
    return PlaysAccepted(accepted_count=len(asked.plays))


@routes.get("/queue")
async def get_queue(viewer: Listener, listening: ListeningPeer) -> QueueDetail:
    """Read the play queue that follows one from device to device."""
    asked = pb.GetQueueRequest(viewer_id=viewer.user_id)
    return QueueDetail.model_validate(await listening.GetQueue(asked))


@routes.put("/queue")
async def save_queue(viewer: Listener, listening: ListeningPeer, asked: QueueSave) -> Queue:
    """Save the play queue. 409 when another device saved it since the version named."""
    answer = await listening.SaveQueue(asked.request(viewer.user_id))
    return Queue.model_validate(answer.queue)


@routes.get("/bookmarks")
async def list_bookmarks(viewer: Listener, listening: ListeningPeer) -> BookmarkList:
    """List places to come back to, last changed first."""
    asked = pb.ListBookmarksRequest(viewer_id=viewer.user_id)
    return BookmarkList.model_validate(await listening.ListBookmarks(asked))


@routes.put("/bookmarks/{track_id}", status_code=HTTPStatus.NO_CONTENT)
async def set_bookmark(
    viewer: Listener, listening: ListeningPeer, track_id: Id, asked: BookmarkSet
) -> None:
    """Remember a place in a track."""
    await listening.SetBookmark(
        pb.SetBookmarkRequest(
            viewer_id=viewer.user_id,
            track_id=track_id,
            position_ms=asked.position_ms,
            comment=asked.comment,
        )
    )


@routes.delete("/bookmarks/{track_id}", status_code=HTTPStatus.NO_CONTENT)
async def remove_bookmark(viewer: Listener, listening: ListeningPeer, track_id: Id) -> None:
    """Forget the place."""
    await listening.RemoveBookmark(
        pb.RemoveBookmarkRequest(viewer_id=viewer.user_id, track_id=track_id)
    )
