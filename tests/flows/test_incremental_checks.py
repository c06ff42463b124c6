"""Checking each entry as it is written gives what a full pass gives, for every check that claims to look no further."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hourtrail.checks.catalog import CHECKS
from hourtrail.checks.reach import REACHES, Reach, checks_within
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
from hourtrail.flows.stored_checks import check_stored, check_written, nightly_checks
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


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
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
    }  # fmt: skip
    assert nightly_checks(store, "job", NOW)["unchanged"] == 1
    with store.tenant("job") as db:
        assert [event.action.text for event in db.audit_events()] == ["system:findings:reconciled"]
