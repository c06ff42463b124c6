"""Draws from one stream, made in batches: a number at a time from numpy would cost more than everything else."""

import math
from collections.abc import Sequence
from typing import Final, TypeVar

import numpy as np

Choice = TypeVar("Choice")
_BATCH: Final = 128


class Dice:
    """Uniform, normal and exponential numbers of one stream, and choices made with them."""

    __slots__ = ("_generator", "_normal", "_uniform")

    def __init__(self, generator: np.random.Generator) -> None:
        self._generator = generator
        self._uniform: list[float] = []
        self._normal: list[float] = []

    def uniform(self) -> float:
        """A number on [0, 1)."""
        if not self._uniform:
            self._uniform = self._generator.random(_BATCH).tolist()
        return self._uniform.pop()

    def normal(self) -> float:
        """A standard normal number."""
        if not self._normal:
            self._normal = self._generator.standard_normal(_BATCH).tolist()
        return self._normal.pop()

    def exponential(self, mean: float) -> float:
        """An exponential number of that mean."""
        return -mean * math.log(1.0 - self.uniform())

    def lognormal(self, median: float, sigma: float) -> float:
        """A log-normal number of that median; ``sigma`` is the spread of its logarithm."""
        return median * math.exp(sigma * self.normal())

    def chance(self, share: float) -> bool:
        """Whether something of that probability happens."""
        return self.uniform() < share

    def below(self, bound: int) -> int:
        """A whole number of 0 to ``bound`` - 1."""
        return int(self.uniform() * bound)

    def one(self, of: Sequence[Choice]) -> Choice:
        """One of them, each as likely."""
        return of[self.below(len(of))]

    def weighted(self, of: Sequence[Choice], cumulated: Sequence[float]) -> Choice:
        """One of them by its weight; ``cumulated`` holds the running sums, the last of them above zero."""
        at = self.uniform() * cumulated[-1]
        for index, bound in enumerate(cumulated):
            if at < bound:
                return of[index]
        return of[-1]

    def some(self, of: Sequence[Choice], count: int) -> list[Choice]:
        """``count`` different ones, or all if there are fewer, in the order of ``of``."""
        left = list(range(len(of)))
        chosen = [left.pop(self.below(len(left))) for _ in range(min(count, len(of)))]
        return [of[index] for index in sorted(chosen)]

    def poisson(self, mean: float) -> int:
        """A Poisson number of that mean; for small means (Knuth's product of uniforms)."""
        bound, product, count = math.exp(-mean), self.uniform(), 0
        while product > bound:
            product *= self.uniform()
            count += 1
        return count
