"""Time entries as columns: a sequence of entries that a check may also read column by column.

Entries that come from a file are columns from the beginning (``FiledEntries``), and an entry is built only when it is asked
for; entries that are there already get columns when those are asked for (``ListedEntries``).
"""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeAlias, overload

import numpy as np
import numpy.typing as npt

from hourtrail.columnar.coding import Coded, Rows, coded
from hourtrail.columnar.instants import from_instant, to_instant
from hourtrail.domain.entry import TimeEntry

Microseconds: TypeAlias = npt.NDArray[np.int64]
Mask: TypeAlias = npt.NDArray[np.bool_]

CODED: Final = (
    *("person", "date", "item", "minutes", "billable", "hourly_rate", "currency", "status", "source"),
    *("write_off_minutes", "billable_minutes", "extra"),
)
"""Attributes of which many entries share a value."""
INSTANTS: Final = ("start", "end", "created_at")
TEXTS: Final = ("id", "narrative")


class EntryColumns(Sequence[TimeEntry]):
    """Time entries in some order, by row and by column; equal rows are the same entry, so rows may stand for entries."""

    @abstractmethod
    def coded(self, name: str) -> Coded[Any]:
        """The column of an attribute in ``CODED``."""

    @abstractmethod
    def instants(self, name: str) -> Microseconds:
        """The column of an attribute in ``INSTANTS``, in microseconds (``hourtrail.columnar.instants``)."""

    @abstractmethod
    def texts(self, name: str) -> Sequence[str]:
        """The column of an attribute in ``TEXTS``."""

    @abstractmethod
    def entry(self, row: int) -> TimeEntry:
        """The entry of a row, the same object each time. Raises IndexError."""

    def take(self, rows: Rows) -> "EntryColumns":
        """These rows, in their order."""
        return TakenEntries(self, rows)

    def minutes(self) -> npt.NDArray[np.int64]:
        """Minutes worked."""
        return self.coded("minutes").looked_up(int, np.int64)

    def days(self) -> npt.NDArray[np.int64]:
        """The proleptic ordinal of each work date."""
        return self.coded("date").looked_up(lambda day: int(day.toordinal()), np.int64)

    def has(self, name: str, test: Callable[[Any], bool]) -> Mask:
        """Which entries have a value of ``name`` that passes a test; each distinct value is tested once."""
        return self.coded(name).looked_up(test, np.bool_)

    @overload
    def __getitem__(self, row: int) -> TimeEntry: ...
    @overload
    def __getitem__(self, row: slice) -> "EntryColumns": ...
    def __getitem__(self, row: int | slice) -> "TimeEntry | EntryColumns":
        if isinstance(row, slice):
            return self.take(np.arange(len(self))[row])
        return self.entry(row + len(self) if row < 0 else row)


class ListedEntries(EntryColumns):
    """The columns of entries that exist one by one."""

    def __init__(self, entries: Sequence[TimeEntry]) -> None:
        self._entries = entries
        self._coded: dict[str, Coded[Any]] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def entry(self, row: int) -> TimeEntry:
        """The entry of a row, the same object each time."""
        return self._entries[row]

    def coded(self, name: str) -> Coded[Any]:
        """The column of an attribute in ``CODED``."""
        if name not in self._coded:
            values = [getattr(entry, name) for entry in self._entries]
            # Further columns are mappings, which have no hash.
            own = Coded(np.arange(len(values)), values) if name == "extra" else coded(values)
            self._coded[name] = own
        return self._coded[name]

    def instants(self, name: str) -> Microseconds:
        """The column of an attribute in ``INSTANTS``."""
        values = (from_instant(getattr(entry, name)) for entry in self._entries)
        return np.fromiter(values, np.int64, len(self._entries))

    def texts(self, name: str) -> Sequence[str]:
        """The column of an attribute in ``TEXTS``."""
        return [getattr(entry, name) for entry in self._entries]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryParts:
    """The columns of a file's entries; each of one length."""

    coded: Mapping[str, Coded[Any]]
    instants: Mapping[str, Microseconds]
    texts: Mapping[str, Sequence[str]]


class FiledEntries(EntryColumns):
    """Entries that were read as columns."""

    def __init__(self, parts: EntryParts) -> None:
        self._parts = parts
        self._built: dict[int, TimeEntry] = {}

    def __len__(self) -> int:
        return len(self._parts.texts["id"])

    def __getstate__(self) -> EntryParts:
        """What travels to another process: the columns, not the entries that were built from them."""
        return self._parts

    def __setstate__(self, parts: EntryParts) -> None:
        self._parts = parts
        self._built = {}

    def coded(self, name: str) -> Coded[Any]:
        """The column of an attribute in ``CODED``."""
        return self._parts.coded[name]

    def instants(self, name: str) -> Microseconds:
        """The column of an attribute in ``INSTANTS``."""
        return self._parts.instants[name]

    def texts(self, name: str) -> Sequence[str]:
        """The column of an attribute in ``TEXTS``."""
        return self._parts.texts[name]

    def entry(self, row: int) -> TimeEntry:
        """The entry of a row, the same object each time."""
        known = self._built.get(row)
        if known is None:
            known = self._built[row] = self._build(row)
        return known

    @cached_property
    def _cells(self) -> tuple[list[tuple[str, Any, Sequence[Any]]], list[tuple[str, Any]]]:
        # A buffer hands out plain ints, which is several times faster than an array's scalars.
        coded = [(name, column.codes.data, column.values) for name, column in self._parts.coded.items()]
        return coded, [(name, column.data) for name, column in self._parts.instants.items()]

    def _build(self, row: int) -> TimeEntry:
        coded, instants = self._cells
        values = {name: column[codes[row]] for name, codes, column in coded}
        for name, column in instants:
            values[name] = to_instant(column[row])
        for name, texts in self._parts.texts.items():
            values[name] = texts[row]
        return TimeEntry(**values)


class TakenEntries(EntryColumns):
    """Some rows of other entries, in an order of their own."""

    def __init__(self, entries: EntryColumns, rows: Rows) -> None:
        self._entries, self._rows = entries, rows
        self._coded: dict[str, Coded[Any]] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def entry(self, row: int) -> TimeEntry:
        """The entry of a row, the same object each time."""
        return self._entries.entry(int(self._rows[row]))

    def take(self, rows: Rows) -> EntryColumns:
        """These rows, in their order."""
        return TakenEntries(self._entries, self._rows[rows])

    def coded(self, name: str) -> Coded[Any]:
        """The column of an attribute in ``CODED``."""
        if name not in self._coded:
            self._coded[name] = self._entries.coded(name).take(self._rows)
        return self._coded[name]

    def instants(self, name: str) -> Microseconds:
        """The column of an attribute in ``INSTANTS``."""
        return self._entries.instants(name)[self._rows]

    def texts(self, name: str) -> Sequence[str]:
        """The column of an attribute in ``TEXTS``."""
        texts = self._entries.texts(name)
        return list(map(texts.__getitem__, self._rows.tolist()))


def columns_of(entries: Sequence[TimeEntry]) -> EntryColumns:
    """The entries as columns; those that are columns already as they are."""
    return entries if isinstance(entries, EntryColumns) else ListedEntries(entries)
