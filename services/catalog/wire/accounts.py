"""People as the contract has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from libs.common.faults import InvalidInput
from services.catalog.domain.accounts import (
    ApiKey,
    Plan,
    Role,
    User,
    UserEdit,
    display_name,
    email_address,
)
from tutti.catalog.v1 import accounts_pb2 as pb

if TYPE_CHECKING:
    from datetime import datetime

    from services.catalog.domain.sessions import Session


def unix_ms(moment: datetime) -> int:
    """Milliseconds since 1970, as every contract writes moments."""
    return round(moment.timestamp() * 1000)


def encode_user(user: User) -> pb.User:
    """Write a user for others to read."""
    return pb.User(
        id=user.id,
        name=user.name,
        display_name=user.display_name,
        email=user.email,
        role=pb.Role.Value(f"ROLE_{user.role.name}"),
        plan=pb.Plan.Value(f"PLAN_{user.plan.name}"),
        disabled=user.disabled,
        created_at_unix_ms=unix_ms(user.created_at),
        own_library_id=user.own_library_id,
    )


def encode_session(session: Session) -> pb.Session:
    """Write a session, without anything it could be carried on with."""
    return pb.Session(
        id=session.id,
        user_id=session.user_id,
        device=session.device,
        created_at_unix_ms=unix_ms(session.created_at),
        last_used_at_unix_ms=unix_ms(session.last_used_at),
        expires_at_unix_ms=unix_ms(session.expires_at),
    )


def encode_api_key(key: ApiKey) -> pb.ApiKey:
    """Write an API key, without its secret."""
    return pb.ApiKey(
        id=key.id,
        name=key.name,
        hint=key.hint,
        created_at_unix_ms=unix_ms(key.created_at),
        last_used_at_unix_ms=unix_ms(key.last_used_at) if key.last_used_at else None,
    )


def decode_user_edit(request: pb.EditUserRequest) -> UserEdit:
    """Read what to change; fields left out are None."""
    return UserEdit(
        display_name=(
            display_name(request.display_name) if request.HasField("display_name") else None
        ),
        email=email_address(request.email) if request.HasField("email") else None,
        role=_role(request.role) if request.HasField("role") else None,
        plan=_plan(request.plan) if request.HasField("plan") else None,
        disabled=request.disabled if request.HasField("disabled") else None,
    )


def _role(number: pb.Role.ValueType) -> Role:
    try:
        return Role(pb.Role.Name(number).removeprefix("ROLE_").lower())
    except ValueError:
        raise InvalidInput("role must be listener, artist or operator") from None


def _plan(number: pb.Plan.ValueType) -> Plan:
    try:
        return Plan(pb.Plan.Name(number).removeprefix("PLAN_").lower())
    except ValueError:
        raise InvalidInput("plan must be free, plus or studio") from None
