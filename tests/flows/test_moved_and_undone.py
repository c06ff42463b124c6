"""Decisions hold when their events move away, are cancelled, or are somebody's private matter; calendars keep apart."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from hourtrail.domain.activity import Activity, ActivityKind, ReadOptions, Response, Sensitivity, Status
from hourtrail.domain.decision import Verdict
from hourtrail.domain.errors import Conflict, NotAllowed
from hourtrail.domain.firm import Task, WorkItem
from hourtrail.domain.suggestion import Suggestion, SuggestionStatus
from hourtrail.flows.decide import Request, decide
from hourtrail.flows.export import rows
from hourtrail.flows.ingest import ingest
from hourtrail.flows.resolve import Part
from hourtrail.flows.stored_checks import check_stored
from hourtrail.flows.suggest import SuggestResult, suggest
from hourtrail.store import Store, open_store
from hourtrail.wiring import load_models, sources

DAY = date(2026, 3, 2)
MONTHS_LATER = date(2026, 5, 20)


def _meeting(key: str, day: date, **more: object) -> Activity:
    start = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    return Activity(
        source="test", external_id=key, kind=ActivityKind.MEETING, person="ada", title="Portal", response=Response.ACCEPTED,
        start=start, end=start + timedelta(hours=1), **more,
    )  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Store:
    opened = open_store(f"sqlite:///{tmp_path / 'x.sqlite'}")
    with opened.tenant("default") as db:
        db.put_master([Task(item=WorkItem("acme", "portal"), name="Portal")])
        db.put_activities([_meeting("m", DAY)])
    return opened


def _suggest(store: Store, day: date = DAY) -> SuggestResult:
    return suggest(store, "default", first=day, last=day, models=load_models(rules_only=True), person="ada")


def _decide(store: Store, suggestion: str, verdict: Verdict, actor: str = "ada") -> None:
    decide(store, "default", Request(suggestion=suggestion, verdict=verdict, actor=actor))


def _stored(store: Store, suggestion: str) -> Suggestion:
    with store.tenant("default") as db:
        return db.suggestion(suggestion)


def test_an_event_that_moved_after_its_decision_stops_nothing_and_is_not_booked_twice(store: Store) -> None:
    decided = _suggest(store).suggestions[0].id
    _decide(store, decided, Verdict.ACCEPT)
    with store.tenant("default") as db:
        db.put_activities([_meeting("m", MONTHS_LATER, revision="2"), _meeting("n", MONTHS_LATER + timedelta(days=1))])
    result = suggest(
        store, "default", first=MONTHS_LATER, last=MONTHS_LATER + timedelta(days=1), models=load_models(rules_only=True)
    )
    assert [row.block.anchor for row in result.suggestions] == ["test:n"]
    assert [(row.suggestion, "already decided on 2026-03-02" in row.reason) for row in result.withheld] == [
        (decided, True)
    ]


def test_undoing_a_deferral_changes_no_status(store: Store) -> None:
    suggestion = _suggest(store).suggestions[0].id
    _decide(store, suggestion, Verdict.DEFER)
    with store.tenant("default") as db:
        db.put_activities([_meeting("m", DAY, status=Status.CANCELLED, revision="2")])
    _suggest(store)
    assert _stored(store, suggestion).status is SuggestionStatus.WITHDRAWN
    _decide(store, suggestion, Verdict.UNDO)
    with pytest.raises(Conflict, match="withdrawn"):
        _decide(store, suggestion, Verdict.ACCEPT)


def test_undoing_a_rejection_of_what_was_cancelled_since_opens_nothing(store: Store) -> None:
    suggestion = _suggest(store).suggestions[0].id
    _decide(store, suggestion, Verdict.REJECT)
    with store.tenant("default") as db:
        db.put_activities([_meeting("m", DAY, status=Status.CANCELLED, revision="2")])
    _decide(store, suggestion, Verdict.UNDO)
    assert _stored(store, suggestion).status is SuggestionStatus.WITHDRAWN


def test_only_its_owner_decides_on_a_private_appointment(store: Store) -> None:
    with store.tenant("default") as db:
        db.put_activities([_meeting("m", DAY, sensitivity=Sensitivity.PRIVATE, revision="2")])
    suggestion = _suggest(store).suggestions[0].id
    with pytest.raises(NotAllowed, match="private appointment of ada"):
        _decide(store, suggestion, Verdict.NOT_WORK, actor="ben")
    _decide(store, suggestion, Verdict.NOT_WORK)
    assert _stored(store, suggestion).status is SuggestionStatus.DECIDED


def _read(store: Store, folder: Path, uid: str, hour: int = 9) -> int:
    path = folder / "calendar.ics"
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        "BEGIN:VCALENDAR\r\nX-WR-CALNAME:Calendar\r\nBEGIN:VEVENT\r\n"
        f"UID:{uid}\r\nDTSTART:20260302T{hour:02d}0000Z\r\nDTEND:20260302T{hour:02d}3000Z\r\nRRULE:FREQ=DAILY;COUNT=2\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    return ingest(store, "default", [path], ReadOptions(today=DAY, person="ada"), sources=sources()).withdrawn


def test_two_calendars_of_one_name_do_not_withdraw_each_other(store: Store, tmp_path: Path) -> None:
    assert [_read(store, tmp_path / folder, folder) for folder in ("work", "home")] == [0, 0]


def test_a_series_moved_as_a_whole_withdraws_its_old_places(store: Store, tmp_path: Path) -> None:
    assert [_read(store, tmp_path / "work", "w", hour=hour) for hour in (9, 11)] == [0, 2]


def test_a_forged_payload_is_named_and_a_cut_off_end_is_found_by_a_noted_head(store: Store) -> None:
    _suggest(store)
    _decide(store, _suggest(store).suggestions[0].id, Verdict.ACCEPT)
    with store.tenant("default") as db:
        count, breaks = db.verify_audit()
        head = db.audit_head()
        assert (breaks, db.audit_holds(head)) == ([], True)
        assert not db.audit_holds(f"{count}:{'0' * 64}")
        assert not db.audit_holds(f"{count + 1}:{'0' * 64}")
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE audit_payload SET payload = '{\"forged\": 1}' WHERE sequence = 1"))
    with store.tenant("default") as db:
        assert [row.sequence for row in db.verify_audit()[1]] == [1]
    with store.engine.begin() as connection:
        connection.execute(text("DELETE FROM audit_payload WHERE sequence = 1"))
    with store.tenant("default") as db:
        assert [row.sequence for row in db.verify_audit()[1]] == [1], "no erasure tells of it"


def test_findings_of_the_store_are_kept_once_and_time_by_hand_is_in_the_training_set(store: Store) -> None:
    for minutes in (600, 700):
        part = Part(minutes=minutes, project="portal")
        decide(
            store,
            "default",
            Request(suggestion="2026-03-02", verdict=Verdict.ADDED_BY_HAND, actor="ada", parts=(part,)),
        )
    for _ in range(2):
        check_stored(store, "default", today=DAY)
    with store.tenant("default") as db:
        assert sorted(row["check"] for row in rows(db, "findings")) == [
            "daily_hours",
            "duplicate_entry",
            "late_entry",
        ]
        added = [row for row in rows(db, "training-set") if row["outcome"] == "added"]
    assert [(row["position"], row["project"], row["booked_minutes"]) for row in added] == [
        (0, "portal", 600),
        (0, "portal", 700),
    ]
