"""What the day page shows: one read of the store, turned into plain values that a template only has to place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from hourtrail.capture import CaptureSettings
from hourtrail.domain.decision import Decision, Verdict
from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.finding import Finding
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.instants import zone_named
from hourtrail.domain.master import MasterData
from hourtrail.domain.ports import PresenceModel
from hourtrail.domain.suggestion import Alternative, Band, Suggestion, SuggestionStatus
from hourtrail.domain.timesheet import Timesheet, TimesheetAct
from hourtrail.domain.weeks import whole_week_of
from hourtrail.flows.bulk import suggestions_alone
from hourtrail.flows.suggest import MARGIN, capture_days
from hourtrail.flows.timesheets import blocking
from hourtrail.flows.week import RECENT, GridRow, grid_of
from hourtrail.store import Store, TenantStore

MOST_LISTED: Final = 500
"""People and work items to choose from on one page."""

BAND_WORDS: Final = {
    Band.PREFILL: "sure",
    Band.SUGGEST: "likely",
    Band.ASK: "please check",
    Band.WITHHOLD: "unassigned",
}
VERDICT_WORDS: Final = {
    Verdict.ACCEPT: "accepted",
    Verdict.EDIT: "changed",
    Verdict.SPLIT: "split",
    Verdict.REJECT: "rejected",
    Verdict.NOT_WORK: "not work",
    Verdict.DEFER: "put off",
    Verdict.ADDED_BY_HAND: "added by hand",
    Verdict.UNDO: "undone",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One suggestion as shown. ``others`` are the alternatives beside the proposed work item, in the order shown."""

    row: Suggestion
    start: datetime
    end: datetime
    others: tuple[Alternative, ...]
    decision: Decision | None = None
    alone: str = ""
    """Why the policy wants it looked at on its own; empty where it may be accepted with others."""

    @property
    def band(self) -> str:
        """The band in a person's words."""
        return BAND_WORDS[self.row.band]

    @property
    def verdict(self) -> str:
        """What was decided, in words."""
        return VERDICT_WORDS[self.decision.verdict] if self.decision else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unshown:
    """Something that was seen without becoming time."""

    title: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayView:
    """Everything on the page. Minutes are whole; the two totals are working time and project time."""

    person: str
    name: str
    zone: str
    day: date
    actor: str
    people: tuple[tuple[str, str], ...]
    waiting: tuple[Card, ...]
    decided: tuple[Card, ...]
    entries: tuple[TimeEntry, ...]
    withheld: tuple[Unshown, ...]
    bookable: tuple[str, ...]
    working_minutes: int
    booked_minutes: int
    proposed_minutes: int
    week: tuple[GridRow, ...]
    sheet: Timesheet
    stops: tuple[Finding, ...]

    @property
    def sure(self) -> list[Card]:
        """What is waiting that can be accepted in one act."""
        return [card for card in self.waiting if card.row.band is Band.PREFILL and card.row.item and not card.alone]

    @property
    def drafts(self) -> list[TimeEntry]:
        """The entries of the week that can be submitted."""
        return [entry for entry in self.sheet.entries if entry.status is EntryStatus.DRAFT]

    @property
    def may_recall(self) -> bool:
        """Whether something of the week can be taken back to draft."""
        return any(entry.status in TimesheetAct.RECALL.takes for entry in self.sheet.entries)

    @property
    def project_minutes(self) -> int:
        """Booked and proposed on projects, together."""
        return self.booked_minutes + self.proposed_minutes

    @property
    def previous(self) -> date:
        """The day before."""
        return self.day - timedelta(days=1)

    @property
    def following(self) -> date:
        """The day after."""
        return self.day + timedelta(days=1)

    @property
    def weekdays(self) -> list[date]:
        """Monday to Sunday of the week."""
        monday = whole_week_of(self.day)
        return [monday + timedelta(days=offset) for offset in range(7)]


def day_view(
    store: Store, tenant: str, person: str, day: date, actor: str, *, model: PresenceModel | None, choose: bool = True
) -> DayView:
    """Read one person's day; nothing is stored. ``model`` is the one that the suggestions were made with.

    Without ``choose`` nobody else's day is offered, and only what bears on this person's is read. Each table is read once, for
    the day and its week together.
    """
    monday = whole_week_of(day)
    sunday = monday + timedelta(days=6)
    with store.tenant(tenant, read_only=True) as db:
        master = db.master() if choose else db.planning_of(person)
        proposed = db.suggestions(person=person, first=min(monday, day - MARGIN), last=max(sunday, day + MARGIN))
        rows = [row for row in proposed if row.date == day]
        recent = list(db.entries(person=person, first=monday - RECENT, last=sunday))
        captured = capture_days(
            db, master.person(person), day, day, CaptureSettings(), model=model, until=datetime.now(UTC),
            around=[row for row in proposed if day - MARGIN <= row.date <= day + MARGIN],
        ).captured  # fmt: skip
        decided = tuple(_decided(db, row) for row in rows if row.status is SuggestionStatus.DECIDED)
        sheet = Timesheet.of(person, monday, [row for row in recent if row.date >= monday])
        stops = tuple(blocking(db, [row for row in sheet.entries if row.status is EntryStatus.DRAFT]))
        alone = suggestions_alone(db, [row for row in rows if row.status is SuggestionStatus.OPEN])
    waiting = tuple(_card(row, alone=alone.get(row.id, "")) for row in rows if row.status is SuggestionStatus.OPEN)
    entries = tuple(row for row in recent if row.date == day)
    open_in_week = [row for row in proposed if row.status is SuggestionStatus.OPEN and monday <= row.date <= sunday]
    known = master.person(person)
    return DayView(
        person=person,
        name=known.name or person,
        zone=known.zone,
        day=day,
        actor=actor,
        people=people_to_choose(master, person, actor) if choose else (),
        waiting=waiting,
        decided=decided,
        entries=entries,
        withheld=tuple(
            Unshown(title=row.title or row.block, reason=row.reason) for row in captured.withheld if row.date == day
        ),
        bookable=tuple(sorted(map(str, _bookable(master, person, day, rows))))[:MOST_LISTED],
        working_minutes=captured.working_minutes.get(day, 0),
        booked_minutes=sum(row.minutes for row in entries),
        proposed_minutes=sum(card.row.block.suggested_minutes for card in waiting if card.row.item is not None),
        week=tuple(grid_of(master, person, monday, recent, open_in_week)),
        sheet=sheet,
        stops=stops,
    )


def item_named(master: MasterData, text: str, row: Suggestion) -> WorkItem | None:
    """The work item that a person typed or chose as ``client/project/task``; None when it is none of theirs."""
    named = {str(item): item for item in _bookable(master, row.person, row.date, [row])}
    return named.get(text.strip())


def _bookable(master: MasterData, person: str, day: date, rows: Sequence[Suggestion]) -> set[WorkItem]:
    shown = {alternative.item for row in rows for alternative in row.alternatives}
    return set(master.bookable(person, day, shown))


def _card(row: Suggestion, decision: Decision | None = None, *, alone: str = "") -> Card:
    zone = zone_named(row.block.zone)
    return Card(
        row=row,
        start=row.span.start.astimezone(zone),
        end=row.span.end.astimezone(zone),
        others=tuple(alternative for alternative in row.alternatives if alternative.item != row.item),
        decision=decision,
        alone=alone,
    )


def _decided(db: TenantStore, row: Suggestion) -> Card:
    return _card(row, db.current_decision(row.id))


def people_to_choose(master: MasterData, *others: str) -> tuple[tuple[str, str], ...]:
    """Whom the page can be opened for, those on it first where the list is long."""
    names = {row.id: row.name or row.id for row in master.people}
    ordered = [
        *dict.fromkeys(other for other in others if other),
        *(person for person in names if person not in others),
    ]
    shown = ordered[:MOST_LISTED]
    return tuple(sorted(((person, names.get(person, person)) for person in shown), key=lambda pair: pair[1]))
