"""Each check beside its benign twin: the smallest input that it must speak about, and the nearest one that it must not."""

import pytest
from tests.checks import habit_pairs, money_pairs, people_pairs, tables
from tests.checks.pair import Pair

from hourtrail.checks import CHECKS


def master() -> dict:
    return {
        "tasks": tables.tasks("""
            item              | status | opens      | closes
            ACME/Portal/Build | open   | 2026-02-01 | 2026-05-31
            ACME/Portal/Old   | closed |            |
            ACME/Shop/Design  | open   |            |
        """),
        "assignments": tables.assignments("""
            person | item        | from       | to
            ada    | ACME/Portal | 2026-01-01 | 2026-04-30
            bob    | ACME/Shop   |            |
        """),
        "contracts": tables.contracts("""
            contract | client | project | from       | to
            K-7      | ACME   | Shop    | 2026-01-01 | 2026-06-30
        """),
    }


PAIRS = {
    "duplicate_entry": Pair(
        fault="""
            id | person | date       | minutes | start                | narrative
            e1 | ada    | 2026-03-02 | 60      | 2026-03-02T09:00:00Z | Review of the draft
            e2 | ada    | 2026-03-02 | 90      | 2026-03-02T09:00:00Z | Review of the draft
        """,
        says=[
            (
                "ada booked ACME/Portal/Build on 2 March 2026 more than once: entry e2 repeats entry e1, "
                "with 1 h 30 min instead of 1 h, the same start and the same narrative."
            )
        ],
        benign="""
            id | person | date       | minutes | item              | start                | narrative
            e1 | ada    | 2026-03-02 | 60      | ACME/Portal/Build | 2026-03-02T09:00:00Z | Review of the draft
            e2 | bob    | 2026-03-02 | 60      | ACME/Portal/Build | 2026-03-02T09:00:00Z | Review of the draft
            e3 | ada    | 2026-03-03 | 60      | ACME/Portal/Build | 2026-03-02T09:00:00Z | Review of the draft
            e4 | ada    | 2026-03-02 | 60      | ACME/Shop/Design  | 2026-03-02T09:00:00Z | Review of the draft
            e5 | ada    | 2026-03-02 | 60      | ACME/Portal/Build | 2026-03-02T11:00:00Z | Review of the draft
            e6 | ada    | 2026-03-02 | 60      | ACME/Portal/Build | 2026-03-02T09:00:00Z | Release notes
        """,
    ),
    "near_duplicate": Pair(
        fault="""
            id | person | date       | minutes | start                | narrative
            e1 | ada    | 2026-03-02 | 60      |                      | Call with Anne about the licence terms
            e2 | ada    | 2026-03-02 | 60      |                      | call with Ann about the licence terms.
        """,
        says=[
            (
                "ada may have booked the same work on 2 March 2026 twice: entry e2 reads almost like entry e1 "
                "(ACME/Portal/Build, 1 h and 1 h)."
            )
        ],
        # Another ticket, another length, another session, another project, no words at all, too short to tell.
        benign="""
            id  | person | date       | minutes | item              | start                | narrative
            e1  | ada    | 2026-03-02 | 60      | ACME/Portal/Build |                      | Review of ticket PRT-123 with the team
            e2  | ada    | 2026-03-02 | 60      | ACME/Portal/Build |                      | Review of ticket PRT-124 with the team
            e3  | ada    | 2026-03-02 | 300     | ACME/Portal/Build |                      | Reviews of ticket PRT-123 with the team
            e4  | ada    | 2026-03-03 | 60      | ACME/Portal/Build | 2026-03-03T09:00:00Z | Release notes for the summer edition
            e5  | ada    | 2026-03-03 | 60      | ACME/Portal/Build | 2026-03-03T10:00:00Z | Release note for the summer edition
            e6  | ada    | 2026-03-03 | 60      | ACME/Shop/Design  |                      | Release notes for the summer edition
            e7  | ada    | 2026-03-04 | 60      | ACME/Portal/Build |                      |
            e8  | ada    | 2026-03-04 | 60      | ACME/Portal/Old   |                      | ...
            e9  | ada    | 2026-03-04 | 60      | ACME/Portal/Build |                      | Call A
            e10 | ada    | 2026-03-04 | 60      | ACME/Portal/Build |                      | Call B
        """,
    ),
    "overlap": Pair(
        fault="""
            id | person | date       | minutes | start                | end
            e1 | ada    | 2026-03-02 | 60      | 2026-03-02T09:00:00Z | 2026-03-02T10:00:00Z
            e2 | ada    | 2026-03-02 | 60      | 2026-03-02T09:45:00Z | 2026-03-02T10:45:00Z
        """,
        says=[
            (
                "ada booked ACME/Portal/Build on 2 March 2026 from 09:45 to 10:45 (UTC), "
                "but 15 min of it are also booked in entry e1."
            )
        ],
        benign="""
            id | person | date       | minutes | start                | end
            e1 | ada    | 2026-03-02 | 60      | 2026-03-02T09:00:00Z | 2026-03-02T10:00:00Z
            e2 | ada    | 2026-03-02 | 60      | 2026-03-02T10:00:00Z | 2026-03-02T11:00:00Z
            e3 | bob    | 2026-03-02 | 60      | 2026-03-02T09:30:00Z | 2026-03-02T10:30:00Z
            e4 | ada    | 2026-03-02 | 30      | 2026-03-02T09:30:00Z |
        """,
    ),
    "zero_minutes": Pair(
        fault="""
            id | date       | minutes
            e1 | 2026-03-02 | 0
        """,
        says=["ada booked no time at all on ACME/Portal/Build on 2 March 2026."],
        benign="""
            id | date       | minutes
            e1 | 2026-03-02 | 1
        """,
    ),
    "implausible_minutes": Pair(
        fault="""
            id | date       | minutes
            e1 | 2026-03-02 | 961
        """,
        says=[
            "ada booked 16 h 1 min on ACME/Portal/Build on 2 March 2026 in one entry, more than the limit of 16 h.",
        ],
        benign="""
            id | date       | minutes
            e1 | 2026-03-02 | 960
        """,
        also=frozenset({"daily_hours"}),
    ),
    "daily_hours": Pair(
        fault="""
            id | date       | minutes | narrative
            e1 | 2026-03-02 | 400     | Build
            e2 | 2026-03-02 | 321     | Test
        """,
        says=["ada booked 12 h 1 min on 2 March 2026, more than the limit of 12 h."],
        benign="""
            id | date       | minutes | narrative
            e1 | 2026-03-02 | 400     | Build
            e2 | 2026-03-02 | 320     | Test
            e3 | 2026-03-03 | 720     | Build
        """,
    ),
    "weekly_hours": Pair(
        fault="""
            id | date       | minutes
            e1 | 2026-03-02 | 720
            e2 | 2026-03-03 | 720
            e3 | 2026-03-04 | 720
            e4 | 2026-03-05 | 720
            e5 | 2026-03-06 | 720
            e6 | 2026-03-08 | 90
        """,
        says=["ada booked 61 h 30 min in the week of 2 March 2026, more than the limit of 60 h."],
        # Exactly the limit in one ISO week; the next Monday belongs to another.
        benign="""
            id | date       | minutes
            e1 | 2026-03-02 | 720
            e2 | 2026-03-03 | 720
            e3 | 2026-03-04 | 720
            e4 | 2026-03-05 | 720
            e5 | 2026-03-06 | 720
            e6 | 2026-03-09 | 90
        """,
    ),
    "closed_task": Pair(
        fault="""
            id | person | date       | minutes | item
            e1 | ada    | 2026-04-15 | 60      | ACME/Portal/Old
        """,
        says=[
            (
                "ada booked ACME/Portal/Old on 15 April 2026, but the task is closed as of 31 December 2026, "
                "without a closing date; the nearest open code is ACME/Portal/Build."
            )
        ],
        benign="""
            id | person | date       | minutes | item
            e1 | ada    | 2026-04-15 | 60      | ACME/Portal/Build
        """,
        given=master(),
    ),
    "not_assigned": Pair(
        fault="""
            id | person | date       | minutes | item
            e1 | bob    | 2026-04-15 | 60      | ACME/Portal/Build
        """,
        says=[
            (
                "bob booked ACME/Portal/Build on 15 April 2026 without being assigned to it; "
                "the nearest assignment is ACME/Shop at any time."
            )
        ],
        benign="""
            id | person | date       | minutes | item
            e1 | bob    | 2026-04-15 | 60      | ACME/Shop/Design
        """,
        given=master(),
    ),
    "outside_dates": Pair(
        fault="""
            id | person | date       | minutes | item
            e1 | ada    | 2026-01-15 | 60      | ACME/Portal/Build
            e2 | bob    | 2026-07-01 | 60      | ACME/Shop/Design
            e3 | ada    | 2026-05-01 | 60      | ACME/Portal/Build
        """,
        says=[
            "ada booked ACME/Portal/Build on 15 January 2026, but the task runs from 1 February 2026.",
            "bob booked ACME/Shop/Design on 1 July 2026, but contract K-7 runs from 1 January 2026 to 30 June 2026.",
            "ada booked ACME/Portal/Build on 1 May 2026, but the assignment runs from 1 January 2026 to 30 April 2026.",
        ],
        benign="""
            id | person | date       | minutes | item
            e1 | ada    | 2026-02-01 | 60      | ACME/Portal/Build
            e2 | bob    | 2026-06-30 | 60      | ACME/Shop/Design
            e3 | ada    | 2026-04-30 | 60      | ACME/Portal/Build
        """,
        given=master(),
    ),
    "unknown_work_item": Pair(
        fault="""
            id | person | date       | minutes | item
            e1 | bob    | 2026-04-15 | 60      | ACME/Shop/Desing
        """,
        says=[
            (
                "bob booked ACME/Shop/Desing on 15 April 2026, which the task list does not hold; "
                "the nearest known code is ACME/Shop/Design."
            )
        ],
        # The client left out, and a booking on a project that is listed by task.
        benign="""
            id | person | date       | minutes | item
            e1 | bob    | 2026-04-15 | 60      | Shop
            e2 | bob    | 2026-04-15 | 45      | ACME/Shop
        """,
        given=master(),
    ),
    **people_pairs.PAIRS,
    **money_pairs.PAIRS,
    **habit_pairs.PAIRS,
}


def test_every_check_has_a_golden_pair():
    assert set(PAIRS) == set(CHECKS)


@pytest.mark.parametrize("name", PAIRS)
def test_speaks_of_the_fault_alone_and_in_these_words(name):
    pair = PAIRS[name]
    findings = tables.found(pair.fault, **pair.given)
    # Nothing else has anything to say: one fact gives one finding.
    assert {finding.check for finding in findings} == {name} | pair.also
    findings = [finding for finding in findings if finding.check == name]
    findings.sort(key=lambda finding: finding.subject.time_entry)
    assert [finding.explanation for finding in findings] == pair.says


@pytest.mark.parametrize("name", PAIRS)
def test_is_silent_on_the_benign_twin(name):
    pair = PAIRS[name]
    assert tables.found(pair.benign, name, **{**pair.given, **pair.benign_given}) == []


@pytest.mark.parametrize("name", CHECKS)
def test_is_silent_on_an_empty_week(name):
    assert tables.found([], name, **master()) == []
