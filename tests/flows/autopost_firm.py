"""A firm in prefill mode whose people confirm what was filled in: what automatic submission is tried on."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from tests.flows.billing_firm import DEV, MASTER
from tests.store import samples

from hourtrail.domain.autopost import OrderTerms
from hourtrail.domain.confidence import Controls, Mode
from hourtrail.domain.decision import Booking, Verdict
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.money import Money
from hourtrail.domain.suggestion import Band, SuggestionStatus
from hourtrail.flows.autopost import enable_order, propose_order

NOW = datetime(2026, 3, 3, 20, tzinfo=UTC)
TERMS = OrderTerms(most=Money(Decimal(300), "EUR"), most_minutes=120, last_day=date(2026, 3, 31))
"""Ada costs 150 EUR an hour: two hours are just within."""


def prefilling(firm):
    """The firm with its master data, in prefill mode."""
    with firm.store.tenant(firm.tenant) as db:
        db.put_master([*MASTER])
        db.put_controls(Controls(mode=Mode.PREFILL, model="rules"), [], "kim", NOW)
    return firm


def confirmed(
    firm, number=0, *, band=Band.PREFILL, verdict=Verdict.ACCEPT, actor="ada", booked=None, entry=None, person="ada"
):
    """One entry that its owner confirmed: ``booked`` changes what the decision says, ``entry`` what stands in the entry."""
    row = samples.suggestion(number, item=DEV, band=band)
    row = replace(row, block=replace(row.block, person=person), threshold=replace(row.threshold, band=band))
    before = Booking(item=DEV, minutes=60, billable=True, narrative="Prüfung")
    after = before if booked is None else replace(before, **booked)
    made = samples.decision(
        f"dec_{number}", verdict, suggestion=row.id, actor=actor, before=before, after=(after,),
        decided_at=samples.NINE + timedelta(hours=number),
        threshold={"band": band.value, "value": 0.9, "target_precision": 0.97, "basis": "stated"},
    )  # fmt: skip
    kept = TimeEntry(
        id=f"te_{number}", person=person, date=date(2026, 3, 2), minutes=after.minutes, item=after.item, billable=after.billable,
        narrative=after.narrative, created_at=made.decided_at, source="hourtrail", suggestion=row.id, decision=made.id,
    )  # fmt: skip
    with firm.store.tenant(firm.tenant) as db:
        db.reconcile_suggestions(create=[row], update=[], withdraw=[])
        db.append_decision(made)
        db.add_entries([replace(kept, **(entry or {}))])
        db.set_suggestion_status(row.id, SuggestionStatus.DECIDED)
    return kept.id


def ordered(firm, terms=TERMS, *, now=NOW):
    """An order of two people, in force."""
    made = propose_order(firm.store, firm.tenant, terms, "kim", "less clicking", now=now)
    return enable_order(firm.store, firm.tenant, made.id, "vera", "agreed in the partners' meeting", now=now)
