"""What the simulated firm is made of: who works there, what really happened, and the traces that it left.

Four layers, each made from the one before it and from nothing else:

    Firm (master data)  ->  Stretch (the truth)  ->  Seat and Trace (evidence)  ->  Reported (what people say: ``reported.py``)

Instants are whole minutes since 1970-01-01T00:00Z (``Minute``): a year of 600 people is some millions of them. Spans are
half open. Master data uses the product's own types, since that is what the product is given.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final, TypeAlias

from hourtrail.domain.firm import Assignment, Contract, Holiday, Milestone, Period, Person, Rate, Task, WorkItem

Minute: TypeAlias = int
"""Minutes since 1970-01-01T00:00Z."""

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def minute_of(at: datetime) -> Minute:
    """Whole minutes since the epoch, rounded down; ``at`` is aware."""
    return int((at - EPOCH) // timedelta(minutes=1))


def instant_of(minute: Minute) -> datetime:
    """The reverse of :func:`minute_of`, in UTC."""
    return EPOCH + timedelta(minutes=minute)


class Rounding(StrEnum):
    """How a person writes minutes down (models.md B3)."""

    STANDARD = "standard"
    """15 * round(x / 15)"""
    BILL_UP = "bill_up"
    """15 * ceil(x / 15)"""
    DIARY = "diary"
    """60 * round(x / 60)"""
    TIMER = "timer"
    """x"""


class Doing(StrEnum):
    """What a stretch of true work consists of. It decides which traces it can leave."""

    MEETING = "meeting"
    CALL = "call"
    CODE = "code"
    TICKET = "ticket"
    DOCUMENT = "document"
    MAIL = "mail"
    TRAVEL = "travel"
    UNSEEN = "unseen"
    """Thinking, talking at a desk, paper: leaves nothing."""


class Channel(StrEnum):
    """Where a trace is left."""

    COMMIT = "commit"
    TICKET = "ticket"
    CHAT = "chat"
    MAIL = "mail"
    DOCUMENT = "document"
    WINDOW = "window"
    CALL = "call"


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What makes a person report as they do. Never written to anything that the product may read."""

    diligence: float
    memory_half_life_days: float
    rounding: Rounding
    stray_share: float
    """Share of traces that are about another task than the current one."""
    bias: float
    """Probability of accepting a wrong suggestion that looks sure."""
    decline_share: float
    """Share of invitations declined."""
    utilisation: float
    """Share of the working time that is on clients' work."""
    start_minute: int
    """Usual local start of the day, minutes after midnight."""
    channels: frozenset[Channel]
    """Where this person leaves traces at all."""
    logs_work: bool
    """Whether they write worklogs on tickets."""
    answers: float
    """Share of suggestions that they answer at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """Days off, both ends included. ``reason`` is ``leave``, ``sickness``, ``training`` or ``parental``."""

    first: date
    last: date
    reason: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Employee:
    """A person of the firm: master data, what nobody is told, and their days off. ``handle`` is plain ASCII, for files."""

    person: Person
    handle: str
    traits: Traits
    absences: tuple[Absence, ...] = ()
    joins_on: date | None = None
    leaves_on: date | None = None

    @property
    def id(self) -> str:
        """The person's id: an e-mail address."""
        return self.person.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """Something that people talk and write about while they work on an item: the source of every title and message."""

    words: tuple[str, ...]
    """From general to particular, as in ("checkout", "payment", "refund")."""
    ticket: str = ""
    """Key of the ticket that it is tracked under, if any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A bookable work item as the firm knows it and as its tools name it."""

    task: Task
    billing_code: str
    topics: tuple[Topic, ...]
    repository: str = ""
    """``organisation/name`` of the repository that the work is done in, if it is code."""
    tracker: str = ""
    """``jira``, ``github`` or ``redmine``; empty when the project has no tickets."""
    project_key: str = ""
    """Ticket prefix (Jira), or the tracker's name of the project."""
    folder: str = ""
    """Where its documents lie."""
    channel: str = ""
    """Its chat channel."""
    aliases: tuple[str, ...] = ()
    """Other names that people use for it: an abbreviation, the name before a rename, the client's own name."""
    mix: Mapping[Doing, float] = field(default_factory=dict)
    """How its time divides over kinds of doing; sums to 1."""

    @property
    def item(self) -> WorkItem:
        """What time is booked on."""
        return self.task.item


class ChangeKind(StrEnum):
    """Something that happens to the firm on a day."""

    RENAME = "rename"
    """A project gets another code; the old one closes."""
    REORGANISATION = "reorganisation"
    """Teams and assignments are dealt anew."""
    RATE = "rate"
    CLOSE = "close"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What changed, when, and what it concerns; ``before`` and ``after`` are codes."""

    on: date
    kind: ChangeKind
    about: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Firm:
    """Everything that is decided before the first day. Work items hold their dates, assignments theirs."""

    name: str
    domain: str
    """The firm's own e-mail domain."""
    organisation: str
    """Owner of its repositories."""
    employees: tuple[Employee, ...]
    works: Mapping[WorkItem, Work]
    clients: Mapping[str, str]
    """Client code -> name."""
    client_domains: Mapping[str, str]
    contacts: Mapping[str, tuple[str, ...]]
    """Client code -> e-mail addresses of its people."""
    contracts: tuple[Contract, ...]
    rates: tuple[Rate, ...]
    assignments: tuple[Assignment, ...]
    weights: Mapping[tuple[str, WorkItem], float]
    """(person, item) -> how much of the person's time it takes while both are live; Dirichlet(.6) draws."""
    milestones: tuple[Milestone, ...]
    holidays: tuple[Holiday, ...]
    periods: tuple[Period, ...]
    changes: tuple[Change, ...]
    twins: tuple[tuple[str, str], ...] = ()
    """Pairs of project codes whose names are easily mistaken for each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A recurring meeting as its organiser entered it, in local time of ``zone``."""

    uid: str
    title: str
    item: WorkItem
    organiser: str
    attendees: tuple[str, ...]
    """Addresses, the organiser's and outsiders' among them."""
    zone: str
    weekdays: tuple[int, ...]
    """ISO numbers."""
    every_weeks: int
    local_start: int
    """Minutes after local midnight."""
    minutes: int
    first: date
    last: date
    private: bool = False
    online: bool = True
    created: Minute = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One meeting that stands, or stood, in calendars. Single meetings have no series. All-day ones span local days."""

    uid: str
    title: str
    item: WorkItem
    """The work that it really belongs to; the empty item for what is not work."""
    organiser: str
    attendees: tuple[str, ...]
    zone: str
    start: Minute
    """As scheduled now, after a move."""
    end: Minute
    planned_start: Minute
    """As the series, or the first invitation, had it: what RECURRENCE-ID names."""
    series: Series | None = None
    cancelled: bool = False
    deleted: bool = False
    """Cancelled by taking it out of the series (EXDATE) instead of marking it."""
    all_day: bool = False
    private: bool = False
    show_as: str = "busy"
    online: bool = True
    sequence: int = 0
    created: Minute = 0
    changed: Minute = 0
    topic: Topic | None = None

    @property
    def moved(self) -> bool:
        """Whether it no longer stands where it first stood."""
        return self.start != self.planned_start


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One person's place in one occurrence: what they answered, and whether they really went."""

    person: str
    occurrence: Occurrence
    response: str
    """``accepted``, ``tentative``, ``declined`` or ``none``."""
    joined: Minute | None = None
    """None: was not there (which the calendar may well not say)."""
    left: Minute | None = None

    @property
    def attended(self) -> bool:
        """Whether the person was there for at least a minute."""
        return self.joined is not None and self.left is not None and self.left > self.joined


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """True minutes of one person on one item, without interruption. A person's stretches never overlap."""

    person: str
    start: Minute
    end: Minute
    item: WorkItem
    doing: Doing
    billable: bool
    billing_code: str
    topic: Topic | None = None
    meeting: str = ""
    """Uid of the meeting that was attended, for doing = meeting."""
    meeting_start: Minute = 0
    """Its scheduled start; with the uid it names the occurrence."""

    @property
    def minutes(self) -> int:
        """Length in minutes."""
        return self.end - self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueDay:
    """One local day of one person: what they did, and the span in which they were at work."""

    person: str
    date: date
    stretches: tuple[Stretch, ...]
    absence: Absence | None = None
    working: tuple[Minute, Minute] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Something a tool recorded. ``item`` is what it was truly about, which may differ from what was being done then."""

    person: str
    channel: Channel
    at: Minute
    second: int
    """0..59, so that two traces of one minute have an order."""
    end: Minute | None
    """None for a point event."""
    item: WorkItem
    title: str
    text: str = ""
    container: str = ""
    reference: str = ""
    verb: str = ""
    """What was done, for tickets: ``created``, ``commented``, ``moved``, ``logged``; for windows: the program."""
    minutes: int | None = None
    """Minutes that a worklog states."""
    participants: tuple[str, ...] = ()
    stray: bool = False
    """Whether it is about another item than the stretch it fell into."""
    id: str = ""
    """Stable and unique in the firm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """What was said in a meeting, as a recorder wrote it: (second from the start, speaker's name, sentence)."""

    meeting: str
    start: Minute
    end: Minute
    title: str
    person: str
    """Whose recorder it was."""
    item: WorkItem
    lines: tuple[tuple[int, str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonWeek:
    """Seven local days of one person, from a Monday on: the unit in which everything streams."""

    employee: Employee
    monday: date
    days: tuple[TrueDay, ...]
    seats: tuple[Seat, ...]
    """Every meeting that stands in this person's calendar that week, attended or not."""
    traces: tuple[Trace, ...] = ()
    transcripts: tuple[Transcript, ...] = ()

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        """The true work of the week, in time order."""
        return tuple(stretch for day in self.days for stretch in day.stretches)
