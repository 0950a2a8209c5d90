"""A tree of words and numbers, as XML and as JSON.

In XML a branch is an element, a leaf an attribute of the branch it is on, and
a list the element repeated. The exceptions are those of the API.
"""

import re
from collections.abc import Mapping
from typing import TypeAlias

from pydantic_core import to_json

Tree: TypeAlias = Mapping[str, object]
"""By name: words, numbers, flags, trees, and lists of trees or of words and numbers."""

NAMESPACE = "http://subsonic.org/restapi"
TEXT = "value"
"""The leaf that is the text of its element."""
WORDY = frozenset({"artistInfo", "artistInfo2", "albumInfo"})
"""Branches whose leaves are elements."""
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
ESCAPED = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        '"': "&quot;",
        "\t": "&#9;",
        "\n": "&#10;",
        "\r": "&#13;",
    }
)


def grown(**branches: object) -> dict[str, object]:
    """A tree of what there is: without what is None, an empty text or an empty list."""
    return {name: branch for name, branch in branches.items() if branch not in (None, "", [])}


def as_json(name: str, tree: Tree) -> bytes:
    """Write a tree as JSON."""
    return to_json({name: tree})


def as_xml(name: str, tree: Tree) -> bytes:
    """Write a tree as XML, in the namespace of the API."""
    written = ['<?xml version="1.0" encoding="UTF-8"?>\n']
    _write(name, {"xmlns": NAMESPACE, **tree}, written)
    return "".join(written).encode()


def _write(name: str, tree: Tree, written: list[str]) -> None:
    inside: list[str] = []
    written.append(f"<{name}")
    for key, branch in tree.items():
        if isinstance(branch, list):
            for each in branch:
                _write_inside(key, each, inside)
        elif key == TEXT:
            inside.append(_escaped(branch))
        elif isinstance(branch, Mapping) or name in WORDY:
            _write_inside(key, branch, inside)
        else:
            written.append(f' {key}="{_escaped(branch)}"')
    if inside:
        written += [">", *inside, f"</{name}>"]
    else:
        written.append("/>")


def _write_inside(name: str, branch: object, inside: list[str]) -> None:
    if isinstance(branch, Mapping):
        _write(name, branch, inside)
    else:
        inside.append(f"<{name}>{_escaped(branch)}</{name}>")


def _escaped(leaf: object) -> str:
    if isinstance(leaf, bool):
        return "true" if leaf else "false"
    return NOT_XML.sub("", str(leaf)).translate(ESCAPED)
