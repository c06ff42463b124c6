"""Closed, unassigned, out of date, unknown: one fact gives one finding, and the right one."""

import pytest
from tests.checks.tables import assignments, contracts, found, tasks, told

PORTAL = """
    item              | status | opens      | closes
    ACME/Portal/Build | open   | 2026-02-01 | 2026-05-31
"""


def entry(day: str, item: str = "ACME/Portal/Build", person: str = "ada", created: str = "") -> str:
    return f"id | person | date | minutes | item | created\ne1 | {person} | {day} | 60 | {item} | {created}"


@pytest.mark.parametrize(
    ("day", "check"),
    [
        ("2026-01-31", "outside_dates"),
        ("2026-02-01", None),
        ("2026-05-31", None),
        ("2026-06-01", "closed_task"),
    ],
)
def test_the_dates_of_a_task_include_both_ends(day, check):
    assert told(found(entry(day), tasks=tasks(PORTAL))) == ([(check, "e1", ())] if check else [])


def test_a_closed_task_with_a_closing_date_keeps_its_history():
    listed = tasks("""
        item              | status | closes
        ACME/Portal/Build | closed | 2026-05-31
    """)
    assert found(entry("2026-05-31"), tasks=listed) == []
    assert [finding.check for finding in found(entry("2026-06-01"), tasks=listed)] == ["closed_task"]


def test_a_task_that_closed_after_the_entry_was_created_is_not_the_consultants_fault():
    [booked_ahead] = found(entry("2026-06-03", created="2026-05-20T10:00:00Z"), tasks=tasks(PORTAL))
    [booked_late] = found(entry("2026-06-03", created="2026-06-03T10:00:00Z"), tasks=tasks(PORTAL))
    assert booked_ahead.blame == "master_data"
    assert "was still open when the entry was created on 20 May 2026" in booked_ahead.explanation
    assert booked_late.blame == "entry"
    assert booked_late.explanation == (
        "ada booked ACME/Portal/Build on 3 June 2026, but the task closed after 31 May 2026."
    )


def test_a_booking_on_the_project_is_late_only_when_all_its_tasks_have_closed():
    listed = tasks("""
        item              | status | closes
        ACME/Portal/Build | open   | 2026-05-31
        ACME/Portal/Test  | open   | 2026-06-30
    """)
    assert found(entry("2026-06-15", "ACME/Portal"), tasks=listed) == []
    assert [f.check for f in found(entry("2026-07-01", "ACME/Portal"), tasks=listed)] == ["closed_task"]


def test_an_assignment_at_another_time_is_outside_dates_not_unassigned():
    listed = assignments("""
        person | item              | from       | to
        ada    | ACME/Portal       | 2026-01-01 | 2026-01-31
        ada    | ACME/Portal/Build | 2026-03-01 | 2026-03-31
    """)
    [finding] = found(entry("2026-04-02"), assignments=listed)
    assert finding.check == "outside_dates"
    # The nearest of the two windows is the one to compare with.
    assert finding.expected == "the assignment from 1 March 2026 to 31 March 2026"


def test_not_assigned_names_the_nearest_assignment():
    listed = assignments("""
        person | item             | from       | to
        ada    | ACME/Shop/Design | 2026-01-01 | 2026-12-31
        ada    | ACME/Portal/Test | 2026-02-01 | 2026-02-28
        bob    | ACME/Portal      |            |
    """)
    [finding] = found(entry("2026-03-02"), assignments=listed)
    assert finding.check == "not_assigned"
    assert finding.expected == "ACME/Portal/Test"
    assert "the nearest assignment is ACME/Portal/Test from 1 February 2026 to 28 February 2026" in finding.explanation
    assert finding.blame == "entry"


def test_somebody_missing_from_the_assignments_was_forgotten_there():
    [finding] = found(entry("2026-03-02"), assignments=assignments("person | item\nbob | ACME/Portal"))
    assert (finding.check, finding.blame) == ("not_assigned", "master_data")
    assert finding.explanation.endswith("the assignments do not mention this person at all.")


def test_an_unknown_code_is_not_said_again_as_unassigned():
    findings = found(
        entry("2026-03-02", "ACME/Protal/Build"),
        tasks=tasks(PORTAL),
        assignments=assignments("person | item\nada | ACME/Portal"),
    )
    assert [(finding.check, finding.expected) for finding in findings] == [("unknown_work_item", "ACME/Portal/Build")]


def test_a_project_known_by_assignment_alone_is_known():
    findings = found(
        entry("2026-03-02", "ACME/Audit"),
        tasks=tasks(PORTAL),
        assignments=assignments("person | item\nada | ACME/Audit"),
    )
    assert findings == []


def test_another_clients_project_of_the_same_name_is_unknown():
    [finding] = found(entry("2026-03-02", "Bolt/Portal/Build"), tasks=tasks(PORTAL))
    assert (finding.check, finding.expected) == ("unknown_work_item", "ACME/Portal/Build")


def test_a_code_like_no_other_gets_no_guess():
    [finding] = found(entry("2026-03-02", "Zzz/9/x"), tasks=tasks(PORTAL))
    assert finding.expected == "a work item of the task list"


def test_only_a_code_that_takes_bookings_that_day_is_offered():
    listed = tasks("""
        item               | status | opens      | closes
        ACME/Portal/Build  | closed |            | 2026-01-31
        ACME/Portal/Build2 | open   | 2026-03-01 |
        ACME/Portal/Tests  | open   |            |
    """)
    [wrong] = found(entry("2026-02-10", "ACME/Portal/Buidl"), tasks=listed)
    assert (wrong.check, wrong.expected) == ("unknown_work_item", "ACME/Portal/Tests")
    [late] = found(entry("2026-03-02"), tasks=listed)
    assert late.check == "closed_task"
    assert late.explanation.endswith("the nearest open code is ACME/Portal/Build2.")


@pytest.mark.parametrize(("people", "blame"), [(2, "entry"), (3, "master_data")])
def test_a_project_that_several_people_miss_is_a_gap_in_the_list(people, blame):
    lines = ["id | person | date | minutes | item"]
    lines += [f"e{n} | p{n} | 2026-03-02 | 60 | ACME/Audit/Field" for n in range(people)]
    assert {finding.blame for finding in found("\n".join(lines), tasks=tasks(PORTAL))} == {blame}


def test_the_contract_is_the_tasks_own_before_the_clients():
    listed = tasks("""
        item              | contract
        ACME/Portal/Build | K-1
        ACME/Shop/Design  |
    """)
    signed = contracts("""
        contract | client | project | from       | to
        K-1      | ACME   | Portal  | 2026-01-01 | 2026-03-31
        K-2      | ACME   |         | 2026-01-01 | 2026-12-31
    """)
    [finding] = found(entry("2026-04-01"), tasks=listed, contracts=signed)
    assert (finding.check, finding.blame) == ("outside_dates", "contract")
    assert "contract K-1 runs from 1 January 2026 to 31 March 2026" in finding.explanation
    assert found(entry("2026-04-01", "ACME/Shop/Design"), tasks=listed, contracts=signed) == []


def test_a_contract_is_found_without_the_client_where_the_project_is_one_clients():
    signed = contracts("""
        contract | client | project | from       | to
        K-1      | ACME   | Portal  | 2026-01-01 | 2026-03-31
    """)
    [finding] = found(entry("2026-04-01", "Portal"), contracts=signed)
    assert finding.check == "outside_dates"


def test_every_missed_window_stands_in_one_finding():
    [finding] = found(
        entry("2026-01-15"),
        tasks=tasks(PORTAL),
        assignments=assignments("person | item | from | to\nada | ACME/Portal | 2026-03-01 | "),
    )
    assert finding.expected == "the task from 1 February 2026; the assignment from 1 March 2026"
