"""Checks about money: thresholds told once, forecasts, split caps, causes named, order, odd input."""

from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.checks import money_pairs, tables
from tests.checks.contract_tables import read

from hourtrail import checks
from hourtrail.checks.forecast import forecast
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.firm import Contract, ContractKind, Milestone, Period, Person, Rate, Task, WorkItem

MONEY = tuple(money_pairs.PAIRS)


def capped(hours: int, **more: str) -> dict:
    columns = {
        "contract": "K",
        "client": "ACME",
        "project": "Portal",
        "kind": "capped",
        "cap_hours": str(hours),
        **more,
    }
    return {"contracts": read("contracts", f"{' | '.join(columns)}\n{' | '.join(columns.values())}")}


def booked(*minutes_by_day: int, first: date = date(2026, 3, 2)) -> list[TimeEntry]:
    """One entry a working day from a Monday on; 0 leaves the day out."""
    days = [first + timedelta(days=7 * (number // 5) + number % 5) for number in range(len(minutes_by_day))]
    return [
        TimeEntry(id=f"e{n:03}", person="ada", date=day, minutes=value, item=WorkItem("ACME", "Portal"), narrative=f"n{n}")
        for n, (day, value) in enumerate(zip(days, minutes_by_day, strict=True))
        if value
    ]  # fmt: skip


def found(entries: list[TimeEntry], *only: str, as_of: date | None = None, **given) -> list:
    context = checks.CheckContext(entries=entries, as_of=as_of or max(row.date for row in entries), **given)
    return checks.run(context, checks.CheckPolicy().only(only or MONEY))


def test_a_half_filled_week_on_a_capped_contract_shows_when_it_breaks_and_how_surely():
    # About 2 h a day for three weeks and a half-filled fourth: 36 of 41 h by Wednesday, so the third working day breaks it.
    threshold, coming = found(booked(*[120, 90, 150] * 6), "budget_forecast", **capped(41))
    if threshold.score < 1:
        threshold, coming = coming, threshold
    assert threshold.explanation == "Contract K has used 36 h of its cap of 41 h, 88 %, more than 80 %."
    assert coming.subject.contract == "K"
    assert coming.explanation == (
        "Contract K has 5 h left of its cap of 41 h; at 10 h a week it is passed on 30 March 2026, "
        "with a probability of 99 % by 22 April 2026."
    )
    assert coming.score == 0.99
    # The same pace towards a cap that it reaches only at the end of the four weeks is far from sure.
    [later] = found(booked(*[0, 300, 60, 0, 240] * 3, 300, 60, 0), "budget_forecast", **capped(72))
    assert 0.5 < later.score < 0.95


def test_a_budget_that_lasts_is_not_foretold():
    assert found(booked(*[120] * 8), "budget_forecast", **capped(400)) == []
    ending = capped(30, ends_on="2026-03-13")
    assert found(booked(*[120] * 8), "budget_forecast", **ending) == [], "the contract ends before the cap is reached"


def test_each_threshold_is_told_once():
    terms = capped(100) | {"contracts": read("contracts", """
        contract | client | project | kind               | budget_hours
        K        | ACME   | Portal  | time_and_materials | 10
    """)}  # fmt: skip
    told = [
        {
            row.fingerprint
            for row in found(booked(*minutes), "budget_forecast", **terms)
            if "more than" in row.explanation
        }
        for minutes in ([480], [481], [540], [600], [601], [900])
    ]
    assert told[0] == set(), "exactly 80 % is not more"
    assert told[1] == told[2] == told[3] != set()
    assert told[4] == told[5] != told[1]


def test_the_budget_of_a_task_is_watched_too():
    listed = read("tasks", "client | project | task | budget_hours\nACME | Portal |  | 10")
    [finding] = found(booked(500), "budget_forecast", tasks=listed)
    assert finding.subject.project == "Portal"
    assert finding.explanation == "ACME/Portal has used 8 h 20 min of its budget of 10 h, 83 %, more than 80 %."


@pytest.mark.parametrize(
    ("used", "left", "probability"),
    [
        ([60] * 10, 100, 0.99),  # steady: sure, and never surer than 0.99
        ([0, 240, 0, 240, 0, 0, 300, 0, 60, 0], 2300, None),  # not within the horizon on average
    ],
)
def test_a_forecast_is_a_sum_of_steps(used, left, probability):
    days = {row.date: Decimal(row.minutes) for row in booked(*used)}
    as_of = date(2026, 3, 13)
    seen = forecast(days, Decimal(left), as_of=as_of, until=as_of + timedelta(days=28))
    assert (seen and seen.probability) == probability


def test_the_more_is_left_the_later_and_the_less_sure():
    days = {row.date: Decimal(row.minutes) for row in booked(30, 200, 90, 120, 240, 0, 60, 180, 90, 150)}
    as_of = date(2026, 3, 13)
    seen = [
        forecast(days, Decimal(left), as_of=as_of, until=as_of + timedelta(days=28)) for left in range(100, 2300, 200)
    ]
    assert all(seen)
    assert [row.breach for row in seen] == sorted(row.breach for row in seen)
    assert [row.probability for row in seen] == sorted((row.probability for row in seen), reverse=True)
    assert all(row.breach.isoweekday() < 6 for row in seen)


def test_two_days_of_history_foretell_nothing():
    days = {row.date: Decimal(row.minutes) for row in booked(300, 300)}
    assert forecast(days, Decimal(10), as_of=date(2026, 3, 3), until=date(2026, 3, 31)) is None


def test_a_file_kept_by_the_week_is_foreseen_by_the_week():
    weeks = {date(2026, 3, 2) + timedelta(days=7 * n): Decimal(600) for n in range(4)}
    seen = forecast(weeks, Decimal(1500), as_of=date(2026, 3, 23), until=date(2026, 4, 20), by_week=True)
    assert seen
    assert (seen.breach, seen.weekly) == (date(2026, 4, 13), 600)


def test_a_prepaid_block_that_is_used_up_is_over_its_cap():
    contract = read("contracts", """
        contract | client | project | kind    | included_hours | blended_rate | currency
        K        | ACME   | Portal  | prepaid | 5              | 100          | EUR
    """)  # fmt: skip
    [finding] = found(booked(200, 200), "over_cap", contracts=contract)
    assert finding.explanation == (
        "ada booked ACME/Portal on 3 March 2026, but 1 h 40 min of 3 h 20 min lie beyond "
        "the prepaid block of 5 h of contract K."
    )
    unknown = [replace(contract[0], included_hours=None)]
    assert found(booked(200, 200), "over_cap", contracts=unknown) == []


def test_a_cap_by_amount_counts_the_rates_on_the_entries_where_there_is_no_card():
    entries = [replace(row, hourly_rate=Decimal(100), currency="EUR") for row in booked(300, 300)]
    [finding] = found(entries, "over_cap", **capped(99, cap_amount="800", currency="EUR"))
    assert (finding.subject.time_entry, str(finding.value_at_risk)) == ("e001", "200.00 EUR")


def test_a_rate_in_another_currency_is_wrong_and_never_added_up():
    terms = money_pairs.given()
    entry = replace(booked(60)[0], item=WorkItem("ACME", "Portal", "Build"), hourly_rate=Decimal(150), currency="USD")
    [finding] = found([entry], "wrong_rate", **terms)
    assert (finding.measured, finding.expected) == ("150.00 USD an hour", "150.00 EUR an hour")
    card = [*terms["rates"], Rate(contract="K-2", hourly_rate=Decimal(1), currency="USD", grade="senior")]
    [finding] = found([entry], "wrong_rate", **{**terms, "rates": card})[:1]
    assert finding.explanation == "Contract K-2 is in EUR, but its rate card has rates in USD."
    assert finding.blame == "master_data"


@pytest.mark.parametrize(
    ("kind", "terms", "stated", "check"),
    [
        ("fixed_fee", {}, 150, None),
        ("fixed_fee", {}, 149, "wrong_rate"),
        ("milestone", {}, 110, "wrong_grade"),
        ("retainer", {"overage_rate": "180"}, 180, None),
        ("capped", {"overage_rate": "180"}, 180, "wrong_rate"),
        ("usage", {"blended_rate": "130"}, 130, None),
        ("usage", {"blended_rate": "130"}, 150, None),
        ("usage", {"blended_rate": "130"}, 110, "wrong_rate"),
        ("internal", {}, 1, None),
    ],
)
def test_a_stated_rate_is_held_against_every_rate_that_the_contract_has(kind, terms, stated, check):
    columns = {"contract": "K", "client": "ACME", "project": "Portal", "kind": kind, "currency": "EUR", **terms}
    contract = read("contracts", f"{' | '.join(columns)}\n{' | '.join(columns.values())}")
    card = read(
        "rate-cards", "contract | hourly_rate | currency | grade\nK | 150 | EUR | senior\nK | 110 | EUR | junior"
    )
    entry = replace(booked(60)[0], hourly_rate=Decimal(stated), currency="EUR", billable=True)
    told = found([entry], "wrong_rate", "wrong_grade", "missing_rate", contracts=contract, rates=card,
                 people=[Person(id="ada", grade="senior")])  # fmt: skip
    assert [row.check for row in told] == ([check] if check else [])


def test_a_tolerance_lets_small_differences_pass():
    terms = money_pairs.given()
    entry = replace(booked(60)[0], item=WorkItem("ACME", "Portal", "Build"), hourly_rate=Decimal(153), currency="EUR")
    context = checks.CheckContext(entries=[entry], as_of=entry.date, **terms)
    rules = checks.policy.load('version = "1"\n[checks.wrong_rate]\nshare = 0.02').only(["wrong_rate"])
    assert checks.run(context, rules) == []
    assert len(checks.run(context, checks.CheckPolicy().only(["wrong_rate"]))) == 1


def test_the_grade_on_the_assignment_comes_before_the_persons_own():
    staffed = read("assignments", """
        person | client | project | grade  | from       | to
        bob    | ACME   | Portal  | senior | 2026-04-01 | 2026-04-30
    """)  # fmt: skip
    table = """
        id | person | date       | minutes | item              | rate
        e1 | bob    | 2026-04-10 | 60      | ACME/Portal/Build | 160
        e2 | bob    | 2026-05-10 | 60      | ACME/Portal/Build | 160
    """
    told = tables.found(table, "wrong_grade", "wrong_rate", **money_pairs.given(assignments=staffed))
    assert [(row.check, row.subject.time_entry) for row in told] == [("wrong_grade", "e2")]


def test_a_grade_stated_on_the_entry_is_compared():
    entries = read("time-entries", """
        id | person | date       | minutes | client | project | grade
        e1 | bob    | 2026-04-10 | 60      | ACME   | Portal  | Senior
        e2 | bob    | 2026-04-10 | 30      | ACME   | Portal  | Junior
    """)  # fmt: skip
    [finding] = found(entries, "wrong_grade", people=[Person(id="bob", grade="junior")])
    assert finding.explanation == "bob booked ACME/Portal on 10 April 2026 as Senior, but works there as junior."


def test_a_task_under_an_unknown_contract_is_told_for_each_entry_and_the_rest_is_checked():
    listed = read("tasks", "client | project | contract\nACME | Portal | K-9\nACME | Shop | K")
    entries = [*booked(60), replace(booked(60)[0], id="e9", item=WorkItem("ACME", "Shop"))]
    terms = {"tasks": listed, "contracts": [Contract(id="K", client="ACME", kind=ContractKind.TIME_AND_MATERIALS)]}
    unknown, unpriced = found(entries, "missing_rate", rates=[], **terms)
    assert unknown.explanation == (
        "ada booked ACME/Portal on 2 March 2026, whose task names contract K-9, which the contracts do not hold, "
        "so nothing prices it."
    )
    assert unpriced.subject.time_entry == "e9"
    assert unpriced.explanation.endswith("whose grade is not known that day; its rate card is empty.")
    assert found(entries, "missing_rate", **terms) == [unknown], "without rate cards nothing is said of rates"


@pytest.mark.parametrize(
    ("kind", "planned", "told"),
    [
        ("milestone", ["0.33", "0.33", "0.33"], []),
        ("milestone", ["0.5", "0.3"], ["80 %"]),
        ("time_and_materials", ["0.5", "0.3"], []),
        ("time_and_materials", ["0.7", "0.7"], ["140 %"]),
        ("milestone", ["0.5", ""], []),
    ],
)
def test_shares_must_add_up_where_they_pay_for_the_work(kind, planned, told):
    contract = Contract(id="K", client="ACME", project="Portal", kind=ContractKind(kind), currency="EUR")
    listed = [
        Milestone(contract="K", milestone=f"m{n}", planned_share=Decimal(share) if share else None)
        for n, share in enumerate(planned)
    ]
    seen = found(booked(60), "milestone_mismatch", contracts=[contract], milestones=listed)
    assert [row.measured for row in seen] == told


def test_without_an_open_period_none_is_offered():
    closed = [Period(starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 31), closed=True)]
    [finding] = found(booked(60), "closed_period", periods=closed)
    assert finding.explanation.endswith("in a period that is closed; no open period follows.")


def test_a_day_in_an_open_and_a_closed_period_is_open():
    both = [
        Period(starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31), closed=True),
        Period(starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 31), closed=False),
    ]
    assert found(booked(60), "closed_period", periods=both) == []


ITEMS = [WorkItem("A", "P", "t"), WorkItem("A", "Q"), WorkItem("", "P", "t"), WorkItem("B", "R"), WorkItem("Z", "Z")]
amounts = st.none() | st.decimals(0, 2000, places=2) | st.just(Decimal(10) ** 14)
days = st.sampled_from([date.min, date(2026, 3, 2), date(2026, 3, 6), date(2026, 3, 20), date.max])


@st.composite
def files(draw) -> tuple[list[TimeEntry], dict]:
    entries = [
        TimeEntry(
            id=f"e{number}",
            person=draw(st.sampled_from(["ada", "bob", "cy"])),
            date=draw(days),
            minutes=draw(st.sampled_from([0, 1, 60, 480, 1440 * 31])),
            item=draw(st.sampled_from(ITEMS)),
            billable=draw(st.sampled_from([None, True, False])),
            hourly_rate=draw(amounts),
            currency=draw(st.sampled_from(["", "EUR", "USD", "not one"])),
            write_off_minutes=draw(st.sampled_from([0, 0, 30, 1440 * 31])),
        )
        for number in range(draw(st.integers(0, 12)))
    ]
    contracts = [
        Contract(
            id=name,
            client=client,
            project=project,
            kind=draw(st.sampled_from(ContractKind)),
            currency=draw(st.sampled_from(["", "EUR", "USD"])),
            starts_on=draw(st.none() | days),
            cap_amount=draw(amounts),
            cap_hours=draw(amounts),
            budget_hours=draw(amounts),
            budget_amount=draw(amounts),
            included_hours=draw(amounts),
            rollover=draw(st.sampled_from(["", "all", "nonsense"])),
            blended_rate=draw(amounts),
        )
        for name, client, project in (("K1", "A", "P"), ("K2", "A", ""), ("K3", "B", "R"))
    ]
    rates = [
        Rate(contract=draw(st.sampled_from(["K1", "K2", "K9"])), hourly_rate=draw(amounts) or Decimal(0),
             currency=draw(st.sampled_from(["EUR", "USD"])), grade=draw(st.sampled_from(["", "senior", "junior"])),
             valid_from=draw(st.none() | days))
        for _ in range(draw(st.integers(0, 4)))
    ]  # fmt: skip
    milestones = [
        Milestone(contract=draw(st.sampled_from(["K1", "K3", "K9"])), milestone=f"m{number}", due_on=draw(st.none() | days),
                  accepted_on=draw(st.none() | days), amount=draw(amounts), planned_share=draw(st.none() | st.just(Decimal("0.5"))))
        for number in range(draw(st.integers(0, 4)))
    ]  # fmt: skip
    return entries, {
        "contracts": contracts,
        "rates": rates,
        "milestones": milestones,
        "people": [Person(id="ada", grade="senior"), Person(id="bob", grade="junior")],
        "tasks": [Task(item=ITEMS[0], contract="K1", budget_hours=Decimal(1)), Task(item=ITEMS[1], contract="K8")],
        "periods": [Period(starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 5), closed=True)],
    }


@settings(deadline=None, max_examples=60)
@given(files(), st.randoms(use_true_random=False), st.sampled_from(checks.Grain), days)
def test_whatever_the_files_hold_the_order_changes_nothing_and_nothing_breaks(file, random, grain, as_of):
    entries, terms = file
    shuffled, before = list(entries), deepcopy(entries)
    random.shuffle(shuffled)

    def look(rows: list[TimeEntry]) -> list:
        context = checks.CheckContext(entries=rows, as_of=as_of, grain=grain, **terms)
        return checks.run(context, checks.CheckPolicy().only(MONEY))

    findings = look(entries)
    assert look(shuffled) == findings
    assert entries == before
    assert len({row.fingerprint for row in findings}) == len(findings)
    for finding in findings:
        assert 0 < finding.score <= 1
        assert finding.explanation.endswith(".")
        assert finding.measured
        assert finding.expected
