"""From real calendars, commits and tickets to candidates with evidence, minutes, billable and reasons."""

import json
from datetime import date

import pytest
from tests.flows.firm import (
    FRIDAY,
    MONDAY,
    RULES,
    TABLES,
    activity,
    attendee,
    git_repository,
    vcalendar,
    vevent,
)

from hourtrail.domain.errors import InvalidInput, ModelUnavailable, NotFound
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.suggestion import Band
from hourtrail.flows.week import week_grid
from hourtrail.wiring import load_models

ADA = "ada@firm.example"
DAY = [
    activity("meeting", "meeting", "2026-03-02T08:00:00Z", end="2026-03-02T09:00:00Z", title="Portal checkout review"),
    activity("update", "ticket", "2026-03-02T10:00:00Z", title="PORTAL-7 Login fails", reference="PORTAL-7"),
    activity("change", "ticket", "2026-03-02T10:20:00Z", title="PORTAL-7 moved to review", reference="PORTAL-7"),
    activity(
        "mail", "email", "2026-03-02T12:00:00Z", title="Hotfix for the incident", participants=["kim@globex.example"]
    ),
    activity("chat", "message", "2026-03-02T14:00:00Z", title="checkout question", container="#portal"),
]


@pytest.mark.parametrize("one_by_one", [False, True])
def test_every_event_of_a_day_is_in_a_candidate_that_names_it(firm, one_by_one):
    """CAP-01."""
    firm.tables()
    if one_by_one:
        for number, line in enumerate(reversed(DAY)):
            firm.activities(line, name=f"{number}.jsonl")
    else:
        firm.activities(*DAY)
    found = firm.suggest().suggestions
    told = sorted(evidence.activity for row in found for evidence in row.evidence)
    assert told == sorted(f"test:{line['external_id']}" for line in DAY)
    assert all(row.evidence and row.reasons and row.person == ADA for row in found)


def test_overlapping_evidence_is_one_candidate_within_wall_clock(firm):
    """CAP-03, NEW-09: a document and a ticket inside a meeting support it; project time never exceeds working time."""
    firm.tables()
    firm.activities(
        activity("m", "meeting", "2026-03-02T08:00:00Z", end="2026-03-02T09:00:00Z", title="Portal planning"),
        activity("d", "document", "2026-03-02T08:10:00Z", end="2026-03-02T08:40:00Z", title="Portal plan"),
        activity("t", "ticket", "2026-03-02T08:30:00Z", title="PORTAL-1 estimate", reference="PORTAL-1"),
    )
    result = firm.suggest()
    (only,) = result.suggestions
    assert {row.activity for row in only.evidence} == {"test:m", "test:d", "test:t"}
    assert only.block.suggested_minutes == only.span.minutes == 60
    (total,) = result.totals
    assert (total.date, total.working_minutes, total.project_minutes) == (MONDAY, 60, 60)


def test_unassigned_time_is_working_time_but_not_project_time(firm):
    """NEW-09, CLS-02: below the threshold the answer is "unassigned" with a reason, and the two totals differ."""
    firm.ingest(_table(firm, "tasks", TABLES["tasks"].splitlines()[0] + "\n" + _items(40)))
    firm.activities(activity("x", "meeting", "2026-03-02T08:00:00Z", end="2026-03-02T09:00:00Z", title="Zzyzx"))
    result = firm.suggest()
    (only,) = result.suggestions
    assert (only.item, only.band, only.alternatives) == (None, Band.WITHHOLD, ())
    assert "unassigned" in only.reasons[0]
    assert only.billable is False
    assert [row.suggestion for row in result.withheld] == [only.id]
    assert (result.totals[0].working_minutes, result.totals[0].project_minutes) == (60, 0)


def _items(count):
    return "".join(f"c{n},p{n},,Qqq{n},,true,,,,open,\n" for n in range(count))


def _table(firm, name, text):
    path = firm.folder / f"{name}.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_billable_stands_on_every_candidate_and_never_on_a_private_one(firm):
    """CAP-04, NEW-03: three numbers, the rounding by name; declined events make no candidate."""
    firm.tables()
    firm.calendar(
        vevent("dev", "20260302T080000Z", "20260302T085000Z", "Checkout development", "X-X:1"),
        vevent("priv", "20260302T100000Z", "20260302T110000Z", "Acme portal doctor", "CLASS:PRIVATE"),
        vevent("no", "20260302T120000Z", "20260302T130000Z", "Portal checkout", attendee(ADA, "DECLINED")),
    )
    result = firm.suggest()
    by_anchor = {row.block.anchor.rpartition(":")[2].split("#")[0]: row for row in result.suggestions}
    dev = next(row for row in result.suggestions if not row.block.private)
    private = next(row for row in result.suggestions if row.block.private)
    assert len(by_anchor) == 2
    assert (dev.block.evidence_minutes, dev.block.suggested_minutes, dev.billable_minutes) == (50, 50, 60)
    assert (dev.rounding, dev.billable, dev.billable_probability) == ("rounded up to 15 min", True, 0.98)
    assert (private.billable, private.billable_probability, private.billable_minutes) == (False, 0.0, 0)
    assert "doctor" not in json.dumps(firm.export("suggestions"))
    assert any("declined" in row.reason for row in result.withheld)


def test_answers_are_ranked_with_probabilities_and_only_what_is_open_to_the_person(firm):
    """CLS-01, CLS-02: the closed design task and other people's projects are never proposed."""
    firm.tables()
    firm.activities(
        *DAY,
        activity(
            "w",
            "meeting",
            "2026-03-03T08:00:00Z",
            end="2026-03-03T09:00:00Z",
            title="wireframes parquet pipeline LAKE-1",
        ),
    )
    found = firm.suggest().suggestions
    for row in found:
        confidences = [answer.confidence for answer in row.alternatives]
        assert confidences == sorted(confidences, reverse=True)
        assert 1 <= len(confidences) <= 3
        assert all(0 < value <= 1 for value in confidences)
        assert row.alternatives[0].item == row.item
    proposed = {answer.item for row in found for answer in row.alternatives}
    mine = {WorkItem("acme", "portal", "DEV"), WorkItem("globex", "support"), WorkItem("firm", "internal", "ADMIN")}
    assert proposed <= mine


@pytest.mark.parametrize(
    ("title", "reference", "person", "expected"),
    [
        ("Checkout form", "PORTAL-9", ADA, WorkItem("acme", "portal", "DEV")),
        ("Incident on the mail queue", "SUP-3", ADA, WorkItem("globex", "support")),
        ("Parquet pipeline", "LAKE-2", "ben@firm.example", WorkItem("initech", "lakehouse", "M1")),
    ],
)
def test_tasks_milestones_and_support_agreements_are_mapped(firm, title, reference, person, expected):
    """CLS-03, NEW-06, MLL-06: from master data alone, on the first day, with no history."""
    firm.tables()
    firm.activities(activity("a", "ticket", "2026-03-02T09:00:00Z", person=person, title=title, reference=reference))
    (only,) = firm.suggest().suggestions
    assert only.item == expected


def test_a_fresh_install_suggests_without_contracts_rates_or_assignments(firm):
    """CNF-11: no billing data; an open question about billing is answered "not billed"."""
    firm.ingest(
        _table(firm, "tasks", "client,project,name,billable\nacme,portal,Portal login,depends\nb,b,Other,depends\n")
    )
    firm.activities(activity("a", "meeting", "2026-03-02T09:00:00Z", end="2026-03-02T10:00:00Z", title="Portal login"))
    (only,) = firm.suggest().suggestions
    assert (only.item, only.billable) == (WorkItem("acme", "portal"), False)


def test_without_any_work_item_time_is_withheld_with_advice(firm):
    firm.activities(DAY[0])
    result = firm.suggest()
    assert result.suggestions == []
    assert ["import tasks" in row.reason for row in result.withheld] == [True]


def test_rules_answer_and_say_so_when_the_model_is_down(firm, monkeypatch):
    """OBS-11."""

    def broken(_name):
        raise ModelUnavailable("ranker.txt was altered: its digest differs")

    monkeypatch.setattr("hourtrail.wiring.plugin", broken)
    models = load_models()
    firm.tables()
    firm.activities(*DAY)
    result = firm.suggest(models=models)
    assert "was altered" in result.degraded
    assert {row.model.name for row in result.suggestions} == {"rules"}
    assert any("model:rules" in event["actor"] for event in _events(firm))


def _events(firm):
    with firm.store.tenant(firm.tenant, read_only=True) as db:
        return [{"actor": event.actor, "action": str(event.action)} for event in db.audit_events()]


def test_no_entry_exists_before_a_person_decides_however_sure_the_model_is(firm):
    """CNF-01."""
    firm.tables()
    firm.activities(*DAY)
    result = firm.suggest()
    assert any(row.band in {Band.PREFILL, Band.SUGGEST} for row in result.suggestions)
    assert firm.export("time-entries") == firm.export("decisions") == []


def test_people_whom_the_firm_does_not_know_get_nothing_unless_asked_for(firm):
    firm.tables()
    desk = activity(
        "h", "ticket", "2026-03-02T09:00:00Z", person="desk@client.example", title="PORTAL-1", reference="PORTAL-1"
    )
    firm.activities(*DAY, desk)
    assert {row.person for row in firm.suggest().suggestions} == {ADA}
    assert firm.suggest(person="desk@client.example").withheld[0].person == "desk@client.example"
    with pytest.raises(NotFound, match=r"did you mean ada@firm\.example"):
        firm.suggest(person="adda@firm.example")


@pytest.mark.parametrize(("first", "last"), [(FRIDAY, MONDAY), (date(2020, 1, 1), date(2026, 1, 1))])
def test_a_range_that_cannot_be_meant_is_refused(firm, first, last):
    with pytest.raises(InvalidInput, match="choose 1 to 400"):
        firm.suggest(first=first, last=last)


def test_the_week_grid_is_filled_before_any_evidence_and_ranked_by_it_after(firm):
    """CAP-07."""
    firm.tables()
    empty = week_grid(firm.store, firm.tenant, ADA, MONDAY)
    assert [str(row.item) for row in empty] == ["acme/portal/DEV", "globex/support", "firm/internal/ADMIN"]
    assert all(row.booked == row.proposed == (0,) * 7 for row in empty)
    assert [row.planned_minutes for row in empty] == [1200, 480, 240]
    firm.activities(
        activity(
            "s",
            "meeting",
            "2026-03-03T09:00:00Z",
            end="2026-03-03T10:00:00Z",
            title="Incident hotfix",
            reference="SUP-1",
        )
    )
    (row,) = firm.suggest().suggestions
    grid = week_grid(firm.store, firm.tenant, ADA, FRIDAY)
    assert (str(grid[0].item), grid[0].proposed) == ("globex/support", (0, 60, 0, 0, 0, 0, 0))
    firm.decide(row, "accept")
    grid = week_grid(firm.store, firm.tenant, ADA, MONDAY)
    assert (grid[0].booked, grid[0].proposed) == ((0, 60, 0, 0, 0, 0, 0), (0,) * 7)
    assert len(grid) == 3


def test_calendar_commits_and_tickets_come_together(firm):
    """CON-06, CAP-01: three sources, one schema, one line."""
    firm.tables()
    firm.calendar(vevent("m", "20260302T080000Z", "20260302T090000Z", "Portal login planning"))
    repository = git_repository(firm.folder / "portal", [("2026-03-02T11:00:00+01:00", ADA, "PORTAL-4 Login form")])
    firm.ingest(repository)
    issue = {
        "key": "PORTAL-5", "id": "5", "fields": {
            "summary": "Checkout total", "created": "2026-03-02T15:00:00.000+0100", "project": {"key": "PORTAL"},
            "creator": {"emailAddress": ADA, "accountId": "1"}, "reporter": {"emailAddress": ADA, "accountId": "1"},
        },
    }  # fmt: skip
    path = firm.folder / "jira.json"
    path.write_text(json.dumps({"issues": [issue]}), encoding="utf-8")
    firm.ingest(path)
    found = firm.suggest(models=RULES).suggestions
    assert {evidence.activity.partition(":")[0] for row in found for evidence in row.evidence} == {
        "icalendar",
        "git",
        "jira",
    }
    assert {row.item for row in found} == {WorkItem("acme", "portal", "DEV")}


def test_one_bad_event_loses_no_good_one(firm):
    firm.tables()
    bad = vevent("bad", "20260302T100000Z", "20260302T090000Z", "Ends before it begins")
    path = firm.folder / "mixed.ics"
    path.write_text(
        vcalendar(vevent("m", "20260302T080000Z", "20260302T090000Z", "Portal"), bad), encoding="utf-8", newline=""
    )
    report = firm.ingest(path, firm.folder / "missing.ics", person=ADA)
    assert report.created == 1
    assert [row.file.rpartition("/")[2] for row in report.refused] == ["mixed.ics", "missing.ics"]
