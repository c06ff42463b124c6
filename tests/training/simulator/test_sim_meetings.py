import itertools
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import MO, WEEKLY, rrule
from tests.training.simulator.truth_firm import simulated

from hourtrail_training.simulator.meetings import plan, seats_of_week
from hourtrail_training.simulator.meetings.clock import CLOSES, OPENS, at, local_day
from hourtrail_training.simulator.roster import Roster
from hourtrail_training.simulator.world import Series, instant_of


def expand(series: Series) -> set[int]:
    """The instants that the series' rule yields, expanded by another library in the series' own zone."""
    zone = ZoneInfo(series.zone)
    start = datetime.combine(series.first, datetime.min.time()) + timedelta(minutes=series.local_start)
    until = datetime.combine(series.last, datetime.max.time())
    days = [number - 1 for number in series.weekdays]
    rule = rrule(WEEKLY, dtstart=start, interval=series.every_weeks, byweekday=days, until=until, wkst=MO)
    return {int(moment.replace(tzinfo=zone).timestamp()) // 60 for moment in rule}


@pytest.mark.parametrize("people", [2, 8, 30])
def test_every_series_is_one_weekly_rule_and_nobody_misses_a_seat(people: int) -> None:
    world = simulated(7, people)
    seats: dict[tuple[str, str], set[int]] = defaultdict(set)
    for seat in world.all_seats:
        if seat.occurrence.series is not None:
            key = seat.occurrence.uid, seat.person
            assert seat.occurrence.planned_start not in seats[key]
            seats[key].add(seat.occurrence.planned_start)
    staff = {row.id for row in world.firm.employees}

    assert len({row.uid for row in world.plan}) == len(world.plan) > 0
    for series in world.plan:
        starts = expand(series)
        assert starts
        assert min(starts) == at(series.first, series.local_start, series.zone)
        assert world.options.first <= series.first <= series.last <= world.options.last
        for person in staff.intersection(series.attendees):
            assert seats[series.uid, person] == starts


def test_a_series_keeps_its_wall_clock_time_when_the_clocks_change() -> None:
    world = simulated(7, 30)  # 2026-03-08 in New York, 2026-03-29 in Berlin and London
    seen = set()
    for seat in world.all_seats:
        series = seat.occurrence.series
        if series is None:
            continue
        local = instant_of(seat.occurrence.planned_start).astimezone(ZoneInfo(series.zone))
        assert local.hour * 60 + local.minute == series.local_start
        seen.add((series.zone, local.utcoffset()))
    offsets = Counter(zone for zone, _ in seen)
    assert offsets["Europe/Berlin"] == 2
    assert offsets["America/New_York"] == 2


def test_a_person_sits_in_the_same_seats_whoever_else_is_asked_about() -> None:
    world = simulated(7, 12)
    for monday in world.mondays[:3]:
        together = world.seats(monday)
        for person in together:
            assert world.seats(monday, [person]) == {person: together[person]}


def test_nobody_is_in_two_meetings_at_once_although_they_are_invited_to_both() -> None:
    world = simulated(7, 30)
    invited_twice = 0
    for monday in world.mondays:
        for seats in world.seats(monday).values():
            standing = [seat for seat in seats if not seat.occurrence.cancelled and not seat.occurrence.all_day]
            for before, after in itertools.pairwise(standing):
                invited_twice += after.occurrence.start < before.occurrence.end
            spans = sorted(
                (seat.joined, seat.left) for seat in seats if seat.joined is not None and seat.left is not None
            )
            assert all(first[1] <= second[0] for first, second in itertools.pairwise(spans))
    assert invited_twice > 20


def test_calendars_hold_everything_that_calendars_hold() -> None:
    seats = simulated(7, 30).all_seats
    occurrences = [seat.occurrence for seat in seats]
    attended = Counter((seat.response, seat.attended) for seat in seats if seat.occurrence.item.project)

    assert {response for response, _ in attended} == {"accepted", "declined", "tentative", "none"}
    assert attended["accepted", False]  # no-shows and conflicts
    assert attended["declined", True]
    assert any(row.cancelled and row.deleted for row in occurrences)
    assert any(row.cancelled and not row.deleted for row in occurrences)
    assert any(row.moved for row in occurrences)
    assert any(local_day(row.start, row.zone) != local_day(row.planned_start, row.zone) for row in occurrences)
    assert any(row.all_day and row.show_as == "oof" for row in occurrences)
    assert any(row.show_as == "free" for row in occurrences)
    assert any(row.private for row in occurrences)
    assert any(row.series is None and row.start - row.created < 60 for row in occurrences)
    assert any(
        "@" in one and not one.endswith(row.organiser.partition("@")[2]) for row in occurrences for one in row.attendees
    )
    assert all(row.sequence > 0 for row in occurrences if row.cancelled or row.moved)
    assert all(row.created <= row.changed <= max(row.start, row.planned_start) for row in occurrences)


def test_a_cancelled_meeting_has_nobody_in_it_and_a_held_one_the_organiser_accepted() -> None:
    for seat in simulated(7, 30).all_seats:
        if seat.occurrence.cancelled or not seat.occurrence.item.project:
            assert not seat.attended
        if seat.occurrence.organiser == seat.person and not seat.attended:
            assert seat.response in {"accepted", "none"}
        if seat.attended:
            assert seat.joined is not None
            assert seat.left is not None
            assert seat.occurrence.start <= seat.joined < seat.left


def test_meetings_lie_in_everybodys_office_hours_and_on_one_local_day() -> None:
    world = simulated(7, 30)
    zones = {row.id: ZoneInfo(row.person.zone) for row in world.firm.employees}
    across = 0
    for seat in world.all_seats:
        row = seat.occurrence
        if row.all_day or not row.item.project:
            continue
        local = instant_of(row.planned_start).astimezone(zones[seat.person])
        assert OPENS <= local.hour * 60 + local.minute <= CLOSES
        assert local.date() == local_day(row.planned_start, row.zone)
        assert local_day(row.start, row.zone) == instant_of(row.start).astimezone(zones[seat.person]).date()
        across += seat.attended and str(zones[seat.person]) != row.zone
    assert across > 20


def test_only_people_at_work_and_on_the_work_attend() -> None:
    world = simulated(7, 30)
    roster = Roster(world.firm)
    away = 0
    for seat in world.all_seats:
        employee = roster.employees[seat.person]
        day = local_day(seat.occurrence.start, employee.person.zone)
        if seat.attended:
            assert roster.is_working_day(employee, day)
            assert roster.may_work_on(seat.person, seat.occurrence.item, day)
        elif roster.absence(employee, day) is not None:
            away += 1
    assert away > 5


def test_meetings_run_over_and_start_late_as_the_parameters_say() -> None:
    world = simulated(7, 30)
    seats = [seat for seat in world.all_seats if seat.joined is not None and seat.left is not None]
    late = [seat.joined - seat.occurrence.start for seat in seats if seat.joined is not None]
    over = [seat.left - seat.occurrence.end for seat in seats if seat.left is not None]

    assert 1 <= sum(late) / len(late) <= 4 * world.parameters["late_start_mean"] + 2
    share = sum(minutes > 0 for minutes in over) / len(over)
    assert abs(share - world.parameters["overrun_share"]) < 0.15  # whole minutes hide the shortest over-runs


def test_one_to_ones_are_moved_and_cancelled_more_than_other_meetings() -> None:
    world = simulated(7, 45)
    fates: dict[bool, Counter[str]] = defaultdict(Counter)
    for seat in world.all_seats:
        row = seat.occurrence
        if row.series is not None and row.organiser == seat.person:
            pair = row.item.project == "internal" and len(row.attendees) == 2
            fates[pair]["cancelled" if row.cancelled else "moved" if row.moved else "held"] += 1
    shares = {pair: {fate: count / rows.total() for fate, count in rows.items()} for pair, rows in fates.items()}

    assert shares[True]["cancelled"] == pytest.approx(world.parameters["one_to_one_cancelled"], abs=0.1)
    assert shares[True]["moved"] == pytest.approx(world.parameters["one_to_one_moved"], abs=0.15)
    assert shares[False]["cancelled"] == pytest.approx(world.parameters["cancelled_share"], abs=0.06)


def test_declines_follow_the_swept_parameter() -> None:
    shares = []
    for value in (0.03, 0.25):
        world = simulated(7, 30, decline_share=value)
        invited = [
            seat
            for seat in world.all_seats
            if seat.occurrence.item.project and seat.occurrence.organiser != seat.person
        ]
        shares.append(sum(seat.response == "declined" for seat in invited) / len(invited))
    assert shares[0] < 0.1 < shares[1]


def test_planning_and_seating_are_the_same_every_time() -> None:
    world = simulated(7, 12)
    monday = world.mondays[2]
    people = [row.id for row in world.firm.employees]

    assert plan(world.firm, world.options, world.parameters) == world.plan
    again = seats_of_week(world.firm, world.plan, world.options, world.parameters, monday, people[::-1])
    assert again == world.seats(monday)
