"""A week of somebody's time as one: submitted, recalled, approved or rejected in one transaction, and stopped by what blocks."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Final

from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.errors import Conflict, InvalidInput, NotFound
from hourtrail.domain.finding import Finding, Severity
from hourtrail.domain.timesheet import Timesheet, TimesheetAct
from hourtrail.domain.weeks import whole_week_of
from hourtrail.flows.bulk import OneByOneOnly, entries_alone
from hourtrail.flows.flags import Flags
from hourtrail.flows.handing_in import handed_in
from hourtrail.flows.resolve import require_member
from hourtrail.flows.written_checks import check_written
from hourtrail.store import Store, TenantStore
from hourtrail.store.upsert import chunks

AT_ONCE: Final = 50
"""People whose entries of a week are read together."""

BLOCKED: frozenset[TimesheetAct] = frozenset({TimesheetAct.SUBMIT, TimesheetAct.APPROVE})
"""Acts that a blocking finding stops; what is wrong can always be taken back or rejected."""


class Blocked(Conflict):
    """Findings of severity ``block`` speak against what was to be submitted or approved."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
        super().__init__(
            f"{findings[0].explanation}{more} Correct it, or let a reviewer answer the finding; then do this again"
        )
        self.findings = tuple(findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRequest:
    """What somebody does to the week of ``person`` that holds ``day``. A rejection says why in its ``note``."""

    person: str
    day: date
    act: TimesheetAct
    actor: str
    note: str = ""

    def __post_init__(self) -> None:
        if self.act is TimesheetAct.REJECT and not self.note.strip():
            raise InvalidInput("say in a note what is to be put right; whoever booked the time reads it")


def blocking(db: TenantStore, entries: Sequence[TimeEntry]) -> list[Finding]:
    """The findings that keep these entries from being submitted or approved, each once."""
    found: dict[str, Finding] = {}
    for person in sorted({entry.person for entry in entries}):
        flags = Flags(db, person, Severity.BLOCK)
        found |= {row.id: row for entry in entries if entry.person == person for row in flags.against(entry)}
    return list(found.values())


def timesheet(db: TenantStore, person: str, day: date) -> Timesheet:
    """The week of ``person`` that holds ``day``. Raises NotFound for somebody whom the firm does not know."""
    monday = whole_week_of(day)
    found = Timesheet.of(person, monday, db.entries(person=person, first=monday, last=monday + timedelta(days=6)))
    if not found.entries and not db.knows_person(person):
        raise NotFound(f"there is no person {person!r} in this firm, and no time of theirs in the week of {monday}")
    return found


def timesheets_of(
    db: TenantStore, person: str, *, first: date | None = None, last: date | None = None
) -> Iterator[Timesheet]:
    """The timesheets of one person that hold an entry, of the weeks from ``first`` to ``last``, by week."""
    begin = whole_week_of(first) if first else None
    end = whole_week_of(last) + timedelta(days=6) if last else None
    rows = db.entries(person=person, first=begin, last=end)
    for week, entries in groupby(rows, lambda row: whole_week_of(row.date)):
        yield Timesheet(person=person, week=week, entries=tuple(entries))


def timesheets(
    db: TenantStore,
    first: date,
    last: date,
    *,
    people: Collection[str] | None = None,
    after: tuple[date, str] | None = None,
) -> Iterator[Timesheet]:
    """The timesheets of these people (None: everybody) that hold an entry, of the weeks from ``first`` to ``last``.

    By week, then person, behind the Monday and the person ``after``. Entries are read of so many people at a time as are
    asked for, whatever the firm books in a week.
    """
    week, end = whole_week_of(max(first, after[0]) if after else first), whole_week_of(last)
    while week <= end:
        sunday = week + timedelta(days=6)
        names = [
            name
            for name in sorted(db.people_booked(week, sunday))
            if (people is None or name in people) and (after is None or (week, name) > after)
        ]
        for some in chunks(names, AT_ONCE):
            entries: dict[str, list[TimeEntry]] = {name: [] for name in some}
            for entry in db.entries(people=some, first=week, last=sunday):
                entries[entry.person].append(entry)
            yield from (Timesheet(person=name, week=week, entries=tuple(rows)) for name, rows in entries.items())
        week += timedelta(days=7)


def move_timesheet(
    store: Store,
    tenant: str,
    request: SheetRequest,
    *,
    now: datetime | None = None,
    expected: Callable[[TenantStore, Timesheet], None] | None = None,
) -> Timesheet:
    """Move the entries of a week in one transaction, each with its row in the approval log, and check what was moved.

    What is submitted is checked first, whichever process wrote it.

    ``expected`` is shown the timesheet as it stands, and refuses by raising when it is not what somebody saw. Raises
    IllegalTransition when nothing in it can go that way, Blocked, OneByOneOnly when the policy wants an entry approved alone,
    NotAllowed (a service; an unknown person; one's own time), NotFound, Conflict.
    """
    at = now or datetime.now(UTC)

    def going(db: TenantStore) -> tuple[Timesheet, Sequence[TimeEntry]]:
        require_member(db, request.actor)
        sheet = timesheet(db, request.person, request.day)
        if expected is not None:
            expected(db, sheet)
        moving = sheet.moved_by(request.act)
        for entry in moving:
            # Who may not do this at all is told so before what else stands in the way.
            entry.moved_to(request.act.status, request.actor)
        return sheet, moving

    def step(db: TenantStore) -> tuple[Timesheet, list[TimeEntry]]:
        sheet, moving = going(db)
        if request.act in BLOCKED and (found := blocking(db, moving)):
            raise Blocked(found)
        if request.act is TimesheetAct.APPROVE and (alone := entries_alone(db, moving, reviewer=request.actor)):
            raise OneByOneOnly(alone)
        moved = db.move_entries(moving, request.act.status, request.actor, at, request.note)
        db.record(
            actor=request.actor, action=f"person:timesheet:{request.act.done}", object_id=f"{sheet.person}/{sheet.week}",
            payload={"entries": [entry.id for entry in moving], "note": request.note}, at=at,
        )  # fmt: skip
        return timesheet(db, request.person, request.day), moved

    if request.act is TimesheetAct.SUBMIT:
        after, moved = handed_in(store, tenant, lambda db: going(db)[1], step, now=at)
    else:
        with store.tenant(tenant) as db:
            db.lock_findings()
            after, moved = step(db)
    check_written(store, tenant, moved, today=at.date())
    return after
