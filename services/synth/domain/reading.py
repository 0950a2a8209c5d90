"""Musical data from files: values of the right kind, or a refusal that names file and key."""

import re
import tomllib
import types
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")


class Unreadable(ValueError):
    """A file of musical data that cannot be played from."""


@dataclass(frozen=True, slots=True)
class Within:
    """A number's range."""

    low: float
    high: float

    def check(self, value: float, where: str) -> None:
        """Refuse what lies outside."""
        if not self.low <= value <= self.high:
            raise Unreadable(f"{where} must be from {self.low:g} to {self.high:g}")


@dataclass(frozen=True, slots=True)
class Like:
    """What a text looks like, and how to say so."""

    pattern: str
    words: str

    def check(self, value: str, where: str) -> None:
        """Refuse what looks different."""
        if not re.fullmatch(self.pattern, value):
            raise Unreadable(f"{where} must be {self.words}")


def read(kind: type[T], path: Path) -> T:
    """Read a TOML file as a dataclass. Raises Unreadable, which says where and why."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as refusal:
        raise Unreadable(f"{path.name}: {refusal}") from refusal
    value: T = _value(kind, table, f"{path.name}: ")
    return value


def _value(kind: Any, given: Any, where: str) -> Any:  # noqa: ANN401  TOML, as the fields say
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        value = _value(arguments[0], given, where)
        for each in arguments[1:]:
            each.check(value, where)
        return value
    if origin is tuple:
        _expect(list, given, where, "a list")
        return tuple(_value(arguments[0], each, f"{where}[{i}]") for i, each in enumerate(given))
    if origin in (dict, Mapping):
        return _mapping(arguments, given, where)
    if is_dataclass(kind) and not hasattr(kind, "parse"):
        return _table(kind, given, where)
    return _plain(kind, given, where)


def _mapping(kinds: tuple[Any, ...], given: Any, where: str) -> Any:  # noqa: ANN401  see _value
    _expect(dict, given, where, "a table")
    return {
        _plain(kinds[0], key, f"{where}.{key}"): _value(kinds[1], each, f"{where}.{key}")
        for key, each in given.items()
    }


def _table(kind: Any, given: Any, where: str) -> Any:  # noqa: ANN401  see _value
    _expect(dict, given, where, "a table")
    dot = where if where.endswith(": ") else f"{where}."
    hints = get_type_hints(kind, include_extras=True)
    for key in given:
        if key not in hints:
            raise Unreadable(f"{dot}{key} is unknown; there are {', '.join(hints)}")
    for field in fields(kind):
        if field.name not in given and field.default is MISSING:
            raise Unreadable(f"{dot}{field.name} is missing")
    values = {key: _value(hints[key], each, f"{dot}{key}") for key, each in given.items()}
    try:
        return kind(**values)
    except Unreadable:
        raise
    except ValueError as refusal:
        raise Unreadable(f"{where}{'' if where.endswith(': ') else ': '}{refusal}") from refusal


def _plain(kind: Any, given: Any, where: str) -> Any:  # noqa: ANN401  see _value
    if kind is float:
        _expect((int, float), given, where, "a number")
        return float(given)
    if isinstance(kind, type) and issubclass(kind, Enum):
        if given not in [each.value for each in kind]:
            choices = ", ".join(str(each.value) for each in kind)
            raise Unreadable(f"{where} must be one of {choices}")
        return kind(given)
    if hasattr(kind, "parse"):
        _expect(str, given, where, "a text")
        try:
            return kind.parse(given)
        except ValueError as refusal:
            raise Unreadable(f"{where}: {refusal}") from refusal
    _expect(kind, given, where, {int: "a whole number", str: "a text", bool: "true or false"}[kind])
    return given


def _expect(
    kind: type | types.UnionType | tuple[type, ...], given: object, where: str, words: str
) -> None:
    if not isinstance(given, kind) or (isinstance(given, bool) and kind is not bool):
        raise Unreadable(f"{where} must be {words}")
