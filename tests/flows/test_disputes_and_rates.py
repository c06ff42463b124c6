"""Disputes with their owners and answers, rates under dual control, and what is watched; on both databases where they may differ."""

from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from tests.flows.billing_firm import APRIL, DEV, NOW, OPS, actions, amounts, bill, entry, fill, post_it, reasons

from hourtrail.domain.billing import DisputeReason, RateChange, Word
from hourtrail.domain.entry import EntryStatus
from hourtrail.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from hourtrail.domain.firm import Contract, ContractKind
from hourtrail.domain.money import Money
from hourtrail.domain.review import FindingStatus
from hourtrail.flows.billing.closing import withdraw
from hourtrail.flows.billing.disputes import DisputeRequest, answer, dispute, disputes
from hourtrail.flows.billing.ground import Ground
from hourtrail.flows.billing.rate_changes import decide, propose, rate_changes
from hourtrail.flows.billing.series import Series, monthly
from hourtrail.flows.billing.watch import nightly_billing, watch
from hourtrail.flows.queue import review_queue
from hourtrail.flows.stored_checks import check_stored
from hourtrail.store import open_store

TODAY = NOW.date()


def object_to(firm, target, reason="wrong_hours", *, now=NOW, **more):
    request = DisputeRequest(
        **{"target": target, "reason": DisputeReason(reason), "raised_by": "Lee of acme", "actor": "fin", **more}
    )
    return dispute(firm.store, firm.tenant, request, now=now)


def say(firm, row, word, actor="kim", **more):
    return answer(firm.store, firm.tenant, row.id, Word(word), actor, **{"now": NOW, **more})


def queue(firm, check, today=TODAY):
    return [item for item in review_queue(firm.store, firm.tenant, today).items if item.finding.check == check]


def test_a_dispute_stops_posting_goes_to_its_owner_and_ends_with_an_answer(firm_on_both):
    firm = firm_on_both
    fill(firm, entry("one"), entry("two"))
    made = bill(firm)
    row = object_to(firm, made.lines[0].id, note="We met for half an hour")
    assert (row.entry, row.client, row.contract, str(row.amount)) == ("one", "acme", "C-TM", "150.00 EUR")
    with pytest.raises(Conflict, match=r"entry one: disputed by Lee of acme \(wrong_hours\)"):
        post_it(firm, made)
    (item,) = queue(firm, "disputed_line")
    assert (item.place.queue, item.place.owner) == ("approvals", "kim")
    assert "We met for half an hour" in item.finding.explanation
    with pytest.raises(Conflict, match=f"in {row.id} already"):
        object_to(firm, made.lines[0].id)
    with pytest.raises(NotAllowed, match="own time"):
        say(firm, row, "dismissed", "ada")
    say(firm, row, "dismissed")
    with pytest.raises(Conflict, match="was dismissed by kim"):
        say(firm, row, "upheld")
    assert queue(firm, "disputed_line") == []
    assert post_it(firm, made).word is Word.POSTED
    assert [name for name in actions(firm) if "dispute" in name] == [
        "person:dispute:raised",
        "person:dispute:dismissed",
    ]


def test_the_reason_decides_who_owns_a_dispute(firm):
    fill(firm, entry("one"), entry("two"), entry("three"))
    made = bill(firm)
    for line, reason in zip(made.lines, ("wrong_rate", "not_ordered", "unclear_narrative"), strict=True):
        object_to(firm, line.id, reason)
    owners = {
        row.dispute.reason.value: place.owner for row, place in disputes(firm.store, firm.tenant, today=TODAY).rows
    }
    assert owners == {"wrong_rate": "data owner", "not_ordered": "finance", "unclear_narrative": "kim"}


def test_an_upheld_dispute_keeps_its_entry_off_drafts_until_it_is_corrected(firm):
    fill(firm, entry("one"))
    made = bill(firm)
    row = object_to(firm, made.lines[0].id)
    withdraw(firm.store, firm.tenant, made.draft.id, "fin")
    assert reasons(bill(firm)) == {"one": {("dispute", "wrong_hours")}}, "it waits for its answer"
    say(firm, row, "upheld")
    assert reasons(bill(firm)) == {"one": {("dispute", "wrong_hours")}}
    fill(firm, entry("one", minutes=30))
    made = bill(firm)
    assert amounts(made) == [("one", "75.00 EUR")]
    assert post_it(firm, made).word is Word.POSTED, "what was corrected is disputed no longer"


def test_an_upheld_dispute_stops_the_draft_on_which_it_was_raised(firm):
    fill(firm, entry("one"))
    made = bill(firm)
    say(firm, object_to(firm, made.lines[0].id), "upheld")
    with pytest.raises(Conflict, match="entry one: disputed by Lee of acme"):
        post_it(firm, made)


def test_a_client_that_disputes_often_appears_with_its_reasons(firm_on_both):
    firm = firm_on_both
    fill(firm, *(entry(f"e{number}") for number in range(4)))
    lines = bill(firm).lines
    old = object_to(firm, lines[0].id, "wrong_rate", now=NOW - timedelta(days=90))
    object_to(firm, lines[1].id, "wrong_rate", now=NOW - timedelta(days=89))
    object_to(firm, lines[2].id, "wrong_rate")
    assert queue(firm, "disputed_client") == [], "the oldest lies a day outside the window of 90 days"
    mine = object_to(firm, lines[3].id, "wrong_hours")
    (item,) = queue(firm, "disputed_client")
    assert item.finding.explanation == "Client acme disputed 3 times in 90 days: wrong_rate 2, wrong_hours 1."
    assert (item.place.owner, str(item.finding.value_at_risk)) == ("data owner", "450.00 EUR")
    assert item.finding.comparables == ("e1", "e2", "e3")
    say(firm, old, "withdrawn")
    (client,) = disputes(firm.store, firm.tenant, today=TODAY).clients
    assert client.reasons == ((DisputeReason.WRONG_RATE, 2), (DisputeReason.WRONG_HOURS, 1))
    # Neither the nightly pass of the checks nor a second one of billing says it again or takes it away.
    check_stored(firm.store, firm.tenant, today=TODAY, now=NOW)
    assert nightly_billing(firm.store, firm.tenant, NOW)["created"] == 0
    assert len(queue(firm, "disputed_client")) == 1
    say(firm, mine, "withdrawn", "kim")
    assert queue(firm, "disputed_client") == [], "two are left"


def test_what_cannot_be_disputed_is_said(firm):
    fill(firm, entry("one"))
    for words, error, more in (
        ("neither a draft line nor a time entry", NotFound, {"target": "line_none"}),
        ("says who disputes", InvalidInput, {"raised_by": " "}),
        ("only a named person", NotAllowed, {"actor": "model:x"}),
        ("at most 2000 characters", InvalidInput, {"note": "x" * 2001}),
    ):
        with pytest.raises(error, match=words):
            object_to(firm, **{"target": "one", **more})
    row = object_to(firm, "one")
    assert (row.client, row.contract, row.amount) == ("acme", "C-TM", None), "it is on no draft"
    fill(firm, entry("two"))
    bill(firm)
    assert str(object_to(firm, "two", "duplicate").amount) == "150.00 EUR"
    with pytest.raises(InvalidInput, match="a dispute cannot be posted"):
        say(firm, row, "posted")


def change(name="change_1", **changes):
    values = {
        "id": name, "contract": "C-TM", "hourly_rate": Money(Decimal(200), "EUR"), "valid_from": date(2026, 4, 10),
        "reason": "Letter of 3 May", "actor": "fin", "at": NOW, "grade": "senior",
    }  # fmt: skip
    return RateChange(**{**values, **changes})


def test_a_rate_needs_two_people_and_leaves_what_was_worked_alone(firm_on_both):
    firm = firm_on_both
    fill(firm, entry("before", date=date(2026, 4, 9)), entry("after", date=date(2026, 4, 10)), entry("march"))
    bill(firm)
    propose(firm.store, firm.tenant, change(), now=NOW)
    later = NOW + timedelta(days=20)
    assert amounts(bill(firm, period=APRIL, now=later)) == [("before", "150.00 EUR"), ("after", "150.00 EUR")]
    with firm.store.tenant(firm.tenant) as db:
        (kept,) = [row for row in db.drafts() if row.draft.first == APRIL.first]
    withdraw(firm.store, firm.tenant, kept.draft.id, "fin")
    with pytest.raises(NotAllowed, match="fin proposed this rate; another person"):
        decide(firm.store, firm.tenant, "change_1", Word.APPROVED, "fin", now=NOW)
    for actor in ("model:x", "stranger"):
        with pytest.raises(NotAllowed):
            decide(firm.store, firm.tenant, "change_1", Word.APPROVED, actor, now=NOW)
    decide(firm.store, firm.tenant, "change_1", Word.APPROVED, "flo", now=NOW)
    made = bill(firm, period=APRIL, now=later + timedelta(hours=1))
    assert amounts(made) == [("before", "150.00 EUR"), ("after", "200.00 EUR")]
    with pytest.raises(Conflict, match="was approved by flo"):
        decide(firm.store, firm.tenant, "change_1", Word.REJECTED, "kim", now=NOW)
    assert [row.word.word for row in rate_changes(firm.store, firm.tenant)] == [Word.APPROVED]
    assert [name for name in actions(firm) if "rate" in name] == [
        "person:rate_change:proposed", "person:rate_change:approved",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"valid_from": TODAY}, "would change time that was worked already"),
        ({"hourly_rate": Money(Decimal(0), "EUR")}, "above zero"),
        ({"hourly_rate": Money(Decimal(200), "USD")}, "C-TM is in EUR"),
        ({"valid_to": date(2026, 4, 1)}, "before it begins"),
        ({"reason": "  "}, "needs a reason"),
        ({"person": "adda", "grade": ""}, "did you mean ada"),
    ],
)
def test_a_rate_that_cannot_be_is_refused(firm, changes, words):
    fill(firm)
    with pytest.raises(InvalidInput, match=words):
        propose(firm.store, firm.tenant, change(**changes), now=NOW)
    assert rate_changes(firm.store, firm.tenant) == []


def test_a_proposal_whose_day_has_come_or_that_is_taken_is_not_approved(firm):
    fill(firm)
    for name in ("change_1", "change_2"):
        propose(firm.store, firm.tenant, change(name), now=NOW)
    with pytest.raises(InvalidInput, match="worked already"):
        decide(firm.store, firm.tenant, "change_1", Word.APPROVED, "flo", now=NOW + timedelta(days=8))
    decide(firm.store, firm.tenant, "change_1", Word.APPROVED, "flo", now=NOW)
    with pytest.raises(Conflict, match="has such a row from 2026-04-10"):
        decide(firm.store, firm.tenant, "change_2", Word.APPROVED, "flo", now=NOW)
    with pytest.raises(NotAllowed, match="only they withdraw"):
        decide(firm.store, firm.tenant, "change_2", Word.WITHDRAWN, "flo", now=NOW)
    decide(firm.store, firm.tenant, "change_2", Word.WITHDRAWN, "fin", now=NOW)


def test_of_two_who_decide_on_a_rate_at_once_one_is_refused(firm_on_both, url):
    firm = firm_on_both
    fill(firm)
    propose(firm.store, firm.tenant, change(), now=NOW)
    barrier, told = Barrier(2), []

    def go(word, actor):
        with open_store(url) as store:
            barrier.wait(timeout=30)
            try:
                told.append(decide(store, firm.tenant, "change_1", word, actor, now=NOW).word)
            except Conflict:
                told.append(None)

    threads = [Thread(target=go, args=pair) for pair in ((Word.APPROVED, "flo"), (Word.REJECTED, "kim"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert told.count(None) == 1
    (row,) = rate_changes(firm.store, firm.tenant)
    with firm.store.tenant(firm.tenant) as db:
        cards = [rate for rate in db.master().rates if rate.hourly_rate == 200]
    assert len(cards) == (row.word.word is Word.APPROVED), "the card follows the word that stands"


def test_an_incomplete_record_waits_with_the_data_owner_before_anybody_bills(firm):
    fill(firm, policy='client_facts = ["billing_contact"]')
    inner = Contract(id="C-IN", client="firm", kind=ContractKind.INTERNAL)
    full = Contract(
        id="C-CAP", client="globex", kind=ContractKind.CAPPED, currency="EUR", extra={"billing_contact": "Sam"}
    )
    fill(firm, inner, full)
    watch(firm.store, firm.tenant, now=NOW)
    items = queue(firm, "incomplete_client")
    assert {item.finding.subject.contract for item in items} == {"C-TM", "C-MS"}
    assert {(item.place.owner, item.finding.blame) for item in items} == {("data owner", "master_data")}


def months(count, level=600):
    """Approved entries of ``count`` months from January 2025, ``level`` minutes each, and twice that in the last three."""
    rows = []
    for number in range(count):
        day = date(2025 + number // 12, number % 12 + 1, 15)
        minutes = level * (2 if number >= count - 3 else 1) + 10 * (number % 3)
        rows.append(entry(f"m{number}", date=day, minutes=minutes))
    return rows


def test_a_shift_of_a_series_is_told_once_with_baseline_and_window(firm_on_both):
    firm = firm_on_both
    fill(firm, begun_contract(), *months(15), entry("other", item=OPS))
    watch(firm.store, firm.tenant, now=NOW)
    assert queue(firm, "billing_shift") == [], "March has not settled on 2 April, so two months alone have shifted"
    settled = NOW + timedelta(days=9)
    assert watch(firm.store, firm.tenant, now=settled).created == 1
    (item,) = queue(firm, "billing_shift", settled.date())
    finding = item.finding
    assert "client acme has been above its usual 1525.00 EUR" in finding.explanation
    assert "(median of 2025-01 to 2025-12) for 3 months since 2026-01" in finding.explanation
    assert finding.measured == "3000.00 EUR, 3025.00 EUR, 3050.00 EUR from 2026-01 to 2026-03"
    assert item.place.owner == "finance"
    # More months at the new level, and another pass: nothing new, and the old finding stays.
    fill(
        firm,
        begun_contract(),
        *(entry(f"n{month}", date=date(2026, month, 15), minutes=1200) for month in range(4, 13)),
    )
    for days in (70, 300):
        again = watch(firm.store, firm.tenant, now=NOW + timedelta(days=days))
        assert (again.created, again.updated, again.resolved) == (0, 0, 0)
    with firm.store.tenant(firm.tenant) as db:
        assert len(db.raised(status=FindingStatus.OPEN, checks=["billing_shift"])) == 1


def test_a_first_look_at_old_history_raises_no_old_shifts(firm):
    fill(firm, begun_contract(), *months(15))
    assert watch(firm.store, firm.tenant, now=NOW + timedelta(days=400)).created == 0


def begun_contract():
    return Contract(id="C-TM", client="acme", kind=ContractKind.TIME_AND_MATERIALS, currency="EUR")


def test_series_count_what_is_billed_by_month_client_project_and_currency(firm):
    fill(
        firm, entry("a"), entry("b", status=EntryStatus.INVOICED), entry("c", status=EntryStatus.SUBMITTED),
        entry("d", item=OPS, minutes=480), entry("e", date=date(2026, 2, 3)),
    )  # fmt: skip
    with firm.store.tenant(firm.tenant) as db:
        found = monthly(Ground(db, TODAY), date(2026, 3, 31))
    assert found[Series("acme", "", "EUR")] == found[Series("acme", DEV.project, "EUR")] == {
        date(2026, 2, 1): Decimal(150), date(2026, 3, 1): Decimal(300),
    }  # fmt: skip
    assert found[Series("globex", "", "EUR")] == {date(2026, 3, 1): Decimal(500)}, "up to the cap"
    assert found[Series("initech", "", "EUR")] == {date(2026, 3, 1): Decimal(4000)}, "the accepted milestone"
