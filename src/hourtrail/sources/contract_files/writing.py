"""A record as a row of its data contract: the reverse of reading one."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from hourtrail.domain.firm import WorkItem
from hourtrail.domain.instants import format_instant
from hourtrail.domain.ports import Record
from hourtrail.sources.contract_files.columns import ITEM_PARTS, REFERENCE, Column, DataContract

_REFERENCE: Final = frozenset(column.name for column in REFERENCE)


def row_of(contract: DataContract, record: Record) -> dict[str, Any]:
    """The row as JSON values, by the names of the columns: what is not said is null, unknown columns are in ``extra``."""
    extra: Mapping[str, str] = record.extra
    row = {column.name: _value(contract, column, record) for column in contract.columns}
    if contract.directory:
        row |= {name: extra.get(name) for name in sorted(_REFERENCE, reverse=True)}
        extra = {name: value for name, value in extra.items() if name not in _REFERENCE}
    return {**row, "extra": dict(extra)}


def _value(contract: DataContract, column: Column, record: Record) -> Any:
    if contract.books_on_item and column.name in ITEM_PARTS:
        item: WorkItem = getattr(record, "item")  # noqa: B009 - only these records have one
        return getattr(item, column.name)
    value = getattr(record, column.fills)
    if column.name == "status" and isinstance(value, bool):
        return "closed" if value else "open"
    return _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return format_instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    return list(value) if isinstance(value, tuple) else value
