"""From stored activities to open suggestions, reconciled: re-running changes nothing that a person decided."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from hourtrail.capture import Captured, CaptureSettings, HabitLearner, Habits, Presence, capture
from hourtrail.capture.grid import Days
from hourtrail.capture.learning import LEARNED, clock_span
from hourtrail.domain.activity import Response, Status
from hourtrail.domain.block import Withheld, WorkBlock
from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.errors import InvalidInput, NotFound
from hourtrail.domain.firm import Person
from hourtrail.domain.instants import day_bounds, zone_named
from hourtrail.domain.master import MasterData
from hourtrail.domain.ports import MinutesModel, PresenceModel
from hourtrail.domain.suggestion import Suggestion, SuggestionStatus
from hourtrail.domain.weeks import monday_of
from hourtrail.domain.wire import suggestion_to_json, withheld_to_json
from hourtrail.flows.confidence import policy_of
from hourtrail.flows.minutes import WeekTotal, in_place, own_minutes, with_intervals
from hourtrail.flows.proposals import propose_all
from hourtrail.flows.resolve import nearest
from hourtrail.flows.scoring import Scoring
from hourtrail.policy.audit import drawn
from hourtrail.policy.propose import withheld_of
from hourtrail.store import Store, TenantStore
from hourtrail.wiring import Models

LONGEST_RANGE: Final = 400
"""Days in one call; a year and the weeks around it."""

DRIFT: Final = 0.01
"""A confidence, shown in whole per cent, that moved by less than this has not changed."""

MARGIN: Final = timedelta(days=1)
"""Read this far around the range, so that work across midnight is seen whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTotal:
    """Two totals that are never mixed up: the person's working time, and the time booked or proposed on projects."""

    person: str
    date: date
    working_minutes: int
    project_minutes: int


@dataclass(slots=True)
class SuggestResult:
    """What one run proposes, abstains from, and changed."""

    suggestions: list[Suggestion] = field(default_factory=list)
    withheld: list[Withheld] = field(default_factory=list)
    totals: list[DayTotal] = field(default_factory=list)
    weeks: list[WeekTotal] = field(default_factory=list)
    created: int = 0
    updated: int = 0
    withdrawn: int = 0
    degraded: str = ""
    strangers: list[str] = field(default_factory=list)
    """Who has activities in these days, but is none of the people whom the firm has named."""

    def to_json(self) -> dict[str, Any]:
        """The shape of ``suggest --json``, with totals of days and weeks, what changed, and why rules answered, as optional extras."""
        return {
            "suggestions": [suggestion_to_json(row) for row in self.suggestions],
            "withheld": [withheld_to_json(row) for row in self.withheld],
            "totals": [
                {
                    "person": row.person,
                    "date": row.date.isoformat(),
                    "working_minutes": row.working_minutes,
                    "project_minutes": row.project_minutes,
                }
                for row in self.totals
            ],
            "week_totals": [row.as_json() for row in self.weeks],
            "created": self.created,
            "updated": self.updated,
            "withdrawn": self.withdrawn,
            "degraded": self.degraded or None,
            "strangers": self.strangers,
        }


def suggest(
    store: Store,
    tenant: str,
    *,
    first: date,
    last: date,
    models: Models,
    person: str | None = None,
    now: datetime | None = None,
    settings: CaptureSettings | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> SuggestResult:
    """Suggestions of the local days ``first`` to ``last``, both included, for one person or for everybody with activities.

    One transaction a person, under the controls of that moment: whoever lowers the mode meanwhile waits for one person and
    then lowers their rows too, and the next person's are made under the lower one. Raises InvalidInput for a range that runs
    backwards or is longer than ``LONGEST_RANGE``.
    """
    days = (last - first).days + 1
    if not 1 <= days <= LONGEST_RANGE:
        raise InvalidInput(f"--from {first} --to {last} is {days} days; choose 1 to {LONGEST_RANGE}")
    asked_at = now or datetime.now(UTC)
    settings = settings or CaptureSettings()
    result = SuggestResult(degraded=models.degraded)
    with store.tenant(tenant) as db:
        master = db.master()
        scoring = Scoring.of(master, db.confirmations(known_before=asked_at), models, cache=db)
        people = _people(db, master, first, last, asked=person)
        if person is None and master.people:
            known = {row.id for row in master.people}
            result.strangers = sorted(set(db.people_with_activities(*_around(first, last))) - known)
    for number, one in enumerate(people, start=1):
        with store.tenant(tenant) as db:
            db.hold_controls()
            own = scoring.under(policy_of(db, models))
            _PersonRun(db, one, master, own, settings, models.presence, models.minutes, asked_at).run(
                first, last, result
            )
        if progress is not None:
            progress(number, len(people))
    return result


@dataclass(frozen=True, slots=True)
class CapturedDays:
    """What the stored activities come to, and the suggestions that they give way to.

    ``kept`` are open parts of an event of which another part is decided (a workshop cut in two by a call, say): the
    person has seen the event as it was, so its remaining parts stay as they are until they are decided too. ``entries`` are
    those that habits were learned from.
    """

    captured: Captured
    decided: list[Suggestion]
    kept: list[Suggestion]
    entries: list[TimeEntry]


def capture_days(
    db: TenantStore,
    person: Person,
    first: date,
    last: date,
    settings: CaptureSettings,
    *,
    model: PresenceModel | None = None,
    until: datetime | None = None,
    around: Sequence[Suggestion] | None = None,
) -> CapturedDays:
    """What the stored activities around these local days come to, beside what is decided.

    ``model`` judges which minutes around traces were worked, up to ``until``. ``around`` are the suggestions from ``MARGIN``
    before these days to ``MARGIN`` behind them, where they were read already.
    """
    start, end = day_bounds(first, last, zone_named(person.zone))
    if around is None:
        around = db.suggestions(person=person.id, first=first - MARGIN, last=last + MARGIN)
    decided = [row for row in around if row.status is SuggestionStatus.DECIDED]
    activities = list(db.activities(person=person.id, start=start - MARGIN, end=end + MARGIN))
    going = {row.key for row in activities if row.status is Status.CONFIRMED and row.response is not Response.DECLINED}
    cut = going & {row.block.anchor for row in decided}
    kept = [row for row in around if row.status is SuggestionStatus.OPEN and row.block.anchor in cut]
    entries = _learned_from(db, person, first)
    habits, presence = _habits(db, person, first, settings, model, entries=entries)
    captured = capture(
        person,
        activities,
        occupied=[row.span for row in (*decided, *kept)],
        consumed={evidence.activity for row in (*decided, *kept) for evidence in row.evidence},
        settings=settings,
        habits=habits,
        presence=presence,
        until=until,
    )
    return CapturedDays(captured, decided, kept, entries)


def _learned_from(db: TenantStore, person: Person, first: date) -> list[TimeEntry]:
    """The person's entries of the ``LEARNED`` before the week of ``first``, but for rejected ones."""
    week = monday_of(first)
    rows = db.entries(person=person.id, first=week - LEARNED, last=week - timedelta(days=1))
    return [row for row in rows if row.status is not EntryStatus.REJECTED]


def _habits(
    db: TenantStore,
    person: Person,
    first: date,
    settings: CaptureSettings,
    model: PresenceModel | None,
    *,
    entries: Sequence[TimeEntry],
) -> tuple[Habits, Presence | None]:
    """What entries before the week of ``first`` tell; those without a clock time tell nothing."""
    week, zone = monday_of(first), zone_named(person.zone)
    start, end = day_bounds(week - LEARNED, week - timedelta(days=1), zone)
    placed = [span for row in entries if (span := clock_span(row)) is not None]
    activities = db.activities(person=person.id, start=start, end=end) if placed else ()
    learner = HabitLearner(activities, Days(zone), settings)
    for span in placed:
        learner.learn(*span)
    return learner.habits(), None if model is None else learner.presence(model, week)


def _around(first: date, last: date) -> tuple[datetime, datetime]:
    """Bounds that hold these days in every zone."""
    start = datetime(first.year, first.month, first.day, tzinfo=UTC) - MARGIN
    return start, datetime(last.year, last.month, last.day, tzinfo=UTC) + 2 * MARGIN


def _people(db: TenantStore, master: MasterData, first: date, last: date, *, asked: str | None) -> list[str]:
    """Whose time is in question: the person asked for, or everybody of the firm with activities or open suggestions.

    Where the firm has named its people, others (a client's help desk in a ticket export) get nothing unless asked for.
    Raises NotFound when the person asked for is neither known nor has any activity.
    """
    seen = set(db.people_with_activities(*_around(first, last)))
    known = [row.id for row in master.people]
    if asked is not None:
        if known and asked not in known and asked not in seen:
            raise NotFound(
                f"{asked!r} is no person of this firm and has no activity in these days{nearest(asked, known)}"
            )
        return [asked]
    # Whose last event is gone has no activity any more, but still the suggestion that goes with it.
    seen |= {row.person for row in db.suggestions(first=first, last=last, status=SuggestionStatus.OPEN)}
    return sorted(seen & set(known) if known else seen)


@dataclass(frozen=True, slots=True)
class _PersonRun:
    """One person's range inside one transaction."""

    db: TenantStore
    person: str
    master: MasterData
    scoring: Scoring
    settings: CaptureSettings
    presence: PresenceModel | None
    minutes: MinutesModel | None
    asked_at: datetime

    def run(self, first: date, last: date, result: SuggestResult) -> None:
        """Capture, score, route and reconcile; adds to ``result``."""
        person = self.master.person(self.person)
        days = capture_days(self.db, person, first, last, self.settings, model=self.presence, until=self.asked_at)
        captured = days.captured
        blocks = [block for block in captured.blocks if first <= block.date <= last]
        result.withheld.extend(row for row in captured.withheld if row.date is None or first <= row.date <= last)
        # Last, so that an answer that is kept back does not show in the interval.
        own = own_minutes(self.db, self.person, monday_of(first), days.entries)
        fresh = with_intervals(self._unsettled(self._propose(blocks, result), result), own, self.minutes)
        kept = [row for row in days.kept if first <= row.date <= last]
        self._reconcile(fresh, kept, first, last, result)
        in_range = [row for row in days.decided if first <= row.date <= last]
        everything = [*fresh, *kept, *in_range]
        result.totals.extend(_totals(self.person, captured.working_minutes, everything, first, last))
        result.weeks.extend(own.week_totals(self.person, everything))

    def _propose(self, blocks: Sequence[WorkBlock], result: SuggestResult) -> list[Suggestion]:
        proposals = propose_all(blocks, master=self.master, scoring=self.scoring, as_of=self.asked_at, cache=self.db)
        result.withheld.extend(proposals.withheld)
        return proposals.suggestions

    def _unsettled(self, fresh: list[Suggestion], result: SuggestResult) -> list[Suggestion]:
        """Those that nobody decided yet. An event that moved far after its decision is reported, never booked twice."""
        unsettled: list[Suggestion] = []
        for row in fresh:
            before = self._elsewhere(row.id)
            if before is None or before.status is not SuggestionStatus.DECIDED:
                shown = drawn(row, before, self.scoring.policy)
                unsettled.append(shown)
                if shown.item is None and row.item is not None and (held := withheld_of(shown)) is not None:
                    result.withheld.append(held)
                continue
            result.withheld.append(
                Withheld(
                    block=row.block.id,
                    reason=f"already decided on {before.date}, and moved since; undo that decision to book it anew",
                    person=row.person,
                    date=row.date,
                    title=row.block.title,
                    suggestion=before.id,
                )
            )
        return unsettled

    def _reconcile(
        self, fresh: list[Suggestion], kept: list[Suggestion], first: date, last: date, result: SuggestResult
    ) -> None:
        open_now = self.db.suggestions(person=self.person, first=first, last=last, status=SuggestionStatus.OPEN)
        stored = {row.id: row for row in open_now}
        create: list[Suggestion] = []
        update: list[Suggestion] = []
        for row in fresh:
            before = stored.pop(row.id, None) or self._elsewhere(row.id)
            if before is None:
                create.append(row)
                result.suggestions.append(row)
                continue
            if not _is_same(before, row):
                before = replace(row, revision=before.revision + 1)
                update.append(before)
            result.suggestions.append(before)
        result.suggestions.extend(kept)
        withdraw = sorted(set(stored) - {row.id for row in kept})
        if create or update or withdraw:
            self.db.reconcile_suggestions(create=create, update=update, withdraw=withdraw)
            self._audit(create, update, withdraw)
        result.created += len(create)
        result.updated += len(update)
        result.withdrawn += len(withdraw)

    def _elsewhere(self, suggestion: str) -> Suggestion | None:
        """The same suggestion stored under another date or status: its event moved, or came back."""
        try:
            return self.db.suggestion(suggestion)
        except NotFound:
            return None

    def _audit(self, create: Sequence[Suggestion], update: Sequence[Suggestion], withdraw: Sequence[str]) -> None:
        model = self.scoring.model
        self.db.record(
            actor=f"model:{model.name}@{model.version}",
            action="system:suggestion:reconciled",
            object_id=self.person,
            payload={
                "created": [row.id for row in create],
                "updated": [f"{row.id}@{row.revision}" for row in update],
                "withdrawn": list(withdraw),
                "model": model.digest,
                "policy": self.scoring.policy.version,
            },
            at=self.asked_at,
        )


def _is_same(before: Suggestion, after: Suggestion) -> bool:
    """Whether nothing changed but the clock: recency moves every confidence a little, and that is no new suggestion."""
    pairs = zip(before.alternatives, after.alternatives, strict=False)
    moved = [abs(one.confidence - other.confidence) for one, other in pairs]
    moved.append(abs(before.confidence - after.confidence))
    items = [row.item for row in before.alternatives] == [row.item for row in after.alternatives]
    kept = before.unshown is not None and after.unshown is not None and before.unshown.item == after.unshown.item
    told = replace(
        after,
        revision=before.revision,
        confidence=before.confidence,
        alternatives=before.alternatives,
        reasons=before.reasons,
        # Under the same policy it differs by the confidence alone.
        routing=before.routing,
        scores=before.scores,
        unshown=before.unshown if kept else after.unshown,
        minutes_interval=in_place(before.minutes_interval, after.minutes_interval),
    )
    return items and max(moved) < DRIFT and told == before


def _totals(
    person: str, working: Mapping[date, int], suggestions: Sequence[Suggestion], first: date, last: date
) -> list[DayTotal]:
    on_projects: dict[date, int] = {}
    for row in suggestions:
        if row.item is not None:
            on_projects[row.date] = on_projects.get(row.date, 0) + row.block.suggested_minutes
    days = sorted(day for day in {*working, *on_projects} if first <= day <= last)
    return [
        DayTotal(person=person, date=day, working_minutes=working.get(day, 0), project_minutes=on_projects.get(day, 0))
        for day in days
    ]
