"""Suggestions, decisions, entries, approvals, the memory and the audit trail."""

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.store.samples import ITEM, NINE, activity, decision, entry, suggestion

from hourtrail.domain.audit import ChainBreak, Examiner
from hourtrail.domain.decision import Verdict
from hourtrail.domain.entry import EntryStatus
from hourtrail.domain.errors import Conflict, HourtrailError, IllegalTransition, InvalidInput, NotAllowed, NotFound
from hourtrail.domain.firm import NOT_WORK, Person
from hourtrail.domain.suggestion import SuggestionStatus
from hourtrail.store import Counts, Store, open_store


def test_a_suggestion_comes_back_with_its_evidence(store: Store) -> None:
    rows = [suggestion(0), suggestion(1, item=None)]
    with store.tenant("t") as db:
        db.reconcile_suggestions(create=rows, update=[], withdraw=[])
    with store.tenant("t") as db:
        assert db.suggestions() == rows
        assert db.suggestion("sug_1") == rows[1]
        assert db.suggestions(person="bob") == db.suggestions(first=date(2026, 3, 3)) == []
        assert db.suggestions(status=SuggestionStatus.DECIDED) == []
        with pytest.raises(NotFound, match="sug_9"):
            db.suggestion("sug_9")


def test_reconciling_changes_open_ones_and_never_decided_ones(store: Store) -> None:
    with store.tenant("t") as db:
        db.reconcile_suggestions(create=[suggestion(0), suggestion(1), suggestion(2)], update=[], withdraw=[])
    with store.tenant("t") as db:
        changed = suggestion(0, narrative="moved", revision=2)
        db.reconcile_suggestions(create=[], update=[changed], withdraw=["sug_1"])
        db.reconcile_suggestions(create=[], update=[], withdraw=["sug_1"])
        assert db.suggestion("sug_0") == changed
        assert db.suggestion("sug_1") == suggestion(1, status=SuggestionStatus.WITHDRAWN, revision=2)
        db.set_suggestion_status("sug_2", SuggestionStatus.DECIDED)
        with pytest.raises(NotFound):
            db.set_suggestion_status("sug_9", SuggestionStatus.DECIDED)
    stale = [
        ({"create": [suggestion(0)], "update": [], "withdraw": []}, "exists already"),
        ({"create": [], "update": [suggestion(0, revision=2)], "withdraw": []}, "revision 2"),
        ({"create": [], "update": [suggestion(2, revision=9)], "withdraw": []}, "decided meanwhile"),
        ({"create": [], "update": [], "withdraw": ["sug_2"]}, "decided meanwhile"),
    ]
    for sets, words in stale:
        with pytest.raises(Conflict, match=words), store.tenant("t") as db:
            db.reconcile_suggestions(**sets)


def _decided(store: Store) -> None:
    with store.tenant("t") as db:
        db.reconcile_suggestions(create=[suggestion(0)], update=[], withdraw=[])
        # Entry before decision: a flow may write them in either order.
        db.add_entries([entry("te_1", decision="d1", suggestion="sug_0")])
        db.append_decision(decision("d1"))


def test_a_later_decision_supersedes_and_only_its_entries_live(store: Store) -> None:
    _decided(store)
    with store.tenant("t") as db:
        assert db.decision("d1") == decision("d1") == db.current_decision("sug_0")
        assert [row.id for row in db.entries()] == ["te_1"]
        edit = decision("d2", Verdict.EDIT, supersedes="d1")
        db.append_decision(edit)
        db.add_entries([entry("te_2", decision="d2", minutes=30)])
        assert [row.id for row in db.entries()] == ["te_2"]
        assert [row.id for row in db.entries_of("d1")] == ["te_1"]
        with pytest.raises(NotFound):
            db.entry("te_1")
        db.append_decision(decision("d3", Verdict.UNDO, supersedes="d2"))
        assert list(db.entries()) == []
        assert db.current_decision("sug_0") is None
        db.append_decision(decision("d4", Verdict.DEFER))
        db.append_decision(decision("d5", Verdict.REJECT, supersedes="d4"))
        assert db.current_decision("sug_0").id == "d5"
        assert [row.id for row in db.decisions()] == ["d1", "d2", "d3", "d4", "d5"]
        assert list(db.decisions(last=NINE)) == []


@pytest.mark.parametrize(
    ("row", "error"),
    [
        (decision("d2"), Conflict),
        (decision("d2", Verdict.DEFER), Conflict),
        (decision("d2", Verdict.UNDO), HourtrailError),
        (decision("d2", suggestion="sug_9"), NotFound),
        (decision("d2", Verdict.EDIT, supersedes="d9"), HourtrailError),
        (decision("d1", Verdict.EDIT, supersedes="d1"), Conflict),
    ],
)
def test_a_decision_that_does_not_fit_is_refused_and_nothing_of_it_stays(
    store: Store, row: object, error: type[Exception]
) -> None:
    _decided(store)
    with pytest.raises(error), store.tenant("t") as db:  # noqa: PT012 - the first write has to be undone by the second
        db.put_activities([activity(0)])
        db.append_decision(row)
    with store.tenant("t") as db:
        assert [kept.id for kept in db.decisions()] == ["d1"]
        assert list(db.activities()) == []
        assert db.verify_audit() == (1, [])


def test_of_two_who_decide_at_once_one_wins(store: Store, url: str) -> None:
    with store.tenant("t") as db:
        db.reconcile_suggestions(create=[suggestion(number) for number in range(5)], update=[], withdraw=[])
    outcomes: dict[str, list[str]] = {f"sug_{number}": [] for number in range(5)}

    def decide(actor: str, barrier: threading.Barrier) -> None:
        with open_store(url) as mine:
            for name, told in outcomes.items():
                barrier.wait(timeout=30)
                try:
                    with mine.tenant("t") as db:
                        db.append_decision(decision(f"{actor}_{name}", suggestion=name, actor=actor))
                except Conflict:
                    told.append("conflict")
                else:
                    told.append("won")

    barrier = threading.Barrier(2)
    threads = [threading.Thread(target=decide, args=(actor, barrier)) for actor in ("ann", "bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert {name: sorted(found) for name, found in outcomes.items()} == {name: ["conflict", "won"] for name in outcomes}
    with store.tenant("t") as db:
        assert len(list(db.decisions())) == 5
        assert db.verify_audit() == (5, [])


def test_imports_never_overwrite_what_a_person_decided(store: Store) -> None:
    _decided(store)
    mine = entry(
        "imp_1", start=NINE, end=NINE + timedelta(hours=1), created_at=NINE, extra={"a": "b"}, hourly_rate=None
    )
    with store.tenant("t") as db:
        assert db.put_entries([mine]) == Counts(created=1)
        assert db.put_entries([mine]) == Counts(unchanged=1)
        assert db.put_entries([replace(mine, minutes=5)]) == Counts(updated=1)
        assert db.entry("imp_1") == replace(mine, minutes=5)
        db.move_entry("imp_1", EntryStatus.SUBMITTED, "ann", NINE)
        assert db.put_entries([replace(mine, minutes=5)]) == Counts(unchanged=1)
        with pytest.raises(Conflict, match="imp_1"):
            db.put_entries([mine])
        with pytest.raises(Conflict, match="te_1"):
            db.put_entries([entry("te_1")])
        with pytest.raises(InvalidInput, match="d1"):
            db.put_entries([entry("x", decision="d1")])
        with pytest.raises(InvalidInput, match="no decision"):
            db.add_entries([entry("x")])
        with pytest.raises(Conflict, match="te_1"):
            db.add_entries([entry("te_1", decision="d1")])


def test_an_entry_moves_step_by_step_and_every_step_is_kept(store: Store) -> None:
    _decided(store)
    with store.tenant("t") as db:
        assert db.move_entry("te_1", EntryStatus.SUBMITTED, "ann", NINE).status is EntryStatus.SUBMITTED
        with pytest.raises(NotAllowed):
            db.move_entry("te_1", EntryStatus.APPROVED, "ann", NINE)
        db.move_entry("te_1", EntryStatus.APPROVED, "eve", NINE, "fine")
        with pytest.raises(IllegalTransition):
            db.move_entry("te_1", EntryStatus.SUBMITTED, "ann", NINE)
    with store.tenant("t") as db:
        assert db.entry("te_1").status is EntryStatus.APPROVED
        assert [(row.from_status, row.to_status, row.actor, row.at, row.note) for row in db.approvals("te_1")] == [
            (EntryStatus.DRAFT, EntryStatus.SUBMITTED, "ann", NINE, ""),
            (EntryStatus.SUBMITTED, EntryStatus.APPROVED, "eve", NINE, "fine"),
        ]
        assert [event.action.text for event in db.audit_events()] == [
            "person:suggestion:accept", "person:time_entry:submitted", "person:time_entry:approved",
        ]  # fmt: skip


def test_the_memory_holds_what_is_confirmed_from_when_it_was_known(store: Store) -> None:
    _decided(store)
    with store.tenant("t") as db:
        db.put_master([Person(id="ann", zone="Pacific/Auckland")])
        db.reconcile_suggestions(create=[suggestion(1)], update=[], withdraw=[])
        db.append_decision(decision("d2", Verdict.NOT_WORK, suggestion="sug_1", decided_at=NINE + timedelta(days=9)))
        db.append_decision(decision("d3", Verdict.ADDED_BY_HAND, suggestion="", decided_at=NINE + timedelta(days=10)))
        db.add_entries([entry("te_3", decision="d3")])
        db.put_entries([entry("imp_1"), entry("imp_2", created_at=NINE, start=NINE)])
        found = {row.id: row for row in db.confirmations()}
        assert [row.id for row in db.confirmations()] == ["imp_2", "te_1", "imp_1", "d2", "te_3"]
        assert [row.id for row in db.confirmations(known_before=NINE + timedelta(hours=9))] == ["imp_2"]
        booked, imported = found["te_1"], found["imp_1"]
        assert (booked.item, booked.at, booked.series, booked.zone, booked.minutes) == (
            ITEM,
            NINE,
            "s1",
            "Europe/Berlin",
            50,
        )
        assert (booked.text, booked.domains) == ("Prüfung der Bücher", ("acme.example",))
        assert (found["d2"].item, found["te_3"].text) == (NOT_WORK, "Prüfung")
        # Auckland is 13 hours ahead in March: its noon of 2 March is 23:00 UTC the day before.
        assert imported.at == datetime(2026, 3, 1, 23, tzinfo=UTC)
        assert imported.known_at == datetime(2026, 3, 3, 11, tzinfo=UTC)
        db.append_decision(decision("d4", Verdict.UNDO, supersedes="d1"))
        assert "te_1" not in [row.id for row in db.confirmations()]


def test_writers_of_one_trail_wait_for_each_other(store: Store, url: str) -> None:
    def write() -> None:
        with open_store(url) as mine:
            for number in range(10):
                with mine.tenant("t") as db:
                    db.record(
                        actor="x", action="system:store:tried", object_id=str(number), payload={"n": number}, at=NINE
                    )

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    with store.tenant("t") as db:
        assert db.verify_audit() == (30, [])
        with pytest.raises(InvalidInput, match="subject:object:action"):
            db.record(actor="x", action="nonsense", object_id="", payload={}, at=NINE)


def test_many_entries_move_in_one_act_or_none_of_them_does(store: Store) -> None:
    rows = [entry(f"imp_{number}", decision="") for number in range(3)]
    with store.tenant("t") as db:
        db.put_entries(rows)
        db.move_entry("imp_0", EntryStatus.SUBMITTED, "ann", NINE)
    with store.tenant("t") as db:
        read = list(db.entries_named(["imp_0", "imp_1", "nobody's"]).values())
        assert [(row.id, row.status) for row in read] == [("imp_0", "submitted"), ("imp_1", "draft")]
    with store.tenant("t") as db, pytest.raises(IllegalTransition, match="imp_0"):
        db.move_entries(read, EntryStatus.SUBMITTED, "ann", NINE)
    with store.tenant("t") as db:
        db.move_entry("imp_0", EntryStatus.DRAFT, "ann", NINE)
        later = list(db.entries_named(["imp_1", "imp_2"]).values())
        db.move_entry("imp_2", EntryStatus.SUBMITTED, "ann", NINE)
    with (
        pytest.raises(Conflict, match="1 of 2 entries were moved, corrected or taken back by somebody else"),
        store.tenant("t") as db,
    ):
        db.move_entries(later, EntryStatus.SUBMITTED, "ann", NINE)
    with store.tenant("t") as db:
        db.move_entry("imp_2", EntryStatus.DRAFT, "ann", NINE)
    with store.tenant("t") as db:
        moved = db.move_entries(
            list(db.entries_named(["imp_0", "imp_1"]).values()), EntryStatus.SUBMITTED, "ann", NINE, "all"
        )
        assert [row.status for row in moved] == ["submitted"] * 2
        assert [row.note for row in db.approvals("imp_0")] == ["", "", "all"]
        assert [event.object_id for event in db.audit_events()] == [
            "imp_0",
            "imp_0",
            "imp_2",
            "imp_2",
            "imp_0",
            "imp_1",
        ]
        assert (db.verify_audit()[1], db.entry("imp_2").status) == ([], "draft")


def test_the_seconds_of_deciding_are_added_up_where_they_are_known(store: Store) -> None:
    with store.tenant("t") as db:
        db.reconcile_suggestions(create=[suggestion(number) for number in range(3)], update=[], withdraw=[])
        for number, seconds in enumerate((4.5, None, 10.25)):
            db.append_decision(decision(f"d{number}", suggestion=f"sug_{number}", seconds=seconds))
        assert db.decision_seconds() == 14.75


def test_who_decides_while_the_trail_is_verified_breaks_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    _decided(store)
    finish = Examiner.finish

    def decided_meanwhile(examiner: Examiner) -> list[ChainBreak]:
        with store.tenant("t") as other:
            other.append_decision(decision("d2", Verdict.UNDO, supersedes="d1"))
        return finish(examiner)

    monkeypatch.setattr(Examiner, "finish", decided_meanwhile)
    with store.tenant("t", read_only=True) as db:
        assert db.verify_audit() == (1, [])
    monkeypatch.undo()
    with store.tenant("t", read_only=True) as db:
        assert db.verify_audit() == (2, [])
