"""What is bounded in a large firm: the parts of the nightly pass, which dying or writing meanwhile cannot harm; the queue."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from hourtrail.checks import CheckContext
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.finding import Finding, Severity, Subject
from hourtrail.domain.firm import Contract, ContractKind, Person, WorkItem
from hourtrail.domain.money import Money
from hourtrail.domain.review import BLIND_AUDIT, FindingStatus, Raised
from hourtrail.flows import queue, stored_checks
from hourtrail.flows.queue import Filter, review_queue
from hourtrail.flows.stored_checks import check_stored
from hourtrail.flows.written_checks import check_written
from hourtrail.store import Store, TenantStore, open_store

MONDAY, TODAY = date(2026, 3, 2), date(2026, 3, 6)
NOW = datetime(2026, 3, 6, 20, tzinfo=UTC)
PEOPLE = tuple(f"p{number}" for number in range(6))


def _long(person: str, minutes: int = 900, day: int = 0) -> TimeEntry:
    item = WorkItem("acme" if person < "p3" else "", "portal")
    return TimeEntry(id=f"{person}-{day}", person=person, date=MONDAY + timedelta(days=day), minutes=minutes, item=item)


@pytest.fixture
def store(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setattr(stored_checks, "PART", 2)
    with open_store(url) as opened:
        with opened.tenant("t") as db:
            db.put_master([Contract(id="K", client="acme", kind=ContractKind.CAPPED, currency="EUR", project="portal")])
            db.put_master([Person(id=name) for name in PEOPLE])
            db.put_entries([_long(name) for name in PEOPLE])
        yield opened


def _open(store: Store) -> list[tuple[str, str]]:
    with store.tenant("t", read_only=True) as db:
        return sorted((row.finding.check, row.worker) for row in db.raised(status=FindingStatus.OPEN))


def _meanwhile(monkeypatch: pytest.MonkeyPatch, act: object) -> None:
    """Do something after everything was read and before the first finding is stored."""
    think = stored_checks.run

    def run(context: CheckContext, policy: object) -> object:
        found = think(context, policy)
        act()
        return found

    monkeypatch.setattr(stored_checks, "run", run)


def test_a_pass_that_dies_leaves_whole_parts_and_the_next_one_does_the_others(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    reconcile, parts = TenantStore.reconcile_findings, []

    def dying(db: TenantStore, rows: list, scope: object, at: datetime) -> object:
        parts.append(rows)
        if len(parts) == 2:
            reconcile(db, rows, scope, at)
            raise KeyboardInterrupt
        return reconcile(db, rows, scope, at)

    with monkeypatch.context() as patched:
        patched.setattr(TenantStore, "reconcile_findings", dying)
        with pytest.raises(KeyboardInterrupt):
            check_stored(store, "t", today=TODAY, now=NOW)
    assert {worker for _, worker in _open(store)} == {"p0", "p1"}
    half = len(_open(store))
    ran = check_stored(store, "t", today=TODAY, now=NOW + timedelta(hours=1))
    assert (ran.changes.created, ran.changes.unchanged) == (len(ran.findings) - half, half)
    assert {worker for _, worker in _open(store)} == set(PEOPLE)
    again = check_stored(store, "t", today=TODAY, now=NOW + timedelta(hours=2))
    assert (again.changes.changed, again.changes.unchanged) == (False, len(ran.findings))
    with store.tenant("t") as db:
        assert db.verify_audit()[1] == []


def test_what_is_written_meanwhile_is_not_held_up_and_its_check_stands(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = [_long("p0", minutes=60), _long("p1", day=1)]

    def write() -> None:
        with store.tenant("t") as db:
            db.put_entries(written)
        check_written(store, "t", written, today=TODAY, now=NOW)

    _meanwhile(monkeypatch, write)
    ran = check_stored(store, "t", today=TODAY, now=NOW)
    assert ran.left == 2
    found = _open(store)
    assert ("daily_hours", "p0") not in found, "that day was corrected while the pass was thinking"
    assert found.count(("daily_hours", "p1")) == 2, "the second one was told by the check at the write"
    assert {worker for check, worker in found if check == "daily_hours"} == set(PEOPLE) - {"p0"}
    monkeypatch.undo()
    settled = check_stored(store, "t", today=TODAY, now=NOW + timedelta(days=1))
    assert (settled.left, settled.changes.resolved, settled.changes.reopened) == (0, 0, 0)


def test_somebody_whose_time_is_taken_back_meanwhile_is_left_for_the_next_pass(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def move() -> None:
        with store.tenant("t") as db:
            db.put_entries([replace(_long("p5"), person="p4")])

    _meanwhile(monkeypatch, move)
    ran = check_stored(store, "t", today=TODAY, now=NOW)
    assert ran.left == 2
    assert {"p4", "p5"}.isdisjoint(worker for _, worker in _open(store))
    monkeypatch.undo()
    check_stored(store, "t", today=TODAY, now=NOW)
    found = _open(store)
    assert ("daily_hours", "p4") in found
    assert ("daily_hours", "p5") not in found


def test_what_is_written_meanwhile_on_a_project_of_which_nobody_knew_leaves_its_client_alone(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = replace(_long("p5", day=2), item=WorkItem("", "vault"))
    with store.tenant("t") as db:
        capped = Contract(id="V", client="bolt", kind=ContractKind.CAPPED, currency="EUR", project="vault")
        db.put_master([replace(capped, cap_hours=Decimal(4))])
        db.put_entries([replace(_long("p0", day=1), item=WorkItem("bolt", "vault"))])

    def write() -> None:
        with store.tenant("t") as db:
            db.put_entries([new])
        check_written(store, "t", [new], today=TODAY, now=NOW)
        assert ("over_cap", "p5") in _open(store)

    _meanwhile(monkeypatch, write)
    check_stored(store, "t", today=TODAY, now=NOW)
    assert ("over_cap", "p5") in _open(store), "the check at the write knows better than what the pass had read"


def test_the_queue_orders_what_weighs_most_and_says_how_much_lies_behind(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def raised(number: int, **more: object) -> Raised:
        values = {"amount": None, "score": 1.0, "severity": Severity.WARN, "cause": "", **more}
        risk = Money(Decimal(values["amount"]), values.get("currency", "EUR")) if values["amount"] else None
        found = Finding(
            id=f"finding_{number}", check="overlap", severity=values["severity"], subject=Subject(person=f"p{number % 6}", date=MONDAY),
            score=values["score"], measured="m", expected="e", explanation="x", fingerprint=f"fact_{number}", value_at_risk=risk,
        )  # fmt: skip
        return Raised(finding=found, worker=f"p{number % 6}", worked_on=MONDAY, cause=values["cause"])

    small = [raised(number, amount=1 + number) for number in range(8)]
    telling = [
        raised(20, amount=900), raised(21, amount=90_000, currency="JPY"), raised(22, severity=Severity.BLOCK),
        raised(23, amount=900, score=0.001),
    ]  # fmt: skip
    quiet = [raised(30 + number, amount=1, currency="JPY") for number in range(4)]
    with store.tenant("t") as db:
        db.add_findings([*small, *telling, *quiet], NOW)
    whole = review_queue(store, "t", TODAY)
    assert (len(whole.items), whole.behind) == (16, 0)
    monkeypatch.setattr(queue, "MOST_OPEN", 3)
    first = review_queue(store, "t", TODAY)
    assert {item.id for item in first.items} == {"finding_20", "finding_21", "finding_22"}
    assert first.behind == 13


def test_what_is_asked_for_by_name_and_the_audits_are_never_behind_what_weighs_more(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def raised(check: str, number: int, amount: int | None = None) -> Raised:
        found = Finding(
            id=f"{check}_{number}", check=check, severity=Severity.INFO if amount is None else Severity.WARN,
            subject=Subject(person="p1", date=MONDAY), score=1.0, measured="m", expected="e", explanation="x",
            fingerprint=f"{check}_{number}", value_at_risk=None if amount is None else Money(Decimal(amount), "EUR"),
        )  # fmt: skip
        return Raised(finding=found, worker="p1", worked_on=MONDAY)

    heavy = [raised("overlap", number, 500 + number) for number in range(6)]
    light = [raised("missing_approval", number) for number in range(2)]
    with store.tenant("t") as db:
        db.add_findings([*heavy, *light, raised(BLIND_AUDIT, 1)], NOW)
    monkeypatch.setattr(queue, "MOST_OPEN", 3)
    whole = review_queue(store, "t", TODAY)
    assert [item.finding.check for item in whole.items] == ["overlap"] * 3
    assert (len(whole.audits), whole.behind) == (1, 5), "an audit is drawn at random, and stays in the sample"
    for wanted in (Filter(route="approvals"), Filter(check="missing_approval")):
        asked = review_queue(store, "t", TODAY, wanted)
        assert ([item.finding.check for item in asked.items], asked.behind) == (["missing_approval"] * 2, 0)
    assert review_queue(store, "t", TODAY, Filter(check="overlap")).behind == 3
