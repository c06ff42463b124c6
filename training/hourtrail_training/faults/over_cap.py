"""More than the contract allows: by one line, by a month's work, by minutes. Needs everybody's lines at once."""

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Final

import numpy as np

from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.finding import Blame
from hourtrail.domain.firm import Contract
from hourtrail_training.faults.fault import Change, FaultType, benign, fault, lasting, new_id
from hourtrail_training.faults.labels import Difficulty
from hourtrail_training.faults.scene import Scene

NAME: Final = "over_cap"
_DAY: Final = 480
_MOST_LINES: Final = 200
"""Lines that may be added before a cap is crossed; a cap further away is left alone."""
_LONGEST: Final = 31 * 1440


def targets(scene: Scene) -> list[TimeEntry]:
    """The last billed line under each contract with a cap that is not reached."""
    lines = _lines(scene)
    return [rows[-1] for contract, rows in sorted(lines.items()) if _left(scene, contract, rows) > 0]


def make(target: TimeEntry, difficulty: Difficulty, scene: Scene, random: np.random.Generator) -> Change | None:
    """Takes the contract over its cap: with the last line alone, with more lines over the month, by some minutes."""
    contract = scene.known.contract_id(target.item)
    left = _left(scene, contract, _lines(scene)[contract])
    over = int(random.integers(5, 31)) if difficulty is Difficulty.HARD else int(random.integers(4, 17)) * 15
    if left <= 0:
        return None
    if difficulty is Difficulty.MEDIUM:
        return _over_a_month(target, left, over, scene)
    if target.minutes + left + over > _LONGEST:
        return None
    label = fault(
        NAME, target, difficulty, cause=Blame.CONTRACT, minutes=over, money=scene.value(target, over)
    )  # fmt: skip
    return Change(label=label, replaced=(lasting(target, target.minutes + left + over),))


def _over_a_month(target: TimeEntry, left: int, over: int, scene: Scene) -> Change | None:
    """Full days before the last line, until only it crosses the cap."""
    count = -(-left // _DAY)
    if count > _MOST_LINES:
        return None
    minutes = [_DAY] * (count - 1) + [left - _DAY * (count - 1)]
    more = []
    for number, amount in enumerate(minutes):
        day = target.date - timedelta(days=1 + number % max(target.date.day - 1, 1))
        line = replace(target, id=new_id(target, NAME, number), date=day, start=None, end=None, write_off_minutes=0)
        more.append(lasting(line, amount))
    crossing = lasting(target, target.minutes + over)
    label = fault(
        NAME, target, Difficulty.MEDIUM, cause=Blame.CONTRACT, minutes=over, money=scene.value(target, over)
    )  # fmt: skip
    return Change(label=label, replaced=(crossing,), added=tuple(more))


def twin(target: TimeEntry, scene: Scene, random: np.random.Generator) -> Change | None:
    """A contract that ends just under its cap."""
    contract = scene.known.contract_id(target.item)
    capped = _lines(scene)
    if contract not in capped or capped[contract][-1].id != target.id:
        return None
    more = _left(scene, contract, capped[contract]) - int(random.integers(5, 61))
    if not 0 < more <= _LONGEST - target.minutes:
        return None
    filled = lasting(target, target.minutes + more)
    return Change(label=benign(NAME, filled), replaced=(filled,))


def _lines(scene: Scene) -> dict[str, list[TimeEntry]]:
    """Capped contract -> its billed lines by day."""
    capped = {row.id for row in scene.known.master.contracts if row.cap_hours is not None or row.cap_amount is not None}
    lines: dict[str, list[TimeEntry]] = defaultdict(list)
    for entry in scene.entries:
        contract = scene.known.contract_id(entry.item)
        if contract in capped and entry.billable:
            lines[contract].append(entry)
    for rows in lines.values():
        rows.sort(key=lambda row: (row.date, row.id))
    return lines


def _left(scene: Scene, contract: str, rows: list[TimeEntry]) -> int:
    """Minutes of the last line's kind until the nearer of the two caps is reached; 0 when it is."""
    terms: Contract = next(row for row in scene.known.master.contracts if row.id == contract)
    left: list[Decimal] = []
    if terms.cap_hours is not None:
        left.append(terms.cap_hours * 60 - sum(row.minutes for row in rows))
    rate = scene.rate(rows[-1])
    if terms.cap_amount is not None and rate is not None and rate.amount > 0:
        spent = sum((value.amount for row in rows if (value := scene.value(row, row.minutes))), Decimal(0))
        left.append((terms.cap_amount - spent) / rate.amount * 60)
    return max(int(min(left)), 0) if left else 0


FAULT: Final = FaultType(name=NAME, low=0.01, high=0.05, make=make, twin=twin, targets=targets, whole_firm=True)
