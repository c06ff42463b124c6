"""Re-running is reconciling: the same day again changes nothing, a changed event changes its open suggestion alone."""

import random
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.flows.firm import (
    EVENING,
    MONDAY,
    TUESDAY,
    activity,
    add_commits,
    attendee,
    git_repository,
    vcalendar,
    vevent,
    write_tables,
)

from hourtrail.domain.suggestion import SuggestionStatus
from hourtrail.wiring import load_models

SAMPLE = Path(__file__).parents[1] / "data" / "small_firm"
ADA, BEN = "ada@firm.example", "ben@firm.example"


def meeting(*more, start="20260302T080000Z", end="20260302T090000Z", sequence=0, title="Portal checkout"):
    return vevent("m1", start, end, title, *more, sequence=sequence)


OTHER = vevent("m2", "20260302T130000Z", "20260302T140000Z", "Incident review")


@pytest.fixture
def day(firm):
    firm.tables()
    firm.calendar(meeting(), OTHER)
    first, other = firm.suggest().suggestions
    return firm, first, other


def test_a_moved_event_keeps_its_suggestion_and_moves_it(day):
    firm, first, other = day
    firm.calendar(meeting(start="20260303T100000Z", end="20260303T110000Z", sequence=1), OTHER)
    result = firm.suggest()
    moved = firm.suggestion(first.id)
    assert (result.created, result.updated, result.withdrawn) == (0, 1, 0)
    assert (moved.date, moved.revision, moved.status) == (TUESDAY, 2, SuggestionStatus.OPEN)
    assert firm.suggestion(other.id) == other


def test_a_move_is_followed_whichever_day_is_asked_first(day):
    firm, first, _ = day
    firm.calendar(meeting(start="20260303T100000Z", end="20260303T110000Z", sequence=1), OTHER)
    assert firm.suggest(first=MONDAY, last=MONDAY).withdrawn == 1
    firm.suggest(first=TUESDAY, last=TUESDAY)
    assert (firm.suggestion(first.id).date, firm.suggestion(first.id).status) == (TUESDAY, SuggestionStatus.OPEN)


def test_a_shortened_event_is_suggested_shorter(day):
    firm, first, other = day
    firm.calendar(meeting(end="20260302T083000Z", sequence=1), OTHER)
    assert firm.suggest().updated == 1
    assert firm.suggestion(first.id).block.suggested_minutes == 30
    assert firm.suggestion(other.id) == other


@pytest.mark.parametrize(
    "changed",
    [
        [meeting(attendee(ADA, "DECLINED"), sequence=1), OTHER],
        [meeting("STATUS:CANCELLED", sequence=1), OTHER],
        [OTHER],
    ],
    ids=["declined", "cancelled", "gone"],
)
def test_what_does_not_take_place_withdraws_its_suggestion_and_comes_back_with_it(day, changed):
    firm, first, other = day
    firm.calendar(*changed)
    result = firm.suggest()
    assert (result.created, result.updated, result.withdrawn) == (0, 0, 1)
    assert firm.suggestion(first.id).status is SuggestionStatus.WITHDRAWN
    assert [row.id for row in firm.open()] == [other.id]
    firm.calendar(meeting(sequence=2), OTHER)
    firm.suggest()
    assert {row.id for row in firm.open()} == {first.id, other.id}


def test_the_last_event_of_a_person_takes_its_suggestion_along(day):
    """Nobody with activities is left to run for, but their suggestions are."""
    firm, _, _ = day
    firm.calendar()
    assert firm.suggest().withdrawn == 2
    assert firm.open() == []


@pytest.mark.parametrize(
    "changed",
    [
        [meeting(start="20260303T100000Z", end="20260303T113000Z", sequence=1), OTHER],
        [meeting("STATUS:CANCELLED", sequence=1), OTHER],
        [OTHER],
    ],
    ids=["moved", "cancelled", "gone"],
)
def test_what_a_person_decided_is_never_touched(day, changed):
    firm, first, _ = day
    firm.decide(first, "accept")
    decided, entries = firm.suggestion(first.id), firm.export("time-entries")
    firm.calendar(*changed)
    firm.suggest()
    assert firm.suggestion(first.id) == decided
    assert firm.export("time-entries") == entries
    assert first.id not in {row.id for row in firm.open()}


def test_an_old_revision_that_comes_late_changes_nothing(day):
    firm, first, _ = day
    firm.calendar(meeting(end="20260302T083000Z", sequence=3), OTHER)
    firm.suggest()
    path = firm.folder / "late.ics"
    path.write_text(vcalendar(meeting(sequence=1)), encoding="utf-8", newline="")
    firm.ingest(path, person=ADA, zone="Europe/Berlin")
    assert firm.suggest().updated == 0
    assert firm.suggestion(first.id).block.suggested_minutes == 30


def test_a_commit_that_arrives_later_is_added_and_moves_nothing_decided(firm):
    firm.tables()
    repository = git_repository(firm.folder / "portal", [("2026-03-02T10:00:00+01:00", ADA, "PORTAL-1 Login form")])
    firm.ingest(repository)
    (first,) = firm.suggest().suggestions
    firm.decide(first, "accept")
    entries = firm.export("time-entries")
    add_commits(repository, [("2026-03-02T16:00:00+01:00", ADA, "PORTAL-2 Checkout form")])
    report = firm.ingest(repository)
    assert (report.created, report.unchanged) == (1, 1)
    (second,) = firm.suggest().suggestions
    assert len(second.evidence) == 1
    assert second.id != first.id
    assert firm.export("time-entries") == entries


def test_two_people_in_one_meeting_both_keep_theirs(firm):
    firm.tables()
    both = meeting(f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{ADA}\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:{BEN}")
    for _ in range(2):
        firm.calendar(both, person=ADA)
        firm.calendar(both, person=BEN)
        assert sorted(row.person for row in firm.suggest().suggestions) == [ADA, BEN]
    assert len(firm.export("activities")) == 2
    firm.calendar(person=BEN)
    firm.suggest()
    assert [row.person for row in firm.open()] == [ADA]


def lay_out(folder):
    """A day of every source: calendars of two, a repository, lines of the activity contract, master data."""
    folder.mkdir()
    write_tables(folder)
    (folder / "ada.ics").write_text(vcalendar(meeting(), OTHER), encoding="utf-8", newline="")
    git_repository(
        folder / "portal",
        [
            (f"2026-03-02T{hour}:10:00+01:00", who, f"PORTAL-{hour} Login")
            for hour in (10, 11, 16)
            for who in (ADA, BEN)
        ],
    )


def replay(firm, order):
    steps = {
        "tables": lambda: firm.ingest(*sorted(firm.folder.glob("*.csv"))),
        "calendar": lambda: firm.ingest(firm.folder / "ada.ics", person=ADA, zone="Europe/Berlin"),
        "git": lambda: firm.ingest(firm.folder / "portal"),
        "lines": lambda: firm.activities(
            activity("t1", "ticket", "2026-03-02T15:00:00Z", title="SUP-1 Incident", reference="SUP-1"),
            activity("c1", "call", "2026-03-02T08:20:00Z", end="2026-03-02T08:50:00Z", title="Kim"),
        ),
    }
    return [steps[name]() for name in order]


STEPS = ("tables", "calendar", "git", "lines")


def test_a_day_replayed_ten_times_leaves_everything_as_it_was(firm_on_both):
    """CON-08: ids, revisions, counts and the audit trail."""
    firm = firm_on_both
    shutil.rmtree(firm.folder)
    lay_out(firm.folder)
    replay(firm, STEPS)
    found = firm.suggest().suggestions
    firm.decide(found[0], "accept", found[0].person)
    firm.suggest()
    before = firm.state()
    assert before["suggestions"]
    assert len(before["activities"]) == 10
    chance = random.Random(3)
    for _ in range(10):
        reports = replay(firm, chance.sample(STEPS, len(STEPS)))
        assert sum(report.created + report.updated + report.withdrawn for report in reports) == 0
        result = firm.suggest()
        assert (result.created, result.updated, result.withdrawn) == (0, 0, 0)
        assert firm.state() == before


def test_the_clock_alone_changes_nothing(firm):
    """CON-08: with the bundled model and a history, hours and days later."""
    firm.ingest(*sorted(SAMPLE.glob("*.csv")))
    firm.ingest(SAMPLE / "calendars" / "ada.ics", person="ada@northlight.example", zone="Europe/Berlin")
    models = load_models()
    first = firm.suggest(models=models)
    assert (first.degraded, {row.model.name for row in first.suggestions}) == ("", {models.scorer.ref.name})
    before = firm.state()
    assert len(before["suggestions"]) > 3
    for later in (timedelta(seconds=1), timedelta(hours=3), timedelta(hours=20)):
        result = firm.suggest(models=models, now=EVENING + later)
        assert (result.created, result.updated, result.withdrawn) == (0, 0, 0)
        assert firm.state() == before


def test_the_order_of_the_files_does_not_matter(firm):
    """CON-08: every order of the sources ends in the same suggestions."""
    shutil.rmtree(firm.folder)
    lay_out(firm.folder)
    seen = []
    for number, order in enumerate((STEPS, STEPS[::-1], ("git", "tables", "lines", "calendar"))):
        firm.tenant = f"order-{number}"
        replay(firm, order)
        firm.suggest()
        seen.append([row | {"revision": 0} for row in firm.export("suggestions")])
    assert seen[0]
    assert seen[0] == seen[1] == seen[2]


def test_suggesting_between_the_sources_ends_where_suggesting_once_does(firm):
    """CON-08: evidence that trickles in converges."""
    shutil.rmtree(firm.folder)
    lay_out(firm.folder)
    replay(firm, STEPS)
    once = {(row.id, row.block, row.item) for row in firm.suggest().suggestions}
    firm.tenant = "trickling"
    for step in ("tables", "lines", "git", "calendar"):
        replay(firm, [step])
        firm.suggest()
    assert {(row.id, row.block, row.item) for row in firm.open()} == once


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_a_dropped_file_is_imported_once(firm, kind):
    """CON-19: the same drop, whole or in overlapping halves."""
    rows = [f"D{n},ada,2026-03-0{n % 5 + 2},{n * 5 + 5},acme,portal" for n in range(10)]
    header = "id,person,date,minutes,client,project"

    def drop(name, part):
        path = firm.folder / f"{name}.{kind}"
        if kind == "csv":
            path.write_text("\n".join([header, *part]) + "\n", encoding="utf-8")
        else:
            lines = (dict(zip(header.split(","), row.split(","), strict=True)) for row in part)
            path.write_text("".join(str(line).replace("'", '"') + "\n" for line in lines), encoding="utf-8")
        return firm.ingest(path)

    assert drop("a", rows[:6]).created == 6
    assert (drop("b", rows[4:]).created, len(firm.export("time-entries"))) == (4, 10)
    again = drop("c", rows)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 10)


def test_an_import_that_meets_a_decided_entry_loses_no_other_row(day):
    firm, first, _ = day
    (entry,) = firm.decide(first, "accept").entries
    path = firm.folder / "back.csv"
    rows = [f"X{n},{ADA},2026-03-04,30,acme,portal" for n in range(20)]
    rows.insert(7, f"{entry.id},{ADA},2026-03-04,480,acme,portal")
    path.write_text("\n".join(["id,person,date,minutes,client,project", *rows]) + "\n", encoding="utf-8")
    report = firm.ingest(path)
    assert report.created == 20
    assert [entry.id in str(row) for row in report.refused] == [True]
    with firm.store.tenant(firm.tenant) as db:
        assert db.entry(entry.id) == entry


def test_every_change_by_ingest_leaves_an_audit_event(firm):
    """GOV-04: and an edited row is named by the verifier (tests/store)."""
    firm.tables("people")
    assert firm.audit() == (1, [])
    firm.calendar(meeting())
    firm.calendar()
    events, breaks = firm.audit()
    assert (events, breaks) == (3, [])


def test_the_window_of_a_run_leaves_other_days_alone(day):
    firm, _, _ = day
    before = firm.export("suggestions")
    far = firm.suggest(first=date(2026, 4, 1), last=date(2026, 4, 3), now=EVENING)
    assert far.suggestions == []
    assert firm.export("suggestions") == before
