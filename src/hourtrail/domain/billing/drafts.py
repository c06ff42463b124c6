"""Stored drafts of invoices: each line claims what it bills, so that nothing is billed twice."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from hourtrail.domain.decision import require_person
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.identity import stable_id
from hourtrail.domain.instants import utc
from hourtrail.domain.money import Money
from hourtrail.domain.pricing import BillingPeriod, Draft, DraftLine, LineKind, LineTax


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceDraft:
    """A draft that a named person made of one contract over one period.

    ``project`` narrows it to that project's time; ``posting_date`` is the day on which it is to enter the books;
    ``policy`` is the version of the billing policy in force, ``entity`` our legal entity that bills. Raises NotAllowed for a
    model or a service.
    """

    id: str
    contract: str
    client: str
    first: date
    last: date
    posting_date: date
    actor: str
    at: datetime
    policy: str
    project: str = ""
    entity: str = ""

    def __post_init__(self) -> None:
        require_person(self.actor)
        object.__setattr__(self, "at", utc(self.at, "at"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedLine:
    """One line of a stored draft.

    ``claim`` names what it bills: an entry, a milestone, a fee of one day or a block. Several lines of one draft may
    share a claim, such as the covered and the uncovered part of an entry; ``part`` counts them from 1. ``content`` is the
    digest of the entry as it was priced, empty for a line without one.
    """

    id: str
    draft: str
    number: int
    claim: str
    part: int
    kind: LineKind
    date: date
    why: str
    minutes: int = 0
    rate: Money | None = None
    amount: Money | None = None
    entry: str = ""
    milestone: str = ""
    project: str = ""
    content: str = ""
    tax: LineTax | None = None


def claim_of(line: DraftLine) -> str:
    """What a line bills: the same thing has the same claim in every draft."""
    if line.entry:
        return f"entry {line.entry}"
    if line.kind is LineKind.BLOCK:
        return f"block of {line.contract}"
    if line.milestone:
        return f"milestone {line.milestone} of {line.contract}"
    return f"fee of {line.contract} on {line.date}"


def content_of(entry: TimeEntry) -> str:
    """A digest of everything about an entry that a client pays for or reads; its status is left out."""
    item = entry.item
    parts = (
        entry.id, entry.person, entry.date, entry.minutes, item.client, item.project, item.task, entry.billable,
        entry.narrative, entry.hourly_rate, entry.currency, entry.write_off_minutes, entry.billable_minutes,
    )  # fmt: skip
    return stable_id("content", (str(part) for part in parts))


def claimed(draft: str, lines: Sequence[DraftLine], entries: dict[str, TimeEntry]) -> list[ClaimedLine]:
    """Priced lines as lines of the stored draft of that id, numbered from 1; ``entries`` holds those they bill."""
    parts: dict[str, int] = {}
    rows = []
    for number, line in enumerate(lines, start=1):
        claim = claim_of(line)
        parts[claim] = parts.get(claim, 0) + 1
        entry = entries.get(line.entry)
        rows.append(
            ClaimedLine(
                id=stable_id("line", (draft, str(number))),
                draft=draft,
                number=number,
                claim=claim,
                part=parts[claim],
                kind=line.kind,
                date=line.date,
                why=line.why,
                minutes=line.minutes,
                rate=line.rate,
                amount=line.amount,
                entry=line.entry,
                milestone=line.milestone,
                project=entry.item.project if entry else "",
                content=content_of(entry) if entry else "",
                tax=line.tax,
            )
        )
    return rows


def pricing_draft(draft: InvoiceDraft, lines: Iterable[ClaimedLine]) -> Draft:
    """A stored draft as the pricing engine gave it, so that it can be presented in the client's format."""
    return Draft(
        contract=draft.contract,
        period=BillingPeriod(draft.first, draft.last),
        lines=tuple(
            DraftLine(
                kind=line.kind, contract=draft.contract, date=line.date, why=line.why, amount=line.amount,
                minutes=line.minutes, rate=line.rate, entry=line.entry, milestone=line.milestone,
                tax=line.tax,
            )
            for line in lines
        ),
        held=(),
    )  # fmt: skip
