"""The decision log as labelled examples: one builder for the export, for training, for comparisons and for drift.

What people did not answer is missing, never wrong: it counts nothing, unless time that they booked by hand covers the
same minutes, which then tells what it was. A label exists from the moment of its confirmation on, and a corrected one
gives way to its correction.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from hourtrail.domain.decision import BOOKING, CLOSING, Decision, Verdict
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.erasure import is_pseudonym
from hourtrail.domain.firm import NOT_WORK, WorkItem
from hourtrail.domain.forgetting import Forgotten, standing
from hourtrail.domain.memory import Confirmation
from hourtrail.domain.review import BLIND_AUDIT
from hourtrail.domain.suggestion import Band, Suggestion, SuggestionStatus
from hourtrail.store import TenantStore

RECONCILED: Final = "system:suggestion:reconciled"
PREFILL_WEIGHT: Final = 0.3
"""What an accepted prefill counts until somebody audits or edits it: a model must not learn from its own say-so (models.md E)."""
COVERED: Final = 0.5
"""Share of a block's minutes that an entry booked by hand must overlap to tell what the block was."""


class Outcome(StrEnum):
    """What became of a suggestion. Refused names what it was not; not answered is missing, not refused."""

    ACCEPTED = "accepted"
    EDITED = "edited"
    REJECTED = "rejected"
    ADDED = "added"
    NOT_ANSWERED = "not_answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One suggestion and what is known of it; ``suggestion`` is None for time added by hand.

    ``truth`` is None where nobody said what it was; for a split it is the largest part. ``asked_at`` is when the run made
    what was shown: features are computed as of then. ``weight`` is 0 for what teaches nothing: missing, superseded,
    private, forgotten at somebody's wish, refused without saying what it was. ``audited``: somebody else looked at it, or its
    answer was kept back for the blind audit, so that no suggestion led to the label.
    """

    outcome: Outcome
    suggestion: Suggestion | None = None
    decision: Decision | None = None
    truth: WorkItem | None = None
    asked_at: datetime | None = None
    known_at: datetime | None = None
    weight: float = 0.0
    superseded_by: str | None = None
    audited: bool = False

    @property
    def kept_back_right(self) -> bool | None:
        """Of a blindly audited suggestion: whether the answer that was kept back was the truth; None for all others."""
        if self.suggestion is None or self.truth is None or self.superseded_by is not None:
            return None
        return (
            self.suggestion.unshown.item == self.truth
            if _kept_back(self.suggestion) and self.suggestion.unshown
            else None
        )

    @property
    def was_right(self) -> bool | None:
        """Whether the item shown first was the truth; None where that is not known or nothing was shown."""
        if self.suggestion is None or self.suggestion.item is None or self.superseded_by is not None:
            return None
        if self.outcome is Outcome.REJECTED and self.truth is None:
            return False
        return None if self.truth is None else self.suggestion.item == self.truth


@dataclass(slots=True)
class DecisionLog:
    """The examples in the order of their decisions, the unanswered behind them; and the rows that nobody may learn from."""

    examples: list[Example] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)

    @property
    def labelled(self) -> list[Example]:
        """Those that teach something, in the order in which they were asked."""
        found = [row for row in self.examples if row.weight > 0]
        return sorted(found, key=lambda row: (_asked(row), row.suggestion.id if row.suggestion else ""))


def _asked(row: Example) -> datetime:
    return row.asked_at or datetime.min.replace(tzinfo=UTC)


def read_log(
    db: TenantStore, *, as_of: datetime | None = None, first: date | None = None, last: date | None = None
) -> DecisionLog:
    """The log as it was known at ``as_of`` (None: all of it), for suggestions of the work dates ``first`` to ``last``."""
    log = DecisionLog()
    decisions = [row for row in db.readable_decisions(log.unreadable) if (as_of is None or row.decided_at <= as_of)]
    shown = {row.id: row for row in db.suggestions(first=first, last=last) if not is_pseudonym(row.person)}
    runs = _Runs.of(db)
    entries = [row for row in db.entries(first=first, last=last) if as_of is None or _booked_at(row) <= as_of]
    issues = db.entry_verdicts([BLIND_AUDIT])
    verdicts = {row.decision: issues[row.id] for row in entries if row.decision and row.id in issues}
    later = {row.supersedes: row.id for row in decisions if row.supersedes}
    answered: set[str] = set()
    for decision in decisions:
        if not decision.suggestion and decision.verdict in BOOKING:
            log.examples.append(_by_hand(decision, later.get(decision.id)))
            continue
        suggestion = shown.get(decision.suggestion)
        if suggestion is None or decision.verdict not in CLOSING:
            continue
        problem = _poison(decision)
        if problem:
            log.unreadable.append(f"decision {decision.id}: {problem}")
            continue
        row = _answered(decision, suggestion, runs, later.get(decision.id), verdicts.get(decision.id))
        log.examples.append(row)
        if row.superseded_by is None:
            answered.add(suggestion.id)
    missing = [row for row in shown.values() if row.id not in answered and row.status is not SuggestionStatus.WITHDRAWN]
    log.examples.extend(_missing(missing, [row for row in entries if not row.suggestion], runs, as_of))
    forgotten = standing(db.forgotten())
    if forgotten:
        booked: dict[str, list[str]] = defaultdict(list)
        for entry in entries:
            booked[entry.decision].append(entry.id)
        log.examples = [
            replace(row, weight=0.0) if _is_forgotten(row, forgotten, booked) else row for row in log.examples
        ]
    return log


def _is_forgotten(row: Example, forgotten: Sequence[Forgotten], booked: Mapping[str, Sequence[str]]) -> bool:
    """Whether a person asked that this answer be no longer learned from."""
    if row.suggestion is None or row.truth is None or row.known_at is None:
        return False
    block = row.suggestion.block
    names = booked.get(row.decision.id, ()) if row.decision else ()
    told = Confirmation(
        id="", person=block.person, item=row.truth, at=block.span.start, known_at=row.known_at, text=block.text, kind=block.kind,
        container=block.container, reference=block.reference, series=block.series, domains=block.domains, zone=block.zone,
    )  # fmt: skip
    return any(one.covers(replace(told, id=name)) for one in forgotten for name in names or ("",))


def _poison(decision: Decision) -> str:
    """What makes a row unfit to learn from; empty for a sound one."""
    if not 0 < decision.propensity <= 1:
        return f"its propensity is {decision.propensity}, which is no probability above 0"
    numbers = [decision.confidence, *(row.confidence for row in decision.shown)]
    for number in numbers:
        if number is not None and not (math.isfinite(number) and 0 <= number <= 1):
            return f"a confidence of {number} was logged, which is no probability"
    return ""


def _answered(
    decision: Decision, suggestion: Suggestion, runs: "_Runs", later: str | None, issue: bool | None
) -> Example:
    truth = _truth(decision)
    weight = 1.0
    if decision.verdict is Verdict.ACCEPT and suggestion_band(decision, suggestion) is Band.PREFILL and issue is None:
        weight = PREFILL_WEIGHT
    if truth is None or later is not None or suggestion.block.private or issue:
        weight = 0.0
    return Example(
        outcome=outcome_of(decision),
        suggestion=suggestion,
        decision=decision,
        truth=truth,
        asked_at=runs.made(suggestion, before=decision.shown_at or decision.decided_at, known=decision.decided_at),
        known_at=decision.decided_at,
        weight=weight,
        superseded_by=later,
        audited=issue is not None or _kept_back(suggestion),
    )


def suggestion_band(decision: Decision, suggestion: Suggestion) -> Band:
    """The band in which it was shown: the decision's own note of it, else the suggestion's."""
    return Band(str(decision.threshold["band"])) if decision.threshold else suggestion.band


def outcome_of(decision: Decision) -> Outcome:
    """Accepted unchanged, edited, or rejected: the outcomes that are kept apart."""
    if decision.verdict is Verdict.ACCEPT:
        return Outcome.ACCEPTED
    if decision.verdict is Verdict.ADDED_BY_HAND:
        return Outcome.ADDED
    return Outcome.REJECTED if decision.verdict in {Verdict.REJECT, Verdict.NOT_WORK} else Outcome.EDITED


def _kept_back(suggestion: Suggestion) -> bool:
    """Whether its answer was kept back for the blind audit, so that no answer led to the label."""
    return suggestion.unshown is not None and suggestion.unshown.audit


def _truth(decision: Decision) -> WorkItem | None:
    if decision.verdict is Verdict.NOT_WORK:
        return NOT_WORK
    minutes: Counter[WorkItem] = Counter()
    for booking in decision.after:
        minutes[booking.item] += booking.minutes
    return min(minutes, key=lambda item: (-minutes[item], item)) if minutes else None


def _by_hand(decision: Decision, later: str | None) -> Example:
    return Example(
        outcome=Outcome.ADDED,
        decision=decision,
        truth=decision.after[0].item if decision.after else None,
        known_at=decision.decided_at,
        superseded_by=later,
    )


@dataclass(frozen=True, slots=True)
class _Runs:
    """When each suggestion was made or changed, oldest first, as the audit trail tells."""

    instants: Mapping[str, Sequence[datetime]]

    @classmethod
    def of(cls, db: TenantStore) -> "_Runs":
        instants: dict[str, list[datetime]] = defaultdict(list)
        for at, payload in db.audit_payloads(RECONCILED):
            for name in (*payload.get("created", ()), *payload.get("updated", ())):
                instants[str(name).partition("@")[0]].append(at)
        return cls(instants)

    def made(
        self, suggestion: Suggestion, *, before: datetime | None = None, known: datetime | None = None
    ) -> datetime:
        """The newest run up to ``before``. Where the trail was erased: the end of the work. Never as late as ``known``."""
        runs = [at for at in self.instants.get(suggestion.id, ()) if before is None or at <= before]
        found = runs[-1] if runs else suggestion.span.end
        return found if known is None else min(found, known - timedelta(microseconds=1))


def _booked_at(entry: TimeEntry) -> datetime:
    """When an entry became known; a day after its work date where that is not told, as the memory has it."""
    return entry.created_at or datetime.combine(entry.date + timedelta(days=2), time(), UTC)


def _missing(
    rows: Sequence[Suggestion], entries: Sequence[TimeEntry], runs: _Runs, as_of: datetime | None
) -> Iterator[Example]:
    told = _covering(rows, entries)
    for row in sorted(rows, key=lambda row: (row.span.start, row.id)):
        made = runs.made(row)
        if as_of is not None and made > as_of:
            continue
        blank = Example(outcome=Outcome.NOT_ANSWERED, suggestion=row, asked_at=made)
        entry = told.get(row.id)
        if entry is None or row.block.private:
            yield blank
            continue
        known = _booked_at(entry)
        asked = min(made, known - timedelta(microseconds=1))
        yield replace(blank, truth=entry.item, known_at=known, asked_at=asked, weight=1.0)


def _covering(rows: Sequence[Suggestion], entries: Sequence[TimeEntry]) -> dict[str, TimeEntry]:
    """The entry that covers each unanswered suggestion's minutes.

    With clock times it overlaps at least half of the block. Without, it has the same person, day and minutes, and no other
    suggestion or entry of that day has: nothing is taken for a label that may be another's.
    """
    by_day: dict[tuple[str, date], list[TimeEntry]] = defaultdict(list)
    for entry in entries:
        by_day[entry.person, entry.date].append(entry)
    alike = Counter((row.person, row.date, row.block.suggested_minutes) for row in rows)
    found: dict[str, TimeEntry] = {}
    for row in rows:
        there = by_day.get((row.person, row.date), [])
        timed = [(_shared(row, entry), entry.id, entry) for entry in there if entry.start and entry.end]
        best = max(timed, key=lambda one: (one[0], one[1]), default=None)
        if best is not None and best[0] >= COVERED * row.span.minutes and best[0] > 0:
            found[row.id] = best[2]
            continue
        minutes = row.block.suggested_minutes
        bare = [entry for entry in there if not entry.start and entry.minutes == minutes]
        if len(bare) == 1 and alike[row.person, row.date, minutes] == 1:
            found[row.id] = bare[0]
    return found


def _shared(row: Suggestion, entry: TimeEntry) -> float:
    """Minutes that an entry with clock times and a block have in common."""
    if entry.start is None or entry.end is None:
        return 0.0
    begin, end = max(row.span.start, entry.start), min(row.span.end, entry.end)
    return max(0.0, (end - begin).total_seconds() / 60)
