"""Users, their sessions and keys, and how they sign in."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from services.gateway.wire.shapes import (
    NO_NUL,
    Answer,
    Asked,
    Cursor,
    Instant,
    Line,
    MaybeInstant,
    MaybeText,
    Name,
    numbered,
    spoken,
)
from tutti.catalog.v1 import accounts_pb2 as pb

UserName = Annotated[str, StringConstraints(min_length=2, max_length=64, pattern=NO_NUL)]
NewPassword = Annotated[str, StringConstraints(min_length=10, max_length=256, pattern=NO_NUL)]
Password = Annotated[str, StringConstraints(max_length=256, pattern=NO_NUL)]
Email = Annotated[str, StringConstraints(max_length=254, pattern=r"^([^\s@\x00]+@[^\s@\x00]+)?$")]
Device = Annotated[str, StringConstraints(max_length=200, pattern=NO_NUL)]


class Role(StrEnum):
    """What a user may do."""

    LISTENER = "listener"
    ARTIST = "artist"
    OPERATOR = "operator"


class Plan(StrEnum):
    """What a user may use."""

    FREE = "free"
    PLUS = "plus"
    STUDIO = "studio"


class User(Answer):
    """A person with an account."""

    id: str
    name: str
    display_name: str
    email: MaybeText
    role: Annotated[Role, spoken(pb.Role, "ROLE_", "listener")]
    plan: Annotated[Plan, spoken(pb.Plan, "PLAN_", "free")]
    disabled: bool
    created_at: Instant
    own_library_id: MaybeText


class UserPage(Answer):
    """Users of this server."""

    items: list[User] = Field(validation_alias="users")
    next_cursor: Cursor


class Setup(Answer):
    """What someone who opens this server for the first time can do."""

    has_users: bool
    sign_up: bool = Field(description="Whether anyone may make an account now.")


class SignUp(Asked):
    """An account to make."""

    name: UserName = Field(examples=["nadia"])
    password: NewPassword = Field(examples=["correct horse battery"])
    display_name: Line = ""
    email: Email = ""
    device: Device = Field("", description="What the device calls itself.")
    cookie: bool = Field(False, description="Keep the tokens in cookies; for the web app.")


class SignIn(Asked):
    """Who someone says they are."""

    name: Name = Field(examples=["nadia"])
    password: Password = Field(examples=["correct horse battery"])
    device: Device = Field("", description="What the device calls itself.")
    cookie: bool = Field(False, description="Keep the tokens in cookies; for the web app.")


class Refresh(Asked):
    """The refresh token, unless it comes in the cookie."""

    refresh_token: str = Field("", max_length=500, pattern=r"^[\x21-\x7e]*$")


class Tokens(Answer):
    """What proves a session from now on."""

    access_token: str | None = Field(description="Null when it is in a cookie.")
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 the name of a scheme
    expires_in_s: int = Field(description="Of the access token.")
    refresh_token: str | None = Field(description="Good for one use. Null when it is in a cookie.")
    user: User


class JsonWebKey(Answer):
    """A public key by RFC 8037."""

    kty: Literal["OKP"] = "OKP"
    crv: Literal["Ed25519"] = "Ed25519"
    use: Literal["sig"] = "sig"
    alg: Literal["EdDSA"] = "EdDSA"
    kid: str
    x: str


class JsonWebKeySet(Answer):
    """The keys that sign access tokens: the last, the present and the next."""

    keys: list[JsonWebKey]


class MeEdit(Asked):
    """What to change about oneself; what is left out stays."""

    display_name: Line | None = None
    email: Email | None = None


class UserEdit(Asked):
    """What to change about a user; what is left out stays."""

    display_name: Line | None = None
    email: Email | None = None
    role: Role | None = None
    plan: Plan | None = None
    disabled: bool | None = None

    def request(self, viewer_id: str, user_id: str) -> pb.EditUserRequest:
        """Ask the catalog."""
        return pb.EditUserRequest(
            viewer_id=viewer_id,
            user_id=user_id,
            display_name=self.display_name,
            email=self.email,
            role=numbered(pb.Role, "ROLE_", self.role) if self.role else None,
            plan=numbered(pb.Plan, "PLAN_", self.plan) if self.plan else None,
            disabled=self.disabled,
        )


class PasswordChange(Asked):
    """The old password and the new one."""

    old_password: Password
    new_password: NewPassword


class Session(Answer):
    """One sign-in on one device."""

    id: str
    device: str
    created_at: Instant
    last_used_at: Instant
    expires_at: Instant
    current: bool = Field(False, description="The one that asks.")


class SessionList(Answer):
    """Open sessions."""

    items: list[Session]


class ApiKeyNew(Asked):
    """A key to make."""

    name: Name = Field(examples=["living room"], description="Which app or device it is for.")


class ApiKey(Answer):
    """A key for one app or device."""

    id: str
    name: str
    hint: str = Field(description="Its first characters.")
    created_at: Instant
    last_used_at: MaybeInstant


class ApiKeyList(Answer):
    """A user's keys."""

    items: list[ApiKey] = Field(validation_alias="keys")


class AppPasswordNew(Asked):
    """An app password to make."""

    name: Name = Field(examples=["telephone"], description="Which app or device it is for.")


class AppPassword(Answer):
    """A password for one app, which opens nothing but /rest."""

    id: str
    name: str
    created_at: Instant
    last_used_at: MaybeInstant


class AppPasswordList(Answer):
    """A user's app passwords."""

    items: list[AppPassword] = Field(validation_alias="app_passwords")


class AppPasswordMade(Answer):
    """A new app password. What it says is never shown again."""

    app_password: AppPassword
    secret: str


class ApiKeyMade(Answer):
    """A new key. Its secret is never shown again."""

    key: ApiKey
    secret: str
