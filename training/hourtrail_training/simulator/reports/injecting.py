"""Labelled faults on top of what simulated people report, person by person and week by week."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.master import MasterData
from hourtrail_training.faults import FAULTS, PUBLIC, FaultLabel, Injector, Known
from hourtrail_training.simulator.options import SimulateOptions
from hourtrail_training.simulator.reported import Reported
from hourtrail_training.simulator.world import Doing, Employee, Firm, PersonWeek, instant_of, minute_of


def master_of(firm: Firm) -> MasterData:
    """The firm's master data as the product is given it."""
    return MasterData(
        people=tuple(row.person for row in firm.employees),
        tasks=tuple(row.task for row in firm.works.values()),
        assignments=firm.assignments,
        contracts=firm.contracts,
        rates=firm.rates,
        holidays=firm.holidays,
        periods=firm.periods,
        milestones=firm.milestones,
    )


def known_of(firm: Firm) -> Known:
    """What the faults of every person of the firm share; build it once a process."""
    return Known(master_of(firm), twins=firm.twins)


class ReportInjector:
    """One person's faults, in the public build's types; a held-out build has one more (``options.fault_types``)."""

    def __init__(
        self,
        known: Known,
        employee: Employee,
        options: SimulateOptions,
        prevalence: Mapping[str, float] | None = None,
    ) -> None:
        types = tuple(FAULTS) if options.fault_types == "held_out" else PUBLIC
        self._is_on = options.faults
        self._injector = Injector(employee.id, known, seed=options.seed, types=types, prevalence=prevalence)

    def week(self, week: PersonWeek, lines: Sequence[Reported]) -> tuple[list[Reported], list[FaultLabel]]:
        """The lines with faults in them, and what was done. Lines that nothing happened to are the same objects as before."""
        if not self._is_on or not lines:
            return list(lines), []
        before = {line.id: line for line in lines}
        entries = {line.id: entry_of(line) for line in lines}
        injected = self._injector.week(list(entries.values()), traced_shares(week, lines))
        if not injected.labels:
            return list(lines), []
        types = {label.entry: label.type for label in injected.labels if not label.benign}
        rows = [
            before[entry.id]
            if entries.get(entry.id) is entry
            else reported_of(entry, before.get(entry.id), types.get(entry.id, ""))
            for entry in injected.entries
        ]
        return sorted(rows, key=lambda row: row.date), list(injected.labels)


def entry_of(line: Reported) -> TimeEntry:
    """The line as the product's time entry."""
    return TimeEntry(
        id=line.id, person=line.person, date=line.date, minutes=line.minutes, item=line.item,
        start=None if line.start is None else instant_of(line.start),
        end=None if line.end is None else instant_of(line.end),
        billable=line.billable, narrative=line.narrative, currency=line.currency, source=line.source,
        hourly_rate=Decimal(line.hourly_rate) if line.hourly_rate else None, status=EntryStatus(line.status),
        created_at=instant_of(line.created), write_off_minutes=line.write_off_minutes,
    )  # fmt: skip


def reported_of(entry: TimeEntry, before: Reported | None, fault: str) -> Reported:
    """The reverse, for a line that was changed or added: ``before`` is what it was, ``fault`` what was done (empty: benign)."""
    if entry.created_at is None:
        raise AssertionError("reported lines always say when they were written")
    origin = f"fault:{fault}" if fault else "benign" if before is None else before.origin
    return Reported(
        id=entry.id, person=entry.person, date=entry.date, minutes=entry.minutes, item=entry.item,
        start=None if entry.start is None else minute_of(entry.start),
        end=None if entry.end is None else minute_of(entry.end),
        billable=bool(entry.billable), narrative=entry.narrative, currency=entry.currency, source=entry.source,
        hourly_rate="" if entry.hourly_rate is None else format(entry.hourly_rate, "f"), status=entry.status.value,
        created=minute_of(entry.created_at), write_off_minutes=entry.write_off_minutes,
        # What is true of a changed line is what was true of it before; of an added one, nothing.
        true_minutes=before.true_minutes if before is not None and before.item == entry.item else 0, origin=origin,
    )  # fmt: skip


def traced_shares(week: PersonWeek, lines: Sequence[Reported]) -> dict[str, float]:
    """Share of each line's true minutes that was not unseen work, by the line's id; 1 where nothing is known."""
    total: dict[tuple[date, WorkItem], int] = defaultdict(int)
    unseen: dict[tuple[date, WorkItem], int] = defaultdict(int)
    for day in week.days:
        for stretch in day.stretches:
            total[day.date, stretch.item] += stretch.minutes
            if stretch.doing is Doing.UNSEEN:
                unseen[day.date, stretch.item] += stretch.minutes
    return {
        line.id: 1 - unseen[line.date, line.item] / total[line.date, line.item]
        if total.get((line.date, line.item))
        else 1.0
        for line in lines
    }
