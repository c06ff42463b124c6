"""Findings and their reviews: told once, resolved when gone, never reopened against a person's word, append-only."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from tests.store.samples import CLEARING, NINE, decision, entry, raised, review, suggestion

from hourtrail.domain.entry import EntryStatus
from hourtrail.domain.errors import Conflict, InvalidInput, NotFound
from hourtrail.domain.finding import Subject
from hourtrail.domain.money import Money
from hourtrail.domain.precision import Tally
from hourtrail.domain.review import BLIND_AUDIT, ClearedEntry, FindingStatus, Raised, ReviewKind
from hourtrail.domain.suggestion import ModelRef
from hourtrail.store import Store, TenantStore
from hourtrail.store.findings import FindingScope, Reconciled

ALL = FindingScope(checks=("overlap", "daily_hours"))


def told(db: TenantStore, *rows: Raised, scope: FindingScope = ALL, hours: int = 0) -> Reconciled:
    return db.reconcile_findings(rows, scope, NINE + timedelta(hours=hours))


def status(db: TenantStore, name: str) -> str:
    return db.raised_finding(name).finding.status


def test_a_finding_is_stored_once_and_comes_back_as_it_was(store: Store) -> None:
    with store.tenant("t") as db:
        who = ModelRef(name="overlap", version="ours-3", digest="a" * 64)
        row = replace(raised("f1", producer=who), cause="work acme")
        assert told(db, row) == Reconciled(created=1)
        assert told(db, row, hours=5) == Reconciled(unchanged=1)
        assert db.raised() == [replace(row, raised_at=NINE)], "how old it is, is not the run's to change"
        changed = replace(row, finding=replace(row.finding, id="f2", explanation="Three at once."))
        assert told(db, changed) == Reconciled(updated=1)
        assert [(found.id, found.explanation) for found in db.findings()] == [("f1", "Three at once.")]
        with pytest.raises(NotFound, match="f2"):
            db.raised_finding("f2")


def test_what_is_gone_is_resolved_and_opens_again_when_it_is_back(store: Store) -> None:
    with store.tenant("t") as db:
        told(db, raised("f1"), raised("f2"))
        assert told(db, raised("f1")) == Reconciled(unchanged=1, resolved=1)
        assert (status(db, "f1"), status(db, "f2")) == ("open", "resolved")
        assert told(db, raised("f1")) == Reconciled(unchanged=1)
        assert told(db, raised("f1"), raised("f2"), hours=9) == Reconciled(unchanged=2, reopened=1)
        assert (status(db, "f2"), db.raised_finding("f2").raised_at) == ("open", NINE + timedelta(hours=9))


@pytest.mark.parametrize(
    ("changes", "back"),
    [
        ({}, False),
        ({"explanation": "Said in other words."}, False),
        ({"value_at_risk": Money(Decimal("12.00"), "EUR")}, False),
        ({"value_at_risk": None}, False),
        ({"value_at_risk": Money(Decimal("12.31"), "EUR")}, True),
        ({"value_at_risk": Money(Decimal("12.30"), "GBP")}, True),
        ({"measured": "3"}, True),
        ({"expected": "0"}, True),
    ],
)
def test_what_a_person_closed_opens_only_when_what_they_saw_has_changed(
    store: Store, changes: dict[str, object], back: bool
) -> None:
    with store.tenant("t") as db:
        told(db, raised("f1"))
        db.append_reviews([review("r1", "f1")])
        for _ in range(2):
            assert told(db).resolved == 0, "a person's word stands although the fact is gone"
            assert status(db, "f1") == "reviewed"
        told(db, raised("f1", **changes))
        assert status(db, "f1") == ("open" if back else "reviewed")
        assert [row.id for row in db.reviews("f1")] == ["r1"]


def test_a_finding_that_came_back_takes_a_new_verdict(store: Store) -> None:
    with store.tenant("t") as db:
        told(db, raised("f1"))
        db.append_reviews([review("r1", "f1")])
        told(db, raised("f1", measured="3"))
        db.append_reviews([review("r2", "f1", ReviewKind.TRUE_ISSUE, shown={"measured": "3", "expected": "1"})])
        told(db, raised("f1", measured="3", value_at_risk=None))
        assert status(db, "f1") == "reviewed"
        standing = db.standing_verdict("f1")
        assert standing is not None
        assert standing.id == "r2"


def test_a_run_answers_only_for_its_scope(store: Store) -> None:
    march, april = date(2026, 3, 2), date(2026, 4, 2)
    rows = [
        raised("mine", worked_on=march), raised("later", worked_on=april), raised("bens", worked_on=march, worker="ben"),
        raised("other", worked_on=march, check="daily_hours"), raised("contract", worked_on=None, worker="", client="globex"),
    ]  # fmt: skip
    scopes = {
        "mine": FindingScope(checks=("overlap",), worker="ann", first=march, last=march),
        "contract": FindingScope(checks=("overlap",), client="globex"),
        "later": FindingScope(checks=("overlap",), worker="ann", first=april),
    }
    for name, scope in scopes.items():
        with store.tenant(name) as db:
            told(db, *rows)
            assert told(db, scope=scope).resolved == 1
            assert {row.finding.id for row in db.raised(status=FindingStatus.RESOLVED)} == {name}
    with store.tenant("window") as db:
        told(db, *rows)
        assert told(db, scope=FindingScope(checks=("overlap",), first=march, last=march)).resolved == 3
        assert {row.finding.id for row in db.raised(status=FindingStatus.OPEN)} == {"later", "other"}
        assert [row.finding.id for row in db.raised(checks=("daily_hours",))] == ["other"]


def test_a_verdict_closes_an_undo_opens_and_both_stay_in_the_log(store: Store) -> None:
    with store.tenant("t") as db:
        told(db, raised("f1"))
        db.append_reviews([review("r1", "f1")])
        with pytest.raises(Conflict, match=r"reviewed \(false_alarm\) by kim"):
            db.append_reviews([review("r2", "f1", ReviewKind.TRUE_ISSUE)])
        db.append_reviews([review("u1", "f1", ReviewKind.UNDO, supersedes="r1")])
        assert (status(db, "f1"), db.standing_verdict("f1")) == ("open", None)
        assert db.looks() == []
        with pytest.raises(InvalidInput, match="names the review"):
            db.append_reviews([review("u2", "f1", ReviewKind.UNDO)])
        db.append_reviews([review("r3", "f1", ReviewKind.TRUE_ISSUE, seconds=4.5)])
        assert [row.id for row in db.reviews("f1")] == ["r1", "u1", "r3"]
        assert db.reviews("f1")[2] == review("r3", "f1", ReviewKind.TRUE_ISSUE, seconds=4.5)
        assert [event.action.text for event in db.audit_events()] == [
            "person:finding:false_alarm", "person:finding:undo", "person:finding:true_issue",
        ]  # fmt: skip
        assert db.review_seconds() == 4.5
        assert db.verify_audit() == (3, [])
    with pytest.raises(Conflict, match="same moment"), store.tenant("t") as db:
        db.append_reviews([review("u3", "f1", ReviewKind.UNDO, supersedes="r1")])
    with store.tenant("t") as db:
        told(db, raised("f2"))
        told(db)
        with pytest.raises(Conflict, match="its fact is gone"):
            db.append_reviews([review("r4", "f2")])
        with pytest.raises(NotFound):
            db.append_reviews([review("r5", "nothing")])


def test_a_group_answered_in_one_act_is_one_look(store: Store) -> None:
    with store.tenant("t") as db:
        told(db, *(raised(f"f{number}") for number in range(5)), raised("g", check="daily_hours"))
        db.append_reviews([review(f"r{number}", f"f{number}", act="act") for number in range(4)])
        db.append_reviews([review("r9", "f4", ReviewKind.TRUE_ISSUE), review("rg", "g", ReviewKind.ACCEPTABLE)])
        assert sorted((look.check, look.kind.value) for look in db.looks()) == [
            ("daily_hours", "acceptable"), ("overlap", "false_alarm"), ("overlap", "true_issue"),
        ]  # fmt: skip
        assert [row.finding for row in db.verdicts_of_act("act")] == ["f0", "f1", "f2", "f3"]


def test_who_has_taken_over_is_the_newest_word_on_an_open_finding(store: Store) -> None:
    with store.tenant("t") as db:
        told(db, raised("f1"), raised("f2"), raised("f3"))
        assign, escalate = ReviewKind.ASSIGN, ReviewKind.ESCALATE
        for number, (name, kind, who) in enumerate(
            [("f1", assign, "dana"), ("f1", assign, "ben"), ("f2", escalate, "kim"), ("f3", assign, "ben")]
        ):
            db.append_reviews([review(f"a{number}", name, kind, assignee=who)])
        db.append_reviews([review("r", "f3")])
        assert db.handed_on() == ({"f1": "ben", "f2": "kim"}, frozenset({"f2"}))
        assert status(db, "f1") == "open"


def _at_once(work: Callable[[int], None]) -> list[BaseException]:
    barrier, errors = Barrier(2), []

    def one(number: int) -> None:
        barrier.wait()
        try:
            work(number)
        except BaseException as error:  # noqa: BLE001 - the test looks at what it was
            errors.append(error)

    threads = [Thread(target=one, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def test_of_two_verdicts_at_once_one_stands(store: Store) -> None:
    with store.tenant("t") as db:
        told(db, raised("f1"))

    def decide(number: int) -> None:
        with store.tenant("t") as db:
            db.append_reviews([review(f"r{number}", "f1")])

    errors = _at_once(decide)
    assert [type(error) for error in errors] == [Conflict]
    with store.tenant("t") as db:
        assert len(db.reviews("f1")) == 1


def test_two_runs_at_once_tell_a_finding_once(store: Store) -> None:
    def one(_number: int) -> None:
        with store.tenant("t") as db:
            db.lock_findings()
            told(db, raised("f1"), raised("f2"))

    assert _at_once(one) == []
    with store.tenant("t") as db:
        assert len(db.findings()) == 2


def test_mutings_and_policies_are_rows_and_the_newest_counts(store: Store) -> None:
    with store.tenant("t") as db:
        for number, (muted, actor) in enumerate([(True, "system:review"), (False, "kim"), (True, "system:review")]):
            at = NINE + timedelta(hours=number)
            db.set_muted("late_entry", muted=muted, tally=Tally(number, 20), reason=f"why {number}", actor=actor, at=at)
        newest = db.mutings()["late_entry"]
        assert (newest["muted"], newest["reason"], newest["true_issues"]) == (True, "why 2", 2)
        assert db.unmuted_by_hand() == {"late_entry": NINE + timedelta(hours=1)}
        db.put_review_policy({"version": "1", "audit_share": 0.1}, "kim", NINE)
        db.put_review_policy({"version": "2"}, "kim", NINE)
        assert db.review_policy() == {"version": "2"}
        assert [event.action.text for event in db.audit_events()] == [
            "system:check:muted", "person:check:unmuted", "system:check:muted",
            "person:review_policy:set", "person:review_policy:set",
        ]  # fmt: skip


def test_a_clearing_keeps_each_entry_with_its_chance_of_audit(store: Store) -> None:
    with store.tenant("t") as db:
        db.reconcile_suggestions(create=[suggestion(0)], update=[], withdraw=[])
        db.append_decision(decision("d1"))
        db.add_entries([entry("te_1", decision="d1"), entry("te_2", decision="d1")])
        told(db, raised("a1", check=BLIND_AUDIT, subject=Subject(time_entry="te_2")), raised("f"))
        rows = [
            ClearedEntry(clearing="clr_1", entry="te_1", propensity=0.5, sampled=False),
            ClearedEntry(clearing="clr_1", entry="te_2", propensity=0.5, sampled=True, finding="a1"),
        ]
        db.add_clearing(CLEARING, rows)
        assert db.clearings() == [CLEARING]
        assert db.cleared_entries("clr_1") == rows == db.cleared_entries()
        assert (db.clearer_of("a1"), db.clearer_of("f"), db.clearer_of("")) == ("kim", "", "")
        db.append_reviews([review("r1", "a1", ReviewKind.TRUE_ISSUE), review("r2", "f")])
        assert db.audit_verdicts() == {"a1": ReviewKind.TRUE_ISSUE}
        assert {name: [row.id for row in found] for name, found in db.findings_on(["te_1", "te_2"]).items()} == {
            "te_1": ["f"], "te_2": ["a1"],
        }  # fmt: skip
        assert db.confirmed_minutes() == 0
        db.move_entry("te_1", EntryStatus.SUBMITTED, "ann", NINE)
        db.move_entry("te_1", EntryStatus.APPROVED, "kim", NINE)
        assert db.confirmed_minutes() == 50
        assert db.last_moves(["te_1", "te_2"])["te_1"].to_status is EntryStatus.APPROVED
