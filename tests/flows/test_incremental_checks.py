"""Checking each entry as it is written gives what a full pass gives, for every check that claims to look no further."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.store import samples

from hourtrail.checks.catalog import CHECKS
from hourtrail.checks.reach import REACHES, Reach, checks_within
from hourtrail.domain.activity import Activity, ActivityKind
from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.firm import (
    Assignment,
    Contract,
    ContractKind,
    Holiday,
    Period,
    Person,
    Rate,
    Task,
    WorkItem,
)
from hourtrail.domain.review import FindingStatus, Raised
from hourtrail.domain.suggestion import SuggestionStatus
from hourtrail.flows.stored_checks import check_stored, nightly_checks
from hourtrail.flows.written_checks import check_written
from hourtrail.store import Store, open_store

MONDAY = date(2026, 3, 2)
TODAY = date(2026, 3, 20)
NOW = datetime(2026, 3, 20, 18, tzinfo=UTC)
LOCAL = {*checks_within(Reach.PERSON_WEEKS), *checks_within(Reach.CLIENT), "disputed_entry", "missing_approval"}
DEV, OLD, PM = WorkItem("acme", "portal", "DEV"), WorkItem("acme", "portal", "OLD"), WorkItem("globex", "support", "")
ITEMS = (DEV, OLD, PM, WorkItem("", "portal", "DEV"), WorkItem("acme", "nowhere"), WorkItem("", "lost"))
MASTER = (
    Person(id="ada", zone="Europe/Berlin", weekly_hours=Decimal(40), manager="kim", grade="senior"),
    Person(id="ben", zone="Europe/London", weekly_hours=Decimal(40), manager="kim", grade="junior"),
    Task(item=DEV, contract="C-CAP", budget_hours=Decimal(10)),
    Task(item=OLD, contract="C-CAP", closed=True, closes_on=date(2026, 3, 4)),
    Task(item=PM, contract="C-TM"),
    Contract(
        id="C-CAP",
        client="acme",
        kind=ContractKind.CAPPED,
        currency="EUR",
        cap_hours=Decimal(12),
        narrative_required=True,
    ),
    Contract(id="C-TM", client="globex", kind=ContractKind.TIME_AND_MATERIALS, currency="GBP", budget_hours=Decimal(8)),
    Rate(contract="C-CAP", hourly_rate=Decimal(100), currency="EUR", grade="senior"),
    Rate(contract="C-TM", hourly_rate=Decimal(90), currency="GBP"),
    Assignment(person="ada", item=DEV),
    Assignment(person="ben", item=PM, starts_on=date(2026, 3, 5)),
    Holiday(calendar="", date=date(2026, 3, 9)),
    Period(starts_on=date(2026, 2, 1), ends_on=date(2026, 2, 28), closed=True),
)

entries = st.lists(
    st.builds(
        lambda name, person, day, minutes, item, narrative, start, status, rate: TimeEntry(
            id=f"te_{name}", person=person, date=MONDAY + timedelta(days=day), minutes=minutes, item=item,
            narrative=narrative, status=status, billable=True, hourly_rate=rate, currency="EUR" if rate else "",
            start=None if start is None else datetime(2026, 3, 2, tzinfo=UTC) + timedelta(days=day, hours=start),
            end=None if start is None else datetime(2026, 3, 2, tzinfo=UTC) + timedelta(days=day, hours=start, minutes=minutes),
            created_at=datetime(2026, 3, 3, 9, tzinfo=UTC) + timedelta(days=day + name % 9),
        ),
        st.integers(0, 9), st.sampled_from(("ada", "ben")), st.integers(-6, 20), st.sampled_from((0, 30, 60, 420, 1000)),
        st.sampled_from(ITEMS), st.sampled_from(("", "Checkout form of the portal", "Checkout form of the portals", "x")),
        st.sampled_from((None, 8, 9, 23)), st.sampled_from(EntryStatus), st.sampled_from((None, Decimal(100), Decimal(80))),
    ),
    min_size=1, max_size=14,
)  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path_factory.mktemp('incremental') / 'firm.db'}") as opened:
        yield opened


NAMES = count()


def _found(store: Store, tenant: str) -> dict[str, Raised]:
    """What is open, without when and under which id it was first told."""
    with store.tenant(tenant, read_only=True) as db:
        rows = db.raised(status=FindingStatus.OPEN, checks=LOCAL)
    return {row.finding.fingerprint: replace(row, raised_at=None, finding=replace(row.finding, id="")) for row in rows}


def test_every_check_says_how_far_it_looks() -> None:
    assert set(REACHES) == set(CHECKS)


def _dense() -> list[TimeEntry]:
    """Two weeks of two people with a fault of every local kind, beside ordinary days."""

    def row(name: str, day: int, person: str = "ada", **more: object) -> TimeEntry:
        values = {
            "id": name, "person": person, "date": MONDAY + timedelta(days=day), "minutes": 60, "item": DEV, "billable": True,
            "narrative": f"Checkout form, step {name}", "hourly_rate": Decimal(100), "currency": "EUR",
            "created_at": datetime(2026, 3, 2, 19, tzinfo=UTC) + timedelta(days=day), "status": EntryStatus.SUBMITTED, **more,
        }  # fmt: skip
        return TimeEntry(**values)

    def at(day: int, hour: int) -> dict[str, datetime]:
        start = datetime(2026, 3, 2, hour, tzinfo=UTC) + timedelta(days=day)
        return {"start": start, "end": start + timedelta(hours=1)}

    copied = [
        row(f"copy{week}{day}", 7 * week + day, "ben", item=PM, narrative=f"Ticket of day {day}", hourly_rate=Decimal(90),
            currency="GBP", minutes=47 + day)
        for week in (1, 2) for day in range(5)
    ]  # fmt: skip
    return [
        *copied, *(row(f"long{day}", day, minutes=780) for day in range(5)),
        row("dup1", 2, narrative="The same"), row("dup2", 2, narrative="The same"),
        row("near1", 3, narrative="Reviewed the checkout form together with Kim"),
        row("near2", 3, narrative="Reviewed the checkout forms together with Kim"),
        row("over1", 8, **at(8, 9)), row("over2", 8, **at(8, 9), item=PM), row("grade", 9, hourly_rate=Decimal(60)),
        row("unbilled", 9, billable=False), row("off", 10, write_off_minutes=50), row("future", 30, created_at=NOW),
        row("outside", 1, "ben", item=PM, currency="GBP", hourly_rate=Decimal(90)), row("zero", 4, minutes=0),
        row("sunday", 6), row("late", -20, created_at=NOW), row("thin", 4, narrative="x"), row("old", 4, item=OLD),
        row("lost", 4, item=WorkItem("acme", "nowhere")), row("strange", 4, "ben"), row("wrong", 5, hourly_rate=Decimal(99)),
        row("rejected", 4, status=EntryStatus.REJECTED), row("away", 11, minutes=120), row("closed", -10),
        row("whole", 12, minutes=1000), row("rateless", 5, "zoe", hourly_rate=None, currency=""),
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_every_local_check_tells_the_same_in_any_order_of_writing(store: Store, seed: int) -> None:
    rows = _dense()
    one_by_one, at_once = f"a{next(NAMES)}", f"b{next(NAMES)}"
    absence = Activity(
        source="icalendar", external_id="leave", kind=ActivityKind.ABSENCE, person="ada", title="Leave", all_day=True,
        start=datetime(2026, 3, 12, 23, tzinfo=UTC), end=datetime(2026, 3, 13, 23, tzinfo=UTC),
    )  # fmt: skip
    for tenant in (one_by_one, at_once):
        with store.tenant(tenant) as db:
            db.put_master((*MASTER, Rate(contract="C-CAP", hourly_rate=Decimal(60), currency="EUR", grade="junior")))
            db.put_activities([absence])
    shuffled = Random(seed).sample(rows, len(rows))
    for start in range(0, len(shuffled), 5):
        with store.tenant(one_by_one) as db:
            db.put_entries(shuffled[start : start + 5])
        check_written(store, one_by_one, shuffled[start : start + 5], today=TODAY, now=NOW)
    with store.tenant(at_once) as db:
        db.put_entries(rows)
    check_stored(store, at_once, today=TODAY, now=NOW)
    found = _found(store, at_once)
    assert _found(store, one_by_one) == found
    silent = LOCAL - {row.finding.check for row in found.values()}
    assert silent <= {"milestone_mismatch"}, "every local check but that of milestones has something to say here"


# No shrinking: each example writes to a database, and a smaller one is not worth minutes of it.
@settings(
    max_examples=12,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(entries)
def test_checking_what_is_written_equals_a_full_pass(store: Store, rows: list[TimeEntry]) -> None:
    one_by_one, at_once = f"a{next(NAMES)}", f"b{next(NAMES)}"
    for tenant in (one_by_one, at_once):
        with store.tenant(tenant) as db:
            db.put_master(MASTER)
    known: dict[str, TimeEntry] = {}
    for row in rows:
        # A row with a known id moves that entry to another day, person or work item.
        with store.tenant(one_by_one) as db:
            db.put_entries([row])
        touched = [row, known[row.id]] if row.id in known else [row]
        check_written(store, one_by_one, touched, today=TODAY, now=NOW)
        known[row.id] = row
    with store.tenant(at_once) as db:
        db.put_entries(list(known.values()))
    check_stored(store, at_once, today=TODAY, now=NOW)
    assert _found(store, one_by_one) == _found(store, at_once)
    again = check_stored(store, one_by_one, today=TODAY, now=NOW).changes
    with store.tenant(one_by_one, read_only=True) as db:
        others = [row for row in db.raised() if row.finding.check not in LOCAL]
    assert (again.updated, again.resolved, again.reopened) == (0, 0, 0)
    assert again.created == len(others), "the nightly pass only adds what looks further"


def test_a_window_leaves_findings_of_other_days_alone(store: Store) -> None:
    tenant = "window"
    long = [
        TimeEntry(id=f"te_{day}", person="ada", date=MONDAY + timedelta(days=day), minutes=900, item=DEV)
        for day in (0, 7, 14)
    ]
    with store.tenant(tenant) as db:
        db.put_entries(long)
    assert len(check_stored(store, tenant, today=TODAY, now=NOW).findings) == 3
    with store.tenant(tenant) as db:
        db.put_entries([replace(row, minutes=60) for row in long])
    week = (MONDAY + timedelta(days=7), MONDAY + timedelta(days=13))
    changes = check_stored(store, tenant, today=TODAY, now=NOW, first=week[0], last=week[1]).changes
    assert changes.resolved == 1
    with store.tenant(tenant, read_only=True) as db:
        assert {row.worked_on for row in db.raised(status=FindingStatus.OPEN)} == {long[0].date, long[2].date}


def test_the_job_is_idempotent_and_says_what_it_changed(store: Store) -> None:
    with store.tenant("job") as db:
        db.put_entries([TimeEntry(id="te_1", person="ada", date=MONDAY, minutes=900, item=DEV)])
    assert nightly_checks(store, "job", NOW) == {
        "entries": 1, "findings": 1, "created": 1, "updated": 0, "unchanged": 0, "resolved": 0, "reopened": 0,
        "left": 0,
    }  # fmt: skip
    assert nightly_checks(store, "job", NOW)["unchanged"] == 1
    with store.tenant("job") as db:
        assert [event.action.text for event in db.audit_events()] == ["system:findings:reconciled"]


def test_a_full_pass_names_the_open_suggestions_that_would_close_a_gap(store: Store) -> None:
    tenant = f"gap{next(NAMES)}"
    with store.tenant(tenant) as db:
        db.put_master([Person(id="ann", weekly_hours=Decimal(40))])
        db.put_entries([samples.entry(f"te_{day}", date=MONDAY + timedelta(days=day)) for day in (-3, 1)])
        db.reconcile_suggestions(
            create=[samples.suggestion(0), samples.suggestion(1, status=SuggestionStatus.WITHDRAWN)],
            update=[],
            withdraw=[],
        )
    check_stored(store, tenant, today=TODAY, now=NOW)
    with store.tenant(tenant, read_only=True) as db:
        missing = {row.subject.date: row for row in db.findings() if row.check == "missing_time"}
    assert missing[MONDAY].comparables == ("sug_0",)
    assert missing[MONDAY].explanation.endswith("1 open suggestion would close 50 min of it.")
