"""What the review page shows: one read of the store, turned into plain values that a template only has to place."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.finding import Severity
from hourtrail.domain.master import MasterData
from hourtrail.domain.queue import Item
from hourtrail.domain.review import RESOLUTIONS, ReviewKind
from hourtrail.domain.wire import entry_to_json
from hourtrail.flows.clearing import MOST_DAYS, the_rest
from hourtrail.flows.queue import Behind, Filter, Muted, behind, queue_of
from hourtrail.policy.review import ROUTES
from hourtrail.store import Store, TenantStore
from hourtrail.store.entries import in_order
from hourtrail_serving.etags import tag_of
from hourtrail_serving.pages.view import people_to_choose

LINES: Final = 25
"""Lines on one page; a reviewer works from the top."""

CLOSED_SHOWN: Final = 8

_ROUTES: Final = {f"route: {route}": route for route in ROUTES}
"""Offered beside the queues: what is disputed, not approved or wrongly billed, wherever a policy sends it."""

KIND_WORDS: Final = {
    ReviewKind.TRUE_ISSUE: "true issue",
    ReviewKind.ACCEPTABLE: "acceptable",
    ReviewKind.FALSE_ALARM: "false alarm",
    ReviewKind.ASSIGN: "handed on",
    ReviewKind.ESCALATE: "escalated",
    ReviewKind.NOTE: "noted",
    ReviewKind.UNDO: "taken back",
}
KEYS: Final = {ReviewKind.TRUE_ISSUE: "t", ReviewKind.ACCEPTABLE: "a", ReviewKind.FALSE_ALARM: "f"}
BANDS: Final = {Severity.BLOCK: "ask", Severity.WARN: "suggest", Severity.INFO: "withhold"}


@dataclass(frozen=True, slots=True)
class Answer:
    """A button: what it says, its key, and the form's value, ``kind:resolution code``."""

    word: str
    key: str
    value: str


ANSWERS: Final = tuple(Answer(KIND_WORDS[kind], key, f"{kind}:{RESOLUTIONS[kind][0]}") for kind, key in KEYS.items())
OTHER_CODES: Final = tuple(
    (f"{kind}:{code}", f"{KIND_WORDS[kind]}: {code.replace('_', ' ')}")
    for kind, codes in RESOLUTIONS.items()
    for code in codes
)
"""Every verdict with every resolution code, for the form behind the buttons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the queue as shown."""

    rank: int
    seen: Behind

    @property
    def item(self) -> Item:
        """The line itself."""
        return self.seen.item

    @property
    def check(self) -> str:
        """The check in words."""
        return self.item.finding.check.replace("_", " ")

    @property
    def risk(self) -> str:
        """The money at risk, a currency each."""
        return " and ".join(map(str, self.item.at_risk)) or "no amount"

    @property
    def band(self) -> str:
        """The style of its severity."""
        return BANDS[self.item.finding.severity]


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """A verdict that can be taken back."""

    act: str
    check: str
    word: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Alone:
    """An entry that the firm's policy wants looked at one by one, and why."""

    entry: TimeEntry
    why: str

    @property
    def version(self) -> str:
        """What the entry says, so that nobody approves what has changed under their eyes."""
        return version_of(self.entry)


def version_of(entry: TimeEntry) -> str:
    """A tag of everything that is told of an entry."""
    return tag_of(json.dumps(entry_to_json(entry), sort_keys=True).encode()).strip('"')


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewView:
    """Everything on the page. ``first`` and ``last`` are the work dates whose rest can be cleared; None when nothing waits.

    ``behind`` open findings are not ordered (``flows.queue``).
    """

    actor: str
    people: tuple[tuple[str, str], ...]
    queue: str
    queues: tuple[str, ...]
    lines: tuple[Line, ...]
    total: int
    behind: int
    audits: tuple[Line, ...]
    muted: tuple[Muted, ...]
    closed: tuple[Closed, ...]
    first: date | None
    last: date | None
    clean: int
    flagged: int
    own: int
    alone: tuple[Alone, ...]
    alone_count: int

    @property
    def submitted(self) -> int:
        """Submitted entries of these days."""
        return self.clean + self.flagged + self.own + self.alone_count

    @property
    def more(self) -> int:
        """Lines that are not on the page."""
        return self.total - len(self.lines)


def review_view(
    store: Store, tenant: str, actor: str, today: date, *, queue: str = "", first: date | None, last: date | None
) -> ReviewView:
    """Read the queue for one reviewer. Without days, those of the submitted entries, at most a year back from the last."""
    with store.tenant(tenant, read_only=True) as db:
        master = db.master()
        who = actor or _usual_reviewer(master)
        wanted = wanted_of(queue)
        # The names of the queues come from all lines; a route is asked for, because its lines may lie behind heavier ones.
        everything = queue_of(db, today)
        found = queue_of(db, today, wanted) if wanted.route and everything.behind else everything
        items = [item for item in found.items if wanted.passes(item)]
        first, last = _days(db, first, last)
        rest = the_rest(db, who, first, last) if first and last else None
        alone = _alone(db, rest.alone) if rest else ()
        closed = tuple(
            Closed(act=look.act, check=look.check.replace("_", " "), word=KIND_WORDS[look.kind], at=look.at)
            for look in db.looks()[:CLOSED_SHOWN]
        )
        lines, audits = _lines(db, items[:LINES]), _lines(db, everything.audits[:LINES])
    return ReviewView(
        actor=who,
        people=people_to_choose(master, who) if who or master.people else (),
        queue=queue,
        queues=(*sorted({item.place.queue for item in everything.items} | ({queue} - {"", *_ROUTES})), *_ROUTES),
        lines=lines,
        total=len(items),
        behind=found.behind,
        audits=audits,
        muted=found.muted,
        closed=closed,
        first=first,
        last=last,
        clean=len(rest.clean) if rest else 0,
        flagged=rest.flagged if rest else 0,
        own=rest.own if rest else 0,
        alone=alone,
        alone_count=len(rest.alone) if rest else 0,
    )


def wanted_of(queue: str) -> Filter:
    """What the choice of a queue asks for: that queue, or a route through all of them (``route: disputes``)."""
    return Filter(route=_ROUTES[queue]) if queue in _ROUTES else Filter(queue=queue)


def _lines(db: TenantStore, items: Sequence[Item]) -> tuple[Line, ...]:
    return tuple(Line(rank=rank, seen=behind(db, item)) for rank, item in enumerate(items, start=1))


def _alone(db: TenantStore, why: Mapping[str, str]) -> tuple[Alone, ...]:
    entries = sorted(db.entries_named(sorted(why)[:LINES]).values(), key=in_order)
    return tuple(Alone(entry=entry, why=why[entry.id]) for entry in entries)


def _usual_reviewer(master: MasterData) -> str:
    """Somebody who approves others, by id; else the first person; else nobody."""
    people = sorted(person.id for person in master.people)
    managers = sorted({person.manager for person in master.people if person.manager} & set(people))
    return next(iter([*managers, *people]), "")


def _days(db: TenantStore, first: date | None, last: date | None) -> tuple[date | None, date | None]:
    waiting = db.submitted_days() if first is None or last is None else None
    if waiting is not None:
        first, last = first or waiting[0], last or waiting[1]
    if first is None or last is None or last < first:
        return None, None
    return max(first, last - timedelta(days=MOST_DAYS - 1)), last


def entry_words(entry: TimeEntry) -> str:
    """An entry in one line."""
    return f"{entry.date.strftime('%a %-d %b %Y')}, {entry.person}, {entry.item}"
