"""How PostgreSQL goes about every call that reads: python -m services.catalog.benchmarks.plans.

PostgreSQL itself notes the plan of every statement as it ran, with the rows
that every step took: https://www.postgresql.org/docs/current/auto-explain.html.
A plan is bad when it reads a large table from end to end, or takes or sorts far
more rows than a page needs, whatever the index. What an index marks in a bitmap
costs next to nothing until the rows are read, and is not judged.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from dataclasses import dataclass
from os import SEEK_END
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from services.catalog.benchmarks.browsing import TRACKS, WARMING
from services.catalog.benchmarks.calls import calls
from services.catalog.benchmarks.habits import PLAYED
from services.catalog.benchmarks.house import administrator, furnished, serving

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from services.catalog.benchmarks.calls import Call
    from services.catalog.benchmarks.house import House

LARGE_ROWS = 3000
"""A table with more rows is large; smaller ones may be read whole."""
MOST_TAKEN = 10_000
"""Rows one step may take: as many as a shuffle sorts whole, no more."""
NOTED = {
    "session_preload_libraries": "auto_explain",
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_timing": "off",
    "auto_explain.log_format": "json",
    "auto_explain.log_nested_statements": "on",
    "auto_explain.log_parameter_max_length": "0",
}

# A node of a plan, as PostgreSQL writes it.
Node = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One reading of a large table, or a sorting of rows."""

    kind: str
    of: str
    """The index, the table when there is none, or what is sorted."""
    rows: int
    """Taken in, used or not."""

    @property
    def fault(self) -> str:
        """What is wrong with it, empty when nothing is."""
        if self.kind.endswith("Seq Scan"):
            return f"reads {self.of} without an index"
        if self.kind == "Bitmap Index Scan":
            return ""
        return f"takes {self.rows} rows of {self.of}" if self.rows > MOST_TAKEN else ""

    def __str__(self) -> str:
        return f"{self.kind} {self.of} ({self.rows})"


async def steps(house: House, only: str = "") -> Mapping[str, Sequence[Step]]:
    """The steps of every call, those alike once, with the most rows seen."""
    large = await _noted(house)
    async with serving(house) as running:
        asked = await calls(running.channel, house.shelf, house.viewer_id)
        with house.postgres_log.open("rb") as log:
            return {
                name: await _steps_of(call, log, large)
                for name, call in asked.items()
                if only in name
            }


async def _noted(house: House) -> frozenset[str]:
    """Let PostgreSQL note what the catalog asks from now on; answers the large tables."""
    async with administrator(house.servers) as connection:
        for name, value in NOTED.items():
            await connection.execute(f"ALTER ROLE catalog SET {name} = '{value}'")
        rows = await connection.fetch(
            """
            SELECT relname FROM pg_class
            WHERE relnamespace = 'catalog'::regnamespace AND relkind = 'r' AND reltuples > $1
            """,
            LARGE_ROWS,
        )
    return frozenset(row["relname"] for row in rows)


async def _steps_of(call: Call, log: IO[bytes], large: frozenset[str]) -> Sequence[Step]:
    log.seek(0, SEEK_END)
    for n in range(WARMING):
        await call(n)
    most: dict[tuple[str, str], Step] = {}
    for plan in _plans(log.read().decode()):
        for step in _large_steps(plan, large):
            known = most.get((step.kind, step.of))
            if known is None or known.rows < step.rows:
                most[step.kind, step.of] = step
    return list(most.values())


def _plans(notes: str) -> Iterator[Node]:
    """The plans in a log. Lines within a note are indented by a tab."""
    for note in notes.split("  plan:\n")[1:]:
        yield json.JSONDecoder().raw_decode(note.replace("\n\t", "\n").lstrip())[0]["Plan"]


def _large_steps(node: Node, large: frozenset[str], table: str = "") -> Iterator[Step]:
    kind = node["Node Type"]
    table = node.get("Relation Name", table)
    below: Sequence[Node] = node.get("Plans", ())
    if kind.endswith("Scan") and table in large and kind != "Bitmap Heap Scan":
        yield Step(kind, node.get("Index Name", table), _taken(node))
    elif kind == "Bitmap Heap Scan" and table in large:
        yield Step(kind, table, _taken(node))
    elif kind.endswith("Sort"):
        yield Step("Sort", "rows", sum(_taken(each) for each in below))
    for each in below:
        yield from _large_steps(each, large, table if kind == "Bitmap Heap Scan" else "")


def _taken(node: Node) -> int:
    left: float = sum(value for name, value in node.items() if name.startswith("Rows Removed by"))
    return int((node["Actual Rows"] + left) * node["Actual Loops"])


async def main(track_count: int, only: str) -> None:
    """Print the steps of every call, and what is wrong with them."""
    with tempfile.TemporaryDirectory() as folder:
        async with furnished(Path(folder), track_count) as house:
            for name, taken in (await steps(house, only)).items():
                print(f"{name:28} {'; '.join(map(str, taken))}")
                for fault in filter(None, (step.fault for step in taken)):
                    print(f"{'':28} BAD: {fault}")


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--tracks", type=int, default=TRACKS, help=f"at least {PLAYED}")
    options.add_argument("--only", default="", help="calls whose name contains this")
    arguments = options.parse_args()
    asyncio.run(main(arguments.tracks, arguments.only))
