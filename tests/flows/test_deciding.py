"""A person's word: logged for ever, undone by a later one, and never given by a machine."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from tests.flows.firm import EVENING, FRIDAY, MONDAY, TABLES, activity, vevent, write_tables

from hourtrail.domain.entry import EntryStatus
from hourtrail.domain.errors import Conflict, HourtrailError, IllegalTransition, InvalidInput, NotAllowed, NotFound
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.suggestion import SuggestionStatus
from hourtrail.flows.entries import move_entry
from hourtrail.flows.trail import trail

ADA, BEN, DANA = "ada@firm.example", "ben@firm.example", "dana@firm.example"
DEV = WorkItem("acme", "portal", "DEV")


@pytest.fixture
def suggestion(firm):
    firm.tables()
    firm.calendar(vevent("m", "20260302T080000Z", "20260302T085000Z", "Portal checkout"))
    (only,) = firm.suggest().suggestions
    assert only.item == DEV
    return only


def test_accept_books_what_was_shown(firm, suggestion):
    """CNF-01, NEW-03: worked minutes and billed minutes are two numbers."""
    decided = firm.decide(suggestion, "accept", shown_at=EVENING - timedelta(seconds=12), revision=1)
    (entry,) = decided.entries
    assert (entry.minutes, entry.billable_minutes, entry.item, entry.billable) == (50, 60, DEV, True)
    assert (entry.person, entry.date, entry.status) == (ADA, MONDAY, EntryStatus.DRAFT)
    assert (entry.start, entry.end) == (suggestion.span.start, suggestion.span.end)
    assert decided.decision.seconds == 12
    assert decided.decision.shown == suggestion.alternatives
    assert firm.suggestion(suggestion.id).status is SuggestionStatus.DECIDED


def test_a_trail_holds_everything_in_one_call(firm, suggestion):
    """CNF-04."""
    (entry,) = firm.decide(suggestion, "accept").entries
    move_entry(firm.store, firm.tenant, entry.id, EntryStatus.SUBMITTED, ADA, now=EVENING)
    move_entry(firm.store, firm.tenant, entry.id, EntryStatus.APPROVED, DANA, now=EVENING)
    found = trail(firm.store, firm.tenant, entry.id)
    assert [row["activity"] for row in found["evidence"]] == [row.activity for row in suggestion.evidence]
    assert found["suggestion"]["model"] == {
        "name": "rules",
        "version": suggestion.model.version,
        "digest": suggestion.model.digest,
    }
    assert found["decision"]["threshold"]["value"] == suggestion.threshold.value == 0.6
    assert found["decision"]["confidence"] == suggestion.confidence
    assert (found["decision"]["verdict"], found["decision"]["actor"]) == ("accept", ADA)
    assert found["decision"]["decided_at"] == "2026-03-06T18:00:00Z"
    assert found["decision"]["policy"]["version"] == "bands-1"
    assert [(row["to"], row["actor"]) for row in found["approvals"]] == [("submitted", ADA), ("approved", DANA)]


def test_an_imported_entry_has_a_trail_without_a_decision(firm):
    path = firm.folder / "t.csv"
    path.write_text("id,person,date,minutes,client,project\nT1,ada,2026-03-02,30,acme,portal\n", encoding="utf-8")
    firm.ingest(path)
    found = trail(firm.store, firm.tenant, "T1")
    assert (found["decision"], found["suggestion"], found["evidence"]) == (None, None, [])
    with pytest.raises(NotFound):
        trail(firm.store, firm.tenant, "T2")


def test_only_legal_steps_pass_and_nobody_approves_their_own_time(firm, suggestion):
    """CNF-06, CNF-03."""
    (entry,) = firm.decide(suggestion, "accept").entries

    def move(status, actor=DANA):
        return move_entry(firm.store, firm.tenant, entry.id, EntryStatus(status), actor, now=EVENING).status.value

    with pytest.raises(IllegalTransition, match="submitted"):
        move("approved")
    assert move("submitted", ADA) == "submitted"
    for actor, words in (
        (ADA, "their own time"),
        ("model:rules@1", "is a service"),
        ("nobody@x.example", "not a person"),
    ):
        with pytest.raises(NotAllowed, match=words):
            move("approved", actor)
    assert move("approved") == "approved"
    with pytest.raises(Conflict, match="recall it to draft"):
        firm.decide(suggestion, "undo")
    assert move("draft") == "draft"
    firm.decide(suggestion, "undo")
    assert firm.export("time-entries") == []


@pytest.mark.parametrize("actor", ["model:rules@1", "service:sync", " System:nightly", "", "  "])
def test_no_service_decides(firm, suggestion, actor):
    """CNF-03."""
    before = firm.state()
    with pytest.raises(NotAllowed):
        firm.decide(suggestion, "accept", actor)
    assert firm.state() == before


def test_an_unknown_person_is_refused_with_the_nearest_name(firm, suggestion):
    with pytest.raises(NotAllowed, match=r"did you mean ada@firm\.example"):
        firm.decide(suggestion, "accept", "ada@firm.exmaple")


def test_undo_opens_again_and_the_second_decision_counts(firm, suggestion):
    """NEW-12: what was corrected stays in the training set, marked."""
    first = firm.decide(suggestion, "accept")
    undone = firm.decide(suggestion, "undo", now=EVENING + timedelta(minutes=1))
    assert undone.decision.supersedes == first.decision.id
    assert firm.export("time-entries") == []
    with pytest.raises(NotFound):
        trail(firm.store, firm.tenant, first.entries[0].id)
    with pytest.raises(Conflict, match="no decision to undo"):
        firm.decide(suggestion, "undo")
    assert [row.id for row in firm.suggest().suggestions] == [suggestion.id]
    second = firm.decide(suggestion, "accept", now=EVENING + timedelta(minutes=2))
    assert [row["id"] for row in firm.export("time-entries")] == [second.entries[0].id]
    marks = {row["decision"]: row["superseded_by"] for row in firm.export("training-set")}
    assert marks == {first.decision.id: undone.decision.id, second.decision.id: None}
    assert [row["verdict"] for row in firm.export("decisions")] == ["accept", "undo", "accept"]
    assert firm.audit()[1] == []


def test_the_training_set_holds_everything_shown_in_order(firm, suggestion):
    """NEW-12."""
    firm.decide(
        suggestion,
        "edit",
        parts=[{"project": "support", "client": "globex", "minutes": 30}],
        shown_at=EVENING - timedelta(seconds=5),
    )
    rows = firm.export("training-set")
    shown = [(row["position"], row["project"], row["confidence"]) for row in rows if row["position"]]
    assert shown == [(place, a.item.project, a.confidence) for place, a in enumerate(suggestion.alternatives, start=1)]
    (chosen,) = (row for row in rows if row["chosen"])
    assert (chosen["project"], chosen["booked_minutes"], chosen["suggested_minutes"]) == ("support", 30, 50)
    assert {row["outcome"] for row in rows} == {"edited"}
    assert {row["seconds"] for row in rows} == {5.0}
    assert {row["label_delay_minutes"] for row in rows} == {4 * 1440 + 9 * 60 + 10}
    assert {(row["model"].split()[0], row["threshold"], row["propensity"]) for row in rows} == {("rules", 0.6, 1.0)}


def test_defer_leaves_open_and_can_be_followed(firm, suggestion):
    deferred = firm.decide(suggestion, "defer")
    assert [row.id for row in firm.open()] == [suggestion.id]
    accepted = firm.decide(suggestion, "accept", now=EVENING + timedelta(minutes=1))
    assert accepted.decision.supersedes == deferred.decision.id
    assert len(firm.export("time-entries")) == 1


@pytest.mark.parametrize("verdict", ["reject", "not_work"])
def test_a_refusal_closes_and_books_nothing(firm, suggestion, verdict):
    assert firm.decide(suggestion, verdict, reason_code="wrong").entries == ()
    assert firm.suggest().suggestions == []
    assert firm.export("time-entries") == []
    assert [row["chosen"] for row in firm.export("training-set") if row["project"]] == [False] * len(
        suggestion.alternatives
    )
    for more in ({"parts": [{"minutes": 5}]}, {"narrative": "x"}, {"billable": True}):
        with pytest.raises(HourtrailError):
            firm.decide(suggestion, verdict, **more)


def test_a_split_books_its_parts_within_the_time_that_passed(firm, suggestion):
    with pytest.raises(InvalidInput, match="60 min, but only 50 min"):
        firm.decide(
            suggestion, "split", parts=[{"minutes": 30, "project": "portal"}, {"minutes": 30, "project": "support"}]
        )
    with pytest.raises(InvalidInput, match="at least two parts"):
        firm.decide(suggestion, "split", parts=[{"minutes": 30, "project": "portal"}])
    parts = [
        {"minutes": 30, "project": "portal", "task": "DEV"},
        {"minutes": 20, "project": "internal", "task": "ADMIN"},
    ]
    entries = firm.decide(suggestion, "split", parts=parts).entries
    assert [(row.minutes, str(row.item), row.billable, row.billable_minutes, row.start) for row in entries] == [
        (30, "acme/portal/DEV", True, 30, None),
        (20, "firm/internal/ADMIN", False, 0, None),
    ]


@pytest.mark.parametrize(
    ("part", "error", "words"),
    [
        ({"project": "portla", "task": "DEV"}, NotFound, "nearest that is open: acme/portal/DEV"),
        ({"project": "portal", "task": "DESIGN"}, NotFound, "unknown, closed or not assigned"),
        ({"project": "lakehouse", "task": "M1"}, NotFound, "unknown, closed or not assigned"),
        ({"minutes": 0}, InvalidInput, "use 1 to 1440"),
        ({"minutes": 1441}, InvalidInput, "use 1 to 1440"),
        ({"minutes": -5}, InvalidInput, "use 1 to 1440"),
    ],
)
def test_what_cannot_be_booked_is_refused_and_nothing_is_logged(firm, suggestion, part, error, words):
    """CLS-02."""
    before = firm.state()
    with pytest.raises(error, match=words):
        firm.decide(suggestion, "edit", parts=[part])
    assert firm.state() == before


@pytest.mark.parametrize("field", ["narrative", "note"])
def test_long_texts_are_refused_not_cut(firm, suggestion, field):
    with pytest.raises(InvalidInput, match="at most 2000"):
        firm.decide(suggestion, "edit", **{field: "x" * 2001})


def test_accept_changes_nothing_and_edit_needs_a_change(firm, suggestion):
    with pytest.raises(InvalidInput, match="use edit"):
        firm.decide(suggestion, "accept", parts=[{"minutes": 5}])
    with pytest.raises(InvalidInput, match="what to change"):
        firm.decide(suggestion, "edit")
    (entry,) = firm.decide(suggestion, "edit", narrative="Checkout, second half", billable=False).entries
    assert (entry.narrative, entry.billable, entry.billable_minutes, entry.minutes) == (
        "Checkout, second half",
        False,
        0,
        50,
    )


def test_private_time_is_never_billed_whatever_is_said(firm):
    """CAP-04."""
    firm.tables()
    firm.calendar(vevent("p", "20260302T080000Z", "20260302T090000Z", "Portal", "CLASS:PRIVATE"))
    (private,) = firm.suggest().suggestions
    with pytest.raises(InvalidInput, match="never billed"):
        firm.decide(private, "edit", parts=[{"project": "portal"}], billable=True)
    (entry,) = firm.decide(private, "edit", parts=[{"client": "acme", "project": "portal", "task": "DEV"}]).entries
    assert (entry.billable, entry.billable_minutes) == (False, 0)


def test_a_project_with_one_open_task_needs_no_task(firm, suggestion):
    (entry,) = firm.decide(suggestion, "edit", parts=[{"client": "acme", "project": "portal"}]).entries
    assert entry.item == DEV
    firm.decide(suggestion, "undo", now=EVENING + timedelta(minutes=1))
    path = firm.folder / "tasks.csv"
    path.write_text("client,project,task,name\nacme,portal,PM,Steering\n", encoding="utf-8")
    firm.ingest(path)
    with pytest.raises(InvalidInput, match="say which with --task: DEV, PM"):
        firm.decide("2026-03-02", "added_by_hand", parts=[{"project": "portal", "minutes": 5}])


def test_unassigned_time_needs_a_project(firm):
    firm.ingest(_many_tasks(firm))
    firm.activities(activity("x", "meeting", "2026-03-02T08:00:00Z", end="2026-03-02T09:00:00Z", title="Zzyzx"))
    (unassigned,) = firm.suggest().suggestions
    assert unassigned.item is None
    with pytest.raises(InvalidInput, match="unassigned, so say what it was"):
        firm.decide(unassigned, "accept")
    (entry,) = firm.decide(unassigned, "edit", parts=[{"project": "p3"}]).entries
    assert entry.item == WorkItem("c3", "p3")


def _many_tasks(firm):
    path = firm.folder / "tasks.csv"
    header = TABLES["tasks"].splitlines()[0]
    path.write_text(
        "\n".join([header, *(f"c{n},p{n},,Qqq{n},,true,,,,open," for n in range(40))]) + "\n", encoding="utf-8"
    )
    return path


def test_time_added_by_hand_and_its_undo(firm):
    firm.tables()
    part = {"project": "portal", "task": "DEV", "minutes": 20}
    added = firm.decide("2026-03-03", "added_by_hand", parts=[part], narrative="Call with Kim")
    (entry,) = added.entries
    assert (entry.minutes, entry.billable_minutes, entry.billable, entry.narrative) == (20, 30, True, "Call with Kim")
    (own,) = firm.decide(
        "2026-03-03", "added_by_hand", parts=[{"project": "internal", "task": "ADMIN", "minutes": 15}]
    ).entries
    assert (own.billable, own.billable_minutes) == (False, 0)
    for day, wrong, words in (
        ("03.03.2026", part, "takes the work date"),
        ("2026-03-03", {"project": "portal"}, "--minutes"),
        ("2026-03-03", {"project": "portal", "task": "DESIGN", "minutes": 5}, "closed"),
    ):
        with pytest.raises(HourtrailError, match=words):
            firm.decide(day, "added_by_hand", parts=[wrong])
    firm.decide(added.decision.id, "undo")
    assert [row["id"] for row in firm.export("time-entries")] == [own.id]
    with pytest.raises(Conflict, match="superseded"):
        firm.decide(added.decision.id, "undo", now=EVENING + timedelta(minutes=1))


def test_what_changed_under_the_eyes_is_not_accepted(firm, suggestion):
    firm.calendar(vevent("m", "20260302T080000Z", "20260302T090000Z", "Portal checkout", sequence=1))
    firm.suggest()
    with pytest.raises(Conflict, match="revision 1, now 2"):
        firm.decide(suggestion, "accept", revision=1)
    firm.calendar()
    firm.suggest()
    with pytest.raises(Conflict, match="withdrawn because its evidence is gone"):
        firm.decide(suggestion, "accept")


def test_a_task_that_closed_meanwhile_is_not_booked(firm, suggestion):
    path = write_tables(firm.folder) / "tasks.csv"
    path.write_text(TABLES["tasks"].replace("PORTAL,open,", "PORTAL,closed,2026-02-28"), encoding="utf-8")
    firm.ingest(path)
    with pytest.raises(NotFound, match="closed"):
        firm.decide(suggestion, "accept")


def test_two_who_decide_at_once_make_one_decision(firm_on_both):
    """One wins, the other is told; nothing is booked twice."""
    firm = firm_on_both
    firm.tables()
    firm.activities(
        *(
            activity(
                f"m{n}",
                "meeting",
                f"2026-03-02T{8 + n:02}:00:00Z",
                end=f"2026-03-02T{8 + n:02}:30:00Z",
                title="Portal login",
            )
            for n in range(4)
        )
    )
    found = firm.suggest().suggestions
    assert len(found) == 4  # the meetings; nothing is proposed between them without evidence
    for row in found:
        start, said = Barrier(2), []

        def say(actor, row=row, start=start, said=said):
            start.wait(timeout=30)
            try:
                said.append(firm.decide(row, "accept", actor).decision.actor)
            except Conflict:
                said.append("conflict")

        pair = [Thread(target=say, args=(actor,)) for actor in (ADA, DANA)]
        for thread in pair:
            thread.start()
        for thread in pair:
            thread.join(timeout=60)
        assert sorted(name == "conflict" for name in said) == [False, True]
    assert len(firm.export("decisions")) == len(firm.export("time-entries")) == 4
    assert firm.audit()[1] == []
    assert firm.suggest(last=FRIDAY).suggestions == []
