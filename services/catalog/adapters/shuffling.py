"""Shuffled lists, of which a page is found without looking at the rest.

The hash of an id strews rows over places. A shuffle numbers the places anew,
by an odd factor and an offset modulo their number, and tells rows at the same
place apart by another hash. Which places come next is then known beforehand,
and an index finds what lies there.
"""

from collections.abc import Sequence

PLACES = 2**17
"""As in the indexes of migration 0006. At 100,000 rows, a page of 50 lies on about 70 of them."""
SEED = "{seed}"
"""Stands in an expression for the parameter that holds the seed of a shuffle."""
FEW_ROWS = 10_000
"""So many are sorted sooner than they are looked up place by place."""
MARGIN = 1.3
LEAST_PLACES = 16


def place_of(row_id: str) -> str:
    """SQL for the place of a row, as it is indexed."""
    return f"(hashtext({row_id}) & {PLACES - 1})"


def shuffled(row_id: str) -> Sequence[str]:
    """SQL for the keys of a shuffled order."""
    factor, offset = f"({SEED}::bigint | 1)", f"({SEED}::bigint >> 20)"
    number = f"(({place_of(row_id)} * ({factor} & {PLACES - 1}) + ({offset} & {PLACES - 1}))"
    return [f"{number} & {PLACES - 1})", f"hashtextextended({row_id}, {SEED})", row_id]


def places(seed: int, first: int, behind: int) -> Sequence[int]:
    """The places that a shuffle numbers from ``first`` up to ``behind``, without the latter."""
    back = pow(seed | 1, -1, PLACES)
    return [(number - (seed >> 20)) * back % PLACES for number in range(first, behind)]


def places_for(rows: int, total: int) -> int:
    """How many places hold so many rows, as a rule, of this many in all."""
    return LEAST_PLACES + int(MARGIN * rows * PLACES / max(total, 1))
