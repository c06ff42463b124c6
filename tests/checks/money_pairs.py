"""Golden pairs of the checks about money and master data."""

from tests.checks.contract_tables import read
from tests.checks.pair import Pair

CONTRACTS = """
    contract | client | project | kind               | currency | cap_amount | cap_hours | budget_hours | budget_amount
    K-1      | ACME   | Portal  | time_and_materials | EUR      |            |           |              |
    K-2      | ACME   | Shop    | capped             | EUR      | 1000       |           |              |
    K-3      | ACME   | Move    | milestone          | EUR      |            |           | 100          | 20000
    K-4      | HOUSE  | Inside  | internal           |          |            |           |              |
"""
RATES = """
    contract | hourly_rate | currency | grade  | valid_from | valid_to
    K-1      | 150         | EUR      | senior | 2026-01-01 | 2026-03-31
    K-1      | 160         | EUR      | senior | 2026-04-01 |
    K-1      | 110         | EUR      | junior |            |
    K-2      | 150         | EUR      |        |            |
"""
PEOPLE = """
    person | grade
    ada    | senior
    bob    | junior
    cy     | director
"""
TASKS = """
    client | project | task  | billable
    ACME   | Portal  | Build | true
    ACME   | Portal  | Learn | false
    ACME   | Portal  | Help  | depends
    ACME   | Shop    | Build | true
    ACME   | Move    | Build | true
    HOUSE  | Inside  |       | true
"""
PERIODS = """
    from       | to         | status
    2026-01-01 | 2026-01-31 | closed
    2026-02-01 | 2026-02-28 | closed
    2026-03-01 | 2026-03-31 | open
    2026-04-01 | 2026-04-30 | open
"""


def given(**more) -> dict:
    return {
        "contracts": read("contracts", CONTRACTS),
        "rates": read("rate-cards", RATES),
        "people": read("people", PEOPLE),
        "tasks": read("tasks", TASKS),
        **more,
    }


def month(person: str, minutes: list[int]) -> str:
    """Two entries a day from 2 March on."""
    return "\n".join(
        f"{person}{number} | {person} | 2026-03-{2 + number // 2:02} | {value} | n{number}"
        for number, value in enumerate(minutes)
    )


HEADER = "id | person | date | minutes | narrative\n"
WHOLE, MEASURED = [60, 120] * 11, [55, 60, 35, 90] * 6

PAIRS = {
    "over_cap": Pair(
        fault="""
            id | person | date       | minutes | item
            e1 | ada    | 2026-03-02 | 240     | ACME/Shop/Build
            e2 | ada    | 2026-03-03 | 240     | ACME/Shop/Build
            e3 | bob    | 2026-03-04 | 30      | ACME/Shop/Build
        """,
        says=[
            (
                "ada booked ACME/Shop/Build on 3 March 2026, but 1 h 20 min of 4 h (200.00 EUR) lie beyond "
                "the cap of 1000 EUR of contract K-2."
            ),
            (
                "bob booked ACME/Shop/Build on 4 March 2026, but 30 min (75.00 EUR) lies beyond "
                "the cap of 1000 EUR of contract K-2."
            ),
        ],
        # Exactly the cap; work that is not billed uses none of it.
        benign="""
            id | person | date       | minutes | item            | billable
            e1 | ada    | 2026-03-02 | 240     | ACME/Shop/Build |
            e2 | ada    | 2026-03-03 | 160     | ACME/Shop/Build |
            e3 | bob    | 2026-03-04 | 60      | ACME/Shop/Build | no
        """,
        given=given(),
    ),
    "budget_forecast": Pair(
        fault="""
            id | person | date       | minutes | item
            e1 | ada    | 2026-03-02 | 5400    | ACME/Move/Build
        """,
        says=[
            "Contract K-3 has used 90 h of its budget of 100 h, 90 %, more than 80 %.",
            (
                "Contract K-3 has used 90 % of its budgeted hours, but 1 of 2 milestones, 40 % of the work, are accepted."
            ),
        ],
        # Exactly 80 %, and milestones that keep up.
        benign="""
            id | person | date       | minutes | item
            e1 | ada    | 2026-03-02 | 4800    | ACME/Move/Build
        """,
        given=given(
            milestones=read(
                "milestones",
                """
                contract | milestone | due_on     | accepted_on | planned_share
                K-3      | M1        | 2026-02-01 | 2026-02-03  | 0.4
                K-3      | M2        | 2026-12-31 |             | 0.6
                """,
            )
        ),
        benign_given={
            "milestones": read(
                "milestones",
                """
                contract | milestone | due_on     | accepted_on | planned_share
                K-3      | M1        | 2026-02-01 | 2026-02-03  | 0.6
                K-3      | M2        | 2026-12-31 |             | 0.4
                """,
            )
        },
        also=frozenset({"implausible_minutes", "daily_hours", "weekly_hours"}),
    ),
    "wrong_rate": Pair(
        fault="""
            id | person | date       | minutes | item              | rate
            e1 | ada    | 2026-04-01 | 120     | ACME/Portal/Build | 150
        """,
        says=[
            (
                "ada booked ACME/Portal/Build on 1 April 2026 at 150.00 EUR an hour, but contract K-1 has 160.00 EUR; "
                "150.00 EUR is the rate from 1 January 2026 to 31 March 2026."
            )
        ],
        # The old rate on the last day of its validity, the new one from the next; no rate stated; not billed.
        benign="""
            id | person | date       | minutes | item              | rate | billable
            e1 | ada    | 2026-03-31 | 120     | ACME/Portal/Build | 150  |
            e2 | ada    | 2026-04-01 | 120     | ACME/Portal/Build | 160  |
            e3 | ada    | 2026-04-02 | 120     | ACME/Portal/Build |      |
            e4 | ada    | 2026-04-03 | 120     | ACME/Portal/Learn | 1    | no
        """,
        given=given(),
    ),
    "missing_rate": Pair(
        fault="""
            id | person | date       | minutes | item
            e1 | cy     | 2026-04-01 | 120     | ACME/Portal/Build
            e2 | ada    | 2025-12-31 | 120     | ACME/Portal/Build
        """,
        says=[
            (
                "cy booked ACME/Portal/Build on 1 April 2026, but contract K-1 has no rate for grade director that day; "
                "it has rates for junior, senior."
            ),
            (
                "ada booked ACME/Portal/Build on 31 December 2025, but contract K-1 has no rate for grade senior that day; "
                "the first one begins on 1 January 2026."
            ),
        ],
        # Milestones, internal and unbilled work need no rate.
        benign="""
            id | person | date       | minutes | item
            e1 | cy     | 2026-04-01 | 120     | ACME/Move/Build
            e2 | cy     | 2026-04-01 | 120     | HOUSE/Inside
            e3 | cy     | 2026-04-01 | 120     | ACME/Portal/Learn
            e4 | cy     | 2026-04-01 | 120     | ACME/Shop/Build
        """,
        given=given(),
    ),
    "wrong_grade": Pair(
        fault="""
            id | person | date       | minutes | item              | rate
            e1 | bob    | 2026-04-01 | 120     | ACME/Portal/Build | 160
        """,
        says=[
            (
                "bob booked ACME/Portal/Build on 1 April 2026 at 160.00 EUR an hour, which contract K-1 has for senior; "
                "as junior it is 110.00 EUR."
            )
        ],
        benign="""
            id | person | date       | minutes | item              | rate
            e1 | ada    | 2026-04-01 | 120     | ACME/Portal/Build | 160
            e2 | bob    | 2026-04-01 | 120     | ACME/Portal/Build | 110
        """,
        given=given(),
    ),
    "billable_mismatch": Pair(
        fault="""
            id | person | date       | minutes | item              | billable
            e1 | ada    | 2026-04-01 | 120     | ACME/Portal/Learn | yes
            e2 | ada    | 2026-04-02 | 60      | ACME/Portal/Build | no
            e3 | ada    | 2026-04-03 | 60      | HOUSE/Inside      | yes
        """,
        says=[
            "ada booked 2 h on ACME/Portal/Learn on 1 April 2026 as billable, but the task is not billable.",
            "ada booked 1 h on ACME/Portal/Build on 2 April 2026 as not billable, but the task is billable.",
            "ada booked 1 h on HOUSE/Inside on 3 April 2026 as billable, but contract K-4 is internal.",
        ],
        benign="""
            id | person | date       | minutes | item              | billable
            e1 | ada    | 2026-04-01 | 120     | ACME/Portal/Learn | no
            e2 | ada    | 2026-04-02 | 60      | ACME/Portal/Build | yes
            e3 | ada    | 2026-04-02 | 45      | ACME/Portal/Help  | yes
            e4 | ada    | 2026-04-02 | 50      | ACME/Portal/Help  | no
            e5 | ada    | 2026-04-03 | 60      | HOUSE/Inside      |
        """,
        given=given(),
    ),
    "milestone_mismatch": Pair(
        fault="""
            id | person | date       | minutes | item
            e1 | ada    | 2026-03-20 | 60      | ACME/Move/Build
        """,
        says=[
            "The milestones of contract K-3 add up to 19000 EUR, but its budget is 20000 EUR.",
            (
                "Milestone Build of contract K-3 was due on 1 March 2026 and is not accepted, "
                "while work went on with 1 h after it."
            ),
            "The milestones name contract K-9, which the contracts do not hold.",
        ],
        benign="""
            id | person | date       | minutes | item
            e1 | ada    | 2026-03-20 | 60      | ACME/Move/Build
        """,
        given=given(
            milestones=read(
                "milestones",
                """
                contract | milestone | name   | due_on     | accepted_on | amount
                K-3      | M1        | Start  | 2026-01-15 | 2026-01-20  | 9000
                K-3      | M2        | Build  | 2026-03-01 |             | 10000
                K-9      | M1        | Design | 2026-03-01 |             | 500
                """,
            )
        ),
        benign_given={
            "milestones": read(
                "milestones",
                """
                contract | milestone | name   | due_on     | accepted_on | amount
                K-3      | M1        | Start  | 2026-01-15 | 2026-01-20  | 9000
                K-3      | M2        | Build  | 2026-03-01 | 2026-03-30  | 11000
                """,
            )
        },
    ),
    "excessive_write_off": Pair(
        fault=read(
            "time-entries",
            """
            id | person | date       | minutes | client | project | task  | write_off_minutes | status
            e1 | ada    | 2026-04-01 | 120     | ACME   | Portal  | Build | 31                | submitted
            """,
        ),
        says=[
            "31 min of the 2 h that ada booked on ACME/Portal/Build on 1 April 2026 are written off, 26 % of the entry."
        ],
        # A quarter; a few minutes; nothing to write off.
        benign=read(
            "time-entries",
            """
            id | person | date       | minutes | client | project | task  | write_off_minutes | billable
            e1 | ada    | 2026-04-01 | 120     | ACME   | Portal  | Build | 30                | true
            e2 | ada    | 2026-04-01 | 15      | ACME   | Portal  | Build | 15                | true
            e3 | ada    | 2026-04-01 | 120     | ACME   | Portal  | Learn | 120               | false
            """,
        ),
    ),
    "closed_period": Pair(
        fault="""
            id | person | date       | minutes | item
            e1 | ada    | 2026-02-28 | 60      | ACME/Portal/Build
        """,
        says=[
            (
                "ada booked ACME/Portal/Build on 28 February 2026, in a period that is closed; "
                "the next open one runs from 1 March 2026 to 31 March 2026."
            )
        ],
        # Posted while it was open; dated in an open period; dated in no period at all.
        benign="""
            id | person | date       | minutes | item              | status
            e1 | ada    | 2026-02-28 | 60      | ACME/Portal/Build | approved
            e2 | ada    | 2026-03-01 | 60      | ACME/Portal/Build | draft
            e3 | ada    | 2026-06-01 | 60      | ACME/Portal/Build | draft
        """,
        given={"periods": read("periods", PERIODS)},
    ),
    "rounding_pattern": Pair(
        fault=HEADER + month("ada", WHOLE) + "\n" + month("bob", MEASURED),
        says=[
            (
                "22 of 22 entries of ada in 2026-03 are whole hours, 100 % against 25 % of the others: "
                "they look rounded, not measured."
            )
        ],
        # Where everybody books whole hours, that is how the house books.
        benign=HEADER + month("ada", WHOLE) + "\n" + month("bob", WHOLE),
    ),
}
