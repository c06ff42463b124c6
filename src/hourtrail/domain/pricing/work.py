"""Time entries made ready for pricing: in order, with the billable quantity, and with every objection against billing."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.firm import Contract, ContractKind
from hourtrail.domain.money import RoundingRule, round_minutes
from hourtrail.domain.pricing.draft import HeldReason, Objection
from hourtrail.domain.pricing.terms import PricingPolicy, RoundingScope

_NO_INSTANT: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Work:
    """An entry and the minutes that its contract bills for it; for work that is never billed, the minutes worked.

    ``objections`` keep it off the draft.
    """

    entry: TimeEntry
    minutes: int
    objections: tuple[Objection, ...] = ()

    @property
    def consumes(self) -> bool:
        """Whether it uses up caps, blocks and included hours: it is billed now, or it was invoiced before."""
        return all(row.reason is HeldReason.ALREADY_INVOICED for row in self.objections)


def in_order(entries: Iterable[TimeEntry], settled: Collection[str] = ()) -> list[TimeEntry]:
    """By work date, start, creation and id, whatever the order in which they came; rejected entries are left out.

    ``settled`` entries, by id, come before all others: what is on a draft already keeps its place under a cap.
    """
    live = (entry for entry in entries if entry.status is not EntryStatus.REJECTED)
    return sorted(
        live,
        key=lambda entry: (
            entry.id not in settled, entry.date, entry.start or _NO_INSTANT, entry.created_at or _NO_INSTANT, entry.id,
        ),
    )  # fmt: skip


def made_ready(contract: Contract, entries: Sequence[TimeEntry], policy: PricingPolicy) -> Iterator[Work]:
    """Each of ``entries`` (in order) with its billable minutes and what stands against it."""
    day_totals: dict[object, int] = {}
    for entry in entries:
        if entry.billable is False or contract.kind is ContractKind.INTERNAL:
            yield Work(entry, entry.minutes)
            continue
        objections = tuple(_objections(contract, entry, policy))
        by_day = policy.rounding_scope is RoundingScope.DAY and all(
            row.reason is HeldReason.ALREADY_INVOICED for row in objections
        )
        yield Work(entry, _by_day(contract, entry, day_totals) if by_day else quantity(contract, entry), objections)


def quantity(contract: Contract, entry: TimeEntry) -> int:
    """Billable minutes of one entry: what was worked less what is written off, rounded as the contract says.

    Minutes that were agreed when the entry was decided stand, unless something was written off since.
    """
    if entry.billable_minutes is not None and not entry.write_off_minutes:
        return entry.billable_minutes
    if contract.rounding_rule is RoundingRule.NONE and not entry.write_off_minutes:
        return entry.minutes
    return round_minutes(_remaining(entry), contract.rounding_minutes, contract.rounding_rule)


def _remaining(entry: TimeEntry) -> int:
    return max(entry.minutes - entry.write_off_minutes, 0)


def _by_day(contract: Contract, entry: TimeEntry, day_totals: dict[object, int]) -> int:
    """The entry's part of its rounded day: what it adds to the rounded sum so far, so that the parts add up to the day."""
    key = (entry.person, entry.date, entry.item)
    before = day_totals.get(key, 0)
    day_totals[key] = before + _remaining(entry)
    step, rule = contract.rounding_minutes, contract.rounding_rule
    return round_minutes(day_totals[key], step, rule) - round_minutes(before, step, rule)


def _objections(contract: Contract, entry: TimeEntry, policy: PricingPolicy) -> Iterator[Objection]:
    if entry.status is EntryStatus.INVOICED:
        yield Objection(HeldReason.ALREADY_INVOICED, "it was invoiced before")
    elif entry.status not in policy.billable_statuses:
        yield Objection(HeldReason.NOT_APPROVED, f"it is {entry.status}, not approved")
    if contract.starts_on is not None and entry.date < contract.starts_on:
        yield Objection(HeldReason.OUTSIDE_CONTRACT, f"contract {contract.id} starts on {contract.starts_on}")
    if contract.ends_on is not None and entry.date > contract.ends_on:
        yield Objection(HeldReason.OUTSIDE_CONTRACT, f"contract {contract.id} ended on {contract.ends_on}")
    if contract.narrative_required and not entry.narrative.strip():
        yield Objection(HeldReason.MISSING_NARRATIVE, f"contract {contract.id} asks for a narrative")
