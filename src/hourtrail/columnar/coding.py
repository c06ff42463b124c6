"""A column of few distinct values as numbers."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

Codes: TypeAlias = npt.NDArray[np.int64]
Rows: TypeAlias = npt.NDArray[np.int64]
Number = TypeVar("Number", bound=np.generic)
Value = TypeVar("Value")
Known = TypeVar("Known", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Coded(Generic[Value]):
    """``values[codes[row]]`` is the value of a row. Some of ``values`` may stand in no row."""

    codes: npt.NDArray[np.signedinteger[Any]]
    values: Sequence[Value]

    def take(self, rows: Rows) -> "Coded[Value]":
        """Only these rows."""
        return Coded(self.codes[rows], self.values)

    def looked_up(self, number: Callable[[Value], float | bool], kind: type[Number]) -> "npt.NDArray[Number]":
        """One number a row; ``number`` is asked once for each distinct value."""
        table = np.fromiter((number(value) for value in self.values), kind, len(self.values))
        return table[self.codes] if len(self.values) else np.zeros(0, kind)


def numbered(values: Iterable[Known], count: int) -> tuple[Codes, list[Known]]:
    """A number for each value, equal for equal ones, and the distinct values by their number, in order of first appearance."""
    known: dict[Known, int] = {}
    codes = np.fromiter((known.setdefault(value, len(known)) for value in values), np.int64, count)
    return codes, list(known)


def coded(values: Sequence[Known]) -> Coded[Known]:
    """The column of these values, numbered in order of first appearance."""
    distinct = dict.fromkeys(values)
    number = dict(zip(distinct, range(len(distinct)), strict=True))
    return Coded(np.fromiter(map(number.__getitem__, values), np.int64, len(values)), list(distinct))


def first_seen(column: Coded[Value]) -> tuple[Codes, list[Value]]:
    """The same column with its values numbered in order of first appearance, without those that stand in no row."""
    codes = column.codes
    first = np.full(len(column.values), len(codes), np.int64)
    # Of several places the last one written stays, which backwards is the first row.
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    order = np.argsort(first, kind="stable")[: int((first < len(codes)).sum())]
    place = np.zeros(len(column.values), np.int64)
    place[order] = np.arange(len(order))
    return place[codes], [column.values[number] for number in order.tolist()]
