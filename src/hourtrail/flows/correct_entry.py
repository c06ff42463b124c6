"""A correction of a booked draft: a new decision that supersedes the one it came from, so that nothing said is overwritten."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from hourtrail.domain.decision import Booking, Decision, Verdict
from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.errors import Conflict, InvalidInput
from hourtrail.domain.suggestion import Suggestion
from hourtrail.flows.decide import Decided, Deciding, Request
from hourtrail.flows.resolve import Part
from hourtrail.store import Store, TenantStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What is to be different about one entry; None keeps what stands, an empty narrative clears it.

    ``part`` names another work item or other minutes; its empty fields keep what stands.
    """

    entry: str
    actor: str
    part: Part = field(default_factory=Part)
    narrative: str | None = None
    billable: bool | None = None
    reason_code: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if self.part == Part() and self.narrative is None and self.billable is None:
            raise InvalidInput("say what is to be different: client, project, task, minutes, narrative or billable")


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected(Decided):
    """What a correction left: the place of the corrected entry among those that were booked anew."""

    corrected: int


def correct_entry(
    store: Store,
    tenant: str,
    correction: Correction,
    *,
    now: datetime | None = None,
    expected: Callable[[TimeEntry], None] | None = None,
) -> Corrected:
    """Log the correction and book the entry anew, in one transaction; the other parts of a split are booked again as they were.

    ``expected`` is shown the entry as it stands, and refuses by raising when it is not what somebody saw. Raises NotFound for
    an unknown entry or work item, Conflict for one that is no draft any more (recall it first), NotAllowed for a service or
    an unknown person, InvalidInput for an imported entry or a correction that does not fit.
    """
    with store.tenant(tenant) as db:
        return _Correcting(db, correction, now or datetime.now(UTC)).run(expected)


class _Correcting:
    def __init__(self, db: TenantStore, correction: Correction, now: datetime) -> None:
        self.db, self.correction, self.now = db, correction, now
        request = Request(
            suggestion=correction.entry, verdict=Verdict.EDIT, actor=correction.actor, parts=(correction.part,),
            reason_code=correction.reason_code, note=correction.note, narrative=correction.narrative or "",
            billable=correction.billable,
        )  # fmt: skip
        self.deciding = Deciding(db, request, now)

    def run(self, expected: Callable[[TimeEntry], None] | None) -> Corrected:
        self.deciding.check_actor()
        entry = self.db.entry(self.correction.entry)
        if expected is not None:
            expected(entry)
        if not entry.decision:
            raise InvalidInput(
                f"{entry.id} came with an import from {entry.source or 'another system'}; correct it there"
            )
        if entry.status is not EntryStatus.DRAFT:
            raise Conflict(f"entry {entry.id} is {entry.status}; only drafts are corrected, so recall it first")
        before = self.db.decision(entry.decision)
        suggestion = self.db.suggestion(before.suggestion, lock=True) if before.suggestion else None
        booked = self.deciding.check_draft(before)
        if suggestion is not None:
            self.deciding.check_private(suggestion)
        bookings = [self._booking(row, suggestion, changed=row.id == entry.id) for row in booked]
        if suggestion is None:
            return self._by_hand(before, entry, bookings[0])
        self._check_length(suggestion, bookings)
        verdict = Verdict.SPLIT if len(bookings) > 1 else Verdict.EDIT
        decision = self.deciding.decision(suggestion, verdict, tuple(bookings), supersedes=before.id)
        entries = [self.deciding.entry(decision, number, row, suggestion) for number, row in enumerate(bookings)]
        return self._log(decision, entries, [row.id for row in booked].index(entry.id))

    def _booking(self, row: TimeEntry, suggestion: Suggestion | None, *, changed: bool) -> Booking:
        said = self.correction
        # Resolved again although it stays, because its contract rounds what is billed.
        item = self.deciding.resolved(said.part if changed else Part(), row.person, row.date, row.item)
        private = suggestion is not None and suggestion.block.private
        stands = Booking(item=item, minutes=row.minutes, billable=bool(row.billable), narrative=row.narrative)
        if not changed:
            return stands
        if private and said.billable:
            raise InvalidInput(f"{row.id} is a private appointment; private time is never billed")
        billable = said.billable
        if billable is None:
            billable = stands.billable if item == row.item else self.deciding.usually_billed(item, private=private)
        return replace(
            stands,
            minutes=row.minutes if said.part.minutes is None else said.part.minutes,
            billable=billable,
            narrative=row.narrative if said.narrative is None else said.narrative,
        )

    @staticmethod
    def _check_length(suggestion: Suggestion, bookings: Sequence[Booking]) -> None:
        total, most = (
            sum(row.minutes for row in bookings),
            max(suggestion.span.minutes, suggestion.block.suggested_minutes),
        )
        if len(bookings) > 1 and total > most:
            raise InvalidInput(f"the parts of the split would add up to {total} min, but only {most} min passed")

    def _by_hand(self, before: Decision, entry: TimeEntry, booking: Booking) -> Corrected:
        decision = self.deciding.without_suggestion(
            Verdict.EDIT, f"{entry.id} {before.id}", after=(booking,), supersedes=before.id
        )
        return self._log(decision, [self.deciding.entry_by_hand(decision, booking, entry.person, entry.date)], 0)

    def _log(self, decision: Decision, entries: Sequence[TimeEntry], corrected: int) -> Corrected:
        self.db.append_decision(decision)
        self.db.add_entries(entries)
        return Corrected(decision=decision, entries=tuple(entries), corrected=corrected)
