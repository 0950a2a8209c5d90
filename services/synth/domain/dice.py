"""Chance that can be looked up: the same words give the same numbers, for ever."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import TypeVar

import numpy as np

T = TypeVar("T")
_WORD = 2**64 - 1
_AT_ONCE = 64


@lru_cache(maxsize=256)
def _word(purpose: str) -> int:
    return int.from_bytes(blake2b(purpose.encode(), digest_size=8).digest(), "little")


class Dice:
    """Numbers from 0 to 1 that depend on a seed, a purpose and up to two places alone.

    Only the raw words of the generator are used: numpy keeps those the same in every
    release, but not what its distributions make of them.

    References
    ----------
    J. K. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC11, 2011 (Philox).
    """

    def __init__(self, seed: int, purpose: str, place: int = 0, second: int = 0) -> None:
        key = np.array([seed, _word(purpose)], np.uint64)
        counter = np.array([0, 0, place & _WORD, second & _WORD], np.uint64)
        self._source = np.random.Philox(key=key, counter=counter)
        self._drawn: list[float] = []

    def chance(self) -> float:
        """A number of at least 0 and below 1."""
        if not self._drawn:
            # The upper 53 bits are what fits into a double, so that each is as likely.
            raw = self._source.random_raw(_AT_ONCE) >> np.uint64(11)
            self._drawn = (raw * 2.0**-53).tolist()
        return self._drawn.pop()

    def between(self, low: float, high: float) -> float:
        """A number in a range."""
        return low + (high - low) * self.chance()

    def around(self, bound: float) -> float:
        """A number from -bound to bound, mostly near 0, as the sum of two dice is."""
        return (self.chance() + self.chance() - 1) * bound

    def rounded(self, number: float) -> int:
        """A whole number next to it, whose mean over many is the number itself."""
        return int(number + self.chance())

    def one_of(self, choices: Sequence[T]) -> T:
        """One of them, each as likely."""
        return choices[int(self.chance() * len(choices))]

    def weighed(self, weights: Mapping[T, float]) -> T:
        """One of the names, as likely as it weighs. They come in the order they stand in."""
        left = self.chance() * sum(weights.values())
        for name, weight in weights.items():
            left -= weight
            if left < 0:
                return name
        return max(weights, key=lambda name: weights[name])
