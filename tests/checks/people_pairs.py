"""Golden pairs of the checks that look at people, days and evidence."""

from datetime import date

from tests.checks.pair import Pair
from tests.checks.people_tables import activities, holidays, people

from hourtrail.domain.firm import Billable, Contract, ContractKind, Task, WorkItem


def clients() -> list[Task]:
    return [
        Task(
            item=WorkItem("ACME", "Portal", "Build"),
            name="Portal: build",
            keywords=("checkout",),
            ticket_prefixes=("PRT",),
        ),
        Task(
            item=WorkItem("Globex", "Lake", "Load"),
            name="Data lake",
            keywords=("ingestion",),
            domains=("globex.example",),
        ),
        Task(item=WorkItem("Own", "Office", "Sales"), name="Selling", keywords=("travel",), billable=Billable.NO),
    ]


STAND_UPS = "\n".join(
    f"meeting | {person} | 2026-03-{day:02}T09:00:00Z | 2026-03-{day:02}T09:15:00Z | Stand-up | s1 | accepted"
    for person in ("ada", "bob", "eve")
    for day in (2, 3, 4, 5, 6, 9, 10, 11, 12, 13)
)
WORK = ["Login form", "Tax rules", "Error pages", "Search index", "Release notes"]


def week(first: int, *, stamps: tuple[int, ...], minutes: int) -> str:
    """Five days of a stand-up and of another piece of work each."""
    lines = [f"s{day} | 2026-03-{day:02} | 15 | Stand-up" for day in range(first, first + 5)]
    lines += [f"w{first + n} | 2026-03-{first + n:02} | {minutes + stamps[n]} | {WORK[n]}" for n in range(5)]
    return "\n".join(lines)


def usual_days(*days: int, minutes: int = 480) -> str:
    """Days that are booked in full, with a meeting as long as the day is."""
    return "\n".join(f"u{day} | 2026-03-{day:02} | {minutes}" for day in days)


def seen(day: int, hours: int) -> str:
    return (
        f"meeting | 2026-03-{day:02}T08:00:00Z | 2026-03-{day:02}T{8 + hours:02}:00:00Z | Workshop with a secret title"
    )


PAIRS = {
    "weekend_or_holiday": Pair(
        fault="""
            id | person | date       | minutes
            e1 | ada    | 2026-03-07 | 60
            e2 | ada    | 2026-05-01 | 60
            e3 | bob    | 2026-03-06 | 60
        """,
        says=[
            "Ada booked ACME/Portal/Build on 7 March 2026, a Saturday, on which they do not work.",
            "Ada booked ACME/Portal/Build on 1 May 2026, a holiday of their calendar (Labour Day).",
            "bob booked ACME/Portal/Build on 6 March 2026, a Friday, on which they do not work.",
        ],
        # The holiday of another calendar; Sunday is a working day where the week begins with it; somebody unknown.
        benign="""
            id | person | date       | minutes
            e1 | bob    | 2026-05-03 | 60
            e2 | bob    | 2026-05-01 | 0
            e3 | eve    | 2026-05-01 | 60
            e4 | zed    | 2026-03-07 | 60
        """,
        given={
            "people": people("""
                person | name | calendar | workdays
                ada    | Ada  | DE       | 1-5
                bob    |      | IL       | 7,1-4
                eve    |      | US       | 1-5
            """),
            "holidays": holidays("""
                calendar | date       | name
                DE       | 2026-05-01 | Labour Day
            """),
        },
    ),
    "on_absence": Pair(
        fault="""
            id | person | date       | minutes | start                | end
            e1 | ada    | 2026-03-03 | 60      |                      |
            e2 | bob    | 2026-03-04 | 120     | 2026-03-04T13:00:00Z | 2026-03-04T15:00:00Z
        """,
        says=[
            "ada booked 1 h on ACME/Portal/Build on 3 March 2026, a day of absence in their calendar.",
            (
                "bob booked 2 h on ACME/Portal/Build on 4 March 2026, of which 1 h lie in an absence from "
                "14:00 to 18:00 (UTC)."
            ),
        ],
        # The day after, the other half of the day, half a day without times, the entry that is the leave itself.
        benign="""
            id | person | date       | minutes | item              | start                | end                  | narrative
            e1 | ada    | 2026-03-04 | 60      | ACME/Portal/Build |                      |                      |
            e2 | bob    | 2026-03-04 | 120     | ACME/Portal/Build | 2026-03-04T09:00:00Z | 2026-03-04T11:00:00Z |
            e3 | bob    | 2026-03-04 | 120     | ACME/Portal/Build |                      |                      |
            e4 | ada    | 2026-03-03 | 480     | Own/Office/Away   |                      |                      | Urlaub
        """,
        given={
            "activities": activities("""
                kind    | person | start                | end                  | title
                absence | ada    | 2026-03-02           | 2026-03-04           | Urlaub an der See
                absence | bob    | 2026-03-04T14:00:00Z | 2026-03-04T18:00:00Z | Dentist
            """)
        },
    ),
    "late_entry": Pair(
        fault="""
            id | date       | minutes | created
            e1 | 2026-03-02 | 60      | 2026-03-10T08:00:00Z
            e2 | 2026-03-04 | 90      | 2026-03-18T08:00:00Z
            e3 | 2026-03-05 | 60      | 2026-03-06T08:00:00Z
            e4 | 2026-03-09 | 60      | 2026-03-18T08:00:00Z
        """,
        says=[
            (
                "ada booked 2 entries (2 h 30 min) of the week of 2 March 2026 late, up to 14 days after the work; "
                "the limit is 7 days."
            ),
            "ada booked 1 entry (1 h) of the week of 9 March 2026 late, 9 days after the work; the limit is 7 days.",
        ],
        benign="""
            id | date       | minutes | created
            e1 | 2026-03-02 | 60      | 2026-03-09T23:59:00Z
            e2 | 2026-03-03 | 60      |
        """,
    ),
    "future_entry": Pair(
        fault="""
            id | person | date       | minutes | created
            e1 | ada    | 2026-03-03 | 60      | 2026-03-02T10:00:00Z
        """,
        says=[
            ("ada booked ACME/Portal/Build on 3 March 2026, 1 day after 2 March 2026, which is today for this check.")
        ],
        # East of the office it is tomorrow already.
        benign="""
            id | person | date       | minutes | created
            e1 | ada    | 2026-03-02 | 60      |
            e2 | kiri   | 2026-03-03 | 60      | 2026-03-02T20:00:00Z
        """,
        given={"as_of": date(2026, 3, 2), "people": people("person | zone\nada | UTC\nkiri | Pacific/Auckland")},
    ),
    "thin_narrative": Pair(
        fault="""
            id | date       | minutes | item              | narrative
            e1 | 2026-03-02 | 60      | ACME/Portal/Build |
            e2 | 2026-03-03 | 60      | ACME/Portal/Build | Portal build
            e3 | 2026-03-04 | 60      | ACME/Portal/Build | xxxxxxxxxxxxxxxxxx call
        """,
        says=[
            (
                "The narrative of ada for ACME/Portal/Build on 2 March 2026 is empty, "
                "but contract K-1 asks for one of at least 12 letters and digits."
            ),
            (
                "The narrative of ada for ACME/Portal/Build on 3 March 2026 says nothing that its work item does not say "
                "already, but contract K-1 asks for one of at least 12 letters and digits."
            ),
            (
                "The narrative of ada for ACME/Portal/Build on 4 March 2026 says no more than 4 letters and digits that its "
                "work item does not say already, but contract K-1 asks for one of at least 12 letters and digits."
            ),
        ],
        # Short in one script is long in another; not asked for under this contract; not billed.
        benign="""
            id | date       | minutes | item              | narrative                | billable
            e1 | 2026-03-02 | 60      | ACME/Portal/Build | Besprechung Steuerregeln |
            e2 | 2026-03-03 | 60      | ACME/Portal/Build | 契約条件の協議           |
            e3 | 2026-03-04 | 60      | ACME/Portal/Build | परियोजना समीक्षा बैठक        |
            e4 | 2026-03-05 | 60      | Globex/Lake/Load  |                          |
            e5 | 2026-03-06 | 60      | ACME/Portal/Build |                          | no
        """,
        given={
            "tasks": clients(),
            "contracts": [
                Contract(id="K-1", client="ACME", kind=ContractKind.TIME_AND_MATERIALS, narrative_required=True),
                Contract(id="K-2", client="Globex", kind=ContractKind.TIME_AND_MATERIALS),
            ],
        },
    ),
    "foreign_client_named": Pair(
        fault="""
            id | date       | minutes | item              | narrative
            e1 | 2026-03-02 | 60      | ACME/Portal/Build | Call with GLOBEX about the release
            e2 | 2026-03-03 | 60      | Globex/Lake/Load  | PRT-17: form fixed
            e3 | 2026-03-04 | 60      | ACME/Portal/Build | Ingestion job repaired
        """,
        says=[
            (
                "ada booked ACME/Portal/Build on 2 March 2026, but the narrative names “Globex”, "
                "which belongs to client Globex, and nothing of client ACME."
            ),
            (
                "ada booked Globex/Lake/Load on 3 March 2026, but the narrative names a ticket of “PRT”, "
                "which belongs to client ACME, and nothing of client Globex."
            ),
            (
                "ada booked ACME/Portal/Build on 4 March 2026, but the narrative speaks of “ingestion”, "
                "which belongs to client Globex, and nothing of client ACME."
            ),
        ],
        # Both clients named, the firm's own work for any client, the firm's own words anywhere, a part of a longer word.
        benign="""
            id | date       | minutes | item              | narrative
            e1 | 2026-03-02 | 60      | ACME/Portal/Build | Acme checkout, lessons of Globex
            e2 | 2026-03-03 | 60      | Own/Office/Sales  | Offer for Globex
            e3 | 2026-03-04 | 60      | ACME/Portal/Build | Travel to the site
            e4 | 2026-03-05 | 60      | ACME/Portal/Build | Globexlike tables
            e5 | 2026-03-06 | 60      | Globex/Lake/Load  | Import of prt files
            e6 | 2026-03-07 | 60      | ACME/Portal/Build | Portal tables as at Globex
        """,
        given={"tasks": clients()},
    ),
    "copied_week": Pair(
        fault="id | date | minutes | narrative\n"
        + week(2, stamps=(0, 25, 5, 40, 10), minutes=400)
        + "\n"
        + week(9, stamps=(0, 25, 5, 40, 10), minutes=400),
        says=[
            (
                "ada booked the week of 9 March 2026 exactly like the week before: 5 entries have the same weekdays, work "
                "items, minutes and narratives (5 more repeat as meetings and daily routine do)."
            )
        ],
        # Standing stand-ups beside other work, and a week of nothing but stand-ups.
        benign="id | date | minutes | narrative\n"
        + week(2, stamps=(0, 25, 5, 40, 10), minutes=400)
        + "\n"
        + week(9, stamps=(0, 25, 5, 40, 11), minutes=400)
        + "\n"
        + "\n".join(f"t{day} | 2026-03-{day} | 15 | Stand-up" for day in (16, 17, 18, 19, 20, 23, 24, 25, 26, 27)),
    ),
    "no_evidence": Pair(
        fault="id | date | minutes\n" + usual_days(2, 3, 4, 5, 6) + "\ne1 | 2026-03-09 | 360\n" + usual_days(10),
        says=["ada has 6 h booked, 2 h evidenced on 9 March 2026; about 6 h would be usual for this person."],
        # Three hours less than usual are not more than three hours.
        benign="id | date | minutes\n" + usual_days(2, 3, 4, 5, 6) + "\ne1 | 2026-03-09 | 300\n" + usual_days(10),
        given={
            "activities": activities(
                "kind | start | end | title\n" + "\n".join([*(seen(day, 8) for day in (2, 3, 4, 5, 6, 10)), seen(9, 2)])
            )
        },
    ),
    "missing_time": Pair(
        fault="""
            id | person | date       | minutes | start                | end
            e1 | ada    | 2026-03-02 | 180     | 2026-03-02T08:00:00Z | 2026-03-02T11:00:00Z
            e2 | ada    | 2026-03-03 | 480     |                      |
            e3 | ada    | 2026-03-04 | 480     |                      |
            e4 | ada    | 2026-03-06 | 480     |                      |
            e5 | bob    | 2026-03-02 | 480     |                      |
            e6 | bob    | 2026-03-05 | 480     |                      |
        """,
        says=[
            (
                "Ada booked 3 h on 2 March 2026, but evidence shows 6 h: 3 h are missing "
                "(not booked: calls 2 h, meetings 1 h, in 2 blocks)."
            ),
            ("Ada booked nothing on 5 March 2026, a Thursday, a working day of 8 h; no evidence of work either."),
            (
                "Ada is 13 h short in the week of 2 March 2026: 27 h of 40 h are booked; "
                "1 working day has no entry at all."
            ),
        ],
        # Part time, a holiday, leave, an hour less than the evidence, an hour less than the week asks for.
        benign="""
            id | person | date       | minutes
            e1 | ada    | 2026-03-02 | 300
            e2 | ada    | 2026-03-03 | 600
            e3 | ada    | 2026-03-04 | 480
            e4 | ada    | 2026-03-05 | 480
            e5 | ada    | 2026-03-06 | 480
            e6 | bob    | 2026-03-02 | 480
            e7 | bob    | 2026-03-05 | 480
        """,
        given={
            "as_of": date(2026, 3, 6),
            "people": people("""
                person | name | hours | workdays | calendar | zone
                ada    | Ada  | 40    | 1-5      |          | UTC
                bob    | Bob  | 32    | 1-4      | US       | UTC
            """),
            "holidays": holidays("calendar | date\nUS | 2026-03-03"),
            "activities": activities("""
                kind    | person | start                | end
                meeting | ada    | 2026-03-02T08:00:00Z | 2026-03-02T12:00:00Z
                call    | ada    | 2026-03-02T13:00:00Z | 2026-03-02T15:00:00Z
                absence | bob    | 2026-03-04           | 2026-03-05
            """),
        },
    ),
    "missed_team_meeting": Pair(
        fault="""
            id | person | date       | minutes | start                | end                  | item
            e1 | ada    | 2026-03-02 | 15      | 2026-03-02T09:00:00Z | 2026-03-02T09:15:00Z | ACME/Portal/Lead
            e2 | bob    | 2026-03-02 | 15      | 2026-03-02T09:00:00Z | 2026-03-02T09:15:00Z | ACME/Portal/Lead
            e3 | eve    | 2026-03-02 | 60      | 2026-03-02T10:00:00Z | 2026-03-02T11:00:00Z | ACME/Portal/Build
        """,
        says=[
            (
                "eve has no time for a meeting on 2 March 2026 from 09:00 to 09:15 (UTC), although 2 of the 2 others in it "
                "booked it, mostly on ACME/Portal/Lead."
            )
        ],
        # Other work over its time, its title without times, its work item without times, and too few of the others.
        benign="""
            id | person | date       | minutes | start                | end                  | item              | narrative
            e1 | ada    | 2026-03-02 | 15      | 2026-03-02T09:00:00Z | 2026-03-02T09:15:00Z | ACME/Portal/Lead  |
            e2 | bob    | 2026-03-02 | 15      | 2026-03-02T09:00:00Z | 2026-03-02T09:15:00Z | ACME/Portal/Lead  |
            e3 | eve    | 2026-03-02 | 180     | 2026-03-02T08:00:00Z | 2026-03-02T11:00:00Z | ACME/Portal/Build |
            e4 | ada    | 2026-03-03 | 15      | 2026-03-03T09:00:00Z | 2026-03-03T09:15:00Z | ACME/Portal/Lead  |
            e5 | bob    | 2026-03-03 | 15      |                      |                      | ACME/Portal/Lead  | Stand-up
            e6 | eve    | 2026-03-03 | 15      |                      |                      | ACME/Portal/Test  | stand up
            e7 | ada    | 2026-03-04 | 15      | 2026-03-04T09:00:00Z | 2026-03-04T09:15:00Z | ACME/Portal/Lead  |
            e8 | bob    | 2026-03-04 | 15      | 2026-03-04T09:00:00Z | 2026-03-04T09:15:00Z | ACME/Portal/Lead  |
            e9 | eve    | 2026-03-04 | 480     |                      |                      | ACME/Portal/Lead  |
            f1 | ada    | 2026-03-05 | 15      | 2026-03-05T09:00:00Z | 2026-03-05T09:15:00Z | ACME/Portal/Lead  |
        """,
        given={"activities": activities("kind | person | start | end | title | series | response\n" + STAND_UPS)},
    ),
    "inconsistent_coding": Pair(
        fault="""
            id | person | date       | minutes | item              | narrative
            e1 | ada    | 2026-03-02 | 15      | ACME/Portal/Lead  | Stand-up
            e2 | ada    | 2026-03-03 | 15      | ACME/Portal/Lead  | Stand-up
            e3 | ada    | 2026-03-04 | 15      | ACME/Portal/Build | Stand-up
            e4 | bob    | 2026-03-02 | 60      | ACME/Portal/Build | Invoice run
            e5 | bob    | 2026-03-03 | 60      | ACME/Portal/Build | invoice run.
            e6 | bob    | 2026-03-04 | 60      | ACME/Portal/Lead  | Invoice run
            e7 | bob    | 2026-03-05 | 60      | ACME/Portal/Build | Invoice run
        """,
        says=[
            (
                "ada booked ACME/Portal/Build on 4 March 2026 for the same recurring meeting that is booked on "
                "ACME/Portal/Lead 2 times of 3; ACME/Portal/Lead is proposed."
            ),
            (
                "bob booked ACME/Portal/Lead on 4 March 2026 for the same narrative that is booked on "
                "ACME/Portal/Build 3 times of 4; ACME/Portal/Build is proposed."
            ),
        ],
        # Words for any work, another person's meeting on another task, a new code from one day on, too little use.
        benign="""
            id | person | date       | minutes | item              | narrative
            a1 | ada    | 2026-03-02 | 60      | ACME/Portal/Build | Weekly call
            a2 | ada    | 2026-03-03 | 60      | ACME/Shop/Design  | Weekly call
            a3 | ada    | 2026-03-04 | 60      | ACME/Portal/Build | Weekly call
            a4 | ada    | 2026-03-05 | 60      | ACME/Shop/Design  | Weekly call
            b1 | bob    | 2026-03-02 | 15      | ACME/Portal/Test  | Stand-up
            b2 | ada    | 2026-03-02 | 15      | ACME/Portal/Lead  | Stand-up
            c1 | eve    | 2026-03-02 | 60      | ACME/Portal/Build | Invoice run
            c2 | eve    | 2026-03-03 | 60      | ACME/Portal/Build | Invoice run
            c3 | eve    | 2026-03-04 | 60      | ACME/Portal/Build | Invoice run
            c4 | eve    | 2026-03-09 | 60      | ACME/Shop/Design  | Invoice run
            c5 | eve    | 2026-03-10 | 60      | ACME/Shop/Design  | Invoice run
            c6 | eve    | 2026-03-11 | 60      | ACME/Shop/Design  | Invoice run
            c7 | eve    | 2026-03-12 | 60      | ACME/Shop/Design  | Invoice run
        """,
        given={
            "activities": activities("kind | person | start | end | title | series | response\n" + STAND_UPS),
        },
    ),
}
