"""How lines are rewritten so that nothing but the fault itself gives it away."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.firm import Billable, WorkItem
from hourtrail_training.faults.scene import Scene, pick

_SAID: Final = 0.5
"""Share of rightful exceptions that say so. Did all of them, the words alone would tell fault from twin."""


def rebooked(entry: TimeEntry, item: WorkItem, scene: Scene) -> TimeEntry:
    """The line on another item, as a system books it there: with the flag of that task and the rate of that contract.

    Where the master data does not tell, flag and rate stay.
    """
    task = scene.known.master.task(item)
    billable = entry.billable
    if task is not None and billable is not None and task.billable is not Billable.DEPENDS:
        billable = task.billable is Billable.YES
    moved = replace(entry, item=item, billable=billable)
    if entry.hourly_rate is None and not (billable and not entry.billable):
        return moved
    if not billable:
        return replace(moved, hourly_rate=None, currency="", write_off_minutes=0)
    rate = scene.known.rate(entry.person, item, entry.date)
    return moved if rate is None else replace(moved, hourly_rate=rate.amount, currency=rate.currency)


def excused(entry: TimeEntry, words: Sequence[str], random: np.random.Generator) -> TimeEntry:
    """The line with a remark why it is as it is, in half of the cases."""
    remark = pick(words, random)
    if random.random() >= _SAID:
        return entry
    return replace(entry, narrative=f"{entry.narrative} ({remark})" if entry.narrative else remark)
