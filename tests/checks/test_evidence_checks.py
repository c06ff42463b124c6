"""Checks that hold entries against evidence, against other people, and against the person's own habits."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.checks.people_pairs import PAIRS, STAND_UPS, clients, seen, usual_days
from tests.checks.people_tables import activities, people
from tests.checks.tables import entries, found, look_at

from hourtrail import checks
from hourtrail.checks.evidence import Proposal
from hourtrail.checks.narratives import folded, said
from hourtrail.checks.policy import load
from hourtrail.domain.activity import Activity, ActivityKind, Sensitivity
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.finding import Blame
from hourtrail.domain.firm import WorkItem

HEAD = "id | date | minutes\n"
SEEN = "kind | start | end | title\n"


def test_coverage_is_told_and_titles_never_are():
    given = PAIRS["no_evidence"].given
    findings = [
        *found(PAIRS["no_evidence"].fault, **given),
        *found(HEAD + "e1 | 2026-03-02 | 60", activities=activities(SEEN + seen(2, 8))),
        *found(PAIRS["missed_team_meeting"].fault, **PAIRS["missed_team_meeting"].given),
    ]
    assert {row.check for row in findings} == {"no_evidence", "missing_time", "missed_team_meeting"}
    assert findings[0].measured == "6 h booked, 2 h evidenced"
    for row in findings:
        assert "secret" not in str(row)
        assert "Stand-up" not in str(row)


def test_somebody_whose_work_leaves_few_traces_is_left_alone():
    table = HEAD + usual_days(2, 3, 4, 5, 6, 9, 10)
    little = activities(SEEN + "\n".join(seen(day, 3) for day in (2, 3, 4, 5, 6, 10)))
    assert found(table, "no_evidence", activities=little) == []


def test_a_habit_needs_days_and_ends_with_its_traces():
    table = HEAD + usual_days(2, 3, 4, 5, 6, 9, 10)
    four_days = activities(SEEN + "\n".join(seen(day, 8) for day in (3, 4, 5, 10)))
    assert found(table, "no_evidence", activities=four_days) == []
    until_friday = activities(SEEN + "\n".join(seen(day, 8) for day in (2, 3, 4, 5, 6)))
    assert found(table, "no_evidence", activities=until_friday) == [], "the file of activities ends on Friday"


def test_a_day_without_a_trace_of_anybody_is_the_sources_fault():
    days = (2, 3, 4, 5, 6, 10)
    everybody = ("ada", "bob", "eve")
    booked = entries(
        "id | person | date | minutes\n"
        + "\n".join(f"{who}{day} | {who} | 2026-03-{day:02} | 480" for who in everybody for day in (*days, 9))
    )
    traces = [
        replace(row, person=who, external_id=f"{who}{row.external_id}") for who in everybody for row in _days(days)
    ]
    findings = found(booked, "no_evidence", activities=traces)
    assert [(row.subject.person, row.subject.date.day, row.blame) for row in findings] == [
        (who, 9, Blame.SOURCE) for who in everybody
    ]
    one_was_seen = [*traces, replace(_days((9,))[0], person="ada", external_id="ada9")]
    assert [row.blame for row in found(booked, "no_evidence", activities=one_was_seen)] == [Blame.ENTRY] * 2


def _days(days) -> list[Activity]:
    return activities(SEEN + "\n".join(seen(day, 8) for day in days))


def test_private_time_is_no_evidence_of_work():
    private = [replace(row, sensitivity=Sensitivity.PRIVATE) for row in _days((2,))]
    assert found(HEAD + "e1 | 2026-03-02 | 60", "missing_time", activities=private) == []
    assert len(found(HEAD + "e1 | 2026-03-02 | 60", "missing_time", activities=_days((2,)))) == 1


def test_money_at_risk_of_missing_time_is_the_persons_average_price():
    table = """
        id | date       | minutes | rate | billable
        e1 | 2026-03-02 | 60      | 120  | yes
        e2 | 2026-03-03 | 60      | 120  | no
    """
    [finding] = found(table, "missing_time", activities=_days((2,)))
    # Seven hours are missing, and an hour of this person brings 60.00 EUR on average.
    assert (str(finding.value_at_risk.amount), finding.value_at_risk.currency) == ("420.00", "EUR")


@pytest.mark.parametrize(
    ("response", "speaks"), [("accepted", True), ("none", False), ("tentative", False), ("declined", False)]
)
def test_only_who_accepted_a_meeting_misses_it(response, speaks):
    pair = PAIRS["missed_team_meeting"]
    rows = [
        replace(row, response=row.response.__class__(response)) if row.person == "eve" else row
        for row in pair.given["activities"]
    ]
    assert bool(found(pair.fault, "missed_team_meeting", activities=rows)) is speaks


def test_in_calendars_without_answers_being_invited_is_enough_and_being_away_excuses():
    pair = PAIRS["missed_team_meeting"]
    rows = [replace(row, response=row.response.NONE) for row in pair.given["activities"]]
    assert len(found(pair.fault, "missed_team_meeting", activities=rows)) == 1
    away = activities("kind | person | start | end\nabsence | eve | 2026-03-02T09:00:00Z | 2026-03-02T10:00:00Z")
    away = [replace(row, external_id="away") for row in away]
    assert found(pair.fault, "missed_team_meeting", activities=[*rows, *away]) == []


def test_calendars_of_people_outside_the_file_accuse_nobody():
    pair = PAIRS["missed_team_meeting"]
    without_eve = "\n".join(line for line in pair.fault.splitlines() if "eve" not in line)
    assert found(without_eve, "missed_team_meeting", **pair.given) == []
    listed = people("person\nada\nbob\neve")
    assert len(found(without_eve, "missed_team_meeting", people=listed, **pair.given)) == 1


def test_a_series_is_known_by_time_whatever_the_words():
    table = """
        id | date       | minutes | item              | start                | end                  | narrative
        e1 | 2026-03-02 | 15      | ACME/Portal/Lead  | 2026-03-02T09:00:00Z | 2026-03-02T09:15:00Z | Daily
        e2 | 2026-03-03 | 15      | ACME/Portal/Lead  | 2026-03-03T09:00:00Z | 2026-03-03T09:15:00Z | Morning round
        e3 | 2026-03-04 | 15      | ACME/Portal/Build | 2026-03-04T09:00:00Z | 2026-03-04T09:15:00Z |
        e4 | 2026-03-05 | 480     | ACME/Portal/Build | 2026-03-05T08:00:00Z | 2026-03-05T16:00:00Z | Build
        e5 | 2026-03-06 | 20      | ACME/Portal/Build | 2026-03-06T08:55:00Z | 2026-03-06T09:21:00Z | Fixed the form
    """
    rows = activities("kind | person | start | end | title | series | response\n" + STAND_UPS)
    [finding] = found(table, "inconsistent_coding", activities=rows)
    assert (finding.subject.time_entry, finding.expected) == ("e3", "ACME/Portal/Lead")
    assert finding.comparables == ("e2", "e1")


def test_one_series_on_another_project_is_seen_across_people():
    coded = {"ada": "ACME/Portal/Lead", "bob": "ACME/Portal/Build", "eve": "ACME/Shop/Design"}
    rows = [f"{who}{day} | {who} | 2026-03-0{day} | 15 | {coded[who]} | Stand-up" for who in coded for day in (2, 3)]
    table = "id | person | date | minutes | item | narrative\n" + "\n".join(rows[:5])
    series = activities("kind | person | start | end | title | series | response\n" + STAND_UPS)
    findings = found(table, "inconsistent_coding", activities=series)
    assert [(row.subject.time_entry, row.expected) for row in findings] == [("eve2", "ACME/Portal/Build")]


def test_meetings_explain_a_repeated_week_and_plans_without_words_do_too():
    day = "{id} | 2026-03-{day:02} | {minutes} | {item} | {start} | {end} | {words}"
    head = "id | date | minutes | item | start | end | narrative\n"

    def weeks(make) -> str:
        return head + "\n".join(make(first + offset, offset) for first in (2, 9) for offset in range(5))

    def meeting(on: int, offset: int) -> str:
        start = f"2026-03-{on:02}T1{offset}:00:00Z"
        end = f"2026-03-{on:02}T1{offset}:50:00Z"
        return day.format(id=f"e{on}", day=on, minutes=50, item="A/P/T", start=start, end=end, words=f"Round {offset}")

    def planned(on: int, offset: int) -> str:
        item = ("A/P/T", "A/P/T", "B/Q/T", "B/Q/T", "C/R/T")[offset]
        return day.format(id=f"e{on}", day=on, minutes=480, item=item, start="", end="", words="")

    lines = "\n".join(
        f"meeting | 2026-03-{first + n:02}T1{n}:00:00Z | 2026-03-{first + n:02}T1{n}:50:00Z | Round {n} | s{n}"
        for first in (2, 9)
        for n in range(5)
    )
    series = activities("kind | start | end | title | series\n" + lines)
    assert [row.subject.period for row in found(weeks(meeting), "copied_week")] == ["2026-W11"]
    assert found(weeks(meeting), "copied_week", activities=series) == []
    assert found(weeks(planned), "copied_week") == []


def test_a_copy_keeps_its_wall_clock_when_the_clocks_change():
    berlin = people("person | zone\nada | Europe/Berlin")
    table = """
        id | date       | minutes | start                     | end                       | narrative
        a1 | 2026-03-25 | 61      | 2026-03-25T09:00:00+01:00 | 2026-03-25T10:01:00+01:00 | Login form
        a2 | 2026-03-26 | 62      | 2026-03-26T09:00:00+01:00 | 2026-03-26T10:02:00+01:00 | Tax rules
        a3 | 2026-03-27 | 63      | 2026-03-27T09:00:00+01:00 | 2026-03-27T10:03:00+01:00 | Search index
        b1 | 2026-04-01 | 61      | 2026-04-01T09:00:00+02:00 | 2026-04-01T10:01:00+02:00 | Login form
        b2 | 2026-04-02 | 62      | 2026-04-02T09:00:00+02:00 | 2026-04-02T10:02:00+02:00 | Tax rules
        b3 | 2026-04-03 | 63      | 2026-04-03T09:00:00+02:00 | 2026-04-03T10:03:00+02:00 | Search index
    """
    strict = load('version = "1"\n[checks.copied_week]\nlines = 2')
    [finding] = found(table, "copied_week", policy=strict, people=berlin)
    assert (finding.subject.period, finding.comparables) == ("2026-W14", ("b1", "b2", "b3"))
    assert found(table, "copied_week", policy=strict) == [], "in UTC they lie an hour apart"
    assert found(table, "copied_week", people=berlin) == [], "three lines may be three weekly meetings"


def team(members: int, *, booked: int, weeks: int, quiet_week: int | None = None):
    """A team with eight hours of meetings every day; ``booked`` minutes of each are booked."""
    staff = [f"p{number}" for number in range(members)]
    table = ["id | person | date | minutes"]
    rows: list[Activity] = []
    for who in staff:
        for number in range(weeks * 7):
            start = datetime(2026, 3, 2, 8, tzinfo=UTC) + timedelta(days=number)
            if start.weekday() > 4:
                continue
            full = number // 7 == quiet_week
            table.append(f"{who}-{number} | {who} | {start.date()} | {480 if full else booked}")
            end = start + timedelta(hours=8)
            rows.append(_meeting(f"{who}-{number}", who, start, end))
    listed = people("person | team\n" + "\n".join(f"{who} | Red" for who in staff))
    last = date(2026, 3, 2) + timedelta(days=7 * weeks - 1)
    return look_at(entries("\n".join(table)), people=listed, activities=rows, as_of=last)


def _meeting(name: str, person: str, start: datetime, end: datetime) -> Activity:
    return Activity(source="calendar", external_id=name, kind=ActivityKind.MEETING, person=person, start=start, end=end)


def test_a_team_that_books_too_little_for_weeks_is_listed_as_a_sum():
    [found_team] = checks.under_reporting(team(5, booked=420, weeks=4), checks.CheckPolicy())
    assert found_team.to_json() == {
        "team": "Red",
        "first_week": "2026-W10",
        "last_week": "2026-W13",
        "weeks": 4,
        "people": 5,
        "booked_minutes": 5 * 20 * 420,
        "evidence_minutes": 5 * 20 * 480,
    }


@pytest.mark.parametrize(
    "context",
    [
        team(4, booked=240, weeks=4),  # too few people to hide one of them
        team(5, booked=240, weeks=3),
        team(5, booked=432, weeks=4),  # exactly a tenth is missing
        team(5, booked=240, weeks=4, quiet_week=2),
    ],
)
def test_small_teams_short_runs_and_the_limit_itself_are_not_listed(context):
    assert checks.under_reporting(context, checks.CheckPolicy()) == ()


def test_the_smallest_team_cannot_be_set_below_three():
    with pytest.raises(ValueError, match="team_people: must be a number from 3"):
        load('version = "1"\n[checks.missing_time]\nteam_people = 2')


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("", 0),
        ("...", 0),
        ("xxxx", 0),
        ("test test", 4),
        ("PRT-12", 5),
        ("契約条件", 12),
        ("Réunion", 7),
        ("한국어", 9),
    ],
)
def test_how_much_a_narrative_says(text, size):
    assert said(text) == size


def test_texts_are_the_same_without_case_accents_and_punctuation():
    assert folded("  RÉUNION: d'équipe!") == folded("reunion d equipe")
    assert folded("परियोजना समीक्षा").count(" ") == 1


def test_the_order_of_rows_and_activities_changes_nothing():
    for name, pair in PAIRS.items():
        booked = entries(pair.fault)
        rows = list(pair.given.get("activities", ()))
        shuffle = random.Random(name)
        first = found(booked, **pair.given)
        shuffle.shuffle(booked)
        shuffle.shuffle(rows)
        again = found(booked, **{**pair.given, **({"activities": rows} if rows else {})})
        assert again == first, name
        assert len({row.id for row in first}) == len(first)


def test_an_empty_week_is_silent_even_with_everything_else_given():
    given = {name: value for pair in PAIRS.values() for name, value in pair.given.items() if name != "as_of"}
    assert found([], **given | {"tasks": clients()}) == []


def test_many_people_in_one_meeting_and_many_entries_on_one_day_end_in_time():
    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    end = start + timedelta(minutes=15)
    rows = [replace(_meeting(f"m{n}", f"p{n}", start, end), title="All hands", series="s") for n in range(400)]
    booked = [
        TimeEntry(
            id=f"e{n}", person=f"p{n}", date=start.date(), minutes=15, item=WorkItem("A", "B"), start=start, end=end
        )
        for n in range(399)
    ]
    flood = [
        TimeEntry(id=f"f{n}", person="p0", date=start.date(), minutes=1, item=WorkItem("A", "B"), narrative=f"n {n}")
        for n in range(5000)
    ]
    missed = found([*booked, *flood], "missed_team_meeting", activities=rows, people=people("person\np399"))
    assert [row.subject.person for row in missed] == ["p399"]
    assert len(missed[0].comparables) == 20


def test_open_suggestions_that_would_close_a_gap_are_named():
    nine_to_three = activities(
        "kind | start | end | title\nmeeting | 2026-03-02T09:00:00Z | 2026-03-02T15:00:00Z | Workshop"
    )
    booked = entries("id | date | minutes\ne1 | 2026-03-02 | 60\ne2 | 2026-03-05 | 480")
    offers = {
        ("ada", date(2026, 3, 2)): [Proposal("s1", 120), Proposal("s2", 180)],
        ("ada", date(2026, 3, 3)): [Proposal("s3", 240)],
    }
    rows = found(
        booked, "missing_time", activities=nine_to_three, proposals=offers, as_of=date(2026, 3, 6),
        people=people("person | hours\nada | 40"),
    )  # fmt: skip
    told = {row.subject.date.day if row.subject.date else row.subject.period: row for row in rows}
    assert told[2].comparables == ("s1", "s2", "e1")
    assert told[2].explanation.endswith("(not booked: meetings 6 h, in 1 block); 2 open suggestions would close it.")
    assert told[3].comparables == ("s3",)
    assert told[3].explanation.endswith("no evidence of work either; 1 open suggestion would close 4 h of it.")
    assert told[4].comparables == ()
    assert told["2026-W10"].comparables == ("s1", "s2", "s3")
    without = found(
        booked,
        "missing_time",
        activities=nine_to_three,
        as_of=date(2026, 3, 6),
        people=people("person | hours\nada | 40"),
    )
    assert [row.fingerprint for row in without] == [row.fingerprint for row in rows]
