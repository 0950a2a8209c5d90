"""Domain values to plain JSON and back, so that a step's result can rest in a database row."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Value = TypeVar("Value")


def to_json(value: "DataclassInstance") -> str:
    """Write a value of the domain; NaN and infinity are refused, None says "not defined"."""
    return json.dumps(asdict(value), allow_nan=False, ensure_ascii=False)


def from_json(kind: type[Value], text: str | bytes) -> Value:
    """Read what ``to_json`` wrote; anything else raises ``pydantic.ValidationError``."""
    from pydantic import TypeAdapter  # noqa: PLC0415  the sandboxed child only writes: 0.15 s

    return TypeAdapter(kind).validate_json(text)
