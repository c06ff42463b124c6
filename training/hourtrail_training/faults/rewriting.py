"""How lines are rewritten so that nothing but the fault itself gives it away."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

import numpy as np

from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.firm import Billable, WorkItem
from hourtrail_training.faults.fault import later, on_day
from hourtrail_training.faults.scene import Scene, pick

_SAID: Final = 0.5
"""Share of rightful exceptions that say so. Did all of them, the words alone would tell fault from twin."""
_NEAR: Final = 6
"""Days around a line in which its person's other lines tell how they report."""


def rebooked(entry: TimeEntry, item: WorkItem, scene: Scene) -> TimeEntry:
    """The line on another item, as a system books it there: with the flag of that task and the rate of that contract.

    Where the master data does not tell, flag and rate stay.
    """
    task = scene.known.master.task(item)
    moved, flag = replace(entry, item=item), entry.billable
    if task is not None and flag is not None and task.billable is not Billable.DEPENDS:
        flag = task.billable is Billable.YES
    if flag is not entry.billable:
        return flagged(moved, scene, billable=bool(flag))
    return _rated(moved, scene) if flag and entry.hourly_rate is not None else moved


def flagged(entry: TimeEntry, scene: Scene, *, billable: bool) -> TimeEntry:
    """The line with the other flag, and with all that a system has follow from it: rate, write-off and invoice."""
    if not billable:
        status = EntryStatus.APPROVED if entry.status is EntryStatus.INVOICED else entry.status
        turned = replace(entry, billable=False, write_off_minutes=0, status=status)
        return turned if entry.hourly_rate is None else replace(turned, hourly_rate=None, currency="")
    turned = replace(entry, billable=True)
    if _is_invoiced(entry, scene):
        turned = replace(turned, status=EntryStatus.INVOICED)
    return _rated(turned, scene) if scene.states_rates else turned


def _rated(entry: TimeEntry, scene: Scene) -> TimeEntry:
    """The line at the rate of its item's card; as it was where there is none."""
    rate = scene.known.rate(entry.person, entry.item, entry.date)
    return entry if rate is None else replace(entry, hourly_rate=rate.amount, currency=rate.currency)


def _is_invoiced(entry: TimeEntry, scene: Scene) -> bool:
    """Whether the person's other billable lines of that month and time are invoiced by now."""
    return entry.status is EntryStatus.APPROVED and any(
        row.billable and row.status is EntryStatus.INVOICED and row.date.month == entry.date.month
        for row in _around(entry, scene)
    )


def _around(entry: TimeEntry, scene: Scene) -> Iterator[TimeEntry]:
    """The person's lines of the days around, those of the day itself first."""
    for offset in sorted(range(-_NEAR, _NEAR + 1), key=abs):
        yield from scene.day(entry.person, entry.date + timedelta(days=offset))


def moved_to(entry: TimeEntry, day: date, scene: Scene) -> TimeEntry:
    """The line on another day, written when its person writes of such a day.

    A clock's line is written as it stops, a daily sheet so many days later or earlier, a weekly one in one sitting.
    """
    moved, days = on_day(entry, day), (day - entry.date).days
    if entry.created_at is None:
        return moved
    written = entry.created_at.date()
    in_one_sitting = entry.start is None and any(
        row.date != entry.date and row.created_at is not None and row.created_at.date() == written
        for row in _around(entry, scene)
    )
    stays = in_one_sitting and abs(days) <= _NEAR and day <= written
    return moved if stays else later(moved, days * 1440)


def excused(entry: TimeEntry, words: Sequence[str], random: np.random.Generator) -> TimeEntry:
    """The line with a remark why it is as it is, in half of the cases."""
    remark = pick(words, random)
    if random.random() >= _SAID:
        return entry
    return replace(entry, narrative=f"{entry.narrative}, {remark}" if entry.narrative else remark)
