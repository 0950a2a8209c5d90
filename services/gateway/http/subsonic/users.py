"""Who uses this server."""

from libs.common.faults import NotFound, PermissionDenied
from services.gateway.adapters.identities import asked_of_app
from services.gateway.domain.apps.proofs import ByPassword, ByToken, decoded, shown_in
from services.gateway.domain.principals import Policy
from services.gateway.http.subsonic.calls import Call, Method
from services.gateway.http.subsonic.libraries import libraries_of
from services.gateway.http.subsonic.paging import LARGEST_PAGE, pages
from services.gateway.wire.subsonic.tree import Tree, grown
from tutti.catalog.v1 import accounts_pb2 as pb
from tutti.catalog.v1 import apps_pb2


async def get_user(call: Call) -> Tree:
    """Read what a user may do: oneself, or as an operator anybody."""
    name = call.given.text_or("username", call.viewer.name)
    if _is(call.viewer.name, name):
        asked = pb.GetUserRequest(user_id=call.viewer_id)
        user = (await call.parts.peers.accounts.GetUser(asked)).user
    else:
        user = await _named(call, name)
    folders = [library.number for library in await libraries_of(call)]
    return {"user": {**_shown(user), **grown(folder=folders)}}


async def get_users(call: Call) -> Tree:
    """List everybody."""
    return {"users": grown(user=[_shown(user) for user in await _everybody(call)])}


async def create_user(call: Call) -> Tree:
    """Make an account. Its password is for the web app, where apps are given their own."""
    given, accounts = call.given, call.parts.peers.accounts
    made = await accounts.CreateUser(
        pb.CreateUserRequest(
            name=given.text("username"),
            password=decoded(given.text("password")),
            email=given.text("email"),
        )
    )
    await _give_role(call, made.user.id)
    return {}


async def update_user(call: Call) -> Tree:
    """Change what a user's address is, and whether they run the server."""
    if "password" in call.given:
        raise PermissionDenied("people change their own password, in the web app")
    user = await _named(call, call.given.text("username"))
    if "email" in call.given:
        edit = pb.EditUserRequest(
            viewer_id=call.viewer_id, user_id=user.id, email=call.given.text("email")
        )
        async with call.parts.identities.changing(user.id):
            await call.parts.peers.accounts.EditUser(edit)
    await _give_role(call, user.id)
    return {}


async def delete_user(call: Call) -> Tree:
    """Remove an account with all that is in it."""
    user = await _named(call, call.given.text("username"))
    async with call.parts.identities.changing(user.id):
        await call.parts.peers.accounts.RemoveUser(
            pb.RemoveUserRequest(viewer_id=call.viewer_id, user_id=user.id)
        )
    return {}


async def change_password(call: Call) -> Tree:
    """Change the password that this app has. That of an account is changed in the web app."""
    secret = decoded(call.given.text("password"))
    if not _is(call.viewer.name, call.given.text("username")):
        raise PermissionDenied("people change their own password, in the web app")
    shown = shown_in(call.given, call.parts.settings.app_proofs)
    if not isinstance(shown, ByPassword | ByToken):
        raise PermissionDenied("an API key is no password: make another one in the web app")
    apps = call.parts.peers.apps
    proven = await apps.CheckAppPassword(asked_of_app(shown))
    await apps.ReplaceAppPassword(
        apps_pb2.ReplaceAppPasswordRequest(
            user_id=call.viewer_id, app_password_id=proven.app_password_id, secret=secret
        )
    )
    call.parts.identities.forget_apps()
    return {}


async def _give_role(call: Call, user_id: str) -> None:
    if "adminRole" not in call.given:
        return
    operator = call.given.flag("adminRole", default=False)
    edit = pb.EditUserRequest(
        viewer_id=call.viewer_id,
        user_id=user_id,
        role=pb.ROLE_OPERATOR if operator else pb.ROLE_LISTENER,
    )
    async with call.parts.identities.changing(user_id):
        await call.parts.peers.accounts.EditUser(edit)


async def _named(call: Call, name: str) -> pb.User:
    if call.viewer.role != "operator":
        raise PermissionDenied("only operators may see other users")
    for user in await _everybody(call):
        if _is(user.name, name):
            return user
    raise NotFound(f"there is no user {name!r}")


async def _everybody(call: Call) -> list[pb.User]:
    asked = pb.ListUsersRequest(viewer_id=call.viewer_id, page_size=LARGEST_PAGE)
    listed = pages(call.parts.peers.accounts.ListUsers, asked)
    return [user async for page in listed for user in page.users]


def _is(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _shown(user: pb.User) -> Tree:
    operator = user.role == pb.ROLE_OPERATOR
    return grown(
        username=user.name,
        email=user.email,
        scrobblingEnabled=True,
        adminRole=operator,
        settingsRole=True,
        downloadRole=True,
        uploadRole=True,
        playlistRole=True,
        coverArtRole=operator,
        commentRole=True,
        podcastRole=operator,
        streamRole=True,
        jukeboxRole=False,
        shareRole=True,
        videoConversionRole=False,
    )


METHODS = {
    "getUser": Method(get_user),
    "getUsers": Method(get_users, Policy.OPERATOR),
    "createUser": Method(create_user, Policy.OPERATOR),
    "updateUser": Method(update_user, Policy.OPERATOR),
    "deleteUser": Method(delete_user, Policy.OPERATOR),
    "changePassword": Method(change_password),
}
