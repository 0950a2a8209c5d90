"""Pages of lists in PostgreSQL: each starts where the last one ended, however far in.

A list is ordered by a few SQL expressions, the last of them the unique id. A
page token holds the order, the count found with the first page, and the values
of these expressions in the last row; the next page is what comes behind them.

A page is found in one of three ways, none of which reads much more than it
answers with. Most orders have an index for each library: the page is what
these find behind the last one, merged. What a listener played or marked, and
what a filter narrows to a few, is read whole and sorted. A shuffle knows where
to look: see shuffling.py.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from libs.common.faults import InvalidInput
from libs.common.postgres import Connection
from services.catalog.adapters.lists import Conditions, List, Order
from services.catalog.adapters.rows import SEEN
from services.catalog.adapters.shuffling import (
    FEW_ROWS,
    PLACES,
    SEED,
    place_of,
    places,
    places_for,
)
from services.catalog.domain.listing import Listing
from services.catalog.domain.paging import Place, Position, Stretch, page_position, page_token

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

MOST_COUNTED = 2**31
LAST_MICROSECOND = 10**16
"""In the year 2286."""


@dataclass(frozen=True, slots=True)
class Start:
    """Where a page starts: behind ``after`` in this shuffle, in a list this long."""

    seed: int
    total: int | None
    after: Position | None
    offset: int = 0
    """So many rows more are left out."""


async def listed(connection: Connection, listing: List, stretch: Stretch) -> Listing[str]:
    """One page of ids, and how long the whole list is."""
    start, size = _start_of(listing.order, stretch), stretch.size
    total = start.total
    if total is None:
        total = await _count(connection, listing)
    if listing.order.shuffled and not listing.gathered and total > FEW_ROWS:
        rows = await _shuffled_rows(connection, listing, start, total, size)
    else:
        rows = await _rows(connection, listing, listing.where.copied(), start, size)
    ids = [row["id"] for row in rows[:size]]
    return Listing(ids, _next_token(listing.order, start, total, rows, size), total)


def _start_of(order: Order, stretch: Stretch) -> Start:
    """Read where a page starts, or raise InvalidInput."""
    if order.shuffled and stretch.offset:
        raise InvalidInput("a shuffle goes on by its page_token: it is another one each time")
    position = page_position(stretch.token, [str, int, int, *order.token_kinds])
    if position is None:
        return Start(secrets.randbits(62) if order.shuffled else 0, None, None, stretch.offset)
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
    keys = [last[f"k{n}"] for n in range(len(order.keys))]
    return page_token((order.name, start.seed, total, *keys))


async def _shuffled_rows(
    connection: Connection, listing: List, start: Start, total: int, size: int
) -> list[asyncpg.Record]:
    """Rows of one page and one more, looked up where the shuffle says they lie."""
    found: list[asyncpg.Record] = []
    first = max(0, int(start.after[0])) if start.after else 0
    while len(found) <= size and first < PLACES:
        behind = min(PLACES, first + places_for(size + 1 - len(found), total))
        where = listing.where.copied()
        place = place_of(f"{listing.table}.id")
        where.add(f"{place} = ANY({{}}::integer[])", places(start.seed, first, behind))
        found += await _rows(connection, listing, where, start, size, everywhere=True)
        first = behind
    return found


async def _rows(
    connection: Connection,
    listing: List,
    where: Conditions,
    start: Start,
    size: int,
    *,
    everywhere: bool = False,
) -> list[asyncpg.Record]:
    """Rows of one page and one more: of all libraries together, or of each, merged."""
    order = listing.order
    keys = [key.replace(SEED, _seed(where, start, key)) for key in order.keys]
    if start.after is not None:
        behind = ", ".join(
            FROM_TOKEN[kind].format(where.parameter(place))
            for place, kind in zip(start.after, order.kinds, strict=True)
        )
        where.add(f"({', '.join(keys)}) {'<' if order.descending else '>'} ({behind})")
    together = everywhere or listing.gathered
    among = "" if together else "visible_libraries($1) AS seen(id), LATERAL"
    where.sql.insert(0, f"{listing.library} = {SEEN if together else 'seen.id'}")
    direction = "DESC" if order.descending else "ASC"
    names = [f"k{n}" for n in range(len(keys))]
    answers = [INTO_TOKEN[kind].format(name) for kind, name in zip(order.kinds, names, strict=True)]
    most, limit = where.parameter(start.offset + size + 1), where.parameter(size + 1)
    return await connection.fetch(
        f"""
        SELECT page.id, {", ".join(answers)} FROM {among} (
            SELECT {keys[-1]} AS id, {", ".join(map(" AS ".join, zip(keys, names, strict=True)))}
            FROM {listing.source} WHERE {" AND ".join(where.sql)}
            ORDER BY {", ".join(f"{key} {direction}" for key in keys)} LIMIT {most}
        ) AS page
        ORDER BY {", ".join(f"{name} {direction}" for name in names)}
        LIMIT {limit} OFFSET {where.parameter(start.offset)}
        """,
        *where.values,
    )


async def _count(connection: Connection, listing: List) -> int:
    """How long the whole list is."""
    where = listing.where
    if where.counted and not listing.order.mine:
        query = where.counted
    elif where.sql or listing.order.mine:
        conditions = " AND ".join([f"{listing.library} = {SEEN}", *where.sql])
        query = f"SELECT count(*) FROM {listing.source} WHERE {conditions}"
    else:
        query = f"""
            SELECT coalesce(sum({listing.table}_count), 0) FROM libraries WHERE id = {SEEN}
        """
    counted: int = await connection.fetchval(query, *where.values)
    return counted


def _sound(order: Order, after: Sequence[Place]) -> bool:
    """Whether every time in a token is one PostgreSQL can hold."""
    return all(
        kind is not datetime or 0 <= int(place) < LAST_MICROSECOND
        for kind, place in zip(order.kinds, after, strict=True)
    )


def _seed(where: Conditions, start: Start, key: str) -> str:
    return where.parameter(start.seed) if SEED in key else ""
