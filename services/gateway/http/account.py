"""One's own account: name, password, sessions, API keys, app passwords."""

from http import HTTPStatus

from fastapi import Response

from services.gateway.http.cookies import forget_tokens
from services.gateway.http.entrance import Listener, guarded_router
from services.gateway.http.parts import AccountsPeer, AllParts, AppsPeer, KnownIdentities
from services.gateway.wire.accounts import (
    ApiKeyList,
    ApiKeyMade,
    ApiKeyNew,
    AppPasswordList,
    AppPasswordMade,
    AppPasswordNew,
    MeEdit,
    PasswordChange,
    Session,
    SessionList,
    User,
)
from services.gateway.wire.shapes import Id
from tutti.catalog.v1 import accounts_pb2 as pb
from tutti.catalog.v1 import apps_pb2

routes = guarded_router("account")


@routes.get("/me")
async def get_me(viewer: Listener, accounts: AccountsPeer) -> User:
    """Read one's own account."""
    answer = await accounts.GetUser(pb.GetUserRequest(user_id=viewer.user_id))
    return User.model_validate(answer.user)


@routes.patch("/me")
async def edit_me(viewer: Listener, accounts: AccountsPeer, edit: MeEdit) -> User:
    """Change one's own name or address."""
    answer = await accounts.EditUser(
        pb.EditUserRequest(
            viewer_id=viewer.user_id,
            user_id=viewer.user_id,
            display_name=edit.display_name,
            email=edit.email,
        )
    )
    return User.model_validate(answer.user)


@routes.delete("/me", status_code=HTTPStatus.NO_CONTENT)
async def remove_me(viewer: Listener, response: Response, parts: AllParts) -> None:
    """Remove one's own account with all that is in it."""
    async with parts.identities.changing(viewer.user_id):
        await parts.peers.accounts.RemoveUser(
            pb.RemoveUserRequest(viewer_id=viewer.user_id, user_id=viewer.user_id)
        )
    forget_tokens(response, secure=parts.settings.https)


@routes.post("/me/password", status_code=HTTPStatus.NO_CONTENT)
async def change_password(
    viewer: Listener, accounts: AccountsPeer, identities: KnownIdentities, asked: PasswordChange
) -> None:
    """Change one's password. Every other session ends."""
    async with identities.changing(viewer.user_id):
        await accounts.ChangePassword(
            pb.ChangePasswordRequest(
                user_id=viewer.user_id,
                old_password=asked.old_password,
                new_password=asked.new_password,
                keep_session_id=viewer.session_id,
            )
        )


@routes.get("/me/sessions")
async def list_my_sessions(viewer: Listener, accounts: AccountsPeer) -> SessionList:
    """List where one is signed in."""
    answer = await accounts.ListSessions(pb.ListSessionsRequest(user_id=viewer.user_id))
    sessions = [Session.model_validate(session) for session in answer.sessions]
    return SessionList(
        items=[
            session.model_copy(update={"current": session.id == viewer.session_id})
            for session in sessions
        ]
    )


@routes.delete("/me/sessions/{session_id}", status_code=HTTPStatus.NO_CONTENT)
async def end_my_session(
    viewer: Listener, accounts: AccountsPeer, identities: KnownIdentities, session_id: Id
) -> None:
    """Sign out another device."""
    await accounts.EndSession(pb.EndSessionRequest(user_id=viewer.user_id, session_id=session_id))
    await identities.forget_session(session_id)


@routes.get("/me/api-keys")
async def list_my_api_keys(viewer: Listener, accounts: AccountsPeer) -> ApiKeyList:
    """List one's API keys."""
    answer = await accounts.ListApiKeys(pb.ListApiKeysRequest(user_id=viewer.user_id))
    return ApiKeyList.model_validate(answer)


@routes.post("/me/api-keys", status_code=HTTPStatus.CREATED)
async def create_my_api_key(
    viewer: Listener, accounts: AccountsPeer, asked: ApiKeyNew
) -> ApiKeyMade:
    """Make an API key for an app or device. Its secret is shown in this answer only."""
    answer = await accounts.CreateApiKey(
        pb.CreateApiKeyRequest(user_id=viewer.user_id, name=asked.name)
    )
    return ApiKeyMade.model_validate(answer)


@routes.delete("/me/api-keys/{key_id}", status_code=HTTPStatus.NO_CONTENT)
async def revoke_my_api_key(
    viewer: Listener, accounts: AccountsPeer, identities: KnownIdentities, key_id: Id
) -> None:
    """Revoke an API key."""
    await accounts.RevokeApiKey(pb.RevokeApiKeyRequest(user_id=viewer.user_id, key_id=key_id))
    await identities.forget_api_key(key_id)


@routes.get("/me/app-passwords")
async def list_my_app_passwords(viewer: Listener, apps: AppsPeer) -> AppPasswordList:
    """List one's app passwords."""
    asked = apps_pb2.ListAppPasswordsRequest(user_id=viewer.user_id)
    return AppPasswordList.model_validate(await apps.ListAppPasswords(asked))


@routes.post("/me/app-passwords", status_code=HTTPStatus.CREATED)
async def create_my_app_password(
    viewer: Listener, apps: AppsPeer, asked: AppPasswordNew
) -> AppPasswordMade:
    """Make a password for an app that speaks OpenSubsonic. It is shown in this answer only."""
    answer = await apps.CreateAppPassword(
        apps_pb2.CreateAppPasswordRequest(user_id=viewer.user_id, name=asked.name)
    )
    return AppPasswordMade.model_validate(answer)


@routes.delete("/me/app-passwords/{app_password_id}", status_code=HTTPStatus.NO_CONTENT)
async def revoke_my_app_password(
    viewer: Listener, apps: AppsPeer, identities: KnownIdentities, app_password_id: Id
) -> None:
    """Revoke an app password."""
    await apps.RevokeAppPassword(
        apps_pb2.RevokeAppPasswordRequest(user_id=viewer.user_id, app_password_id=app_password_id)
    )
    identities.forget_apps()
