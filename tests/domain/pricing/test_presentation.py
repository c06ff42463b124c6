"""A draft in the client's shape: grouped, rounded and worded, with every amount as it was."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.domain.pricing import examples

from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.firm import Contract, ContractKind, WorkItem
from hourtrail.domain.pricing import BillingPeriod, ClientFormat, GroupBy, LineKind, add_up, present, price

MARCH = BillingPeriod(date(2026, 3, 1), date(2026, 3, 31))
TERMS = Contract(
    id="K", client="acme", kind=ContractKind.TIME_AND_MATERIALS, currency="EUR", blended_rate=Decimal("99.95")
)
BOOKED = [
    TimeEntry(
        id=f"e{number}",
        person=person,
        date=date(2026, 3, day),
        minutes=minutes,
        item=WorkItem("acme", "portal", task),
        narrative=narrative,
        status=EntryStatus.APPROVED,
        billable=number != 4,
    )
    for number, (person, day, minutes, task, narrative) in enumerate(
        [
            ("ada", 2, 50, "DEV", "Login form"),
            ("bob", 2, 20, "DEV", "Login form"),
            ("ada", 3, 35, "PM", "Status call"),
            ("ada", 4, 25, "DEV", "Login tests"),
            ("bob", 5, 60, "DEV", "Free of charge"),
        ]
    )
]
ENTRIES = {entry.id: entry for entry in BOOKED}
DRAFT = price(TERMS, BOOKED, period=MARCH)


def test_lines_are_grouped_worded_and_rounded_as_the_client_wants():
    shape = ClientFormat(group_by=(GroupBy.TASK,), hour_places=1, words="$task $date $person: $narrative")
    lines = present(DRAFT, ENTRIES, shape)
    assert [(line.hours, str(line.amount), line.parts) for line in lines] == [
        (Decimal("1.6"), "158.26 EUR", ("e0", "e1", "e3")),
        (Decimal("0.6"), "58.30 EUR", ("e2",)),
    ]
    assert (
        lines[0].description
        == "DEV 2026-03-02 ada: Login form; DEV 2026-03-02 bob: Login form; DEV 2026-03-04 ada: Login tests"
    )


def test_the_same_words_are_said_once_and_no_longer_than_agreed():
    by_task = ClientFormat(group_by=(GroupBy.TASK,))
    assert [line.description for line in present(DRAFT, ENTRIES, by_task)] == ["Login form; Login tests", "Status call"]
    short = ClientFormat(group_by=(GroupBy.TASK,), longest=11)
    assert [line.description for line in present(DRAFT, ENTRIES, short)] == ["Login form…", "Status call"]


def test_lines_of_two_rates_are_never_put_together():
    draft = examples.draft("TM-EUR")
    entries = {entry.id: entry for entry in examples.read("time-entries")}
    lines = present(draft, entries, ClientFormat(group_by=(GroupBy.PROJECT,)))
    assert len({line.rate for line in lines}) == len(lines) > 1
    assert add_up(line.amount for line in lines) == draft.totals


def test_a_fee_is_worded_by_its_clause_and_keeps_its_own_line():
    lines = present(examples.draft("RET-NONE"), {}, ClientFormat())
    fees = [line for line in lines if line.kind is LineKind.FEE]
    assert [line.description[:17] for line in fees] == ["fee of the month "] * 2


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(examples.contracts()), st.lists(st.sampled_from(GroupBy), min_size=1, max_size=3), st.integers(0, 4)
)
def test_whatever_the_shape_the_totals_stay(name, group_by, places):
    draft = examples.draft(name)
    entries = {entry.id: entry for entry in examples.read("time-entries")}
    lines = present(draft, entries, ClientFormat(group_by=tuple(group_by), hour_places=places))
    assert add_up(line.amount for line in lines) == draft.totals


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"words": "$naration"}, "hold \\$naration; known are \\$client"),
        ({"words": "5 $"}, "a lone \\$"),
        ({"hour_places": 5}, "outside 0 to 4"),
        ({"group_by": ()}, "at least one of entry"),
        ({"longest": 0}, "at least one character"),
    ],
)
def test_a_wrong_shape_is_refused(given, problem):
    with pytest.raises(InvalidInput, match=problem):
        ClientFormat(**given)
