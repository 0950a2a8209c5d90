"""Answers to music apps, read as strictly as the shapes of the API allow."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.etree import ElementTree

from services.gateway.tests.opensubsonic_shapes import (
    BOUNDS,
    ENVELOPE,
    MEASURES,
    SHAPES,
    TEXT,
    WORDS,
    WORDY,
    Field,
    Shape,
    shape,
)

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")
WHOLE = re.compile(r"-?\d+")
SPACE = "{http://subsonic.org/restapi}"
ROOT = "subsonic-response"


class Wrong(AssertionError):
    """An answer is not as the API has it."""


def read(content: bytes, *, as_xml: bool, answer: str) -> dict[str, Any]:
    """What stands in an envelope, once all of it is known to be right."""
    told = _from_xml(content, answer) if as_xml else _from_json(content)
    failed = told.get("status") == "failed"
    _check_shape(shape(f"{ENVELOPE} {'!error:Error' if failed else answer}"), told, ROOT)
    return told


def _from_json(content: bytes) -> dict[str, Any]:
    whole = json.loads(content)
    if list(whole) != [ROOT]:
        raise Wrong(f"there is {list(whole)} where {ROOT} stands alone")
    return dict(whole[ROOT])


def _from_xml(content: bytes, answer: str) -> dict[str, Any]:
    if not content.startswith(b'<?xml version="1.0" encoding="UTF-8"?>'):
        raise Wrong("XML begins with its declaration")
    root = ElementTree.fromstring(content)  # noqa: S314  our own
    if root.tag != SPACE + ROOT:
        raise Wrong(f"the root is {root.tag}")
    if root.get("status") == "failed":
        answer = "!error:Error"
    return _branch(shape(f"{ENVELOPE} {answer}"), root, ROOT, wordy=False)


def _branch(
    known: Shape, element: ElementTree.Element, where: str, *, wordy: bool
) -> dict[str, Any]:
    """An element as JSON would have it: what its shape says is what its text can mean."""
    told: dict[str, Any] = {}
    for name, text in element.attrib.items():
        told[name] = _leaf(_field(known, name, where), text, f"{where}.{name}", in_element=wordy)
    for child in element:
        name = child.tag.removeprefix(SPACE)
        field, place = _field(known, name, where), f"{where}.{name}"
        value = _inside(field, child, place, wordy=wordy)
        if field.several:
            told.setdefault(name, []).append(value)
        elif name in told:
            raise Wrong(f"{place} stands twice")
        else:
            told[name] = value
    text = element.text or ""
    if TEXT in known and (text or known[TEXT].wanted):
        told[TEXT] = text
    elif text.strip():
        raise Wrong(f"{where} has the text {text!r}")
    return told


def _inside(field: Field, element: ElementTree.Element, where: str, *, wordy: bool) -> Any:  # noqa: ANN401  as in JSON
    if field.kind in SHAPES:
        return _branch(SHAPES[field.kind], element, where, wordy=field.kind in WORDY)
    if not (field.several or wordy):
        raise Wrong(f"{where} is an element, and should be an attribute")
    if element.attrib or len(element):
        raise Wrong(f"{where} is more than a text")
    return _parsed(field, element.text or "", where)


def _leaf(field: Field, text: str, where: str, *, in_element: bool) -> Any:  # noqa: ANN401  the same
    if field.several or in_element or field.kind in SHAPES:
        raise Wrong(f"{where} is an attribute, and should be an element")
    return _parsed(field, text, where)


def _parsed(field: Field, text: str, where: str) -> Any:  # noqa: ANN401  the same
    if field.kind == "flag":
        if text not in {"true", "false"}:
            raise Wrong(f"{where} is {text!r}, neither true nor false")
        return text == "true"
    if field.kind in BOUNDS:
        if not WHOLE.fullmatch(text):
            raise Wrong(f"{where} is {text!r}, no whole number")
        return int(text)
    return float(text) if field.kind in MEASURES else text


def _field(known: Shape, name: str, where: str) -> Field:
    if name not in known or name == TEXT:
        raise Wrong(f"the API knows no {name} in {where}")
    return known[name]


def _check_shape(known: Shape, told: Any, where: str) -> None:  # noqa: ANN401  whatever JSON holds
    if not isinstance(told, dict):
        raise Wrong(f"{where} is {told!r}, and should hold fields")
    for name, field in known.items():
        if field.wanted and name not in told:
            raise Wrong(f"{where}.{name} is missing")
    for name, value in told.items():
        if name not in known:
            raise Wrong(f"the API knows no {name} in {where}")
        _check_field(known[name], value, f"{where}.{name}")


def _check_field(field: Field, value: Any, where: str) -> None:  # noqa: ANN401  the same
    if not field.several:
        _check(field.kind, value, where)
        return
    if not isinstance(value, list) or not value:
        raise Wrong(f"{where} is {value!r}, and should be a list of something")
    for number, each in enumerate(value):
        _check(field.kind, each, f"{where}[{number}]")


def _check(kind: str, value: Any, where: str) -> None:  # noqa: ANN401  the same
    if kind in SHAPES:
        _check_shape(SHAPES[kind], value, where)
    elif not _is(kind, value):
        raise Wrong(f"{where} is {value!r}, no {kind}")


def _is(kind: str, value: object) -> bool:
    if kind == "flag":
        return isinstance(value, bool)
    if kind in BOUNDS or kind in MEASURES:
        low, high = BOUNDS.get(kind) or MEASURES[kind]
        number = isinstance(value, int if kind in BOUNDS else (int, float))
        return number and not isinstance(value, bool) and low <= value <= high  # type: ignore[operator]  # it is a number
    if not isinstance(value, str):
        return False
    if kind == "moment":
        return bool(MOMENT.fullmatch(value))
    if kind in WORDS:
        return value in WORDS[kind]
    return kind == "line" or (bool(value) and kind in {"id", "text"})
