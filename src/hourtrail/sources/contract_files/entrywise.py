"""Columns of time entries from columns of texts; the rows in which something is wrong are left to the reader of single rows."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt

from hourtrail.columnar import NO_INSTANT, Coded, EntryColumns, FiledEntries, from_instant
from hourtrail.columnar.entries import CODED, INSTANTS, TEXTS, EntryParts
from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.firm import WorkItem
from hourtrail.sources.contract_files.columns import ITEM_PARTS
from hourtrail.sources.contract_files.instants import instants_of
from hourtrail.sources.contract_files.records import Plan, RecordMaker, extra_of_row
from hourtrail.sources.contract_files.values import MAX_CODE, MAX_TEXT

Codes = npt.NDArray[np.int32]
Ints = npt.NDArray[np.int64]
Texts = Sequence[str]
Key = TypeVar("Key", bound=Hashable)

_DEFAULTS: Final[Mapping[str, object]] = {
    "billable": None,
    "hourly_rate": None,
    "currency": "",
    "status": EntryStatus.DRAFT,
    "source": "",
    "write_off_minutes": 0,
    "billable_minutes": None,
    "narrative": "",
}
"""What an entry has where a file says nothing; the record's own defaults (a test compares)."""


class _Column:
    """The distinct values of one attribute, known by the texts that they were read from."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self.parts: list[Codes] = []
        self.known: dict[Any, int] = {}
        self._numbers: dict[object, int] = {}

    def number(self, value: Any) -> int:
        """The number of a value, the same for equal ones. Two ways to write one rate stay apart, as they were written."""
        key = (value, value.as_tuple()) if isinstance(value, Decimal) else value
        if isinstance(value, dict):
            key = tuple(sorted(value.items()))
        if key not in self._numbers:
            self._numbers[key] = len(self.values)
            self.values.append(value)
        return self._numbers[key]


class EntryBuilder:
    """Gathers the entries of one file, stretch by stretch, in the order of its rows."""

    def __init__(self, maker: RecordMaker, plan: Plan) -> None:
        self._maker, self._plan = maker, plan
        self._places = {fills: (place, parse) for place, _, fills, parse in plan.known}
        self._columns = {name: _Column() for name in CODED}
        self._instants: dict[str, list[Ints]] = {name: [] for name in INSTANTS}
        self._texts: dict[str, list[str]] = {name: [] for name in TEXTS}
        self._lines: list[Ints] = []
        self._ends = tuple(name for _, name in maker.contract.ordered)

    def add(self, cells: Sequence[Texts], lines: Sequence[int]) -> bool:
        """The rows of a stretch, given by column; False, and none of them, when any is to be refused."""
        try:
            read = {name: self._coded(name, cells, len(lines)) for name in CODED}
            instants = {name: self._instants_of(name, cells, len(lines)) for name in INSTANTS}
            texts = {"id": self._ids(cells), "narrative": self._narratives(cells, len(lines))}
        except InvalidInput:
            return False
        identities = self._maker.identities(texts, len(lines))
        start, end = instants["start"], instants["end"]
        if identities is None or ((end < start) & (end != NO_INSTANT) & (start != NO_INSTANT)).any():
            return False
        self._maker.remember(identities)
        for name, codes in read.items():
            self._columns[name].parts.append(codes)
        for name, numbers in instants.items():
            self._instants[name].append(numbers)
        for name, column in texts.items():
            self._texts[name] += column
        self._lines.append(np.asarray(lines, np.int64))
        return True

    def add_entry(self, entry: TimeEntry, line: int) -> None:
        """One row that was read by itself."""
        for name, column in self._columns.items():
            column.parts.append(np.array([column.number(getattr(entry, name))], np.int32))
        for name in INSTANTS:
            self._instants[name].append(np.array([from_instant(getattr(entry, name))], np.int64))
        for name in TEXTS:
            self._texts[name].append(getattr(entry, name))
        self._lines.append(np.array([line], np.int64))

    def entries(self) -> tuple[EntryColumns, Ints]:
        """All entries, and the line on which each begins."""
        parts = EntryParts(
            coded={
                name: Coded(_joined(column.parts, np.int32), column.values) for name, column in self._columns.items()
            },
            instants={name: _joined(numbers, np.int64) for name, numbers in self._instants.items()},
            texts=dict(self._texts),
        )
        return FiledEntries(parts), _joined(self._lines, np.int64)

    def _coded(self, name: str, cells: Sequence[Texts], count: int) -> Codes:
        column = self._columns[name]
        if name == "extra":
            return self._known(column, self._further(cells, count), self._extra)
        if name == "item":
            nothing = [""] * count
            parts = (cells[self._places[part][0]] if part in self._places else nothing for part in ITEM_PARTS)
            return self._known(column, list(zip(*parts, strict=True)), self._item)
        if name not in self._places:
            return np.full(count, column.number(_DEFAULTS[name]), np.int32)
        return self._known(column, cells[self._places[name][0]], lambda text: self._value(name, text))

    def _known(self, column: _Column, keys: Sequence[Key], read: Callable[[Key], object]) -> Codes:
        """The numbers of the values that the keys are read to; each distinct key is read once."""
        try:
            return np.fromiter(map(column.known.__getitem__, keys), np.int32, len(keys))
        except KeyError:
            for key in set(keys).difference(column.known):
                column.known[key] = column.number(read(key))
        return np.fromiter(map(column.known.__getitem__, keys), np.int32, len(keys))

    def _further(self, cells: Sequence[Texts], count: int) -> list[tuple[str, ...]]:
        """The cells of the columns that no contract knows, by row."""
        further = [cells[place] for place, _ in self._plan.extra]
        return list(zip(*further, strict=True)) if further else [()] * count

    def _value(self, name: str, text: str) -> Any:
        """What a cell says, the default where it says nothing. Raises InvalidInput, also where something must be said."""
        value = self._plan.value(text, self._places[name][1])
        if value is None and name not in _DEFAULTS and name not in INSTANTS:
            raise InvalidInput(f"{name} is empty")
        return _DEFAULTS.get(name) if value is None else value

    def _item(self, texts: tuple[str, ...]) -> WorkItem:
        parts = [
            self._plan.value(text, self._places[part][1], "") if part in self._places else ""
            for part, text in zip(ITEM_PARTS, texts, strict=True)
        ]
        client, project, task = map(str, parts)
        if not project:
            raise InvalidInput("project is empty")
        return WorkItem(client, project, task)

    def _extra(self, texts: tuple[str, ...]) -> dict[str, str]:
        row = [""] * self._plan.width
        for (place, _), text in zip(self._plan.extra, texts, strict=True):
            row[place] = text
        return extra_of_row(self._plan, row)

    def _instants_of(self, name: str, cells: Sequence[Texts], count: int) -> Ints:
        if name not in self._places:
            return np.full(count, NO_INSTANT, np.int64)
        place, parse = self._places[name]
        return instants_of(cells[place], lambda text: self._plan.value(text, parse))

    def _ids(self, cells: Sequence[Texts]) -> list[str]:
        place, parse = self._places["id"]
        stripped = list(map(str.strip, cells[place]))
        if "" in stripped:
            raise InvalidInput("id is empty")
        if max(map(len, stripped)) > MAX_CODE or any(text[0] == "'" for text in stripped):
            return [str(self._plan.value(text, parse)) for text in cells[place]]
        return stripped

    def _narratives(self, cells: Sequence[Texts], count: int) -> list[str]:
        if "narrative" not in self._places:
            return [""] * count
        place, parse = self._places["narrative"]
        texts = cells[place]
        plain = max(map(len, texts)) <= MAX_TEXT and not any(
            _needs_a_look(first) for first in {text[:1] for text in texts}
        )
        return list(texts) if plain else [str(self._plan.value(text, parse, "")) for text in texts]


def _needs_a_look(first: str) -> bool:
    """Whether a text that begins so may be blank, or stand behind a spreadsheet's apostrophe."""
    return first == "'" or first.isspace()


def _joined(parts: Sequence[npt.NDArray[Any]], kind: type[np.integer[Any]]) -> npt.NDArray[Any]:
    return np.concatenate(parts) if parts else np.zeros(0, kind)
