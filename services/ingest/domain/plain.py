"""Domain values to plain JSON and back, so that a step's result can rest in a database row."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from pydantic import TypeAdapter

Value = TypeVar("Value")


def to_json(value: "DataclassInstance") -> str:
    """Write a value of the domain; NaN and infinity are refused, None says "not defined"."""
    return json.dumps(asdict(value), allow_nan=False, ensure_ascii=False)


def from_json(kind: type[Value], text: str | bytes) -> Value:
    """Read what ``to_json`` wrote; anything else raises ``pydantic.ValidationError``."""
    value: Value = _reader(kind).validate_json(text)  # type: ignore[arg-type]  # mypy on classes
    return value


def from_plain(kind: type[Value], plain: Mapping[str, object]) -> Value:
    """Read a value from what its JSON says."""
    value: Value = _reader(kind).validate_python(plain)  # type: ignore[arg-type]  # mypy on classes
    return value


@cache
def _reader(kind: Any) -> "TypeAdapter[Any]":  # noqa: ANN401  a cache forgets the type
    """It takes milliseconds to make, and microseconds to use."""
    from pydantic import TypeAdapter  # noqa: PLC0415  the sandboxed child only writes: 0.15 s

    return TypeAdapter(kind)
