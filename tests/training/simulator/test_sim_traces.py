"""Traces against the stretches that left them: what may be seen, by whom, how often, and about what."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from tests.training.simulator.small_world import (
    ADMIN,
    EMPLOYEES,
    FIRM,
    HOSTING,
    LAKE,
    MONDAYS,
    OPTIONS,
    PORTAL,
    WORKS,
    week_of,
)

from hourtrail_training.simulator.parameters import draw
from hourtrail_training.simulator.traces import Tracer, leave
from hourtrail_training.simulator.traces.subjects import stray_share
from hourtrail_training.simulator.traces.windows import MOST_A_DAY
from hourtrail_training.simulator.world import Channel, Doing, PersonWeek, Stretch, Trace

PARAMETERS = draw(OPTIONS.seed, {"commits_per_code_hour": 1.5, "transcript_share": 0.2})


def _weeks(tracer: Tracer | None = None) -> list[PersonWeek]:
    tracer = tracer or Tracer(FIRM, OPTIONS, PARAMETERS)
    return [tracer.leave(week_of(employee, monday)) for employee in EMPLOYEES for monday in MONDAYS]


@pytest.fixture(scope="module")
def weeks() -> list[PersonWeek]:
    return _weeks()


def _stretch_at(week: PersonWeek, trace: Trace) -> Stretch | None:
    return next((part for part in week.stretches if part.start <= trace.at < part.end), None)


def test_the_same_seed_leaves_the_same_traces_in_whatever_order_the_weeks_come(weeks: list[PersonWeek]) -> None:
    alone = leave(FIRM, week_of(EMPLOYEES[2], MONDAYS[1]), OPTIONS, PARAMETERS)
    assert alone in weeks
    assert Tracer(FIRM, replace(OPTIONS, seed=12), PARAMETERS).leave(week_of(EMPLOYEES[2], MONDAYS[1])) != alone


def test_nothing_is_seen_of_unseen_work_and_nothing_before_or_after_the_work(weeks: list[PersonWeek]) -> None:
    for week in weeks:
        for trace in week.traces:
            if trace.verb == "meeting":
                continue
            stretch = _stretch_at(week, trace)
            assert stretch is not None
            assert stretch.doing is not Doing.UNSEEN
            if trace.end is not None and trace.channel is not Channel.TICKET:
                assert trace.end <= stretch.end or trace.channel is Channel.WINDOW


def test_a_trace_is_about_the_work_at_hand_unless_it_is_marked_as_stray(weeks: list[PersonWeek]) -> None:
    strays, total = 0, 0
    for week in weeks:
        for trace in week.traces:
            if trace.verb == "meeting":
                continue
            stretch = _stretch_at(week, trace)
            assert stretch is not None
            assert (trace.item == stretch.item) is not trace.stray
            strays, total = strays + trace.stray, total + 1
    assert 0.05 < strays / total < 0.2  # the people's stray_share is .1


def test_only_channels_that_a_person_uses_and_work_that_has_a_place_there(weeks: list[PersonWeek]) -> None:
    quiet = replace(
        EMPLOYEES[0], traits=replace(EMPLOYEES[0].traits, channels=frozenset({Channel.MAIL}), logs_work=False)
    )
    week = Tracer(replace(FIRM, employees=(quiet, *EMPLOYEES[1:])), OPTIONS, PARAMETERS).leave(
        week_of(quiet, MONDAYS[0])
    )
    assert {trace.channel for trace in week.traces} == {Channel.MAIL}
    every = [trace for one in weeks for trace in one.traces]
    assert {trace.channel for trace in every} == set(Channel)
    assert {trace.item for trace in every if trace.channel is Channel.COMMIT} == {PORTAL, LAKE}
    assert {trace.item for trace in every if trace.channel is Channel.TICKET} == {PORTAL, LAKE, HOSTING}


def test_what_one_channel_records_does_not_depend_on_the_others(weeks: list[PersonWeek]) -> None:
    """Streams are named: switching windows off must leave every commit where it was."""
    fewer = replace(EMPLOYEES[0], traits=replace(EMPLOYEES[0].traits, channels=frozenset(Channel) - {Channel.WINDOW}))
    week = Tracer(FIRM, OPTIONS, PARAMETERS).leave(week_of(fewer, MONDAYS[0]))

    def commits(one: PersonWeek) -> list[tuple[int, int, str]]:
        return [(trace.at, trace.second, trace.title) for trace in one.traces if trace.channel is Channel.COMMIT]

    assert commits(week) == commits(weeks[0])


def test_ids_are_unique_in_the_firm_and_two_commits_never_share_a_second(weeks: list[PersonWeek]) -> None:
    every = [trace for week in weeks for trace in week.traces]
    assert len({trace.id for trace in every}) == len(every)
    commits = [(trace.person, trace.at, trace.second) for trace in every if trace.channel is Channel.COMMIT]
    assert len(set(commits)) == len(commits) > 30
    for week in weeks:
        places = [(trace.at, trace.second) for trace in week.traces]
        assert places == sorted(places)


def test_windows_follow_one_another_and_are_bounded(weeks: list[PersonWeek]) -> None:
    restless = draw(OPTIONS.seed, {"spell_minutes": 7.0, "away_share": 0.02})
    long_day = week_of(EMPLOYEES[0], MONDAYS[0])
    first = long_day.days[0].stretches[0]
    marathon = replace(long_day.days[0], stretches=(replace(first, end=first.start + 900),))
    week = Tracer(FIRM, OPTIONS, restless).leave(replace(long_day, days=(marathon,)))
    windows = [trace for trace in week.traces if trace.channel is Channel.WINDOW]
    assert 60 < len(windows) <= MOST_A_DAY
    for one in [*weeks, week]:
        spells = [trace for trace in one.traces if trace.channel is Channel.WINDOW]
        assert all(before.end is not None and before.end <= after.at for before, after in pairwise(spells))


def test_nobody_leaves_traces_while_absent(weeks: list[PersonWeek]) -> None:
    ben = weeks[4]
    assert ben.employee.handle == "ben"
    away = {day.date for day in ben.days if day.absence}
    assert len(away) == 2
    recorded = [trace for trace in ben.traces if trace.verb != "meeting"]
    assert recorded
    days = {trace.at // 1440 for trace in recorded}
    assert not {(day.toordinal() - 719_163) for day in away} & days


def test_people_do_other_work_the_more_the_longer_a_meeting_lasts() -> None:
    def share(minutes: int, doing: Doing) -> float:
        stretch = replace(week_of(EMPLOYEES[0], MONDAYS[0]).stretches[0], doing=doing)
        return stray_share(replace(stretch, end=stretch.start + minutes), 0.1, PARAMETERS)

    assert share(90, Doing.MEETING) / share(15, Doing.MEETING) == pytest.approx(PARAMETERS["multitask_ratio"])
    assert share(15, Doing.MEETING) < share(50, Doing.MEETING) < share(90, Doing.MEETING)
    assert share(15, Doing.CODE) == share(90, Doing.CODE) == 0.1


def test_calls_are_recorded_as_they_were_and_meetings_as_people_were_in_them(weeks: list[PersonWeek]) -> None:
    for week in weeks:
        spans = {(part.start, part.end) for part in week.stretches if part.doing is Doing.CALL}
        seats = {(seat.joined, seat.left) for seat in week.seats if seat.attended}
        for trace in week.traces:
            if trace.channel is Channel.CALL:
                assert (trace.at, trace.end) in (seats if trace.verb == "meeting" else spans)


def test_people_open_tickets_that_nobody_else_opens_and_log_about_what_they_worked(weeks: list[PersonWeek]) -> None:
    every = [trace for week in weeks for trace in week.traces if trace.channel is Channel.TICKET]
    opened = [(trace.container, trace.reference) for trace in every if trace.verb == "created"]
    assert len(opened) == len(set(opened)) > 3
    old = {topic.ticket for work in WORKS.values() for topic in work.topics}
    assert not {reference for _, reference in opened} & old
    logged = Counter(trace.minutes is not None and trace.minutes % 5 for trace in every if trace.verb == "logged")
    assert set(logged) == {0}
    assert sum(logged.values()) > 20


def test_transcripts_are_of_own_meetings_and_end_with_them() -> None:
    weeks = _weeks(Tracer(FIRM, replace(OPTIONS, seed=3), PARAMETERS))
    found = [transcript for week in weeks for transcript in week.transcripts]
    assert found
    own = {
        (seat.person, seat.occurrence.uid)
        for week in weeks
        for seat in week.seats
        if seat.occurrence.organiser == seat.person
    }
    assert {(transcript.person, transcript.meeting) for transcript in found} <= own
    for transcript in found:
        seconds = [line[0] for line in transcript.lines]
        assert seconds == sorted(seconds)
        assert seconds[-1] < (transcript.end - transcript.start) * 60
        assert {speaker for _, speaker, _ in transcript.lines} <= {
            "Ada Lindqvist",
            "Ben Okafor",
            "Chloé Park, PMP",
            "Kim",
        }


def test_titles_carry_the_topic_more_often_than_not_and_sometimes_say_nothing(weeks: list[PersonWeek]) -> None:
    """A reader needs signal to find the work item, and confusion to be tested."""
    told = [trace for week in weeks for trace in week.traces if trace.channel in {Channel.CHAT, Channel.MAIL}]
    words = {item: {word.lower() for topic in work.topics for word in topic.words} for item, work in WORKS.items()}
    telling = sum(any(word in trace.title.lower() for word in words[trace.item]) for trace in told)
    assert 0.5 < telling / len(told) < 0.97


def test_no_stray_trace_is_about_work_that_is_closed_or_not_assigned() -> None:
    closed = replace(WORKS[LAKE], task=replace(WORKS[LAKE].task, closes_on=MONDAYS[0] + timedelta(days=2)))
    firm = replace(
        FIRM,
        works={**WORKS, LAKE: closed},
        assignments=tuple(row for row in FIRM.assignments if row.item != HOSTING or row.person != EMPLOYEES[0].id),
    )
    tracer = Tracer(firm, OPTIONS, PARAMETERS)
    strays = [
        trace.item for monday in MONDAYS for trace in tracer.leave(week_of(EMPLOYEES[0], monday)).traces if trace.stray
    ]
    assert strays
    assert set(strays) == {PORTAL, ADMIN}
