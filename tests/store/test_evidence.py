"""Activities, master data, findings and vectors: put, put again, read back."""

from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.store.samples import ITEM, NINE, activity

from hourtrail.domain.activity import ActivityKind, Response, Snapshot
from hourtrail.domain.firm import (
    Assignment,
    Billable,
    Contract,
    ContractKind,
    Holiday,
    Milestone,
    Period,
    Person,
    Rate,
    Task,
    TaxRate,
    TaxTreatment,
)
from hourtrail.domain.master import MasterData
from hourtrail.domain.money import RoundingRule
from hourtrail.store import Counts, Store
from hourtrail.store.revisions import is_newer

FULL = activity(
    1, kind=ActivityKind.MEETING, end=NINE + timedelta(hours=1), text="x", reference="A-1", series="s", zone="Europe/Berlin",
    participants=("acme.example",), response=Response.TENTATIVE, revision="3", label=ITEM, eligible=False, extra={"ü": "1"},
)  # fmt: skip


def test_an_activity_comes_back_as_it_was_put(store: Store) -> None:
    rows = [activity(0), FULL]
    with store.tenant("t") as db:
        assert db.put_activities(rows) == Counts(created=2)
    with store.tenant("t") as db:
        assert list(db.activities()) == sorted(rows, key=lambda row: row.start)
        assert db.put_activities(rows) == Counts(unchanged=2)
        assert db.put_activities([replace(FULL, title="new", revision="4"), activity(2)]) == Counts(
            created=1, updated=1
        )
        assert db.put_activities([replace(FULL, title="old", revision="3")]) == Counts(unchanged=1)
        assert "new" in [row.title for row in db.activities()]


def test_the_last_of_two_rows_with_one_id_in_one_call_wins(store: Store) -> None:
    with store.tenant("t") as db:
        assert db.put_activities([activity(0), activity(0, title="again")]) == Counts(created=1)
        assert [row.title for row in db.activities()] == ["again"]


def test_the_same_id_of_two_sources_is_two_activities(store: Store) -> None:
    with store.tenant("t") as db:
        db.put_activities([activity(0), activity(0, source="jira")])
        assert [row.source for row in db.activities()] == ["git", "jira"]


@pytest.mark.parametrize(
    ("stored", "given_one", "newer"),
    [
        ("10", "9", True), ("9", "10", False), ("etag-b", "etag-a", False), ("", "1", False), ("2", "", False),
        ("2026-03-02T10:00:00+02:00", "2026-03-02T08:30:00Z", False), ("2026-03-02T10:00:00Z", "2026-03-02T09:00:00Z", True),
        ("000002/20260302", "000001/20260303", True), ("10", "2026-03-02T09:00:00Z", False),
    ],
)  # fmt: skip
def test_only_orderable_revisions_can_be_newer(stored: str, given_one: str, newer: bool) -> None:
    assert is_newer(stored, given_one) is newer


@given(st.text(max_size=12), st.text(max_size=12))
def test_no_two_revisions_are_each_newer_than_the_other(one: str, other: str) -> None:
    assert not (is_newer(one, other) and is_newer(other, one))


def test_what_a_source_no_longer_tells_is_withdrawn_and_comes_back(store: Store) -> None:
    rows = [activity(number) for number in range(4)]
    elsewhere = [activity(9, container="other"), activity(8, person="bob"), activity(7, source="jira")]
    snapshot = Snapshot(
        source="git",
        container="repo",
        person="ann",
        start=NINE + timedelta(minutes=5),
        end=NINE + timedelta(minutes=30),
    )
    with store.tenant("t") as db:
        db.put_activities([*rows, *elsewhere])
        assert db.withdraw_missing(snapshot, {"c1"}) == 1
        assert [row.external_id for row in db.activities(person="ann") if row.source == "git"] == [
            "c0",
            "c1",
            "c3",
            "c9",
        ]
        assert db.withdraw_missing(snapshot, {"c1"}) == 0
        assert db.put_activities([rows[2]]) == Counts(updated=1)
        assert rows[2] in list(db.activities())
        assert db.withdraw_missing(Snapshot(source="git", container="repo", person="ann"), set()) == 4


def test_a_window_holds_what_touches_it(store: Store) -> None:
    before = activity(0, start=NINE - timedelta(hours=2), end=NINE)
    across = activity(1, start=NINE - timedelta(hours=1), end=NINE + timedelta(minutes=1), person="bob")
    point = activity(2, start=NINE)
    after = activity(3, start=NINE + timedelta(hours=1))
    with store.tenant("t") as db:
        db.put_activities([before, across, point, after])
        window = {"start": NINE, "end": NINE + timedelta(hours=1)}
        assert list(db.activities(**window)) == [across, point]
        assert list(db.activities(person="ann", **window)) == [point]
        assert db.people_with_activities(**window) == ["ann", "bob"]


def test_what_no_database_can_hold_is_replaced_and_not_lost(store: Store) -> None:
    row = activity(0, title="nul \x00 here", external_id="half \ud800 pair", extra={"k\x00": "v\udfff"})
    with store.tenant("t") as db:
        db.put_activities([row])
        assert db.put_activities([row]) == Counts(unchanged=1)
        (found,) = db.activities()
    assert (found.title, found.external_id, dict(found.extra)) == (
        "nul \ufffd here",
        "half \ufffd pair",
        {"k\ufffd": "v\ufffd"},
    )


MASTER = [
    Person(id="ann", zone="Europe/Berlin", weekly_hours=Decimal("38.50"), cost_rate=Decimal("0.1"), currency="EUR", extra={"x": "y"}),
    Task(item=ITEM, keywords=("a", "b"), billable=Billable.DEPENDS, closed=True, closes_on=date(2026, 1, 1), budget_hours=Decimal(7)),
    Assignment(person="ann", item=ITEM, starts_on=date(2026, 1, 1), planned_hours_per_week=Decimal("8.25")),
    Assignment(person="ann", item=ITEM),
    Contract(
        id="c", client="acme", kind=ContractKind.CAPPED, cap_amount=Decimal("1000000000000.01"), rounding_minutes=15,
        rounding_rule=RoundingRule.UP, regulated=True, entity="north", tax_code="de-19",
    ),
    Rate(contract="c", hourly_rate=Decimal("120.00"), currency="EUR", valid_from=date(2026, 1, 1)),
    Holiday(calendar="de", date=date(2026, 1, 1), name="Neujahr"),
    Period(starts_on=date(2026, 1, 1), ends_on=date(2026, 1, 31), closed=True),
    Milestone(contract="c", milestone="m1", amount=Decimal("5.5"), planned_share=Decimal("0.3")),
    TaxRate(tax_code="de-19", rate=Decimal("0.19"), valid_from=date(2021, 1, 1), entity="north", name="Umsatzsteuer"),
    TaxRate(
        tax_code="de-rc", rate=Decimal(0), valid_from=date(2021, 1, 1), treatment=TaxTreatment.REVERSE_CHARGE, note="§ 13b",
    ),
]  # fmt: skip


def test_master_data_comes_back_exactly_and_is_updated_by_its_natural_key(store: Store) -> None:
    with store.tenant("t") as db:
        assert db.put_master(MASTER) == Counts(created=11)
        assert db.put_master(MASTER) == Counts(unchanged=11)
        master = db.master()
        kept = [row for part in fields(MasterData) if part.init for row in getattr(master, part.name)]
        assert sorted(map(repr, kept)) == sorted(map(repr, MASTER))
        assert db.put_master([Person(id="ann", grade="senior")]) == Counts(updated=1)
        assert db.master().people == (Person(id="ann", grade="senior"),)


def test_vectors_are_remembered_by_encoder_and_text(store: Store) -> None:
    with store.tenant("t") as db:
        db.put_vectors("minilm", {"a": b"\x00\x01", "b": b"\x02"})
        db.put_vectors("minilm", {"a": b"other"})
        db.put_vectors("other", {"a": b"x"})
        assert db.vectors("minilm", ["a", "b", "c", "a"]) == {"a": b"\x00\x01", "b": b"\x02"}
