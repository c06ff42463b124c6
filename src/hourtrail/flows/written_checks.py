"""The checks around a single entry when it is written: what they read does not grow with the firm.

A person's weeks are read with the master data that bears on them. A client's contracts are held against sums that the
database makes; single entries are read only of work that nobody knows and of contracts that may be over their cap.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import chain
from typing import Final, Self

from hourtrail.checks import CheckPolicy, budget_forecast, milestone_mismatch, over_cap, run, unknown_work_item
from hourtrail.checks.nearest_code import most_alike
from hourtrail.checks.over_cap import may_be_passed
from hourtrail.checks.reach import NEIGHBOUR_WEEKS, Reach, checks_within
from hourtrail.checks.work_items import WorkItems
from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.firm import Contract, Task, WorkItem
from hourtrail.domain.master import MasterData
from hourtrail.domain.money import RoundingRule
from hourtrail.domain.pricing import BY_THE_HOUR
from hourtrail.domain.review import Raised
from hourtrail.domain.weeks import monday_of
from hourtrail.flows.approvals import WAITING_CHECKS
from hourtrail.flows.causes import Contexts
from hourtrail.flows.check_ground import Rules, audit
from hourtrail.store import Store, TenantStore
from hourtrail.store.booked import BookedSum
from hourtrail.store.findings import FindingScope, Reconciled

_WEEK: Final = timedelta(days=7)
_ABSENCE: Final = timedelta(days=60)
"""How long before the days in question an activity may have begun that still covers them: a long absence."""

TRIES: Final = 3
"""How often it is read and thought without a lock before it is done with one, because somebody always wrote meanwhile."""

_MOST_MINUTES: Final = 1440 * 31
"""What one entry may hold (domain.entry); a sum over many people goes into several."""


def check_written(
    store: Store,
    tenant: str,
    written: Sequence[TimeEntry],
    *,
    today: date,
    policy: CheckPolicy | None = None,
    now: datetime | None = None,
) -> Reconciled:
    """Check what these entries can touch: their people's weeks around them, and their clients' contracts and work items.

    Read and thought about without a lock, so that nobody who writes waits for it; then written at once, if it changes anything
    and nobody wrote time of the same people or clients meanwhile, whose part is otherwise read again. Give an entry that was
    taken back too. The findings are those of a full pass, for the checks that look no further; the
    others wait for it (``hourtrail.checks.reach``).
    """
    at = now or datetime.now(UTC)
    if not written:
        return Reconciled()
    touched = _Touched.by(written)
    changes = Reconciled()
    for _ in range(TRIES):
        if not touched:
            return changes
        with store.tenant(tenant, read_only=True) as db:
            # Before anything else: what is written from here on counts as written since.
            place = db.audit_size()
            rules = Rules(db, policy, today)
            parts = list(_parts(db, rules, touched))
            fresh = [part for part in parts if not db.stand(part.rows, part.scope, at)]
        changes += Reconciled(unchanged=sum(len(part.rows) for part in parts) - sum(len(part.rows) for part in fresh))
        if not fresh:
            return changes
        with store.tenant(tenant) as db:
            db.lock_findings()
            since = db.places_written(place)
            valid = [part for part in fresh if part.holds(since)]
            now_changed = _reconciled(db, valid, at)
            audit(db, now_changed, at, rules.policy)
        changes += now_changed
        touched = _Touched.of([part for part in fresh if not part.holds(since)])
    with store.tenant(tenant) as db:
        db.lock_findings()
        return changes + _checked(db, touched, Rules(db, policy, today), at)


def check_within(db: TenantStore, written: Sequence[TimeEntry], *, today: date, now: datetime) -> Reconciled:
    """The same inside a transaction that holds the lock of the findings already: everybody who writes waits for it."""
    return _checked(db, _Touched.by(written), Rules(db, None, today), now)


def _checked(db: TenantStore, touched: "_Touched", rules: Rules, at: datetime) -> Reconciled:
    changes = _reconciled(db, _parts(db, rules, touched), at)
    audit(db, changes, at, rules.policy)
    return changes


@dataclass(frozen=True, slots=True)
class _Touched:
    """What is to be checked: the weeks of people by their Mondays, and work whose clients are."""

    weeks: frozenset[tuple[str, date]]
    items: frozenset[WorkItem]

    @classmethod
    def by(cls, written: Iterable[TimeEntry]) -> Self:
        """By these entries."""
        rows = list(written)
        weeks = frozenset((row.person, monday_of(row.date)) for row in rows)
        return cls(weeks, frozenset(row.item for row in rows))

    @classmethod
    def of(cls, parts: Iterable["_Part"]) -> Self:
        """Once more, of these parts."""
        rows = list(parts)
        return cls(
            frozenset(row.week for row in rows if row.week), frozenset(item for row in rows for item in row.items)
        )

    def __bool__(self) -> bool:
        return bool(self.weeks or self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """The findings that one person's week, or one client, has; ``items`` are the work for whose sake the client was asked."""

    rows: Sequence[Raised]
    scope: FindingScope
    week: tuple[str, date] | None = None
    items: frozenset[WorkItem] = frozenset()

    def holds(self, since: Collection[tuple[str, str]] | None) -> bool:
        """Whether nothing of it was written since it was read; ``since`` as ``places_written`` tells it."""
        if since is None:
            return False
        if self.week:
            return all(person != self.week[0] for person, _ in since)
        # Time without a client may be any client's.
        return all(client and client != self.scope.client for _, client in since)


def _parts(db: TenantStore, rules: Rules, touched: _Touched) -> Iterator[_Part]:
    nearest = _Nearest(db)
    for person, monday in sorted(touched.weeks):
        yield _weeks(db, rules, nearest, (person, monday))
    contexts = Contexts((), db.master_of_work(touched.items)) if touched.items else None
    asked: defaultdict[tuple[str, str], set[WorkItem]] = defaultdict(set)
    for item in touched.items if contexts else ():
        client = contexts.client(item) if contexts else ""
        asked[client, "" if client else item.project].add(item)
    for (client, project), items in sorted(asked.items()):
        part = _Client(db, rules, nearest, client=client, project=project).part()
        yield replace(part, items=frozenset(items))


def _reconciled(db: TenantStore, parts: Iterable[_Part], at: datetime) -> Reconciled:
    return sum((db.reconcile_findings(part.rows, part.scope, at) for part in parts), start=Reconciled())


class _Nearest:
    """The codes that checks may propose for entries on work that takes none: the most similar ones of the whole task list.

    The one question that every code of the firm bears on; asked for such entries alone, and read once.
    """

    def __init__(self, db: TenantStore) -> None:
        self._db = db
        self._found: dict[WorkItem, list[Task]] = {}

    @cached_property
    def _codes(self) -> tuple[list[str], list[str], list[str]]:
        keys, codes = self._db.task_codes()
        return sorted(dict.fromkeys(codes)), codes, keys

    def added_to(self, master: MasterData, entries: Collection[TimeEntry]) -> MasterData:
        """``master`` and the tasks with these codes."""
        work = WorkItems(master.tasks, master.assignments, master.contracts)
        strange = {row.item for row in entries if not any(task.open_on(row.date) for task in work.tasks(row.item))}
        if not strange or not master.tasks:
            return master
        if new := strange - self._found.keys():
            ordered, codes, keys = self._codes
            alike = most_alike(new, ordered)
            near = set(chain.from_iterable(alike.values()))
            by_code: dict[str, list[Task]] = {}
            for task in self._db.tasks_of(key for code, key in zip(codes, keys, strict=True) if code in near):
                by_code.setdefault(str(task.item), []).append(task)
            for item in new:
                self._found[item] = [task for code in alike.get(item, ()) for task in by_code.get(code, ())]
        nearest = [task for item in strange for task in self._found.get(item, ())]
        known = {task.item: task for task in (*master.tasks, *nearest)}
        return replace(master, tasks=tuple(known[item] for item in sorted(known)))


def _weeks(db: TenantStore, rules: Rules, nearest: _Nearest, week: tuple[str, date]) -> _Part:
    """A person's findings in the week of a Monday and its neighbours, which is where an entry of it can matter."""
    person, monday = week
    margin = NEIGHBOUR_WEEKS * _WEEK
    first, last = monday - margin, monday + margin + timedelta(days=6)
    entries = tuple(db.entries(person=person, first=first - margin, last=last + margin))
    activities = tuple(
        db.activities(person=person, start=_midnight(first - margin) - _ABSENCE, end=_midnight(last + margin + _WEEK))
    )
    master = nearest.added_to(db.master_of([person], {entry.item for entry in entries}), entries)
    names = checks_within(Reach.PERSON_WEEKS)
    context = rules.context(master, entries, activities)
    moves = db.last_moves([entry.id for entry in entries])
    found = [*run(context, rules.only(names)), *rules.waiting(context, moves)]
    raised = map(Contexts(entries, master).raised, found)
    rows = [row for row in raised if row.worker == person and row.worked_on and first <= row.worked_on <= last]
    scope = FindingScope(checks=(*names, *WAITING_CHECKS), worker=person, first=first, last=last)
    return _Part(rows=rows, scope=scope, week=week)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


class _Client:
    """The contracts, projects and codes of a client; or the codes of a project that nobody knows."""

    def __init__(self, db: TenantStore, rules: Rules, nearest: _Nearest, *, client: str, project: str) -> None:
        self.db, self.rules, self.nearest, self.client, self.project = db, rules, nearest, client, project
        master = db.master_of_work([] if client else [WorkItem("", project)], client)
        contexts = Contexts((), master)
        own = {task.item.project for task in master.tasks if task.item.client == client}
        own |= {contract.project for contract in master.contracts if contract.client == client}
        projects = {name for name in own if name and contexts.client(WorkItem("", name)) == client}
        self.items = db.booked_items(client, projects if client else {project})
        # Time may be booked on projects that the task list does not have under this client.
        strange = any(item.project not in own for item in self.items) and bool(client)
        self.master = db.master_of_work(self.items, client) if strange else master
        self.work = WorkItems(self.master.tasks, self.master.assignments, self.master.contracts)

    def part(self) -> _Part:
        """The findings on them."""
        names = checks_within(Reach.CLIENT) if self.client else (unknown_work_item.NAME,)
        rows = [
            row
            for row in (*self._unknown(), *(self._limits() if self.client else ()))
            if row.client == self.client and (self.client or row.project == self.project)
        ]
        scope = FindingScope(checks=names, client=self.client, project=None if self.client else self.project)
        return _Part(rows=rows, scope=scope)

    def _unknown(self) -> Iterator[Raised]:
        """Entries on work that the task list does not hold. They are few, or the list lacks a project."""
        unknown = [item for item in self.items if not self.work.known(item)]
        if unknown:
            entries = self.db.entries_on(unknown)
            master = self.db.with_people(self.master, {entry.person for entry in entries})
            yield from self._found(self.nearest.added_to(master, entries), entries, unknown_work_item.NAME)

    def _limits(self) -> Iterator[Raised]:
        """What the sums say of budgets, caps and milestones; and the entries over a cap, where the sums are."""
        under = {item: self.work.contract(item) for item in self.items}
        sums = list(self._sums(under))
        entries = [entry for number, row in enumerate(sums) for entry in _as_entries(row, f"sum {number}")]
        master = self.db.with_people(self.master, {row.person for row in sums} - {""})
        yield from self._found(master, entries, budget_forecast.NAME, milestone_mismatch.NAME)
        context = self.rules.context(master, entries)
        counted: Counter[str] = Counter()
        for row in sums:
            if contract := under[row.item]:
                counted[contract.id] += row.entries
        over = {
            contract.id for contract in self.master.contracts if may_be_passed(context, contract, counted[contract.id])
        }
        if over:
            single = self.db.entries_on([item for item, contract in under.items() if contract and contract.id in over])
            people = self.db.with_people(self.master, {entry.person for entry in single})
            yield from self._found(people, single, over_cap.NAME)

    def _sums(self, under: Mapping[WorkItem, Contract | None]) -> Iterator[BookedSum]:
        """The time under contracts with a limit or milestones, and on tasks with a budget of their own."""
        staged = {row.contract for row in self.master.milestones}
        planned = {task.item for task in self.master.tasks if task.budget_hours}
        alike: defaultdict[tuple[int, RoundingRule, bool], list[WorkItem]] = defaultdict(list)
        for item, contract in under.items():
            if contract and (contract.id in staged or _is_limited(contract)):
                alike[contract.rounding_minutes, contract.rounding_rule, _in_money(contract)].append(item)
            elif item in planned:
                alike[1, RoundingRule.NONE, False].append(item)
        for (step, rule, by_rate), items in alike.items():
            yield from self.db.sums_on(items, step=step, rule=rule, by_rate=by_rate)

    def _found(self, master: MasterData, entries: Sequence[TimeEntry], *checks: str) -> Iterator[Raised]:
        found = run(self.rules.context(master, entries), self.rules.only(checks))
        return map(Contexts(entries, master).raised, found)


def _is_limited(contract: Contract) -> bool:
    limits = (contract.cap_hours, contract.cap_amount, contract.budget_hours, contract.budget_amount)
    return any(limit is not None for limit in (*limits, contract.included_hours))


def _in_money(contract: Contract) -> bool:
    """Whether a limit is an amount that hours use up, so that it matters who worked at which rate."""
    amounts = (contract.cap_amount, contract.budget_amount)
    return contract.kind in BY_THE_HOUR and any(amount is not None for amount in amounts)


def _as_entries(row: BookedSum, name: str) -> Iterator[TimeEntry]:
    """A sum as the checks read it: as an entry, or as several where it is more than an entry may hold."""
    worked, billed = row.minutes, row.billed
    while True:
        part = min(worked, _MOST_MINUTES)
        worked -= part
        yield TimeEntry(
            id=name, person=row.person, date=row.date, minutes=part, item=row.item, billable=row.billable,
            hourly_rate=row.hourly_rate, currency=row.currency, status=EntryStatus.APPROVED, billable_minutes=billed,
        )  # fmt: skip
        billed = 0
        if not worked:
            return
