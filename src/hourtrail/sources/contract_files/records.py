"""From one row to one domain record, or to the column and the reason why not."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final, NoReturn
from zoneinfo import ZoneInfo

from hourtrail.domain.activity import ReadOptions
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.instants import zone_named
from hourtrail.domain.ports import Record
from hourtrail.sources.contract_files.columns import Column, DataContract
from hourtrail.sources.contract_files.objects import parse_object
from hourtrail.sources.contract_files.values import LABEL, LIST, Parser, label_of, text_list

# A digest takes no less room than a text of this length, which the record itself holds anyway.
_SHORT: Final = 40
_FORMULA: Final = frozenset("=+-@\t\r")


class RowRefused(Exception):
    """This row is no record: ``column`` is where, if one column is to blame."""

    def __init__(self, column: str | None, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason


@dataclass(frozen=True, slots=True)
class _Cell:
    column: Column
    name: str
    fills: str
    parse: Parser


class RecordMaker:
    """Makes the records of one file: knows its contract, the reader's options, and which identities it has seen."""

    def __init__(self, contract: DataContract, options: ReadOptions) -> None:
        self.contract = contract
        zone = zone_named(options.zone) if options.zone else None
        self._fixed, fallback = _stand_ins(contract, options)
        self.given: dict[str, Any] = {**fallback, **self._fixed}
        self.cells = {
            column.name: _cell(column, zone) for column in contract.columns if column.fills not in self._fixed
        }
        self._required = frozenset(column.fills for column in contract.columns if column.required)
        fills = {column.name: column.fills for column in contract.columns}
        self._ordered = tuple((first, fills[first], second, fills[second]) for first, second in contract.ordered)
        self._identity = tuple(fills[name] for name in contract.identity) or tuple(fills.values())
        self._seen: set[bytes | str] = set()

    @property
    def stood_in(self) -> frozenset[str]:
        """The required columns that the options make dispensable."""
        return frozenset(self.given)

    def from_texts(self, plan: "Plan", cells: Sequence[str]) -> Record:
        """The record of a CSV row. Raises RowRefused."""
        if len(cells) != plan.width:
            plan.refuse_width(cells)
        values = self.given.copy()
        for place, name, fills, parse in plan.known:
            text = cells[place]
            if text and not text.isspace():
                try:
                    values[fills] = plan.value(text, parse)
                except InvalidInput as error:
                    raise RowRefused(name, str(error)) from error
        return self._finish(values, extra_of_row(plan, cells) if plan.extra else {})

    def from_object(self, body: Mapping[str, object]) -> Record:
        """The record of a JSON object. Raises RowRefused."""
        values = self.given.copy()
        extra: dict[str, str] = {}
        for name, value in body.items():
            cell = self.cells.get(name)
            # null, "" and [] say nothing; false says something, and numbers arrive as texts.
            if (not value and value is not False) or (isinstance(value, str) and value.isspace()):
                continue
            if cell is None:
                extra.update({} if name in self._fixed else _extra_of(name, value))
                continue
            try:
                values[cell.fills] = cell.parse(value) if isinstance(value, str) else _from_json(cell, value)
            except InvalidInput as error:
                raise RowRefused(name, str(error)) from error
        return self._finish(values, extra)

    def _finish(self, values: dict[str, Any], extra: dict[str, str]) -> Record:
        if not self._required <= values.keys():
            lacking = next(c.name for c in self.contract.columns if c.required and c.fills not in values)
            raise RowRefused(lacking, f"is empty; every row of {self.contract.word} needs one")
        for first, first_fills, second, second_fills in self._ordered:
            low, high = values.get(first_fills), values.get(second_fills)
            if low is not None and high is not None and high < low:
                raise RowRefused(second, f"{high} lies before {first} {low}")
        identity = _identity_of([values.get(fill) for fill in self._identity])
        try:
            record = self.contract.build(values, extra)
        except InvalidInput as error:
            raise RowRefused(None, str(error)) from error
        if identity in self._seen:
            raise RowRefused(self._blamed(), self._repeated())
        self._seen.add(identity)
        return record

    def in_order(self, columns: Mapping[str, Sequence[Any]]) -> bool:
        """Whether no row of these columns (by attribute) ends before it begins."""
        for _, first, _, second in self._ordered:
            pairs = zip(columns.get(first, ()), columns.get(second, ()), strict=False)
            if any(low is not None and high is not None and high < low for low, high in pairs):
                return False
        return True

    def identities(self, columns: Mapping[str, Sequence[Any]], count: int) -> set[bytes | str] | None:
        """The identities of the ``count`` rows of these columns (by attribute); None when one was there before."""
        nothing = [None] * count
        together = [columns.get(fill, nothing) for fill in self._identity]
        found = _short_ids(together) or {_identity_of(row) for row in zip(*together, strict=True)}
        return found if len(found) == count and self._seen.isdisjoint(found) else None

    def remember(self, identities: set[bytes | str]) -> None:
        """Refuse later rows with one of these identities."""
        self._seen |= identities

    def _blamed(self) -> str | None:
        return self.contract.identity[-1] if self.contract.identity else None

    def _repeated(self) -> str:
        if not self.contract.identity:
            return "the row says the same as an earlier one; the first is kept"
        return f"an earlier row has the same {' + '.join(self.contract.identity)}; the first is kept"


class Plan:
    """Where each column of one CSV file stands."""

    def __init__(self, maker: RecordMaker, names: Sequence[str]) -> None:
        self.width = len(names)
        cells = [(place, maker.cells[name]) for place, name in enumerate(names) if name in maker.cells]
        # Plain tuples: this is walked for every cell of the file.
        self.known = tuple((place, cell.name, cell.fills, cell.parse) for place, cell in cells)
        self.extra = tuple(
            (place, name) for place, name in enumerate(_unique(names)) if names[place] not in maker.contract.names
        )

    def value(self, text: str, parse: Parser, default: object = None) -> object:
        """What a cell says; ``default`` when it is blank. Raises InvalidInput."""
        if not text or text.isspace():
            return default
        return parse(text if text[0] != "'" else _undefused(text))

    def refuse_width(self, cells: Sequence[str]) -> NoReturn:
        """Say what a row of another width than the header's may be. A shifted row is never guessed right."""
        long = len(cells) > self.width
        advice = "put a cell that holds the separator in quotes" if long else "is the row cut off?"
        raise RowRefused(None, f"the row has {len(cells)} cells and the header {self.width}; {advice}")


def _identity_of(values: Sequence[object]) -> bytes | str:
    """What is kept of a row to know it again: a short id as it is, everything else as a digest of one length."""
    if len(values) == 1 and isinstance(values[0], str) and len(values[0]) <= _SHORT:
        return values[0]
    return blake2b(repr(list(values)).encode(), digest_size=12).digest()


def _short_ids(columns: Sequence[Sequence[Any]]) -> set[bytes | str] | None:
    """What ``_identity_of`` gives for every row, where each is a short id; else None."""
    if len(columns) > 1 or not all(isinstance(value, str) for value in columns[0]):
        return None
    return set(columns[0]) if max(map(len, columns[0]), default=0) <= _SHORT else None


def _unique(names: Sequence[str]) -> list[str]:
    """Unknown columns of one name are told apart by their place."""
    return [name if names.index(name) == place else f"{name} ({place + 1})" for place, name in enumerate(names)]


def _stand_ins(contract: DataContract, options: ReadOptions) -> tuple[dict[str, object], dict[str, object]]:
    """What the options fix whatever the file says (the source), and what they fill where it says nothing (the person)."""
    fixed = {"source": options.source} if "source" in contract.given and options.source else {}
    fallback = {"person": options.person} if "person" in contract.given and options.person else {}
    return dict(fixed), dict(fallback)


def _cell(column: Column, zone: ZoneInfo | None) -> _Cell:
    return _Cell(column, column.name, column.fills, column.type.parser(zone))


def _from_json(cell: _Cell, value: object) -> object:
    if isinstance(value, bool):
        return cell.parse("true" if value else "false")
    if cell.column.type is LIST and isinstance(value, list) and all(isinstance(item, str) for item in value):
        return text_list(value)
    if cell.column.type is LABEL and isinstance(value, dict):
        return label_of(value)
    raise InvalidInput(
        f"holds a JSON {'list' if isinstance(value, list) else 'object'}; write {cell.column.type.written}"
    )


def _undefused(text: str) -> str:
    """A cell without the apostrophe by which exports keep spreadsheets from running it as a formula."""
    return text[1:] if text.lstrip("'")[:1] in _FORMULA else text


def extra_of_row(plan: Plan, cells: Sequence[str]) -> dict[str, str]:
    """What the columns that no contract knows say in a row."""
    extra: dict[str, str] = {}
    for place, name in plan.extra:
        if text := cells[place]:
            body = parse_object(text) if name == "extra" else text
            extra.update(_extra_of(name, body if isinstance(body, dict) else _undefused(text)))
    return extra


def _extra_of(name: str, value: object) -> dict[str, str]:
    if name == "extra" and isinstance(value, dict):
        return {key: item if isinstance(item, str) else json.dumps(item) for key, item in value.items()}
    return {name: value if isinstance(value, str) else json.dumps(value)}
