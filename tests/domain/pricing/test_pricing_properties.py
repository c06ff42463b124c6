"""What holds for every contract and any work: parts add up, order and later rates change nothing, periods add up."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.firm import Contract, ContractKind, Milestone, Rate, WorkItem
from hourtrail.domain.money import RoundingRule, round_minutes
from hourtrail.domain.pricing import (
    BillingPeriod,
    Draft,
    HeldReason,
    LineKind,
    OverCap,
    PricingPolicy,
    RoundingScope,
    add_up,
    price,
)
from hourtrail.domain.ratecard import RateCard

FIRST = date(2026, 1, 1)
HALF_YEAR = BillingPeriod(FIRST, date(2026, 6, 30))
SENIOR = "ada"


def maybe(strategy):
    return st.none() | strategy


amounts = st.decimals(0, 5000, places=2)
hours = st.decimals(0, 60, places=1)


@st.composite
def contracts(draw, *kinds: ContractKind) -> Contract:
    step = draw(st.sampled_from([0, 6, 15, 30]))
    return Contract(
        id="K",
        client="acme",
        kind=draw(st.sampled_from(kinds or tuple(ContractKind))),
        currency="EUR",
        starts_on=draw(st.sampled_from([None, FIRST, date(2026, 2, 10)])),
        ends_on=draw(st.sampled_from([None, date(2026, 5, 20)])),
        cap_amount=draw(maybe(amounts)),
        cap_hours=draw(maybe(hours)),
        budget_hours=draw(maybe(hours)),
        budget_amount=draw(maybe(amounts)),
        period=draw(st.sampled_from(["", "month", "quarter"])),
        included_hours=draw(maybe(hours)),
        rollover=draw(st.sampled_from(["", "none", "one_period", "all"])),
        overage_rate=draw(maybe(amounts)),
        blended_rate=draw(maybe(amounts)),
        rounding_minutes=step,
        rounding_rule=draw(st.sampled_from([RoundingRule.UP, RoundingRule.NEAREST])) if step else RoundingRule.NONE,
    )


@st.composite
def books(draw) -> list[TimeEntry]:
    return [
        TimeEntry(
            id=f"e{number}",
            person=draw(st.sampled_from([SENIOR, "ben"])),
            date=FIRST + timedelta(days=draw(st.integers(0, 180))),
            minutes=draw(st.integers(0, 900)),
            item=WorkItem("acme", "portal"),
            billable=draw(st.sampled_from([True, True, True, None, False])),
            status=draw(st.sampled_from([EntryStatus.APPROVED] * 4 + list(EntryStatus))),
            write_off_minutes=draw(st.sampled_from([0, 0, 0, 20])),
        )
        for number in range(draw(st.integers(0, 12)))
    ]


CARD = RateCard(
    "K",
    (
        Rate(contract="K", hourly_rate=Decimal("149.99"), currency="EUR", grade="senior"),
        Rate(contract="K", hourly_rate=Decimal("80.35"), currency="EUR", grade="junior", valid_from=date(2026, 2, 1)),
    ),
)
MILESTONES = [
    Milestone(contract="K", milestone=f"m{number}", due_on=FIRST + timedelta(days=40 * number), planned_share=share,
              accepted_on=FIRST + timedelta(days=41 * number) if number % 2 else None)
    for number, share in enumerate([Decimal("0.333"), Decimal("0.333"), Decimal("0.334")])
]  # fmt: skip
policies = st.builds(PricingPolicy, over_cap=st.sampled_from(OverCap), rounding_scope=st.sampled_from(RoundingScope))


def draft(contract: Contract, entries: list[TimeEntry], period: BillingPeriod = HALF_YEAR, **given) -> Draft:
    arguments = {
        "card": CARD,
        "milestones": MILESTONES if contract.kind is ContractKind.MILESTONE else (),
        "grade_of": lambda entry: "senior" if entry.person == SENIOR else "junior",
        **given,
    }
    return price(contract, entries, period=period, **arguments)


@settings(deadline=None, max_examples=60)
@given(contracts(), books(), policies)
def test_nothing_is_lost_and_the_parts_of_an_entry_add_up(contract, entries, policy):
    got = draft(contract, entries, policy=policy)
    told: dict[str, int] = {}
    for row in (*got.lines, *got.held):
        assert row.why
        assert row.minutes >= 0
        if row.entry:
            told[row.entry] = told.get(row.entry, 0) + row.minutes
    live = [entry for entry in entries if entry.status is not EntryStatus.REJECTED]
    assert set(told) == {entry.id for entry in live}
    if policy.rounding_scope is RoundingScope.DAY:
        return
    for entry in live:
        never = entry.billable is False or contract.kind is ContractKind.INTERNAL
        left = max(entry.minutes - entry.write_off_minutes, 0)
        expected = entry.minutes if never else round_minutes(left, contract.rounding_minutes, contract.rounding_rule)
        assert told[entry.id] == expected


@settings(deadline=None, max_examples=60)
@given(contracts(), books(), policies)
def test_the_total_is_the_sum_of_the_lines_in_whole_cents(contract, entries, policy):
    got = draft(contract, entries, policy=policy)
    assert got.totals == add_up(line.amount for line in got.lines)
    for line in got.lines:
        assert line.amount is None or line.amount == line.amount.to_cents()
        if line.kind in {LineKind.COVERED, LineKind.UNBILLED}:
            assert line.amount is None or line.amount.amount == 0


@settings(deadline=None, max_examples=60)
@given(contracts(), books(), policies, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(contract, entries, policy, random):
    shuffled = list(entries)
    random.shuffle(shuffled)
    assert draft(contract, shuffled, policy=policy) == draft(contract, entries, policy=policy)


@settings(deadline=None, max_examples=60)
@given(contracts(), books(), policies)
def test_the_drafts_of_the_months_add_up_to_the_draft_of_all(contract, entries, policy):
    # Without a first day, what a period bills in advance hangs on when the work began.
    contract = replace(contract, starts_on=contract.starts_on or FIRST)
    cuts = [date(2026, month, 1) for month in range(1, 8)]
    months = [
        draft(contract, entries, BillingPeriod(first, following - timedelta(days=1)), policy=policy)
        for first, following in pairwise(cuts)
    ]
    whole = draft(contract, entries, policy=policy)
    assert add_up(money for month in months for money in month.totals) == add_up(whole.totals)
    assert sorted(map(repr, (line for month in months for line in month.lines))) == sorted(map(repr, whole.lines))


@settings(deadline=None, max_examples=60)
@given(contracts(), books(), st.dates(date(2026, 3, 1), date(2026, 6, 1)), amounts)
def test_a_later_rate_never_changes_earlier_entries(contract, entries, day, rate):
    later = Rate(contract="K", hourly_rate=rate, currency="EUR", grade="senior", person=SENIOR, valid_from=day)
    before = BillingPeriod(FIRST, day - timedelta(days=1))
    changed = RateCard("K", (later, *CARD.rates))
    assert draft(contract, entries, before, card=changed) == draft(contract, entries, before)


@settings(deadline=None, max_examples=80)
@given(contracts(ContractKind.CAPPED, ContractKind.TIME_AND_MATERIALS), books(), policies)
def test_a_cap_is_never_passed_and_splitting_uses_it_up(contract, entries, policy):
    got = draft(contract, entries, policy=policy)
    billed = sum((line.amount.amount for line in got.lines if line.amount), Decimal(0))
    over = [row for row in got.held if row.reasons == (HeldReason.OVER_CAP,)]
    invoiced = any(HeldReason.ALREADY_INVOICED in row.reasons for row in got.held)
    if contract.cap_amount is not None:
        assert billed <= contract.cap_amount
    if contract.cap_hours is not None:
        assert sum(line.minutes for line in got.lines if line.kind is LineKind.TIME) <= contract.cap_hours * 60
    unrated = any(HeldReason.MISSING_RATE in row.reasons for row in got.held)
    rated = [row for row in over if row.worth and row.worth.amount]
    if policy.over_cap is OverCap.SPLIT and rated and contract.cap_hours is None and not invoiced and not unrated:
        assert billed == contract.cap_amount


@settings(deadline=None, max_examples=50)
@given(contracts(ContractKind.CAPPED), books())
def test_the_billed_and_the_held_part_of_a_split_entry_are_worth_the_whole(contract, entries):
    got = draft(contract, entries)
    free = replace(contract, cap_amount=None, cap_hours=None)
    whole = {line.entry: line.amount for line in draft(free, entries).lines}
    for row in got.held:
        if row.reasons == (HeldReason.OVER_CAP,) and row.worth and row.entry in whole:
            billed = [line.amount for line in got.lines if line.entry == row.entry]
            assert add_up([row.worth, *billed]) == add_up([whole[row.entry]])


@settings(deadline=None, max_examples=50)
@given(contracts(ContractKind.RETAINER), books())
def test_a_kinder_rollover_never_covers_less(contract, entries):
    covered = [
        sum(
            line.minutes
            for line in draft(replace(contract, rollover=rule), entries).lines
            if line.kind is LineKind.COVERED
        )
        for rule in ("none", "one_period", "all")
    ]
    assert covered == sorted(covered)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(0, 200), max_size=6), st.sampled_from([6, 15, 60]), st.sampled_from(["up", "nearest"]))
def test_a_day_rounded_as_one_is_its_rounded_sum(minutes, step, rule):
    contract = Contract(
        id="K", client="acme", kind=ContractKind.TIME_AND_MATERIALS, currency="EUR", blended_rate=Decimal(60),
        rounding_minutes=step, rounding_rule=RoundingRule(rule),
    )  # fmt: skip
    entries = [
        TimeEntry(id=f"e{n}", person="ada", date=FIRST, minutes=m, item=WorkItem("acme", "portal"), status=EntryStatus.APPROVED)
        for n, m in enumerate(minutes)
    ]  # fmt: skip
    got = draft(contract, entries, policy=PricingPolicy(rounding_scope=RoundingScope.DAY))
    assert sum(line.minutes for line in got.lines) == round_minutes(sum(minutes), step, RoundingRule(rule))
