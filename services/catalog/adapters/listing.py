"""Pages of lists in PostgreSQL: each starts where the last one ended, however far in.

A list is ordered by a few SQL expressions, the last of them unique. A page
token holds the order, the count found with the first page, and the values of
these expressions in the last row; the next page is what an index finds behind
them, library by library, merged.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import asyncpg

from libs.common.faults import InvalidInput
from libs.common.postgres import Connection
from services.catalog.domain.listing import Listing
from services.catalog.domain.paging import Place, Position, page_position, page_token

INTO_TOKEN = {
    str: "{0}",
    int: "{0}",
    datetime: "(extract(epoch FROM {0}) * 1000000)::bigint AS {0}",
}
FROM_TOKEN = {
    str: '{}::text COLLATE "C"',
    int: "{}::bigint",
    datetime: "('epoch'::timestamptz + {}::bigint * interval '1 microsecond')",
}
"""How keys go into tokens and come out of them."""
SEED = "{seed}"
"""Stands in an expression for the parameter that holds the seed of a shuffle."""

MOST_COUNTED = 2**31
LAST_MICROSECOND = 10**16
"""In the year 2286."""


@dataclass(frozen=True, slots=True)
class Order:
    """A way to order the rows of a table."""

    name: str
    keys: Sequence[str]
    kinds: Sequence[type[str | int | datetime]]
    descending: bool = False
    join: str = ""
    """What to join for the keys; rows without it are left out."""

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

    def parameter(self, value: object) -> str:
        """Name a parameter with this value."""
        self.values.append(value)
        return f"${len(self.values)}"

    def add(self, condition: str, value: object | None = None) -> None:
        """Require a condition; ``{}`` in it stands for the value."""
        self.sql.append(condition if value is None else condition.format(self.parameter(value)))


@dataclass(frozen=True, slots=True)
class Start:
    """Where a page starts: behind ``after`` in this shuffle, in a list this long."""

    seed: int
    total: int | None
    after: Position | None


async def listed(
    connection: Connection, table: str, order: Order, where: Conditions, token: str, size: int
) -> Listing[str]:
    """One page of ids, and how long the whole list is."""
    start = _start_of(order, token)
    total = start.total
    if total is None:
        total = await _count(connection, table, order, where)
    rows = await _page_of_ids(connection, table, order, where, start, size)
    ids = [row["id"] for row in rows[:size]]
    return Listing(ids, _next_token(order, start, total, rows, size), total)


def _start_of(order: Order, token: str) -> Start:
    """Read a page token, or raise InvalidInput."""
    position = page_position(token, [str, int, int, *order.token_kinds])
    if position is None:
        return Start(secrets.randbits(62) if order.shuffled else 0, None, None)
    name, seed, total, *after = position
    if name != order.name or not 0 <= int(total) < MOST_COUNTED or not _sound(order, after):
        raise InvalidInput("page_token must be a next_page_token this list answered with")
    return Start(int(seed), int(total), tuple(after))


def _next_token(
    order: Order, start: Start, total: int, rows: Sequence[asyncpg.Record], size: int
) -> str:
    """The token of the page behind these rows; empty when they are the last."""
    if len(rows) <= size:
        return ""
    last = rows[size - 1]
    places = [last[f"k{n}"] for n in range(len(order.keys))]
    return page_token((order.name, start.seed, total, *places))


async def _page_of_ids(
    connection: Connection, table: str, order: Order, where: Conditions, start: Start, size: int
) -> Sequence[asyncpg.Record]:
    """Ids of one page and one row more, library by library."""
    values = Conditions(list(where.values), list(where.sql))
    keys = [key.replace(SEED, _seed(values, start, key)) for key in order.keys]
    direction = "DESC" if order.descending else "ASC"
    if start.after is not None:
        behind = ", ".join(
            FROM_TOKEN[kind].format(values.parameter(place))
            for place, kind in zip(start.after, order.kinds, strict=True)
        )
        values.add(f"({', '.join(keys)}) {'<' if order.descending else '>'} ({behind})")
    names = [f"k{n}" for n in range(len(keys))]
    answers = [INTO_TOKEN[kind].format(name) for kind, name in zip(order.kinds, names, strict=True)]
    limit = values.parameter(size + 1)
    conditions = "".join(f" AND {condition}" for condition in values.sql)
    return await connection.fetch(
        f"""
        SELECT id, {", ".join(answers)} FROM visible_libraries($1) AS seen(library_id), LATERAL (
            SELECT {table}.id, {", ".join(f"{k} AS {n}" for k, n in zip(keys, names, strict=True))}
            FROM {table}s AS {table} {order.join}
            WHERE {table}.library_id = seen.library_id {conditions}
            ORDER BY {", ".join(f"{key} {direction}" for key in keys)} LIMIT {limit}
        ) AS page
        ORDER BY {", ".join(f"{name} {direction}" for name in names)} LIMIT {limit}
        """,
        *values.values,
    )


async def _count(connection: Connection, table: str, order: Order, where: Conditions) -> int:
    """How long the whole list is."""
    if not where.sql and not order.join:
        everything: int = await connection.fetchval(
            f"SELECT coalesce(sum({table}_count), 0) FROM libraries"
            " WHERE id IN (SELECT visible_libraries($1))",
            *where.values,
        )
        return everything
    conditions = "".join(f" AND {condition}" for condition in where.sql)
    counted: int = await connection.fetchval(
        f"""
        SELECT count(*) FROM {table}s AS {table} {order.join}
        WHERE {table}.library_id IN (SELECT visible_libraries($1)) {conditions}
        """,
        *where.values,
    )
    return counted


def _sound(order: Order, after: Sequence[Place]) -> bool:
    """Whether every time in a token is one PostgreSQL can hold."""
    return all(
        kind is not datetime or 0 <= int(place) < LAST_MICROSECOND
        for kind, place in zip(order.kinds, after, strict=True)
    )


def _seed(values: Conditions, start: Start, key: str) -> str:
    return values.parameter(start.seed) if SEED in key else ""
