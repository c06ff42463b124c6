"""Only a named person decides, and a time entry lives only the life that it is given."""

from datetime import UTC, date, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hourtrail.domain.decision import BOOKING, CLOSING, SERVICE_PREFIXES, Booking, Decision, Verdict, require_person
from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.errors import IllegalTransition, InvalidInput, NaiveTime, NotAllowed
from hourtrail.domain.firm import WorkItem

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ITEM = WorkItem("acme", "portal", "build")
ALLOWED = {
    ("draft", "submitted"), ("submitted", "approved"), ("submitted", "rejected"), ("submitted", "draft"),
    ("approved", "invoiced"), ("approved", "draft"), ("rejected", "draft"),
}  # fmt: skip
SERVICES = ["model:ranker", "service:sync", "SYSTEM:cron", "Model:x"]
NOBODY = ["", "   ", "\t"]


def booking(minutes: int = 60) -> Booking:
    return Booking(item=ITEM, minutes=minutes, billable=True, narrative="Work")


def entry(status: str) -> TimeEntry:
    return TimeEntry(id="e1", person="ada", date=date(2026, 3, 2), minutes=60, item=ITEM, status=EntryStatus(status))


def decide(verdict: Verdict, parts: int, actor: str = "ada", **fields) -> Decision:
    return Decision(
        id="d1",
        suggestion="s1",
        verdict=verdict,
        actor=actor,
        decided_at=NOW,
        after=tuple(booking() for _ in range(parts)),
        **fields,
    )


@pytest.mark.parametrize(("before", "after"), list(product(EntryStatus, EntryStatus)))
@pytest.mark.parametrize("actor", ["ada", "bo", *SERVICES, *NOBODY])
def test_every_step_of_an_entrys_life_for_every_actor(before, after, actor):
    row = entry(before)
    named = actor in ("ada", "bo")
    own = actor == "ada" and after in ("approved", "rejected")
    if named and (before, after) in ALLOWED and not own:
        moved = row.moved_to(after, actor)
        assert (moved.status, row.status) == (after, before)
        return
    expected = NotAllowed if not named or (before, after) in ALLOWED else IllegalTransition
    with pytest.raises(expected):
        row.moved_to(after, actor)


def test_a_refused_step_says_what_is_possible():
    with pytest.raises(IllegalTransition, match="approved, draft, rejected"):
        entry("submitted").moved_to(EntryStatus.INVOICED, "bo")
    with pytest.raises(IllegalTransition, match="new entry"):
        entry("invoiced").moved_to(EntryStatus.DRAFT, "bo")


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("parts", [0, 1, 2])
def test_a_verdict_books_exactly_when_it_says_so(verdict, parts):
    fits = parts == 0 if verdict not in BOOKING else parts >= (2 if verdict is Verdict.SPLIT else 1)
    if fits:
        assert decide(verdict, parts).verdict is verdict
    else:
        with pytest.raises(InvalidInput):
            decide(verdict, parts)


def test_deferring_and_undoing_leave_a_suggestion_open():
    assert set(Verdict) - CLOSING == {Verdict.DEFER, Verdict.UNDO}


@pytest.mark.parametrize("actor", SERVICES + NOBODY)
@pytest.mark.parametrize("verdict", Verdict)
def test_no_service_and_nobody_decides_anything(actor, verdict):
    with pytest.raises(NotAllowed):
        decide(verdict, 2 if verdict in BOOKING else 0, actor=actor)


@given(st.sampled_from(SERVICE_PREFIXES), st.text(max_size=20), st.sampled_from(["", " ", "\t", "\n "]))
def test_a_service_is_known_by_its_prefix_however_it_is_written(prefix, rest, blank):
    for actor in (prefix + rest, (prefix + rest).upper(), prefix.title() + rest, blank + prefix + rest):
        with pytest.raises(NotAllowed):
            require_person(actor)


@pytest.mark.parametrize("minutes", [-1, 0, 1441])
def test_a_booking_fits_in_a_day(minutes):
    with pytest.raises(InvalidInput, match="1 to 1440"):
        booking(minutes)


def test_a_booking_names_a_project():
    with pytest.raises(InvalidInput, match="--project"):
        Booking(item=WorkItem("acme", ""), minutes=1, billable=False, narrative="")


def test_a_decision_is_made_at_an_instant():
    with pytest.raises(NaiveTime):
        Decision(id="d", suggestion="s", verdict=Verdict.REJECT, actor="ada", decided_at=datetime(2026, 3, 2, 9))


@pytest.mark.parametrize("changed", [{"minutes": -1}, {"minutes": 44641}, {"write_off_minutes": -1}])
def test_an_entry_refuses_minutes_that_nobody_worked(changed):
    with pytest.raises(InvalidInput, match="minutes"):
        TimeEntry(**{"id": "e", "person": "ada", "date": date(2026, 3, 2), "minutes": 1, "item": ITEM, **changed})


def test_an_entry_ends_after_it_starts():
    with pytest.raises(InvalidInput, match="before start"):
        TimeEntry(id="e", person="ada", date=date(2026, 3, 2), minutes=1, item=ITEM, start=NOW, end=NOW.replace(hour=8))


@pytest.mark.parametrize("actor", ["ada", " ada", "ada\n"])
def test_a_blank_around_ones_name_does_not_let_one_approve_oneself(actor):
    with pytest.raises(NotAllowed, match="own time"):
        entry("submitted").moved_to(EntryStatus.APPROVED, actor)
