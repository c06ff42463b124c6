"""A person's word on a suggestion: logged for ever, and the time entries that follow from it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from secrets import token_hex
from typing import Final, TypeAlias

from hourtrail.domain.activity import Response, Status
from hourtrail.domain.decision import BOOKING, CLOSING, Booking, Decision, Verdict
from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.errors import Conflict, InvalidInput, NotAllowed
from hourtrail.domain.firm import Contract, Task, WorkItem
from hourtrail.domain.identity import stable_id
from hourtrail.domain.instants import format_instant
from hourtrail.domain.spans import Span
from hourtrail.domain.suggestion import Suggestion, SuggestionStatus
from hourtrail.flows.decided_evidence import note_evidence
from hourtrail.flows.resolve import Part, require_member, resolve
from hourtrail.policy.billable import billable_minutes, billable_of
from hourtrail.store import Store, TenantStore

NARRATIVE_LIMIT: Final = 2_000
"""Characters; PSA systems cut longer narratives silently, so Hourtrail refuses them."""


DECISION: Final = "dec"
"""How ids of decisions begin."""

NEARBY: Final = timedelta(days=31)
"""How far from its old place an event is looked for when its decision is undone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the person said. ``parts`` holds one part for accept and edit, several for a split.

    ``shown_at`` is when the page or the command showed the suggestion; ``revision`` is the revision that it showed, so
    that nobody accepts what has changed under their eyes (None: not stated). ``suggestion`` is a local work date for
    ``added_by_hand``; an ``undo`` may name a decision instead, which has to be the one in force.
    """

    suggestion: str
    verdict: Verdict
    actor: str
    parts: tuple[Part, ...] = ()
    reason_code: str = ""
    note: str = ""
    narrative: str = ""
    billable: bool | None = None
    shown_at: datetime | None = None
    revision: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """The logged decision and the time entries that now stand because of it."""

    decision: Decision
    entries: tuple[TimeEntry, ...]


Expected: TypeAlias = Callable[[Suggestion | Decision], None]
"""Is shown the suggestion (or, where an undo names one, the decision), and refuses by raising when it is not what somebody saw."""


def decide(
    store: Store, tenant: str, request: Request, *, now: datetime | None = None, expected: Expected | None = None
) -> Decided:
    """Log the decision and book what follows, in one transaction.

    ``expected`` is shown what is decided on as it stands, and nobody changes it from then on. Raises NotFound for an unknown
    suggestion or work item, Conflict when somebody decided before or the suggestion changed, NotAllowed for a service or an
    unknown person, InvalidInput for a request that does not fit its verdict.
    """
    with store.tenant(tenant) as db:
        return decide_in(db, request, now or datetime.now(UTC), expected)


def decide_in(db: TenantStore, request: Request, now: datetime, expected: Expected | None = None) -> Decided:
    """The same as a part of a transaction that holds more. Raises as ``decide`` does."""
    return Deciding(db, request, now, expected).run()


class Deciding:
    """One decision in the making; a correction (``correct_entry``) is made of the same steps."""

    def __init__(self, db: TenantStore, request: Request, now: datetime, expected: Expected | None = None) -> None:
        self.db, self.request, self.now = db, request, now
        self._expect = expected or (lambda _row: None)
        self._terms: dict[WorkItem, tuple[Task | None, Contract | None]] = {}

    def run(self) -> Decided:
        """Log it and book what follows."""
        request = self.request
        self.check_actor()
        if request.verdict is Verdict.ADDED_BY_HAND:
            return self._by_hand()
        if request.verdict is Verdict.UNDO and request.suggestion.startswith(DECISION):
            named = self.db.decision(request.suggestion)
            self._expect(named)
            return self._undo_decision(named)
        suggestion = self.db.suggestion(request.suggestion, lock=True)
        self._expect(suggestion)
        self.check_private(suggestion)
        current = self.db.current_decision(suggestion.id)
        if request.verdict is Verdict.UNDO:
            return self._undo(suggestion, current)
        self._check_open(suggestion, current)
        bookings = self._bookings(suggestion)
        decision = self.decision(suggestion, request.verdict, bookings, supersedes=current.id if current else "")
        entries = tuple(self.entry(decision, number, booking, suggestion) for number, booking in enumerate(bookings))
        self.db.append_decision(decision)
        self.db.add_entries(entries)
        if request.verdict in CLOSING:
            self.db.set_suggestion_status(suggestion.id, SuggestionStatus.DECIDED)
        return Decided(decision=decision, entries=entries)

    def check_actor(self) -> None:
        """Raises NotAllowed for a service or an unknown person, InvalidInput for texts that are too long."""
        require_member(self.db, self.request.actor)
        if len(self.request.note) > NARRATIVE_LIMIT or len(self.request.narrative) > NARRATIVE_LIMIT:
            raise InvalidInput(f"notes and narratives hold at most {NARRATIVE_LIMIT} characters")

    def check_private(self, suggestion: Suggestion) -> None:
        """Raises NotAllowed where somebody else decides on a private appointment."""
        if suggestion.block.private and self.request.actor != suggestion.person:
            raise NotAllowed(
                f"{suggestion.id} is a private appointment of {suggestion.person}; only they can decide on it"
            )

    def _check_open(self, suggestion: Suggestion, current: Decision | None) -> None:
        # The decision log decides, not the status: on PostgreSQL somebody may decide between the reading of the two.
        if current is not None and current.verdict in CLOSING:
            when = format_instant(current.decided_at)
            raise Conflict(
                f"{suggestion.id} was decided ({current.verdict}) by {current.actor} at {when}; undo that first"
            )
        if suggestion.status is SuggestionStatus.WITHDRAWN:
            raise Conflict(f"{suggestion.id} was withdrawn because its evidence is gone; run suggest again")
        shown = self.request.revision
        if shown is not None and shown != suggestion.revision:
            raise Conflict(
                f"{suggestion.id} has changed since it was shown (revision {shown}, now {suggestion.revision}); look again"
            )

    def _bookings(self, suggestion: Suggestion) -> tuple[Booking, ...]:
        verdict = self.request.verdict
        if verdict not in BOOKING:
            if self._changes:
                raise InvalidInput(f"{verdict} books nothing; say why with --reason and --note, and leave the rest out")
            return ()
        if verdict is Verdict.ACCEPT:
            if self._changes:
                raise InvalidInput("accept takes the suggestion as it is; to change it, use edit")
            return (self._booking(suggestion, Part(), suggestion.block.suggested_minutes),)
        return self._edit(suggestion) if verdict is Verdict.EDIT else self._split(suggestion)

    @property
    def _changes(self) -> bool:
        """Whether the person said something about the booking itself."""
        return bool(self.request.parts or self.request.narrative) or self.request.billable is not None

    def _edit(self, suggestion: Suggestion) -> tuple[Booking, ...]:
        if not self._changes or len(self.request.parts) > 1:
            raise InvalidInput(
                "edit needs what to change: --project, --task, --minutes, --narrative or --billable"
                " (for several parts, use split)"
            )
        part = self.request.parts[0] if self.request.parts else Part()
        minutes = suggestion.block.suggested_minutes if part.minutes is None else part.minutes
        return (self._booking(suggestion, part, minutes),)

    def _split(self, suggestion: Suggestion) -> tuple[Booking, ...]:
        parts = self.request.parts
        if len(parts) < 2:
            raise InvalidInput("split needs at least two parts: --part MINUTES:PROJECT[:TASK] twice or more")
        total = sum(part.minutes or 0 for part in parts)
        wall_clock = suggestion.span.minutes
        if total > max(wall_clock, suggestion.block.suggested_minutes):
            raise InvalidInput(f"the parts add up to {total} min, but only {wall_clock} min passed; shorten a part")
        return tuple(self._booking(suggestion, part, part.minutes or 0) for part in parts)

    def _booking(self, suggestion: Suggestion, part: Part, minutes: int) -> Booking:
        item = self.resolved(part, suggestion.person, suggestion.date, suggestion.item)
        if suggestion.block.private and self.request.billable:
            raise InvalidInput(f"{suggestion.id} is a private appointment; private time is never billed")
        flag = self.request.billable
        if flag is None and suggestion.item == item:
            flag = suggestion.billable
        if flag is None:
            flag = self.usually_billed(item, private=suggestion.block.private)
        return Booking(
            item=item, minutes=minutes, billable=flag, narrative=self.request.narrative or suggestion.narrative
        )

    def resolved(self, part: Part, person: str, day: date, suggested: WorkItem | None) -> WorkItem:
        """The work item that is meant; its task and its contract are kept for what is booked on it."""
        item, master = resolve(self.db, part, person, day, suggested)
        self._terms[item] = (master.task(item), master.contract(item))
        return item

    def usually_billed(self, item: WorkItem, *, private: bool = False) -> bool:
        """Whether time on a work item that was resolved here is billed, where nobody says so."""
        task, contract = self._terms[item]
        return billable_of(task, contract, None, private=private).billable

    def _billed_minutes(self, booking: Booking) -> int:
        _, contract = self._terms[booking.item]
        return billable_minutes(booking.minutes, contract, billable=booking.billable)[0]

    def decision(
        self, suggestion: Suggestion, verdict: Verdict, bookings: tuple[Booking, ...], *, supersedes: str
    ) -> Decision:
        """A row of the log about a suggestion, with all that was shown."""
        request = self.request
        threshold = suggestion.threshold
        # An undo rests on no evidence, only on somebody's word.
        evidence, salt = ((), "") if verdict is Verdict.UNDO else note_evidence(self.db, suggestion)
        return Decision(
            id=stable_id(DECISION, (suggestion.id, verdict, format_instant(self.now), supersedes)),
            suggestion=suggestion.id,
            verdict=verdict,
            actor=request.actor,
            decided_at=self.now,
            before=_as_booking(suggestion),
            after=bookings,
            reason_code=request.reason_code,
            note=request.note,
            shown_at=request.shown_at,
            shown=suggestion.alternatives,
            seconds=round((self.now - request.shown_at).total_seconds(), 3) if request.shown_at else None,
            model=suggestion.model,
            policy=suggestion.policy,
            supersedes=supersedes,
            confidence=suggestion.confidence,
            propensity=suggestion.propensity,
            unshown=suggestion.unshown,
            evidence=evidence,
            salt=salt,
            threshold={
                "band": threshold.band.value,
                "value": threshold.value,
                "target_precision": threshold.target_precision,
                "basis": threshold.basis,
            },
        )

    def entry(self, decision: Decision, number: int, booking: Booking, suggestion: Suggestion) -> TimeEntry:
        """What a decision on a suggestion books."""
        start, end = _clock(suggestion.span, booking.minutes, parts=len(decision.after))
        return TimeEntry(
            id=stable_id("te", (decision.id, str(number))),
            person=suggestion.person,
            date=suggestion.date,
            minutes=booking.minutes,
            item=booking.item,
            start=start,
            end=end,
            billable=booking.billable,
            narrative=booking.narrative,
            status=EntryStatus.DRAFT,
            created_at=self.now,
            source="hourtrail",
            billable_minutes=self._billed_minutes(booking),
            suggestion=suggestion.id,
            decision=decision.id,
        )

    def _undo(self, suggestion: Suggestion, current: Decision | None) -> Decided:
        if current is None:
            raise Conflict(f"{suggestion.id} has no decision to undo")
        self.check_draft(current)
        decision = self.decision(suggestion, Verdict.UNDO, (), supersedes=current.id)
        self.db.append_decision(decision)
        if current.verdict in CLOSING:
            self.db.set_suggestion_status(suggestion.id, self._after_undo(suggestion))
        return Decided(decision=decision, entries=())

    def _after_undo(self, suggestion: Suggestion) -> SuggestionStatus:
        """Open again where its event still takes place; otherwise withdrawn, as running suggest would have left it."""
        span = suggestion.span
        around = list(self.db.activities(person=suggestion.person, start=span.start - NEARBY, end=span.end + NEARBY))
        going = any(
            row.key == suggestion.block.anchor
            and row.status is not Status.CANCELLED
            and row.response is not Response.DECLINED
            for row in around
        )
        return SuggestionStatus.OPEN if going else SuggestionStatus.WITHDRAWN

    def _undo_decision(self, named: Decision) -> Decided:
        """A decision is named instead of its suggestion; time added by hand has none."""
        if named.verdict is Verdict.UNDO:
            raise InvalidInput(f"{named.id} is an undo itself; decide anew instead of undoing it")
        if named.suggestion:
            suggestion = self.db.suggestion(named.suggestion, lock=True)
            self.check_private(suggestion)
            current = self.db.current_decision(suggestion.id)
            if current is None or current.id != named.id:
                instead = f"{current.id} is in force" if current else "nothing is decided"
                raise Conflict(f"{named.id} was superseded since; {instead} on {suggestion.id}. Look at it again")
            return self._undo(suggestion, current)
        return self._undo_by_hand(named)

    def _undo_by_hand(self, added: Decision) -> Decided:
        self.check_draft(added)
        decision = self.without_suggestion(Verdict.UNDO, added.id, supersedes=added.id)
        self.db.append_decision(decision)
        return Decided(decision=decision, entries=())

    def check_draft(self, decision: Decision) -> list[TimeEntry]:
        """The entries that a decision booked, none of which may change meanwhile. Raises Conflict for one that was moved."""
        booked = self.db.entries_of(decision.id, lock=True)
        moved = [entry for entry in booked if entry.status is not EntryStatus.DRAFT]
        if moved:
            raise Conflict(
                f"entry {moved[0].id} is already {moved[0].status}; recall it to draft before you change what was decided"
            )
        return booked

    def without_suggestion(
        self, verdict: Verdict, about: str, *, after: tuple[Booking, ...] = (), supersedes: str = ""
    ) -> Decision:
        """A row of the log about time that nothing was suggested for."""
        return Decision(
            id=stable_id(DECISION, (verdict, about, format_instant(self.now))),
            suggestion="",
            verdict=verdict,
            actor=self.request.actor,
            decided_at=self.now,
            after=after,
            reason_code=self.request.reason_code,
            note=self.request.note,
            supersedes=supersedes,
        )

    def _by_hand(self) -> Decided:
        """Time that nothing was suggested for: the "suggestion" is then the local work date."""
        request = self.request
        try:
            day = date.fromisoformat(request.suggestion)
        except ValueError as error:
            raise InvalidInput("added_by_hand takes the work date in place of a suggestion, like 2026-03-02") from error
        if len(request.parts) != 1 or request.parts[0].minutes is None:
            raise InvalidInput("added_by_hand needs --project and --minutes")
        item = self.resolved(request.parts[0], request.actor, day, None)
        flag = request.billable if request.billable is not None else self.usually_billed(item)
        booking = Booking(
            item=item, minutes=request.parts[0].minutes, billable=flag, narrative=request.narrative or request.note
        )
        decision = self.without_suggestion(Verdict.ADDED_BY_HAND, token_hex(16), after=(booking,))
        entry = self.entry_by_hand(decision, booking, request.actor, day)
        self.db.append_decision(decision)
        self.db.add_entries((entry,))
        return Decided(decision=decision, entries=(entry,))

    def entry_by_hand(self, decision: Decision, booking: Booking, person: str, day: date) -> TimeEntry:
        """What a decision books that is about no suggestion; clock times are not known."""
        return TimeEntry(
            id=stable_id("te", (decision.id, "0")), person=person, date=day, minutes=booking.minutes, item=booking.item,
            billable=booking.billable, narrative=booking.narrative, created_at=self.now, source="hourtrail",
            billable_minutes=self._billed_minutes(booking), decision=decision.id,
        )  # fmt: skip


def _clock(span: Span, minutes: int, *, parts: int) -> tuple[datetime | None, datetime | None]:
    """Clock times of an entry, where they are known: the parts of a split, and minutes beyond the evidence, have none."""
    if parts > 1 or minutes > span.minutes:
        return None, None
    return span.start, span.start + timedelta(minutes=minutes) if minutes < span.minutes else span.end


def _as_booking(suggestion: Suggestion) -> Booking | None:
    if suggestion.item is None:
        return None
    return Booking(
        item=suggestion.item,
        minutes=suggestion.block.suggested_minutes,
        billable=suggestion.billable,
        narrative=suggestion.narrative,
    )
