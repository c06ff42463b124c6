"""Time on work that the person was never assigned to."""

from collections.abc import Iterator
from datetime import date

import numpy as np
from rapidfuzz import fuzz, process

from hourtrail.checks.columns import flagged
from hourtrail.checks.context import CheckContext
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import Fact, report
from hourtrail.checks.wording import day, window
from hourtrail.checks.work_items import days_outside
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.finding import Blame, Finding, Subject
from hourtrail.domain.firm import Assignment, WorkItem

NAME = "not_assigned"


def check(context: CheckContext, policy: CheckPolicy) -> Iterator[Finding]:
    """One finding for each entry on a known work item that no assignment of the person reaches on any day.

    An assignment at another time belongs to ``outside_dates``, an unknown code to ``unknown_work_item``.
    """
    return report(NAME, policy, _facts(context))


def _facts(context: CheckContext) -> Iterator[Fact]:
    items = context.work_items
    codes: dict[str, dict[str, list[Assignment]]] = {}
    meant: dict[tuple[str, WorkItem], list[Assignment]] = {}
    columns = context.columns
    strange = [
        not items.assignments(entry.person, entry.item) and (context.tasks is None or items.known(entry.item))
        for entry in map(context.ranked.__getitem__, columns.pairs)
    ]
    for entry in flagged(np.array(strange, np.bool_)[columns.person_item], context.ranked):
        if entry.person not in codes:
            codes[entry.person] = _by_code(items.assignments_of(entry.person))
        key = (entry.person, entry.item)
        if key not in meant:
            meant[key] = _most_alike(codes[entry.person], entry.item)
        yield _fact(context, entry, _nearest(meant[key], entry.date))


def _by_code(rows: tuple[Assignment, ...]) -> dict[str, list[Assignment]]:
    codes: dict[str, list[Assignment]] = {}
    for row in rows:
        codes.setdefault(str(row.item), []).append(row)
    return codes


def _most_alike(codes: dict[str, list[Assignment]], item: WorkItem) -> list[Assignment]:
    """The assignments that were most likely meant: in the same project, if there are any, those with the most similar code."""
    siblings = [code for code, (row, *_) in codes.items() if row.item.project == item.project]
    best = process.extractOne(str(item), sorted(siblings or codes), scorer=fuzz.ratio, score_cutoff=0)
    return codes[best[0]] if best else []


def _nearest(rows: list[Assignment], on: date) -> Assignment | None:
    """Of assignments to one code, the one in force that day, else the nearest in time."""
    return min(
        rows,
        key=lambda row: (days_outside(on, row.starts_on, row.ends_on), row.starts_on or date.min),
        default=None,
    )


def _fact(context: CheckContext, entry: TimeEntry, nearest: Assignment | None) -> Fact:
    near = (
        f"; the nearest assignment is {nearest.item} {window(nearest.starts_on, nearest.ends_on)}"
        if nearest
        else "; the assignments do not mention this person at all"
    )
    return Fact(
        subject=Subject(time_entry=entry.id),
        key=(entry.id, str(entry.item)),
        measured=str(entry.item),
        expected=str(nearest.item) if nearest else "an assignment",
        explanation=(
            f"{context.name(entry.person)} booked {entry.item} on {day(entry.date)} without being assigned to it{near}."
        ),
        # Somebody who is missing from the list altogether was forgotten there.
        blame=Blame.ENTRY if nearest else Blame.MASTER_DATA,
        value_at_risk=context.worth(entry),
    )
