"""Who works on which day, on what, and in which team: questions that every layer asks of a firm."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, TypeAlias

from hourtrail.domain.firm import Assignment, WorkItem
from hourtrail.domain.workcalendar import parse_workdays
from hourtrail_training.simulator.world import Absence, ChangeKind, Employee, Firm, Work

Live: TypeAlias = tuple[tuple[WorkItem, float], ...]
"""Work items that a person may book on that day, with the share of their time that each takes; shares sum to 1, or to 0."""

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Spells:
    """A person's live items between two days on which something changes."""

    starts: tuple[date, ...]
    live: tuple[Live, ...]

    def on(self, day: date) -> Live:
        return self.live[bisect_right(self.starts, day) - 1]


class Roster:
    """Answers for one firm; what a person may work on is worked out when it is first asked for."""

    def __init__(self, firm: Firm) -> None:
        self.firm = firm
        self.employees = {employee.id: employee for employee in firm.employees}
        self.own_client = next(iter(sorted(work.item.client for work in firm.works.values() if is_internal(work))), "")
        self._assignments: dict[str, list[Assignment]] = defaultdict(list)
        for row in firm.assignments:
            self._assignments[row.person].append(row)
        self._works: dict[tuple[str, str], list[Work]] = defaultdict(list)
        for work in firm.works.values():
            self._works[work.item.client, work.item.project].append(work)
        self._holidays: dict[str, set[date]] = defaultdict(set)
        for holiday in firm.holidays:
            self._holidays[holiday.calendar].add(holiday.date)
        self._weekdays = {text: parse_workdays(text) for text in {row.person.workdays for row in firm.employees}}
        self._moves = {row.about: row for row in firm.changes if row.kind is ChangeKind.REORGANISATION}
        self._spells: dict[str, _Spells] = {}

    def live(self, person: str, day: date) -> Live:
        """What the person may work on that day: assigned and open, the firm's own work included."""
        spells = self._spells.get(person)
        if spells is None:
            spells = self._spells[person] = self._spells_of(person)
        return spells.on(day)

    def may_work_on(self, person: str, item: WorkItem, day: date) -> bool:
        """Whether the person is assigned to ``item`` and it is open that day."""
        return any(one == item for one, _ in self.live(person, day))

    def employed(self, employee: Employee, day: date) -> bool:
        """Whether the person is with the firm that day."""
        return (employee.joins_on is None or employee.joins_on <= day) and (
            employee.leaves_on is None or day <= employee.leaves_on
        )

    def absence(self, employee: Employee, day: date) -> Absence | None:
        """The absence that the day lies in."""
        return next((row for row in employee.absences if row.first <= day <= row.last), None)

    def is_holiday(self, employee: Employee, day: date) -> bool:
        """Whether the day is a holiday where the person works."""
        return day in self._holidays.get(employee.person.calendar, ())

    def is_working_day(self, employee: Employee, day: date) -> bool:
        """Whether the person is expected at work: employed, one of their weekdays, no holiday and no absence."""
        return (
            day.isoweekday() in self._weekdays[employee.person.workdays]
            and self.employed(employee, day)
            and not self.is_holiday(employee, day)
            and self.absence(employee, day) is None
        )

    def usual_minutes(self, employee: Employee) -> float:
        """Contractual minutes of one of the person's working days."""
        return float(employee.person.weekly_hours or 40) * 60 / len(self._weekdays[employee.person.workdays])

    def team(self, person: str, day: date) -> str:
        """The person's team that day; the master data name the one before a reorganisation."""
        move = self._moves.get(person)
        return move.after if move is not None and day >= move.on else self.employees[person].person.team

    def _spells_of(self, person: str) -> _Spells:
        rows = self._assignments.get(person, [])
        spans: list[tuple[date, date, Work]] = []
        for row in rows:
            for work in self._works.get((row.item.client, row.item.project), ()):
                if row.item.task not in {"", work.item.task}:
                    continue
                first = max(row.starts_on or date.min, work.task.opens_on or date.min)
                last = min(row.ends_on or date.max, work.task.closes_on or date.max)
                if first <= last and not (work.task.closed and work.task.closes_on is None):
                    spans.append((first, last, work))
        days = {date.min, *(span[0] for span in spans), *(span[1] + _DAY for span in spans if span[1] < date.max)}
        starts = tuple(sorted(days))
        return _Spells(starts, tuple(self._live_on(person, day, spans) for day in starts))

    def _live_on(self, person: str, day: date, spans: Iterable[tuple[date, date, Work]]) -> Live:
        works = {work.item: work for first, last, work in spans if first <= day <= last}
        weights = {item: self.firm.weights.get((person, item), 0.0) for item in sorted(works)}
        inside = sum(weight for item, weight in weights.items() if is_internal(works[item]))
        outside = sum(weights.values()) - inside
        share = self.employees[person].traits.utilisation if inside > 0 else 1.0
        share = share if outside > 0 else 0.0
        return tuple(
            (item, weight * ((1 - share) / inside if is_internal(works[item]) else share / outside) if weight else 0.0)
            for item, weight in weights.items()
        )


def is_internal(work: Work) -> bool:
    """Whether it is the firm's own work: nobody's rate card prices it."""
    return work.billing_code.startswith("INT")


class _Latest:
    """The roster of the firm that was asked about last: one process works on one firm at a time."""

    roster: Roster | None = None


def roster_of(firm: Firm) -> Roster:
    """The roster of ``firm``; made once as long as no other firm is asked about."""
    if _Latest.roster is None or _Latest.roster.firm is not firm:
        _Latest.roster = Roster(firm)
    return _Latest.roster
