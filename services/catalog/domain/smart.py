"""Smart playlists: rules that say which tracks belong, tested when somebody looks.

What a rule says of ratings, favourites and plays means those of who looks.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from libs.common.faults import InvalidInput

MOST_CONDITIONS = 20
MOST_TRACKS, USUAL_TRACKS = 1000, 100
LONGEST_VALUE = 200
MOST_DAYS = 36_500


class Field(StrEnum):
    """What a condition looks at."""

    TITLE = "title"
    ARTIST = "artist"
    ALBUM = "album"
    GENRE = "genre"
    COMPOSER = "composer"
    LABEL = "label"
    YEAR = "year"
    TEMPO_BPM = "tempo_bpm"
    KEY = "key"
    ENERGY = "energy"
    DURATION_S = "duration_s"
    RATING = "rating"
    FAVOURITE = "favourite"
    PLAY_COUNT = "play_count"
    LAST_PLAYED = "last_played"
    ADDED = "added"
    LOSSLESS = "lossless"


class Operator(StrEnum):
    """How a condition compares. Case does not count, accents do."""

    IS = "is"
    IS_NOT = "is_not"
    CONTAINS = "contains"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    WITHIN_DAYS = "within_days"
    NOT_WITHIN_DAYS = "not_within_days"


class Kind(StrEnum):
    """What kind of value a field has."""

    TEXT = "text"
    NUMBER = "number"
    KEY = "key"
    TRUTH = "truth"
    MOMENT = "moment"


class Match(StrEnum):
    """How conditions combine."""

    ALL = "all"
    ANY = "any"


class Order(StrEnum):
    """In which order the tracks come."""

    TITLE = "title"
    NEWEST = "newest"
    MOST_PLAYED = "most_played"
    LAST_PLAYED = "last_played"
    RATING = "rating"
    TEMPO = "tempo"
    RANDOM = "random"


Operand: TypeAlias = str | float | bool

KINDS: Mapping[Field, Kind] = {
    **dict.fromkeys(
        (Field.TITLE, Field.ARTIST, Field.ALBUM, Field.GENRE, Field.COMPOSER, Field.LABEL),
        Kind.TEXT,
    ),
    **dict.fromkeys(
        (
            Field.YEAR,
            Field.TEMPO_BPM,
            Field.ENERGY,
            Field.DURATION_S,
            Field.RATING,
            Field.PLAY_COUNT,
        ),
        Kind.NUMBER,
    ),
    **dict.fromkeys((Field.FAVOURITE, Field.LOSSLESS), Kind.TRUTH),
    **dict.fromkeys((Field.LAST_PLAYED, Field.ADDED), Kind.MOMENT),
    Field.KEY: Kind.KEY,
}

OPERATORS: Mapping[Kind, Sequence[Operator]] = {
    Kind.TEXT: (Operator.IS, Operator.IS_NOT, Operator.CONTAINS),
    Kind.NUMBER: (Operator.IS, Operator.IS_NOT, Operator.AT_LEAST, Operator.AT_MOST),
    Kind.KEY: (Operator.IS, Operator.IS_NOT),
    Kind.TRUTH: (Operator.IS, Operator.IS_NOT),
    Kind.MOMENT: (Operator.WITHIN_DAYS, Operator.NOT_WITHIN_DAYS),
}


class BadRule(InvalidInput):
    """The rule of a smart playlist makes no sense."""

    code = "bad_rule"


@dataclass(frozen=True, slots=True)
class Condition:
    """One test of a track."""

    field: Field
    operator: Operator
    value: str

    def __post_init__(self) -> None:
        allowed = OPERATORS[self.kind]
        if self.operator not in allowed:
            raise BadRule(f"{self.field} can be tested by {', '.join(allowed)}")
        self.operand()

    @property
    def kind(self) -> Kind:
        """What kind of value it compares with."""
        return KINDS[self.field]

    def operand(self) -> Operand:
        """The value to compare with: text in lower case, numbers and days as float."""
        return READERS[self.kind](self.field, self.value)


@dataclass(frozen=True, slots=True)
class Rule:
    """Which tracks a smart playlist holds, and in which order."""

    match: Match
    conditions: tuple[Condition, ...]
    order: Order = Order.TITLE
    limit: int = USUAL_TRACKS

    def __post_init__(self) -> None:
        if not 1 <= len(self.conditions) <= MOST_CONDITIONS:
            raise BadRule(f"a rule has 1 to {MOST_CONDITIONS} conditions")
        if not 1 <= self.limit <= MOST_TRACKS:
            raise BadRule(f"limit must be from 1 to {MOST_TRACKS}")


def _text(field: Field, value: str) -> str:
    if not value.strip() or len(value) > LONGEST_VALUE or "\0" in value:
        raise BadRule(f"{field} is compared with text of 1 to {LONGEST_VALUE} characters")
    return value.strip().lower()


def _number(field: Field, value: str) -> float:
    if not re.fullmatch(r"\d{1,12}(\.\d{1,6})?", value, re.ASCII):
        raise BadRule(f"{field} is compared with a number such as 120 or 0.5")
    return float(value)


def _key(field: Field, value: str) -> str:
    if not re.fullmatch(r"(1[0-2]|[1-9])[AB]", value):
        raise BadRule(f"{field} is compared with a Camelot key, from 1A to 12B")
    return value


def _truth(field: Field, value: str) -> bool:
    if value not in ("true", "false"):
        raise BadRule(f"{field} is compared with true or false")
    return value == "true"


def _days(field: Field, value: str) -> float:
    if not re.fullmatch(r"\d{1,5}", value, re.ASCII) or not 1 <= int(value) <= MOST_DAYS:
        raise BadRule(f"{field} is compared with a number of days from 1 to {MOST_DAYS}")
    return float(value)


READERS: Mapping[Kind, Callable[[Field, str], Operand]] = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.KEY: _key,
    Kind.TRUTH: _truth,
    Kind.MOMENT: _days,
}
