"""What operators do: users, everyone's imports, the ledger, the state of the server."""

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import Query

from services.gateway.http.entrance import Operator, guarded_router
from services.gateway.http.parts import (
    AccountsPeer,
    AllParts,
    IngestPeer,
    KnownIdentities,
    LedgerPeer,
    now,
)
from services.gateway.http.vitals import states
from services.gateway.wire.accounts import User, UserEdit, UserPage
from services.gateway.wire.imports import (
    ImportStatus,
    Item,
    ItemDetail,
    ItemPage,
    ItemQuery,
    RefreshStarted,
    Rerun,
)
from services.gateway.wire.operating import (
    JobPage,
    JobQuery,
    JobSummary,
    JobTotal,
    Scrub,
    ScrubReport,
    ScrubWish,
    ServerStatus,
    SummaryQuery,
)
from services.gateway.wire.shapes import Id, Paging, unix_ms
from tutti.catalog.v1 import accounts_pb2
from tutti.ingest.v1 import ingest_pb2
from tutti.ledger.v1 import ledger_pb2

routes = guarded_router("operators")

BILL = timedelta(days=30)
EVERYONE = ""


@routes.get("/users")
async def list_users(
    viewer: Operator, accounts: AccountsPeer, page: Annotated[Paging, Query()]
) -> UserPage:
    """List users."""
    asked = accounts_pb2.ListUsersRequest(
        viewer_id=viewer.user_id, page_size=page.limit, page_token=page.cursor
    )
    return UserPage.model_validate(await accounts.ListUsers(asked))


@routes.patch("/users/{user_id}")
async def edit_user(
    viewer: Operator,
    accounts: AccountsPeer,
    identities: KnownIdentities,
    user_id: Id,
    edit: UserEdit,
) -> User:
    """Change a user's role or plan, or disable them."""
    async with identities.changing(user_id):
        answer = await accounts.EditUser(edit.request(viewer.user_id, user_id))
    return User.model_validate(answer.user)


@routes.delete("/users/{user_id}", status_code=HTTPStatus.NO_CONTENT)
async def remove_user(
    viewer: Operator, accounts: AccountsPeer, identities: KnownIdentities, user_id: Id
) -> None:
    """Remove a user with all that is theirs."""
    asked = accounts_pb2.RemoveUserRequest(viewer_id=viewer.user_id, user_id=user_id)
    async with identities.changing(user_id):
        await accounts.RemoveUser(asked)


@routes.get("/admin/imports/items")
async def list_all_items(
    _: Operator, ingest: IngestPeer, query: Annotated[ItemQuery, Query()]
) -> ItemPage:
    """List everyone's files on their way or arrived, last first."""
    return ItemPage.model_validate(await ingest.ListItems(query.request(EVERYONE)))


@routes.get("/admin/imports/items/{item_id}")
async def get_any_item(_: Operator, ingest: IngestPeer, item_id: Id) -> ItemDetail:
    """Read anyone's file with its steps."""
    asked = ingest_pb2.GetItemRequest(user_id=EVERYONE, item_id=item_id)
    return ItemDetail.model_validate(await ingest.GetItem(asked))


@routes.post("/admin/imports/items/{item_id}/rerun", status_code=HTTPStatus.ACCEPTED)
async def rerun_step(
    _: Operator, ingest: IngestPeer, item_id: Id, asked: Rerun | None = None
) -> Item:
    """Run a step of a file again, and all that follow from it."""
    step = asked.step if asked else ""
    answer = await ingest.RerunStep(ingest_pb2.RerunStepRequest(item_id=item_id, step=step))
    return Item.model_validate(answer.item)


@routes.post("/admin/imports/refresh-outdated", status_code=HTTPStatus.ACCEPTED)
async def refresh_outdated(_: Operator, ingest: IngestPeer) -> RefreshStarted:
    """Queue again, for every recording, the steps whose engine is newer than their result."""
    answer = await ingest.RefreshOutdated(ingest_pb2.RefreshOutdatedRequest())
    return RefreshStarted.model_validate(answer)


@routes.post("/admin/scrub", status_code=HTTPStatus.ACCEPTED)
async def start_scrub(_: Operator, ingest: IngestPeer, wish: ScrubWish | None = None) -> Scrub:
    """Begin to read every stored object and to compare it with what it must be."""
    remove = bool(wish and wish.remove_orphans)
    answer = await ingest.StartScrub(ingest_pb2.StartScrubRequest(remove_orphans=remove))
    return Scrub.model_validate(answer.scrub)


@routes.get("/admin/scrub")
async def get_scrub(_: Operator, ingest: IngestPeer) -> ScrubReport:
    """Say how far the scrubber is, and which objects are damaged."""
    return ScrubReport.model_validate(await ingest.GetScrub(ingest_pb2.GetScrubRequest()))


@routes.get("/admin/imports/status")
async def get_all_imports_status(_: Operator, ingest: IngestPeer) -> ImportStatus:
    """Say how many of everyone's files are in which state."""
    asked = ingest_pb2.GetStatusRequest(user_id=EVERYONE)
    return ImportStatus.model_validate(await ingest.GetStatus(asked))


@routes.get("/admin/ledger/jobs")
async def list_jobs(
    viewer: Operator, ledger: LedgerPeer, query: Annotated[JobQuery, Query()]
) -> JobPage:
    """List calls of models and analysis engines, last finished first."""
    asked = ledger_pb2.ListJobsRequest(
        viewer_id=viewer.user_id,
        page_size=query.limit,
        page_token=query.cursor,
        kind=query.kind,
        failed_only=query.failed,
    )
    return JobPage.model_validate(await ledger.ListJobs(asked))


@routes.get("/admin/ledger/summary")
async def summarise_jobs(
    viewer: Operator, ledger: LedgerPeer, query: Annotated[SummaryQuery, Query()]
) -> JobSummary:
    """Add up calls of models and analysis engines: the bill."""
    since = query.since or now() - BILL
    asked = ledger_pb2.SummariseJobsRequest(viewer_id=viewer.user_id, since_unix_ms=unix_ms(since))
    answer = await ledger.SummariseJobs(asked)
    return JobSummary(
        since=since, items=[JobTotal.model_validate(total) for total in answer.totals]
    )


@routes.get("/admin/status")
async def get_server_status(_: Operator, parts: AllParts) -> ServerStatus:
    """Say how the server is."""
    answer = await parts.peers.ingest.GetStatus(ingest_pb2.GetStatusRequest(user_id=EVERYONE))
    return ServerStatus(
        parts=await states(parts),
        imports=ImportStatus.model_validate(answer),
    )
