"""The firm's master data in the contract's files; every row says that it is simulated."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from hourtrail.domain.firm import WorkItem
from hourtrail.sources.contract_files.catalogue import DATA_CONTRACTS
from hourtrail.sources.contract_files.columns import ITEM_PARTS, DataContract
from hourtrail_training.simulator.world import Firm
from hourtrail_training.simulator.writers.json_text import to_json

SIMULATED: Final = "simulated"


def write_master(firm: Firm, target: Path) -> None:
    """people, tasks, assignments, contracts, rate-cards, holidays, periods and milestones below ``target``."""
    target.mkdir(parents=True, exist_ok=True)
    for word, records in _tables(firm).items():
        contract = DATA_CONTRACTS[word]
        with (target / f"{word}.csv").open("w", encoding="utf-8", newline="") as out:
            write_records(contract, records, csv.writer(out, lineterminator="\r\n"))


def write_records(contract: DataContract, records: Iterable[object], out: Any) -> None:
    """A header and a row a record, in the contract's columns; ``extra`` holds what no column has."""
    out.writerow([*(column.name for column in contract.columns), "extra", SIMULATED])
    for record in records:
        extra = getattr(record, "extra", {})
        told = to_json(dict(extra)) if extra else ""
        out.writerow([*(_text(_value(record, column.name, column.fills)) for column in contract.columns), told, "true"])


def _tables(firm: Firm) -> dict[str, Sequence[object]]:
    return {
        "people": [employee.person for employee in firm.employees],
        "tasks": [firm.works[item].task for item in sorted(firm.works)],
        "assignments": firm.assignments,
        "contracts": firm.contracts,
        "rate-cards": firm.rates,
        "holidays": firm.holidays,
        "periods": firm.periods,
        "milestones": firm.milestones,
    }


def _value(record: object, name: str, attribute: str) -> object:
    item = getattr(record, "item", None)
    if name in ITEM_PARTS and isinstance(item, WorkItem):
        return getattr(item, name)
    value = getattr(record, attribute)
    # The one column whose word is not its value: a task or a period is open or closed.
    return ("closed" if value else "open") if attribute == "closed" else value


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
        case tuple():
            return ";".join(value)
        case _:
            return str(value)
