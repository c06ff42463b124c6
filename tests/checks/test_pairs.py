"""Duplicates and overlaps: which row is told, with which twins."""

from decimal import Decimal

import pytest
from tests.checks.tables import entries, found, told

from hourtrail.checks import CheckPolicy
from hourtrail.checks.policy import load
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.firm import Person


def test_the_row_created_later_is_told_even_when_it_stands_first_in_the_file():
    table = """
        id   | date       | minutes | created              | start                | end
        late | 2026-03-02 | 60      | 2026-03-09T08:00:00Z | 2026-03-02T09:00:00Z | 2026-03-02T10:00:00Z
        soon | 2026-03-02 | 60      | 2026-03-02T18:00:00Z | 2026-03-02T09:00:00Z | 2026-03-02T10:00:00Z
    """
    assert told(found(table)) == [("duplicate_entry", "late", ("soon",))]


def test_file_order_decides_between_rows_created_together():
    table = """
        id | date       | minutes | start                | end
        b  | 2026-03-02 | 60      | 2026-03-02T09:00:00Z | 2026-03-02T10:00:00Z
        a  | 2026-03-02 | 60      | 2026-03-02T08:30:00Z | 2026-03-02T09:30:00Z
    """
    assert told(found(table)) == [("overlap", "a", ("b",))]


def test_three_equal_rows_give_two_findings():
    table = """
        id | date       | minutes
        e1 | 2026-03-02 | 60
        e2 | 2026-03-02 | 0
        e3 | 2026-03-02 | 45
    """
    findings = found(table, "duplicate_entry")
    assert told(findings) == [("duplicate_entry", "e2", ("e1",)), ("duplicate_entry", "e3", ("e1",))]
    assert len({finding.fingerprint for finding in findings}) == 2


def test_outer_blanks_of_a_narrative_do_not_hide_a_duplicate():
    booked = entries("""
        id | date       | minutes | narrative
        e1 | 2026-03-02 | 60      | Review
    """)
    [first] = booked
    second = type(first)(
        id="e2", person=first.person, date=first.date, minutes=60, item=first.item, narrative=" Review\n"
    )
    assert told(found([first, second])) == [("duplicate_entry", "e2", ("e1",))]


def test_a_duplicate_is_not_said_again_as_overlap_or_near_duplicate():
    table = """
        id | date       | minutes | start                | end                  | narrative
        e1 | 2026-03-02 | 60      | 2026-03-02T09:00:00Z | 2026-03-02T10:00:00Z | Workshop with the client
        e2 | 2026-03-02 | 50      | 2026-03-02T09:00:00Z | 2026-03-02T09:50:00Z | Workshop with the client
    """
    assert told(found(table)) == [("duplicate_entry", "e2", ("e1",))]


def test_overlap_alone_still_sees_the_duplicate():
    table = """
        id | date       | minutes | start                | end
        e1 | 2026-03-02 | 60      | 2026-03-02T09:00:00Z | 2026-03-02T10:00:00Z
        e2 | 2026-03-02 | 60      | 2026-03-02T09:00:00Z | 2026-03-02T10:00:00Z
    """
    assert told(found(table, "overlap")) == [("overlap", "e2", ("e1",))]


def test_one_overlap_finding_names_every_earlier_row():
    table = """
        id   | date       | minutes | start                | end
        e1   | 2026-03-02 | 60      | 2026-03-02T09:00:00Z | 2026-03-02T10:00:00Z
        e2   | 2026-03-02 | 60      | 2026-03-02T10:00:00Z | 2026-03-02T11:00:00Z
        long | 2026-03-02 | 240     | 2026-03-02T08:00:00Z | 2026-03-02T12:00:00Z
    """
    [finding] = found(table)
    assert told([finding]) == [("overlap", "long", ("e1", "e2"))]
    assert finding.measured == "2 h shared with 2 other entries"


def test_overlap_crosses_local_midnight_and_work_dates():
    table = """
        id | date       | minutes | start                     | end
        e1 | 2026-03-02 | 180     | 2026-03-02T22:00:00+01:00 | 2026-03-03T01:00:00+01:00
        e2 | 2026-03-03 | 60      | 2026-03-03T00:30:00+01:00 | 2026-03-03T01:30:00+01:00
    """
    [finding] = found(table, people=[Person(id="ada", name="Ada", zone="Europe/Berlin")])
    assert told([finding]) == [("overlap", "e2", ("e1",))]
    assert "Ada booked ACME/Portal/Build on 3 March 2026 from 00:30 to 01:30 (Europe/Berlin)" in finding.explanation


@pytest.mark.parametrize(
    ("second", "shares"),
    [
        # 02:30 happens twice on 25 October 2026 in Berlin: the wall clocks agree, the hours are different ones.
        ("2026-10-25T02:15:00+01:00 | 2026-10-25T02:45:00+01:00", False),
        ("2026-10-25T02:15:00+02:00 | 2026-10-25T02:45:00+02:00", True),
    ],
)
def test_the_repeated_hour_is_two_hours(second, shares):
    table = f"""
        id | date       | minutes | start                     | end
        e1 | 2026-10-25 | 30      | 2026-10-25T02:15:00+02:00 | 2026-10-25T02:46:00+02:00
        e2 | 2026-10-25 | 30      | {second}
    """
    assert bool(found(table, "overlap")) is shares


def test_overlap_bound_is_strict():
    table = """
        id | date       | minutes | start                | end
        e1 | 2026-03-02 | 60      | 2026-03-02T09:00:00Z | 2026-03-02T10:00:00Z
        e2 | 2026-03-02 | 60      | 2026-03-02T09:55:00Z | 2026-03-02T10:55:00Z
    """
    forgiving = load('version = "t"\n[checks.overlap]\nminutes = 5')
    strict = load('version = "t"\n[checks.overlap]\nminutes = 4.9')
    assert found(table, policy=forgiving) == []
    assert len(found(table, policy=strict)) == 1


def test_many_spans_at_once_are_all_told_and_the_run_ends():
    lines = ["id | date | minutes | start | end"]
    lines += [
        f"e{n} | 2026-03-02 | 60 | 2026-03-02T09:{n // 60:02}:{n % 60:02}Z | 2026-03-02T20:00:00Z" for n in range(600)
    ]
    findings = found("\n".join(lines), "overlap")
    assert len(findings) == 599
    assert max(len(finding.comparables) for finding in findings) == 20


def test_near_duplicate_scores_the_likeness_and_names_the_nearest_row():
    table = """
        id | date       | minutes | start                | narrative
        e1 | 2026-03-02 | 60      |                      | Draft of the final report for the board
        e2 | 2026-03-02 | 60      |                      | Draft of the final reports for the boards
        e3 | 2026-03-02 | 70      | 2026-03-02T09:00:00Z | draft of the final report, for the board
    """
    second, third = found(table, "near_duplicate")
    assert told([second, third]) == [("near_duplicate", "e2", ("e1",)), ("near_duplicate", "e3", ("e1",))]
    assert 0.9 <= second.score < 1.0 == third.score


def test_near_duplicate_sees_the_same_text_on_two_tasks_of_a_project():
    table = """
        id | date       | minutes | item              | narrative
        e1 | 2026-03-02 | 60      | ACME/Portal/Build | Sprint review
        e2 | 2026-03-02 | 60      | ACME/Portal/Test  | Sprint review
    """
    [finding] = found(table)
    assert told([finding]) == [("near_duplicate", "e2", ("e1",))]
    assert "ACME/Portal/Test and ACME/Portal/Build" in finding.explanation


def test_rejected_entries_are_not_checked_and_invoiced_ones_are():
    table = """
        id | date       | minutes | status
        e1 | 2026-03-02 | 0       | rejected
        e2 | 2026-03-02 | 0       | invoiced
        e3 | 2026-03-03 | 0       | draft
    """
    assert told(found(table)) == [("zero_minutes", "e2", ()), ("zero_minutes", "e3", ())]


def test_money_at_risk_is_the_repeated_row_or_the_shared_part():
    table = """
        id | person | date       | minutes | start                | end                  | rate   | billable
        e1 | ada    | 2026-03-02 | 60      | 2026-03-02T09:00:00Z | 2026-03-02T10:00:00Z | 120.00 | yes
        e2 | ada    | 2026-03-02 | 60      | 2026-03-02T09:40:00Z | 2026-03-02T10:40:00Z | 120.00 | yes
        e3 | bob    | 2026-03-02 | 60      |                      |                      | 120.00 | yes
        e4 | bob    | 2026-03-02 | 50      |                      |                      | 120.00 | yes
        e5 | eve    | 2026-03-02 | 60      |                      |                      | 120.00 | no
        e6 | eve    | 2026-03-02 | 60      |                      |                      | 120.00 | no
    """
    risk = {finding.subject.time_entry: finding.value_at_risk for finding in found(table)}
    assert risk["e2"].amount == Decimal("40.00")
    assert risk["e4"].amount == Decimal("100.00")
    assert risk["e6"] is None


def test_only_refuses_a_check_that_does_not_exist():
    with pytest.raises(InvalidInput, match="no check named overlaps; known are duplicate_entry"):
        CheckPolicy().only(["overlaps"])
