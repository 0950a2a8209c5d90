"""App passwords over gRPC: decode, ask, encode."""

import grpc

from libs.common.faults import InvalidInput
from services.catalog.adapters.app_passwords import AppPasswords
from services.catalog.domain.apps import AppPassword, Digested, Said
from services.catalog.wire.accounts import encode_user, unix_ms
from tutti.catalog.v1 import apps_pb2 as pb
from tutti.catalog.v1.apps_pb2_grpc import AppsServiceServicer


class AppsRpc(AppsServiceServicer):
    """Answers tutti.catalog.v1.AppsService."""

    def __init__(self, app_passwords: AppPasswords) -> None:
        self._app_passwords = app_passwords

    async def CreateAppPassword(
        self, request: pb.CreateAppPasswordRequest, context: grpc.ServicerContext
    ) -> pb.CreateAppPasswordResponse:
        """Make an app password."""
        made, secret = await self._app_passwords.make(request.user_id, request.name)
        return pb.CreateAppPasswordResponse(app_password=_encode(made), secret=secret)

    async def ListAppPasswords(
        self, request: pb.ListAppPasswordsRequest, context: grpc.ServicerContext
    ) -> pb.ListAppPasswordsResponse:
        """List a user's app passwords."""
        found = await self._app_passwords.of_user(request.user_id)
        return pb.ListAppPasswordsResponse(app_passwords=map(_encode, found))

    async def RevokeAppPassword(
        self, request: pb.RevokeAppPasswordRequest, context: grpc.ServicerContext
    ) -> pb.RevokeAppPasswordResponse:
        """Revoke an app password."""
        await self._app_passwords.revoke(request.user_id, request.app_password_id)
        return pb.RevokeAppPasswordResponse()

    async def ReplaceAppPassword(
        self, request: pb.ReplaceAppPasswordRequest, context: grpc.ServicerContext
    ) -> pb.ReplaceAppPasswordResponse:
        """Let an app password say something else."""
        await self._app_passwords.replace(request.user_id, request.app_password_id, request.secret)
        return pb.ReplaceAppPasswordResponse()

    async def CheckAppPassword(
        self, request: pb.CheckAppPasswordRequest, context: grpc.ServicerContext
    ) -> pb.CheckAppPasswordResponse:
        """Say whose app password it is."""
        user, password_id, secret = await self._app_passwords.whose(
            request.user_name, _proof(request)
        )
        return pb.CheckAppPasswordResponse(
            user=encode_user(user), app_password_id=password_id, secret=secret
        )


def _proof(request: pb.CheckAppPasswordRequest) -> Said | Digested:
    match request.WhichOneof("proof"):
        case "secret":
            return Said(request.secret)
        case "token":
            return Digested(request.token.digest, request.token.salt)
        case _:
            raise InvalidInput("send the app password, or a token made of it")


def _encode(password: AppPassword) -> pb.AppPassword:
    return pb.AppPassword(
        id=password.id,
        name=password.name,
        created_at_unix_ms=unix_ms(password.created_at),
        last_used_at_unix_ms=unix_ms(password.last_used_at) if password.last_used_at else None,
    )
