"""How the kernels are compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from numba import njit

if TYPE_CHECKING:
    from collections.abc import Callable

F = TypeVar("F", bound="Callable[..., object]")

FAST = {"contract", "nsz", "arcp", "nnan"}
"""What does not change the order of sums: the same samples, whatever they are computed with.

There are no NaN in a deck, and only with that promise a greatest value is found eight at a time.
"""

COMPILED: dict[str, Any] = {  # numba does not tell of _nrt
    "nogil": True,
    "fastmath": FAST,
    "error_model": "numpy",
    "_nrt": False,
}
"""Nothing is allocated, so nothing needs to be counted: that alone makes kernels twice as fast."""


def kernel(function: F) -> F:
    """Compile a function when it is first called from another."""
    return cast("F", njit(**COMPILED)(function))


def inlined(function: F) -> F:
    """Compile a function as a part of those that call it: only so it may answer an array."""
    return cast("F", njit(inline="always", **COMPILED)(function))


def entry(function: F) -> F:
    """Compile a function that Python calls, and keep what came out in numba's folder."""
    return cast("F", njit(cache=True, **COMPILED)(function))
