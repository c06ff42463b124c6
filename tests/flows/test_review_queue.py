"""The reviewers' queue, on both databases: what waits and why, one act on many findings, and what learns from it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from tests.flows.firm import Firm

from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from hourtrail.domain.firm import Assignment, Contract, ContractKind, Person, Task, WorkItem
from hourtrail.domain.review import BLIND_AUDIT, FindingStatus, ReviewKind
from hourtrail.flows.clearing import ClearRequest, clear_rest, draw, the_rest
from hourtrail.flows.precision import review_report
from hourtrail.flows.queue import Filter, behind, review_queue
from hourtrail.flows.review import ReviewRequest, review, unmute
from hourtrail.flows.review_settings import set_review_policy
from hourtrail.flows.stored_checks import check_stored
from hourtrail.policy.review import ReviewPolicy
from hourtrail.policy.review import load as load_policy

MONDAY = date(2026, 3, 2)
TODAY = date(2026, 3, 13)
NOW = datetime(2026, 3, 13, 9, tzinfo=UTC)
DEV = WorkItem("acme", "portal", "DEV")
LOST = WorkItem("acme", "lost")
MASTER = (
    *(Person(id=name, manager="kim") for name in ("ada", "ben", "cleo", "dana")),
    Person(id="kim", manager="vera"),
    Person(id="vera"),
    Task(item=DEV, contract="C-TM"),
    Contract(id="C-TM", client="acme", kind=ContractKind.TIME_AND_MATERIALS, currency="EUR"),
    *(Assignment(person=name, item=WorkItem("acme", "portal")) for name in ("ada", "ben", "cleo", "dana", "kim")),
)


def entry(name: str, person: str = "ada", **changes: object) -> TimeEntry:
    values = {
        "id": name, "person": person, "date": MONDAY, "minutes": 60, "item": DEV, "narrative": f"Work on {name}",
        "hourly_rate": Decimal(100), "currency": "EUR", "billable": True, "status": EntryStatus.SUBMITTED,
    }  # fmt: skip
    row = TimeEntry(**{**values, **changes})
    return replace(row, created_at=row.created_at or datetime.combine(row.date, datetime.min.time(), UTC))


def fill(firm: Firm, *rows: TimeEntry, approval_days: int = 60) -> None:
    """Store the entries and check them; by default the checks about missing time are off, which say nothing here."""
    quiet = ("missing_time", "no_evidence", "missing_rate", "inconsistent_coding", "near_duplicate", "rounding_pattern")
    text = 'version = "test"\n' + "".join(f"[checks.{name}]\nenabled = false\n" for name in quiet)
    with firm.store.tenant(firm.tenant) as db:
        db.put_master(MASTER)
        db.put_entries(rows)
    policy = load_policy(
        f'version = "test"\naudit_least = 2\napproval_days = {approval_days}\ncheck_policy = """{text}"""'
    )
    set_review_policy(firm.store, firm.tenant, policy, "vera", now=NOW)
    check_stored(firm.store, firm.tenant, today=TODAY, now=NOW - timedelta(days=3))


def say(firm: Firm, target: str, kind: str, actor: str = "kim", *, now: datetime = NOW, **more: object):
    codes = {"true_issue": "to_correct", "acceptable": "approved_exception", "false_alarm": "nothing_wrong"}
    request = ReviewRequest(
        **{"target": target, "kind": ReviewKind(kind), "actor": actor, "reason_code": codes.get(kind, ""), **more}
    )
    return review(firm.store, firm.tenant, request, now=now)


def queue(firm: Firm, **wanted: str):
    return review_queue(firm.store, firm.tenant, TODAY, Filter(**wanted))


def checks(firm: Firm, **wanted: str) -> list[str]:
    return [item.finding.check for item in queue(firm, **wanted).items]


LONG = entry("long", minutes=1000)
UNKNOWN = [entry(f"lost{number}", name, item=LOST) for number, name in enumerate(("ada", "ben", "cleo", "dana"))]


def test_the_queue_says_what_why_whose_and_by_when(firm_on_both: Firm) -> None:
    firm = firm_on_both
    fill(firm, LONG, *UNKNOWN)
    items = {item.finding.check: item for item in queue(firm).items}
    assert set(items) == {"implausible_minutes", "daily_hours", "unknown_work_item"}
    gap = items["unknown_work_item"]
    assert len(gap.members) == 4, "one fault of the task list is one line"
    assert (gap.place.queue, gap.place.owner) == ("master data", "data owner")
    assert [str(money) for money in gap.at_risk] == ["400.00 EUR"]
    assert gap.due == TODAY - timedelta(days=3) + timedelta(days=2)
    own = items["implausible_minutes"]
    assert (own.place.queue, own.place.owner) == ("approvals", "kim")
    assert "open for 3 days" in own.reason
    assert checks(firm, queue="master data") == ["unknown_work_item"] == checks(firm, owner="data owner")
    assert checks(firm, check="daily_hours") == ["daily_hours"]
    assert checks(firm, owner="nobody") == []


def test_one_verdict_answers_a_group_and_one_undo_takes_it_back(firm_on_both: Firm) -> None:
    firm = firm_on_both
    fill(firm, *UNKNOWN)
    (item,) = queue(firm).items
    shown = NOW - timedelta(seconds=8)
    done = say(firm, item.id, "true_issue", reason_code="master_data_fixed", shown_at=shown, version=item.version)
    assert len(done.rows) == 4
    assert {row.act for row in done.rows} == {done.act}
    assert [row.seconds for row in done.rows] == [8.0, None, None, None], (
        "one look took eight seconds, not four of them"
    )
    assert checks(firm) == []
    with firm.store.tenant(firm.tenant) as db:
        assert [look.kind for look in db.looks()] == [ReviewKind.TRUE_ISSUE]
        logged = [event.object_id for event in db.audit_events() if event.action.text == "person:finding:true_issue"]
        assert sorted(logged) == sorted(row.finding.id for row in item.members), "each member is logged"
    say(firm, done.act, "undo", now=NOW + timedelta(minutes=1))
    assert [len(item.members) for item in queue(firm).items] == [4]
    with pytest.raises(Conflict, match="no verdict"):
        say(firm, done.act, "undo", now=NOW + timedelta(minutes=2))
    # The same by the finding's own id.
    say(firm, item.id, "false_alarm", now=NOW + timedelta(minutes=3))
    assert len(say(firm, item.finding.id, "undo", now=NOW + timedelta(minutes=4)).rows) == 4
    assert firm.audit()[1] == []


def test_who_may_not_say_anything(firm: Firm) -> None:
    fill(firm, LONG, *UNKNOWN)
    long = next(item for item in queue(firm).items if item.finding.check == "implausible_minutes")
    group = next(item for item in queue(firm).items if item.finding.check == "unknown_work_item")
    for target, actor, words in (
        (long.id, "ada", "own time"),
        (group.id, "dana", "own time"),
        (long.id, "model:anomaly", "service"),
        (long.id, "stranger", "not a person of this firm"),
    ):
        with pytest.raises(NotAllowed, match=words):
            say(firm, target, "acceptable", actor)
    done = say(firm, long.id, "false_alarm")
    with pytest.raises(NotAllowed, match="own time"):
        say(firm, done.act, "undo", "ada")
    with pytest.raises(InvalidInput, match="resolution code"):
        say(firm, group.id, "acceptable", reason_code="")
    with pytest.raises(Conflict, match="was reviewed"):
        say(firm, long.finding.id, "true_issue")
    with pytest.raises(NotFound):
        say(firm, "finding_nothing", "true_issue")
    with pytest.raises(NotFound):
        say(firm, "group_nothing", "true_issue")
    # A note of one's own is no verdict.
    assert say(firm, group.id, "note", "ada", note="The list is being mended.").rows


def test_nobody_answers_what_has_changed_under_their_eyes(firm: Firm) -> None:
    fill(firm, *UNKNOWN[:3])
    (item,) = queue(firm).items
    with firm.store.tenant(firm.tenant) as db:
        db.put_entries([UNKNOWN[3]])
    check_stored(firm.store, firm.tenant, today=TODAY, now=NOW)
    with pytest.raises(Conflict, match="not those that were shown"):
        say(firm, item.id, "true_issue", version=item.version)
    (now,) = queue(firm).items
    assert say(firm, now.id, "true_issue", version=now.version)


def test_handing_on_keeps_it_open_for_somebody_else(firm: Firm) -> None:
    fill(firm, LONG)
    target = queue(firm, check="implausible_minutes").items[0].id
    say(firm, target, "assign", assignee="ben")
    assert queue(firm, owner="ben").items[0].id == target
    say(firm, target, "escalate", assignee="finance", now=NOW + timedelta(minutes=1))
    item = queue(firm, owner="finance").items[0]
    assert item.escalated
    with pytest.raises(InvalidInput, match="neither a person"):
        say(firm, target, "assign", assignee="nobody at all")
    with pytest.raises(InvalidInput, match="nobody is known above"):
        say(firm, target, "escalate", now=NOW + timedelta(minutes=2))
    say(firm, target, "assign", assignee="kim", now=NOW + timedelta(minutes=3))
    say(firm, target, "escalate", now=NOW + timedelta(minutes=4))
    assert queue(firm).item(target).place.owner == "vera", "an escalation goes to the owner's manager"


def test_disputes_and_missing_approvals_reach_the_approver(firm_on_both: Firm) -> None:
    firm = firm_on_both
    recent = TODAY - timedelta(days=4)
    fill(firm, entry("old"), entry("new", date=recent), entry("no", status=EntryStatus.DRAFT), approval_days=5)
    assert checks(firm) == ["missing_approval"]
    (item,) = queue(firm).items
    assert (item.finding.subject.time_entry, item.place.owner) == ("old", "kim")
    with firm.store.tenant(firm.tenant) as db:
        db.move_entry("new", EntryStatus.REJECTED, "kim", NOW, "Not on this project")
        db.move_entry("old", EntryStatus.APPROVED, "kim", NOW)
    check_stored(firm.store, firm.tenant, today=TODAY, now=NOW)
    (dispute,) = queue(firm).items
    assert (dispute.finding.check, dispute.place.queue, dispute.place.owner) == ("disputed_entry", "disputes", "kim")
    assert "Not on this project" in dispute.finding.explanation
    assert [str(money) for money in dispute.at_risk] == ["100.00 EUR"]


def test_the_reviewer_sees_six_and_clears_ninety_four_in_one_act(firm_on_both: Firm) -> None:
    firm = firm_on_both
    people = ("ada", "ben", "cleo", "dana")
    clean = [
        entry(f"ok{n:02}", people[n % 4], date=MONDAY + timedelta(days=n % 5), minutes=30, start=None)
        for n in range(94)
    ]
    flagged = [entry(f"bad{n}", people[n % 4], minutes=1000, date=MONDAY + timedelta(days=7 + n % 5)) for n in range(6)]
    own = entry("kims", "kim")
    fill(firm, *clean, *flagged, own)
    shown = NOW - timedelta(seconds=30)
    asked = ClearRequest(actor="kim", first=MONDAY, last=TODAY, expected=94, shown_at=shown, seed="seven")
    with firm.store.tenant(firm.tenant, read_only=True) as db:
        rest = the_rest(db, "kim", MONDAY, TODAY)
    assert (len(rest.clean), rest.flagged, rest.own) == (94, 6, 1)
    with pytest.raises(Conflict, match="not the 90"):
        clear_rest(firm.store, firm.tenant, replace(asked, expected=90), now=NOW)
    with pytest.raises(NotAllowed):
        clear_rest(firm.store, firm.tenant, replace(asked, actor="model:approver"), now=NOW)
    done = clear_rest(firm.store, firm.tenant, asked, now=NOW)
    assert (done.cleared, done.flagged, done.own, done.sampled, done.seconds) == (94, 6, 1, 5, 30.0)
    with firm.store.tenant(firm.tenant, read_only=True) as db:
        statuses = {row.id: row.status for row in db.entries()}
        cleared = db.cleared_entries(done.id)
        assert db.clearings() == [done], "the seed and what was left out are kept"
        moves = db.last_moves([row.id for row in clean])
    assert {statuses[row.id] for row in clean} == {EntryStatus.APPROVED}
    assert {statuses[row.id] for row in (*flagged, own)} == {EntryStatus.SUBMITTED}
    assert {move.actor for move in moves.values()} == {"kim"}
    assert {row.propensity for row in cleared} == {5 / 94}
    drawn = {row.entry for row in cleared if row.sampled}
    assert drawn == draw([row.id for row in clean], ReviewPolicy(), "seven"), "the draw can be repeated"
    audits = queue(firm).audits
    assert {item.finding.subject.time_entry for item in audits} == drawn
    with pytest.raises(Conflict, match="nothing can be cleared"):
        clear_rest(firm.store, firm.tenant, replace(asked, expected=None), now=NOW)
    assert firm.audit()[1] == []


def test_what_was_found_true_is_not_cleared_before_it_is_put_right(firm_on_both: Firm) -> None:
    firm = firm_on_both
    fill(firm, LONG, entry("fine", "ben"))

    def clean() -> set[str]:
        with firm.store.tenant(firm.tenant, read_only=True) as db:
            return {row.id for row in the_rest(db, "kim", MONDAY, TODAY).clean}

    assert clean() == {"fine"}
    acts = [
        say(firm, item.id, "true_issue", now=NOW + timedelta(minutes=n)).act for n, item in enumerate(queue(firm).items)
    ]
    assert queue(firm).items == ()
    assert clean() == {"fine"}
    for number, act in enumerate(acts):
        say(firm, act, "undo", now=NOW + timedelta(hours=1, minutes=number))
    for number, item in enumerate(queue(firm).items):
        say(firm, item.id, "true_issue", reason_code="corrected", now=NOW + timedelta(hours=2, minutes=number))
    assert clean() == {"fine", "long"}


def test_what_was_written_late_is_held_back_and_the_rest_of_its_week_is_not(firm: Firm) -> None:
    late = [entry(f"late{n:02}", minutes=10, created_at=NOW) for n in range(25)]
    fill(firm, *late, entry("fine", minutes=90), entry("next", date=MONDAY + timedelta(days=1)))
    (item,) = queue(firm).items
    assert item.finding.check == "late_entry"
    assert item.at_risk == (), "being late alone puts no money at risk"

    def clean() -> set[str]:
        with firm.store.tenant(firm.tenant, read_only=True) as db:
            return {row.id for row in the_rest(db, "kim", MONDAY, TODAY).clean}

    assert clean() == {"fine", "next"}
    say(firm, item.id, "true_issue")
    assert clean() == {"fine", "next"}, "true, and not put right"
    say(firm, item.id, "undo", now=NOW + timedelta(minutes=1))
    say(firm, item.id, "acceptable", now=NOW + timedelta(minutes=2))
    assert clean() == {"fine", "next", *(row.id for row in late)}


def test_the_audit_is_blind_and_what_it_finds_wrong_counts(firm: Firm) -> None:
    fill(firm, *(entry(f"ok{n:02}", "ada", minutes=20) for n in range(20)))
    clear_rest(firm.store, firm.tenant, ClearRequest(actor="kim", first=MONDAY, last=TODAY), now=NOW)
    first, second = queue(firm).audits
    assert not any(word in first.finding.explanation for word in ("kim", "cleared", "approved"))
    with pytest.raises(NotAllowed, match="blind"):
        say(firm, first.finding.id, "acceptable", "kim")
    with pytest.raises(NotAllowed, match="own time"):
        say(firm, first.finding.id, "acceptable", "ada")
    before = review_report(firm.store, firm.tenant).cleared
    assert (before.entries, before.drawn, before.audited, before.wrong_share, before.upper) == (20, 2, 0, None, 1.0)
    say(firm, first.finding.id, "true_issue", "vera", reason_code="rejected")
    say(firm, second.finding.id, "false_alarm", "vera")
    after = review_report(firm.store, firm.tenant)
    assert (after.cleared.audited, after.cleared.wrong, after.cleared.wrong_share) == (2, 1, 0.5)
    assert BLIND_AUDIT not in {row.check for row in after.checks}, "the audit is no check"
    # A run does not know of the audit, and leaves it alone.
    check_stored(firm.store, firm.tenant, today=TODAY, now=NOW)
    with firm.store.tenant(firm.tenant, read_only=True) as db:
        assert {row.finding.status for row in db.raised(checks=(BLIND_AUDIT,))} == {FindingStatus.REVIEWED}


def test_a_noisy_check_goes_silent_says_so_and_comes_back(firm_on_both: Firm) -> None:
    firm = firm_on_both
    fill(firm, *(entry(f"long{n:02}", date=MONDAY - timedelta(days=n), minutes=1000) for n in range(20)))
    late = [item for item in queue(firm).items if item.finding.check == "implausible_minutes"]
    assert len(late) == 20
    told = [
        say(firm, item.id, "false_alarm", now=NOW + timedelta(minutes=n)).muting for n, item in enumerate(late[:14])
    ]
    assert [words for words in told if words] == [told[-1]]
    assert told[-1][0].startswith("implausible_minutes is muted: precision 0 of 14")
    view = queue(firm)
    hidden = next(row for row in view.muted if row.check == "implausible_minutes")
    left = [item for item in view.items if item.finding.check == "implausible_minutes"]
    assert hidden.hidden + len(left) == 6
    assert hidden.hidden >= 4, "the shadow keeps nearly all of them"
    # A muted check goes on recording.
    fill(firm, entry("another", date=MONDAY + timedelta(days=1), minutes=1001))
    assert next(row for row in queue(firm).muted).hidden + len(left) >= 6
    (line,) = [row for row in review_report(firm.store, firm.tenant).checks if row.check == "implausible_minutes"]
    assert (line.muted, line.open, str(line.tally)) == (True, 7, "0 of 14")
    unmute(
        firm.store, firm.tenant, "implausible_minutes", "vera", note="The rule was mended", now=NOW + timedelta(hours=1)
    )
    assert len([name for name in checks(firm) if name == "implausible_minutes"]) == 7
    with pytest.raises(NotFound, match="not muted"):
        unmute(firm.store, firm.tenant, "implausible_minutes", "vera")
    say(firm, late[14].id, "false_alarm", now=NOW + timedelta(hours=2))
    assert queue(firm).muted == (), "verdicts from before the rule was mended do not silence it again"
    with firm.store.tenant(firm.tenant, read_only=True) as db:
        logged = [event.action.text for event in db.audit_events() if ":check:" in event.action.text]
    assert logged == ["system:check:muted", "person:check:unmuted"]


def test_taking_verdicts_back_lets_a_check_speak_again(firm: Firm) -> None:
    fill(firm, *(entry(f"long{n:02}", date=MONDAY - timedelta(days=n), minutes=1000) for n in range(14)))
    items = [item for item in queue(firm).items if item.finding.check == "implausible_minutes"]
    acts = [say(firm, item.id, "false_alarm", now=NOW + timedelta(minutes=n)).act for n, item in enumerate(items)]
    assert queue(firm).muted
    for number, act in enumerate(acts):
        say(firm, act, "undo", now=NOW + timedelta(hours=1, minutes=number))
    assert queue(firm).muted == ()
    assert len([name for name in checks(firm) if name == "implausible_minutes"]) == 14


def test_behind_a_line_stand_the_entry_and_three_normal_ones(firm: Firm) -> None:
    normal = [entry(f"n{n}", date=MONDAY + timedelta(days=n - 4), narrative=f"Day {n}") for n in range(5)]
    fill(firm, LONG, *normal, entry("bens", "ben"), entry("other", item=WorkItem("acme", "portal", "PM")))
    (item,) = queue(firm, check="implausible_minutes").items
    with firm.store.tenant(firm.tenant, read_only=True) as db:
        seen = behind(db, item)
    assert seen.entry == LONG
    assert [row.id for row in seen.comparables] == ["n4", "n1", "n0"], "n2 and n3 lie on a weekend, which is flagged"


def test_the_effort_is_seconds_of_review_for_each_confirmed_hour(firm: Firm) -> None:
    fill(firm, LONG, *(entry(f"ok{n}", "ben", minutes=30) for n in range(6)))
    assert review_report(firm.store, firm.tenant).seconds_per_confirmed_hour is None
    shown = NOW - timedelta(seconds=20)
    clear_rest(firm.store, firm.tenant, ClearRequest(actor="kim", first=MONDAY, last=TODAY, shown_at=shown), now=NOW)
    say(firm, queue(firm).items[0].id, "true_issue", shown_at=NOW - timedelta(seconds=40))
    report = review_report(firm.store, firm.tenant)
    assert (report.review_seconds, report.confirmed_minutes) == (60.0, 180)
    assert report.seconds_per_confirmed_hour == 20.0


def test_clearing_is_bounded() -> None:
    for first, last in ((TODAY, MONDAY), (MONDAY, MONDAY + timedelta(days=366))):
        with pytest.raises(InvalidInput, match="1 to 366 days"):
            ClearRequest(actor="kim", first=first, last=last)


@pytest.mark.parametrize(("count", "size"), [(1, 1), (19, 1), (20, 1), (21, 2), (1000, 50)])
def test_the_sample_is_the_stated_share_and_never_empty(count: int, size: int) -> None:
    names = [f"te_{number}" for number in range(count)]
    sample = draw(names, ReviewPolicy(), "seed")
    assert len(sample) == size
    assert sample == draw(names[::-1], ReviewPolicy(), "seed")


def test_every_entry_is_drawn_equally_often() -> None:
    """Chi-squared of 4,000 draws of 2 out of 10: 9 degrees of freedom, below the 0.999 quantile of 27.9."""
    names = [f"te_{number}" for number in range(10)]
    drawn = [name for seed in range(4_000) for name in draw(names, ReviewPolicy(audit_share=0.2), str(seed))]
    expected = len(drawn) / len(names)
    assert sum((drawn.count(name) - expected) ** 2 / expected for name in names) < 27.9
