"""What all JSON of the gateway has in common.

Answers are read straight from protobuf messages by their attributes: a field
``changed_at`` comes from ``changed_at_unix_ms``, and what the contract leaves
empty or zero where it means "none" becomes null.
"""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Protocol, TypeVar

from google.protobuf.message import Message
from pydantic import (
    AliasGenerator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

LARGEST_INT64 = 2**63 - 1
LONGEST_MS = 366 * 24 * 3600 * 1000
"""A year: no recording is longer, and no position in one further."""


class Answer(BaseModel):
    """Something the gateway says."""

    model_config = ConfigDict(
        from_attributes=True,
        frozen=True,
        json_schema_serialization_defaults_required=True,
        alias_generator=AliasGenerator(
            validation_alias=lambda name: f"{name}_unix_ms" if name.endswith("_at") else name
        ),
        validate_by_name=True,
        validate_by_alias=True,
    )


class SparseAnswer(Answer):
    """An answer of which some numbers may be unknown, which is not the same as zero."""

    @model_validator(mode="before")
    @classmethod
    def _only_what_is_set(cls, told: object) -> object:
        if isinstance(told, Message):
            return {field.name: value for field, value in told.ListFields()}
        return told


class Asked(BaseModel):
    """Something a client says; a field it may not say is an error, not a silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _instant(told: object) -> object:
    return datetime.fromtimestamp(told / 1000, UTC) if isinstance(told, int) else told


def _instant_or_none(told: object) -> object:
    return _instant(told) if told else None


def _or_none(told: object) -> object:
    return told or None


def _given(told: object) -> object:
    return None if isinstance(told, Message) and not told.ByteSize() else told


Instant = Annotated[datetime, BeforeValidator(_instant)]
MaybeInstant = Annotated[datetime | None, BeforeValidator(_instant_or_none)]
MaybeText = Annotated[str | None, BeforeValidator(_or_none)]
MaybeNumber = Annotated[int | None, BeforeValidator(_or_none)]
Given = BeforeValidator(_given)
"""Beside a message that may be absent."""
Cursor = Annotated[str | None, BeforeValidator(_or_none), Field(validation_alias="next_page_token")]

NO_NUL = r"^[^\x00]*$"
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Line = Annotated[str, StringConstraints(max_length=500, pattern=NO_NUL)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NO_NUL)]
Prose = Annotated[str, StringConstraints(max_length=10_000, pattern=NO_NUL)]
PageToken = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[\x21-\x7e]*$")]
PartialDate = Annotated[str, StringConstraints(pattern=r"^([0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?)?$")]


class Paging(Asked):
    """Which page of a list."""

    limit: int = Field(50, ge=1, le=500, description="How many at most.")
    cursor: PageToken = Field("", description="The next_cursor of the page before.")


Number = TypeVar("Number", bound=int)


class Names(Protocol[Number]):
    """An enum of a contract, as far as it is used here."""

    def items(self) -> list[tuple[str, Number]]:
        """Every name with its number."""

    def Value(self, name: str) -> Number:  # noqa: N802 protobuf's name
        """The number of a name."""


def spoken(names: Names[Number], prefix: str, unspecified: str = "") -> BeforeValidator:
    """Read an enum of a contract in lower case and without its prefix."""
    words: dict[object, str] = {
        number: name.removeprefix(prefix).lower() for name, number in names.items()
    }
    if unspecified:
        words[0] = unspecified
    return BeforeValidator(lambda told: words.get(told, told))


def numbered(names: Names[Number], prefix: str, word: StrEnum) -> Number:
    """Write a word as the enum of a contract."""
    return names.Value(prefix + word.value.upper())


def unix_ms(instant: datetime) -> int:
    """Write a time as the contracts have it."""
    return round(instant.timestamp() * 1000)
