"""Accounts over gRPC: decode, ask, encode."""

import grpc

from services.catalog.adapters.accounts import Accounts
from services.catalog.adapters.api_keys import ApiKeys
from services.catalog.adapters.sessions import Sessions
from services.catalog.domain.paging import PageAsked
from services.catalog.wire.accounts import (
    decode_user_edit,
    encode_api_key,
    encode_session,
    encode_user,
)
from tutti.catalog.v1 import accounts_pb2 as pb
from tutti.catalog.v1.accounts_pb2_grpc import AccountsServiceServicer


class AccountsRpc(AccountsServiceServicer):
    """Answers tutti.catalog.v1.AccountsService."""

    def __init__(self, accounts: Accounts, sessions: Sessions, api_keys: ApiKeys) -> None:
        self._accounts = accounts
        self._sessions = sessions
        self._api_keys = api_keys

    async def CreateUser(
        self, request: pb.CreateUserRequest, context: grpc.ServicerContext
    ) -> pb.CreateUserResponse:
        """Sign somebody up."""
        user = await self._accounts.create(
            request.name, request.password, request.display_name, request.email
        )
        return pb.CreateUserResponse(user=encode_user(user))

    async def SignIn(
        self, request: pb.SignInRequest, context: grpc.ServicerContext
    ) -> pb.SignInResponse:
        """Open a session."""
        user, session, token = await self._sessions.open(
            request.name, request.password, request.device
        )
        return pb.SignInResponse(
            user=encode_user(user), session=encode_session(session), refresh_token=token
        )

    async def RefreshSession(
        self, request: pb.RefreshSessionRequest, context: grpc.ServicerContext
    ) -> pb.RefreshSessionResponse:
        """Carry a session on."""
        user, session, token = await self._sessions.refresh(request.refresh_token)
        return pb.RefreshSessionResponse(
            user=encode_user(user), session=encode_session(session), refresh_token=token
        )

    async def EndSession(
        self, request: pb.EndSessionRequest, context: grpc.ServicerContext
    ) -> pb.EndSessionResponse:
        """Sign out."""
        await self._sessions.end(request.user_id, request.session_id)
        return pb.EndSessionResponse()

    async def CheckSession(
        self, request: pb.CheckSessionRequest, context: grpc.ServicerContext
    ) -> pb.CheckSessionResponse:
        """Say whose session it is."""
        user = await self._sessions.whose(request.session_id)
        return pb.CheckSessionResponse(user=encode_user(user))

    async def ListSessions(
        self, request: pb.ListSessionsRequest, context: grpc.ServicerContext
    ) -> pb.ListSessionsResponse:
        """List where a user is signed in."""
        sessions = await self._sessions.of_user(request.user_id)
        return pb.ListSessionsResponse(sessions=map(encode_session, sessions))

    async def GetUser(
        self, request: pb.GetUserRequest, context: grpc.ServicerContext
    ) -> pb.GetUserResponse:
        """Find a user."""
        return pb.GetUserResponse(user=encode_user(await self._accounts.get(request.user_id)))

    async def ListUsers(
        self, request: pb.ListUsersRequest, context: grpc.ServicerContext
    ) -> pb.ListUsersResponse:
        """List users by name."""
        asked = PageAsked.parse(
            request.page_size, request.page_token, usual=50, most=500, kinds=[str]
        )
        page = await self._accounts.page(request.viewer_id, asked)
        return pb.ListUsersResponse(
            users=map(encode_user, page.rows), next_page_token=page.next_token
        )

    async def EditUser(
        self, request: pb.EditUserRequest, context: grpc.ServicerContext
    ) -> pb.EditUserResponse:
        """Change a user."""
        edit = decode_user_edit(request)
        user = await self._accounts.edit(request.viewer_id, request.user_id, edit)
        return pb.EditUserResponse(user=encode_user(user))

    async def ChangePassword(
        self, request: pb.ChangePasswordRequest, context: grpc.ServicerContext
    ) -> pb.ChangePasswordResponse:
        """Change a password."""
        await self._accounts.change_password(
            request.user_id, request.old_password, request.new_password, request.keep_session_id
        )
        return pb.ChangePasswordResponse()

    async def RemoveUser(
        self, request: pb.RemoveUserRequest, context: grpc.ServicerContext
    ) -> pb.RemoveUserResponse:
        """Remove a user."""
        await self._accounts.remove(request.viewer_id, request.user_id)
        return pb.RemoveUserResponse()

    async def CreateApiKey(
        self, request: pb.CreateApiKeyRequest, context: grpc.ServicerContext
    ) -> pb.CreateApiKeyResponse:
        """Make an API key."""
        key, secret = await self._api_keys.make(request.user_id, request.name)
        return pb.CreateApiKeyResponse(key=encode_api_key(key), secret=secret)

    async def ListApiKeys(
        self, request: pb.ListApiKeysRequest, context: grpc.ServicerContext
    ) -> pb.ListApiKeysResponse:
        """List a user's API keys."""
        keys = await self._api_keys.of_user(request.user_id)
        return pb.ListApiKeysResponse(keys=map(encode_api_key, keys))

    async def RevokeApiKey(
        self, request: pb.RevokeApiKeyRequest, context: grpc.ServicerContext
    ) -> pb.RevokeApiKeyResponse:
        """Revoke an API key."""
        await self._api_keys.revoke(request.user_id, request.key_id)
        return pb.RevokeApiKeyResponse()

    async def CheckApiKey(
        self, request: pb.CheckApiKeyRequest, context: grpc.ServicerContext
    ) -> pb.CheckApiKeyResponse:
        """Say whose API key it is."""
        user, key_id = await self._api_keys.whose(request.secret)
        return pb.CheckApiKeyResponse(user=encode_user(user), key_id=key_id)

    async def GetSetup(
        self, request: pb.GetSetupRequest, context: grpc.ServicerContext
    ) -> pb.GetSetupResponse:
        """Say whether anyone has an account."""
        return pb.GetSetupResponse(has_users=await self._accounts.any())
