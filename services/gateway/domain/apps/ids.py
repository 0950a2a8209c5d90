"""Names by which apps know things: what kind of thing it is, then our id.

An app sends any of them where the API only says ``id``, so that the name
itself has to tell what it names.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from libs.common.faults import NotFound


class Kind(StrEnum):
    """What a name may name."""

    ARTIST = "ar"
    ALBUM = "al"
    TRACK = "tr"
    PLAYLIST = "pl"
    COVER = "co"
    CHANNEL = "po"
    EPISODE = "pe"
    RADIO = "ra"
    STATION = "li"
    SHARE = "sh"


class Named(NamedTuple):
    """A thing by its kind and our id."""

    kind: Kind
    id: str


class Nothing(NotFound):
    """Nothing here has this name."""

    code = "nothing_of_this_name"


def name_of(kind: Kind, own_id: str) -> str:
    """The name that apps get."""
    return f"{kind}-{own_id}"


def named(name: str) -> Named:
    """What a name names, whether or not it is there. Raises Nothing for what is no name."""
    prefix, dash, own_id = name.partition("-")
    if prefix not in list(Kind) or not dash or not own_id:
        raise Nothing(f"there is nothing of the id {name!r}")
    return Named(Kind(prefix), own_id)


def id_of(kind: Kind, name: str) -> str:
    """Our id, of a name that has to be of one kind."""
    found = named(name)
    if found.kind is not kind:
        raise Nothing(f"there is no {kind.name.lower()} of the id {name!r}")
    return found.id


def ids_of(kind: Kind, names: Sequence[str]) -> list[str]:
    """Our ids, of names that have to be of one kind."""
    return [id_of(kind, name) for name in names]
