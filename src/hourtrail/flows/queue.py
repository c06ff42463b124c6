"""The reviewers' queue as it stands: what to look at first and why, what is muted, and what stands behind one line."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.errors import NotFound, See
from hourtrail.domain.precision import Precisions, Tally
from hourtrail.domain.queue import WITHOUT_MONEY, Handling, Item, order
from hourtrail.domain.review import BLIND_AUDIT, FindingReview, FindingStatus, Raised, ReviewKind
from hourtrail.flows.review_settings import review_policy_of
from hourtrail.policy.muting import NEWEST, stays_visible
from hourtrail.policy.review import ROUTES
from hourtrail.store import Store, TenantStore
from hourtrail.store.reviews import Look

MOST_OPEN: Final = 5_000
"""Open findings that the queue orders at a time: more than anybody answers, and a bound on what looking at it costs."""

COMPARABLES: Final = 3
NEARBY: Final = timedelta(days=60)
"""How far from an entry comparable ones are looked for."""


@dataclass(frozen=True, slots=True)
class Muted:
    """A check that says nothing at the moment, why, and how many open findings it keeps in the shadow."""

    check: str
    reason: str
    hidden: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What waits. ``audits`` are cleared entries drawn for a second look; they are apart, because nothing speaks against them.

    ``behind`` open findings weigh less than ``MOST_OPEN`` others of the asked check or route and are not ordered; they move
    up as those are answered. Narrowing by queue or owner looks at those that are ordered.
    """

    items: tuple[Item, ...]
    audits: tuple[Item, ...]
    muted: tuple[Muted, ...]
    behind: int = 0

    def item(self, name: str) -> Item:
        """The line of that id, or the one on which the finding of that id stands. Raises NotFound."""
        for item in (*self.items, *self.audits):
            if item.id == name or any(row.finding.id == name for row in item.members):
                return item
        raise NotFound(f"nothing in the queue is called {name!r}").seeing(See.FINDINGS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """What a reviewer sees of one line: the entry it is about, comparable normal ones, and what was said before."""

    item: Item
    entry: TimeEntry | None
    comparables: tuple[TimeEntry, ...]
    reviews: tuple[FindingReview, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which lines to show; empty shows all. ``route`` is one of ``ROUTES``."""

    queue: str = ""
    owner: str = ""
    check: str = ""
    route: str = ""

    def asks(self, check: str) -> bool:
        """Whether findings of that check are wanted."""
        return self.check in {"", check} and (not self.route or check in ROUTES.get(self.route, ()))

    def passes(self, item: Item) -> bool:
        """Whether the line is wanted."""
        own = self.queue in {"", item.place.queue} and self.owner in {"", item.place.owner}
        return own and self.asks(item.finding.check)


def review_queue(store: Store, tenant: str, today: date, wanted: Filter | None = None) -> Queue:
    """The queue on one day. Raises nothing for an unknown owner or queue: it is empty then."""
    with store.tenant(tenant, read_only=True) as db:
        return queue_of(db, today, wanted)


def queue_of(db: TenantStore, today: date, wanted: Filter | None = None) -> Queue:
    """The same inside an open transaction."""
    silent, precisions = muted_checks(db), Precisions(tallies_of(db))
    chosen = wanted or Filter()
    seen = _open(db, silent, precisions, chosen)
    policy, master = review_policy_of(db), db.master_of({row.worker for row in seen.rows if row.worker}, ())
    taken_over, escalated = db.handed_on()
    handling = Handling(
        taken_over=taken_over,
        escalated=escalated,
        place=lambda row: policy.place(row, master),
        due_days=policy.due_days,
    )
    regular = [row for row in seen.rows if row.finding.check != BLIND_AUDIT]
    audits = [row for row in seen.rows if row.finding.check == BLIND_AUDIT]
    return Queue(
        items=tuple(filter(chosen.passes, order(regular, precisions, handling, today))),
        audits=tuple(filter(chosen.passes, order(audits, precisions, handling, today))),
        muted=tuple(Muted(check, reason, seen.hidden[check]) for check, reason in sorted(silent.items())),
        behind=seen.behind,
    )


@dataclass(frozen=True, slots=True)
class _Open:
    """The open findings that the queue orders, how many each muted check hides, and how many lie behind the bound."""

    rows: list[Raised]
    hidden: Counter[str]
    behind: int


def _open(db: TenantStore, silent: Collection[str], precisions: Precisions, wanted: Filter) -> _Open:
    """All of them, or the ``MOST_OPEN`` that weigh most, whatever their age. A part of a muted check's stays visible.

    Where they are too many, the bound is on the checks that are wanted; and the audits, a random sample of which none may be
    missed for its weight, have one of their own.
    """
    counts = db.open_counts()
    whispered = [name for name in db.open_fingerprints(silent) if stays_visible(name)] if silent else []
    shadow = db.raised_by(whispered[:MOST_OPEN])
    hidden = Counter({name: counts.get(name, 0) for name in silent})
    hidden.subtract(Counter(row.finding.check for row in shadow))
    heard = [name for name in counts if name not in silent and name != BLIND_AUDIT]
    if sum(counts[name] for name in heard) > MOST_OPEN:
        heard = [name for name in heard if wanted.asks(name)]
    rows = shadow
    for names in (heard, [BLIND_AUDIT]):
        if sum(counts.get(name, 0) for name in names) > MOST_OPEN:
            rows += db.weightiest(MOST_OPEN, {name: precisions.of(name) for name in names}, WITHOUT_MONEY)
        else:
            rows += db.raised(status=FindingStatus.OPEN, checks=names)
    return _Open(rows, hidden, max(sum(counts[name] for name in heard) - MOST_OPEN, 0))


def muted_checks(db: TenantStore) -> dict[str, str]:
    """The checks that are silent now, each with the reason."""
    return {check: row["reason"] for check, row in db.mutings().items() if row["muted"]}


def tallies_of(db: TenantStore) -> dict[str, Tally]:
    """The newest verdicts on each check, those since a person last let it speak again; the blind audit is no check."""
    since = db.unmuted_by_hand()
    looks: dict[str, list[Look]] = {}
    for look in db.looks():
        start = since.get(look.check)
        if look.check != BLIND_AUDIT and (start is None or look.at >= start):
            looks.setdefault(look.check, []).append(look)
    return {check: _tally(newest[:NEWEST]) for check, newest in looks.items()}


def _tally(looks: Sequence[Look]) -> Tally:
    return Tally(sum(look.kind is ReviewKind.TRUE_ISSUE for look in looks), len(looks))


def behind(db: TenantStore, item: Item) -> Behind:
    """What stands behind one line of the queue."""
    first = item.members[0]
    named = _live(db, first.finding.comparables)
    entry = next(iter(_live(db, (first.finding.subject.time_entry,))), None)
    others = tuple(named[:COMPARABLES])
    if entry is not None and len(others) < COMPARABLES:
        taken = {entry.id, *(row.id for row in others)}
        others += tuple(_normal(db, entry, taken)[: COMPARABLES - len(others)])
    return Behind(item=item, entry=entry, comparables=others, reviews=tuple(db.reviews(first.finding.id)))


def _live(db: TenantStore, names: Iterable[str]) -> list[TimeEntry]:
    found = []
    for name in [name for name in names if name][: COMPARABLES + 1]:
        try:
            found.append(db.entry(name))
        except NotFound:
            # Taken back since the finding was raised; the next run resolves it.
            continue
    return found


def _normal(db: TenantStore, entry: TimeEntry, taken: set[str]) -> list[TimeEntry]:
    """Entries of the same person on the same work that nothing speaks against, nearest in time first."""
    rows = db.entries(person=entry.person, first=_back(entry.date), last=_on(entry.date))
    same = [row for row in rows if row.item == entry.item and row.id not in taken]
    flagged = {
        name
        for name, found in db.findings_on([row.id for row in same]).items()
        if any(one.status != FindingStatus.RESOLVED for one in found)
    }
    normal = [row for row in same if row.id not in flagged]
    return sorted(normal, key=lambda row: (abs((row.date - entry.date).days), row.date, row.id))


def _back(day: date) -> date:
    return day - min(NEARBY, day - date.min)


def _on(day: date) -> date:
    return day + min(NEARBY, date.max - day)
