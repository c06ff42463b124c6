"""Approved time becomes draft lines, on both databases; what does not says by which rule, and nothing is billed twice."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from tests.flows.billing_firm import (
    APRIL,
    DEV,
    MARCH,
    NOW,
    OPS,
    SHOP,
    actions,
    amounts,
    bill,
    entry,
    fill,
    post_it,
    reasons,
)

from hourtrail.domain.entry import EntryStatus
from hourtrail.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from hourtrail.domain.finding import Finding, Severity, Subject
from hourtrail.domain.firm import Assignment, Contract, ContractKind, Period, Rate, Task, WorkItem
from hourtrail.domain.pricing import BillingPeriod
from hourtrail.domain.review import Raised, ReviewKind
from hourtrail.flows.billing.closing import Wanted, draft_lines, drafts, withdraw
from hourtrail.flows.billing.draft import repriced
from hourtrail.flows.review import ReviewRequest, review
from hourtrail.flows.stored_checks import check_stored
from hourtrail.store import open_store
from hourtrail.store.billing import LinePlace


def test_only_approved_time_gives_lines_and_each_policy_reports_by_itself(firm_on_both):
    firm = firm_on_both
    stray = WorkItem("acme", "portal", "OLD")
    fill(
        firm,
        Task(item=stray, contract="C-TM", closed=True),
        entry("good"),
        entry("waits", status=EntryStatus.SUBMITTED),
        entry("sent_back", status=EntryStatus.REJECTED),
        entry("dear", hourly_rate=Decimal(180), currency="EUR", status=EntryStatus.SUBMITTED),
        entry("closed", item=stray),
        entry("nobody", person="kim"),
        entry("before", date=date(2026, 2, 27)),
    )
    made = bill(firm)
    assert amounts(made) == [("good", "150.00 EUR")]
    assert reasons(made) == {
        "waits": {("approval", "not_approved")},
        "sent_back": {("approval", "not_approved")},
        "dear": {("approval", "not_approved"), ("rate_card", "wrong_rate")},
        "closed": {("contract", "closed_task")},
        "nobody": {("assignment", "not_assigned"), ("rate_card", "missing_rate")},
    }
    assert ("dear", "150.00 EUR") in {(row.entry, str(row.worth)) for row in made.held}
    with firm.store.tenant(firm.tenant) as db:
        assert db.entry("good").status is EntryStatus.APPROVED, "a draft bills nothing yet"
    assert actions(firm)[-1] == "person:draft:made"


def test_a_reason_names_clause_and_owner_and_spares_the_consultant_what_is_not_theirs(firm):
    fill(firm, entry("nobody", person="kim"), entry("waits", status=EntryStatus.SUBMITTED))
    with firm.store.tenant(firm.tenant) as db:
        text = 'version = "c"\n[checks.missing_rate]\nclause = "Rate card, annex 2"\n'
        db.put_review_policy({"version": "r", "check_policy": text}, "vera", NOW)
    told = {(row.entry, one.rule): one for row in bill(firm).held for one in row.objections}
    rate = told["nobody", "missing_rate"]
    assert (rate.clause, rate.blame, rate.place.queue, rate.place.owner) == (
        "Rate card, annex 2", "master_data", "master data", "data owner",
    )  # fmt: skip
    assert (told["waits", "not_approved"].place.queue, told["waits", "not_approved"].place.owner) == (
        "approvals",
        "kim",
    )


def test_an_open_blocking_finding_stops_and_a_reviewer_who_finds_it_acceptable_lets_it_pass(firm_on_both):
    firm = firm_on_both
    fill(firm, entry("odd"), entry("dear", hourly_rate=Decimal(180), currency="EUR"))
    hard = Finding(
        id="finding_odd", check="duplicate_entry", severity=Severity.BLOCK, subject=Subject(time_entry="odd"), score=1.0,
        measured="2", expected="1", explanation="Twice.", fingerprint="fact_odd",
    )  # fmt: skip
    with firm.store.tenant(firm.tenant) as db:
        db.add_findings([Raised(finding=hard, worker="ada")], NOW)
    check_stored(firm.store, firm.tenant, today=date(2026, 4, 2), now=NOW)
    with firm.store.tenant(firm.tenant) as db:
        # The run resolved what it does not find; a source that knows better raises it again.
        (rate,) = [row.finding.id for row in db.raised(checks=["wrong_rate"])]
        db.add_findings([Raised(finding=replace(hard, fingerprint="fact_2", id="finding_2"), worker="ada")], NOW)
    assert reasons(bill(firm)) == {"odd": {("review", "duplicate_entry")}, "dear": {("rate_card", "wrong_rate")}}

    def say(target, kind, code):
        request = ReviewRequest(target=target, kind=ReviewKind(kind), actor="kim", reason_code=code)
        return review(firm.store, firm.tenant, request, now=NOW)

    say("finding_2", "true_issue", "to_correct")
    say(rate, "acceptable", "agreed_with_client")
    made = bill(firm)
    assert reasons(made) == {"odd": {("review", "duplicate_entry")}}, "a true issue stops until it is corrected"
    assert amounts(made) == [("dear", "150.00 EUR")], "the contract's rate, not the one stated on the entry"


def test_work_that_is_never_billed_waits_for_no_approval_and_is_counted(firm):
    inner = WorkItem("firm", "office")
    fill(
        firm, Contract(id="C-IN", client="firm", kind=ContractKind.INTERNAL), Task(item=inner, contract="C-IN"),
        Assignment(person="ada", item=inner), entry("inside", item=inner, status=EntryStatus.DRAFT, billable=None),
        entry("free", billable=False), entry("good"),
    )  # fmt: skip
    inside = bill(firm, "C-IN")
    assert (inside.draft, inside.held, inside.unbilled) == (None, (), 1)
    made = bill(firm)
    assert (amounts(made), reasons(made)) == (
        [("good", "150.00 EUR")], {"free": {("contract", "billable_mismatch")}},
    )  # fmt: skip


def test_a_ceiling_nearly_used_splits_or_holds_as_the_policy_says(firm):
    fill(firm, entry("a", item=OPS, minutes=240), entry("b", item=OPS, minutes=120, date=date(2026, 3, 4)))
    made = bill(firm, "C-CAP")
    assert amounts(made) == [("a", "400.00 EUR"), ("b", "100.00 EUR")]
    assert [(row.entry, str(row.worth), {one.rule for one in row.objections}) for row in made.held] == [
        ("b", "100.00 EUR", {"over_cap"})
    ]
    withdraw(firm.store, firm.tenant, made.draft.id, "fin")
    fill(firm, policy='[over_cap_of]\nC-CAP = "hold"')
    made = bill(firm, "C-CAP", now=NOW + timedelta(hours=1))
    assert amounts(made) == [("a", "400.00 EUR")]
    assert [str(row.worth) for row in made.held] == ["200.00 EUR"]


def test_late_time_cannot_push_a_contract_over_its_cap(firm):
    fill(firm, entry("feb", item=OPS, minutes=180), entry("apr", item=OPS, minutes=120, date=date(2026, 4, 1)))
    march, april = bill(firm, "C-CAP"), bill(firm, "C-CAP", APRIL)
    post_it(firm, march)
    fill(firm, entry("late", item=OPS, minutes=60, date=date(2026, 3, 2)))
    late = bill(firm, "C-CAP", now=NOW + timedelta(days=1))
    assert (amounts(march), amounts(april)) == ([("feb", "300.00 EUR")], [("apr", "200.00 EUR")])
    assert late.draft is None, "the cap of 500 is used by what was drafted before"
    assert reasons(late) == {"late": {("budget", "over_cap")}}
    assert list(repriced(late.elsewhere)) == []


def test_milestones_bill_on_acceptance_and_the_time_below_them_is_covered(firm):
    fill(firm, entry("work", item=SHOP))
    made = bill(firm, "C-MS")
    assert amounts(made) == [("M1", "4000.00 EUR"), ("work", "0.00 EUR")]
    assert reasons(made) == {"M2": {("milestone", "not_accepted")}}
    assert [str(money) for money in made.totals] == ["4000.00 EUR"]
    fill(firm, replace_milestone(amount=Decimal(6000)))
    again = bill(firm, "C-MS", now=NOW + timedelta(hours=1))
    assert (again.draft, {row.claim for row in again.elsewhere}) == (None, {"milestone M1 of C-MS", "entry work"})


def replace_milestone(**changes):
    from tests.flows.billing_firm import MASTER  # noqa: PLC0415 - only here

    return replace(next(row for row in MASTER if getattr(row, "milestone", "") == "M2"), **changes)


def test_two_billing_models_follow_their_own_path_and_a_mismatch_stops_the_fee_alone(firm):
    fill(firm, replace_milestone(amount=Decimal(7000)), entry("work", item=SHOP), entry("good"))
    made = bill(firm, "C-MS")
    assert ("milestone", "milestone_mismatch") in reasons(made)["M1"]
    assert amounts(made) == [("work", "0.00 EUR")]
    assert amounts(bill(firm)) == [("good", "150.00 EUR")]


def test_the_same_time_in_a_second_draft_is_refused_and_free_again_when_the_first_is_withdrawn(firm_on_both):
    firm = firm_on_both
    fill(firm, entry("one"))
    first = bill(firm)
    with pytest.raises(Conflict, match=rf"is on {first.draft.id} already"):
        bill(firm, now=NOW + timedelta(hours=1))
    fill(firm, entry("two"))
    second = bill(firm, now=NOW + timedelta(hours=2))
    assert amounts(second) == [("two", "150.00 EUR")]
    assert [(row.claim, row.draft) for row in second.elsewhere] == [("entry one", first.draft.id)]
    withdraw(firm.store, firm.tenant, first.draft.id, "fin")
    with pytest.raises(Conflict, match="withdrawn by fin"):
        post_it(firm, first)
    assert amounts(bill(firm, now=NOW + timedelta(hours=3))) == [("one", "150.00 EUR")]


def test_of_two_who_draft_the_same_time_at_the_same_moment_one_is_refused(firm_on_both, url):
    firm = firm_on_both
    fill(firm, *(entry(f"e{number}") for number in range(20)))
    barrier, told = Barrier(4), []

    def go(number):
        with open_store(url) as store:
            mine = type(firm)(store, firm.folder)
            barrier.wait(timeout=30)
            try:
                told.append(len(bill(mine, now=NOW + timedelta(seconds=number)).lines))
            except Conflict as error:
                told.append(str(error))

    threads = [Thread(target=go, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [row for row in told if isinstance(row, int)] == [20]
    assert len(told) == 4
    with firm.store.tenant(firm.tenant) as db:
        assert sorted(db.claims_on([f"e{number}" for number in range(20)])) == sorted(f"entry e{n}" for n in range(20))
        assert len(db.drafts()) == 1, "a refused draft leaves nothing behind"


def test_a_closed_period_is_refused_with_the_next_open_one(firm):
    fill(firm, Period(starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 31), closed=True), entry("good"))
    words = (
        r"2026-03-31 is closed; the next open one runs from 2026-04-01 to 2026-04-30: post there with --on 2026-04-01"
    )
    with pytest.raises(Conflict, match=words):
        bill(firm)
    made = bill(firm, posting_date=date(2026, 4, 1))
    fill(firm, Period(starts_on=date(2026, 4, 1), ends_on=date(2026, 4, 30), closed=True))
    with pytest.raises(Conflict, match="no open one follows"):
        post_it(firm, made)
    fill(firm, Period(starts_on=date(2026, 5, 1), ends_on=date(2026, 5, 31), closed=False))
    assert post_it(firm, made, on=date(2026, 5, 1)).effective_on == date(2026, 5, 1)


def test_posting_needs_a_person_looks_again_and_marks_the_time_as_invoiced(firm_on_both):
    firm = firm_on_both
    fill(firm, entry("one"), entry("two"))
    made = bill(firm)
    for actor in ("model:ranker", "", "stranger"):
        with pytest.raises(NotAllowed):
            post_it(firm, made, actor)
    fill(firm, entry("two", minutes=90))
    with pytest.raises(Conflict, match="entry two: it was changed since it was drafted"):
        post_it(firm, made)
    with firm.store.tenant(firm.tenant) as db:
        assert [row.word for row in db.drafts()] == [None], "a refused posting is no last word"
        assert db.entry("one").status is EntryStatus.APPROVED
    withdraw(firm.store, firm.tenant, made.draft.id, "fin")
    again = bill(firm, now=NOW + timedelta(hours=1))
    word = post_it(firm, again)
    assert (word.actor, word.effective_on) == ("flo", MARCH.last)
    with firm.store.tenant(firm.tenant) as db:
        assert {db.entry(name).status for name in ("one", "two")} == {EntryStatus.INVOICED}
    with pytest.raises(Conflict, match="was posted by flo"):
        withdraw(firm.store, firm.tenant, again.draft.id, "fin")
    assert actions(firm)[-3:] == ["person:draft:posted", "person:time_entry:invoiced", "person:time_entry:invoiced"]


def test_time_that_is_taken_back_from_approval_cannot_be_posted(firm):
    fill(firm, entry("one"))
    made = bill(firm)
    with firm.store.tenant(firm.tenant) as db:
        db.move_entry("one", EntryStatus.DRAFT, "ada", NOW)
    with pytest.raises(Conflict, match="it is draft, not approved"):
        post_it(firm, made)


def test_an_incomplete_record_of_a_client_is_told_before_anything_is_billed(firm):
    fill(firm, entry("good"), policy='client_facts = ["currency", "billing_contact", "starts_on"]')
    with pytest.raises(Conflict, match=r"client acme lacks billing_contact .*data owner completes it"):
        bill(firm)
    full = Contract(
        id="C-TM", client="acme", kind=ContractKind.TIME_AND_MATERIALS, currency="EUR", starts_on=date(2026, 1, 1),
        extra={"billing_contact": "Lee"},
    )  # fmt: skip
    fill(firm, full)
    assert amounts(bill(firm)) == [("good", "150.00 EUR")]


def test_wrong_codes_and_rates_stop_before_any_exporter(firm):
    foreign = WorkItem("umbrella", "lab")
    fill(
        firm, Task(item=foreign, contract="C-TM"),
        Contract(id="C-U", client="umbrella", kind=ContractKind.TIME_AND_MATERIALS, currency="EUR"),
        Rate(contract="C-TM", hourly_rate=Decimal(0), currency="EUR", person="ben"),
        entry("free", person="ben"), entry("unknown", item=WorkItem("acme", "attic")), entry("good"),
    )  # fmt: skip
    made = bill(firm)
    assert amounts(made) == [("good", "150.00 EUR")]
    assert reasons(made) == {"free": {("codes", "rate")}, "unknown": {("contract", "unknown_work_item")}}
    # The codes change between draft and posting: the ERP never hears of it.
    with firm.store.tenant(firm.tenant) as db:
        db.put_master([Contract(id="C-TM", client="umbrella", kind=ContractKind.TIME_AND_MATERIALS, currency="USD")])
    with pytest.raises(Conflict, match=r"booked for client acme, but contract C-TM is umbrella's; .*amount is in EUR"):
        post_it(firm, made)


def test_a_client_reads_the_draft_in_its_own_format(firm):
    shape = '[formats.acme]\ngroup_by = ["person"]\nhour_places = 1\nwords = "$date $narrative"\n'
    fill(firm, entry("a"), entry("b", minutes=40, date=date(2026, 3, 5)), entry("c", person="ben"), policy=shape)
    made = bill(firm)
    assert [(row.description, str(row.hours), str(row.amount), row.parts) for row in made.shown] == [
        ("2026-03-03 Work on a; 2026-03-05 Work on b", "1.7", "250.00 EUR", ("a", "b")),
        ("2026-03-03 Work on c", "1.0", "100.00 EUR", ("c",)),
    ]
    (kept,) = drafts(firm.store, firm.tenant, Wanted(client="acme"))
    assert (kept.shown, kept.lines) == (made.shown, made.lines)


def test_a_project_is_drafted_alone_and_what_is_asked_wrongly_is_said(firm):
    second = WorkItem("acme", "intranet")
    fill(firm, Task(item=second, contract="C-TM"), entry("portal"), entry("other", item=second, person="ada"))
    assert [line.entry for line in bill(firm, "", project="portal").lines] == ["portal"]
    for words, error, more in (
        ("contract or a project", InvalidInput, {"project": "portal"}),
        ("did you mean C-TM", NotFound, {"contract": "C-TN"}),
        ("no contract names project", NotFound, {"contract": "", "project": "attic"}),
        ("not a person of this firm", NotAllowed, {"actor": "eve"}),
        ("only a named person", NotAllowed, {"actor": "system:billing"}),
    ):
        with pytest.raises(error, match=words):
            bill(firm, **{"contract": "C-TM", **more})
    with pytest.raises(InvalidInput, match="before it begins"):
        bill(firm, period=BillingPeriod(MARCH.last, MARCH.first))


def test_what_was_drafted_and_would_have_another_price_today_is_told(firm):
    fill(firm, entry("one"))
    bill(firm)
    fill(firm, Rate(contract="C-TM", hourly_rate=Decimal(160), currency="EUR", grade="senior"), entry("two"))
    made = bill(firm, now=NOW + timedelta(hours=1))
    assert [(row.claim, *map(str, (*row.then, *row.now))) for row in repriced(made.elsewhere)] == [
        ("entry one", "150.00 EUR", "160.00 EUR")
    ]
    assert DEV.project == "portal"


def test_the_lines_of_all_drafts_are_read_page_by_page_while_drafts_are_made(firm_on_both):
    firm = firm_on_both
    fill(
        firm, *(entry(f"m{number}") for number in range(3)), entry("a0", date=date(2026, 4, 1)), entry("far", item=OPS)
    )
    first, second = bill(firm), bill(firm, "C-CAP", now=NOW + timedelta(minutes=1))
    place, read = None, []
    for more in (True, True, False):
        page = draft_lines(firm.store, firm.tenant, Wanted(), after=place, limit=2)
        assert page.more is more
        read += [line.entry for _, line in page.rows]
        kept, line = page.rows[-1]
        place = LinePlace(kept.draft.at, line.draft, line.number)
        if len(read) == 2:
            bill(firm, period=APRIL, now=NOW + timedelta(minutes=2))
    assert read == ["m0", "m1", "m2", "far", "a0"], "what is drafted meanwhile comes last"
    post_it(firm, first)
    withdraw(firm.store, firm.tenant, second.draft.id, "fin", now=NOW)

    def entries_of(status, **wanted):
        page = draft_lines(firm.store, firm.tenant, Wanted(**wanted), status=status, limit=10)
        return [line.entry for _, line in page.rows]

    assert [entries_of(status) for status in ("posted", "withdrawn", "open")] == [["m0", "m1", "m2"], ["far"], ["a0"]]
    assert (
        entries_of("", client="globex")
        == entries_of("", contract="C-CAP")
        == entries_of("", draft=second.draft.id)
        == ["far"]
    )
    with pytest.raises(NotFound, match="no draft"):
        draft_lines(firm.store, firm.tenant, Wanted(draft="draft_9"), limit=1)
