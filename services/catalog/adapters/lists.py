"""Lists of tracks and albums, as SQL: in which order, of which rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from services.catalog.adapters.rows import SEEN
from services.catalog.adapters.shuffling import SEED
from services.catalog.domain.names import folded
from services.catalog.domain.paging import Place


@dataclass(frozen=True, slots=True)
class Order:
    """A way to order the rows of a table."""

    name: str
    keys: Sequence[str]
    kinds: Sequence[type[str | int | datetime]]
    descending: bool = False
    mine: str = ""
    """Rows of the viewer's own that are listed in place of the table's: id, library_id, keys."""

    @property
    def shuffled(self) -> bool:
        """Whether the order depends on a seed."""
        return any(SEED in key for key in self.keys)

    @property
    def token_kinds(self) -> Sequence[type[Place]]:
        """What stands in a token for each key; for a time, its microseconds since 1970."""
        return [str if kind is str else int for kind in self.kinds]


@dataclass(slots=True)
class Conditions:
    """SQL conditions, and the values of their parameters; $1 is the viewer."""

    values: list[object]
    sql: list[str] = field(default_factory=list)
    few: bool = False
    """Whether an index finds all rows that fulfil them, and these are few."""
    counted: str = ""
    """A query that knows the number of these rows, where it is kept."""
    within: str = ""
    """The parameter that holds the one library to list."""

    def parameter(self, value: object) -> str:
        """Name a parameter with this value."""
        self.values.append(value)
        return f"${len(self.values)}"

    def add(self, condition: str, value: object | None = None) -> None:
        """Require a condition; ``{}`` in it stands for the value."""
        self.counted = ""
        self.sql.append(condition if value is None else condition.format(self.parameter(value)))

    def narrow(self, condition: str, value: object | None = None) -> None:
        """Require a condition that few rows fulfil."""
        self.add(condition, value)
        self.few = True

    def of_library(self, table: str, library_id: str) -> None:
        """Require a library."""
        self.within = self.parameter(library_id)
        self.add(f"{table}.library_id = {self.within}")
        self.counted = f"""
            SELECT coalesce(sum({table}_count), 0) FROM libraries
            WHERE id = {SEEN} AND id = {self.within}
        """

    def of_genre(self, table: str, genre: str) -> None:
        """Require a genre, however it is written."""
        key, counted = self.parameter(folded(genre)), bool(self.counted) or not self.sql
        self.add(f"{table}.genre_keys @> ARRAY[{key}]")
        if counted:
            within = f"AND library_id = {self.within}" if self.within else ""
            self.counted = f"""
                SELECT coalesce(sum({table}_count), 0) FROM genre_counts
                WHERE library_id = {SEEN} AND folded = {key} {within}
            """

    def of_years(self, table: str, first: int, last: int) -> None:
        """Require a date from one year to another; 0 is no bound."""
        if first:
            self.add(f"{table}.date >= {{}}", f"{first:04}")
        if last:
            self.add(f"{table}.date > '' AND {table}.date < {{}}", f"{last:04}~")

    def copied(self) -> Self:
        """A copy to which more can be added."""
        return type(self)(list(self.values), list(self.sql), self.few)


@dataclass(frozen=True, slots=True)
class List:
    """A list to take pages of."""

    table: str
    order: Order
    where: Conditions

    @property
    def gathered(self) -> bool:
        """Whether all rows are read and sorted, being few."""
        return bool(self.order.mine) or self.where.few

    @property
    def source(self) -> str:
        """SQL for what the rows come from."""
        rows = f"{self.table}s AS {self.table}"
        if not self.order.mine:
            return rows
        joined = f"JOIN {rows} ON {self.table}.id = mine.id" if self.where.sql else ""
        return f"({self.order.mine}) AS mine {joined}"

    @property
    def library(self) -> str:
        """SQL for the library of a row."""
        return "mine.library_id" if self.order.mine else f"{self.table}.library_id"
