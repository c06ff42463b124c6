"""Many rows of one CSV file at once, column by column; the rows in which something is wrong are left to the reader of single rows."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import MISSING, Field, fields
from typing import Any, Final

from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.ports import Record
from hourtrail.sources.contract_files.columns import ITEM_PARTS
from hourtrail.sources.contract_files.records import Plan, RecordMaker, extra_of_row

_MOST_REMEMBERED: Final = 50_000
"""Texts of one column whose values are kept; a column of ids is forgotten from time to time."""


class Bulk:
    """Makes the records of many rows, or of none of them: what a single fault is, and where, the maker says row by row.

    Equal texts of a column are read once, and equal work items are one object.
    """

    def __init__(self, maker: RecordMaker, plan: Plan) -> None:
        self._maker, self._plan = maker, plan
        self._required = {column.fills for column in maker.contract.columns if column.required}
        known = {field.name: field for field in fields(maker.contract.record)}  # type: ignore[arg-type]
        filled = [fills for _, _, fills, _ in plan.known]
        self._constant = {fills: value for fills, value in maker.given.items() if fills not in filled}
        # A part of the work item is no field of the record, and empty where nothing is said.
        self._defaults = {fills: _default_of(known[fills]) if fills in known else "" for fills in filled}
        self._memory: dict[str, dict[str, object]] = {fills: {} for fills in filled}
        self._passing: set[str] = set()
        self._items: dict[tuple[str, ...], WorkItem] = {}

    def records(self, rows: Sequence[Sequence[str]]) -> list[Record] | None:
        """The records of ``rows``, in their order; None when any of them is to be refused."""
        if any(len(cells) != self._plan.width for cells in rows):
            return None
        try:
            columns = self._values(rows)
            identities = self._maker.identities(columns, len(rows))
            if not self._maker.in_order(columns) or identities is None:
                return None
            made = self._build(rows, columns)
        except InvalidInput:
            return None
        self._maker.remember(identities)
        return made

    def _values(self, rows: Sequence[Sequence[str]]) -> dict[str, list[object]]:
        """The values of each column, by the attribute that it fills; None where a cell is blank. Raises InvalidInput."""
        cells = list(zip(*rows, strict=True))
        constant = {fills: [value] * len(rows) for fills, value in self._constant.items()}
        return constant | {
            fills: self._column(cells[place], fills, parse) for place, _, fills, parse in self._plan.known
        }

    def _column(self, texts: Sequence[str], fills: str, parse: Callable[[str], object]) -> list[object]:
        memory = self._memory[fills]
        if len(memory) > _MOST_REMEMBERED:
            # So many different texts are ids or instants, of which hardly any returns.
            memory.clear()
            self._passing.add(fills)
        if fills in self._passing:
            return [self._value(text, fills, parse) for text in texts]
        try:
            return list(map(memory.__getitem__, texts))
        except KeyError:
            # At least one text is new.
            self._read(set(texts).difference(memory), memory, fills, parse)
        return list(map(memory.__getitem__, texts))

    def _read(
        self, texts: Iterable[str], memory: dict[str, object], fills: str, parse: Callable[[str], object]
    ) -> None:
        for text in texts:
            memory[text] = self._value(text, fills, parse)

    def _value(self, text: str, fills: str, parse: Callable[[str], object]) -> object:
        value = self._plan.value(text, parse, self._maker.given.get(fills))
        if value is None and fills in self._required:
            raise InvalidInput(f"{fills} is empty")
        return value

    def _build(self, rows: Sequence[Sequence[str]], columns: dict[str, list[object]]) -> list[Record]:
        contract = self._maker.contract
        for fills, default in self._defaults.items():
            if default is not None and None in columns[fills]:
                columns[fills] = [default if value is None else value for value in columns[fills]]
        if contract.books_on_item:
            nothing = [""] * len(rows)
            parts = [columns.pop(name, nothing) for name in ITEM_PARTS]
            columns["item"] = [self._item(part) for part in zip(*parts, strict=True)]
        names = list(columns)
        together = zip(*columns.values(), strict=True)
        if not self._plan.extra:
            return [contract.record(**dict(zip(names, row, strict=True))) for row in together]
        return [
            contract.record(**dict(zip(names, row, strict=True)), **_extra(self._plan, cells))
            for row, cells in zip(together, rows, strict=True)
        ]

    def _item(self, parts: tuple[str, ...]) -> WorkItem:
        if parts not in self._items:
            if len(self._items) > _MOST_REMEMBERED:
                self._items.clear()
            self._items[parts] = WorkItem(*parts)
        return self._items[parts]


def _default_of(field: Field[Any]) -> object:
    return field.default if field.default_factory is MISSING else field.default_factory()


def _extra(plan: Plan, cells: Sequence[str]) -> dict[str, dict[str, str]]:
    extra = extra_of_row(plan, cells)
    return {"extra": extra} if extra else {}
