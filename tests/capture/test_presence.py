"""Which minutes around traces count as worked when a model judges them, and what becomes of the blocks."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from tests.capture.builders import BERLIN, activity, at, clock, evidence

from hourtrail.capture import CaptureSettings, HabitLearner, Habits, Presence, capture
from hourtrail.capture.grid import Days, near_minute
from hourtrail.capture.minutes import Minutes
from hourtrail.capture.pipeline import sighted_of
from hourtrail.capture.presence import REACH, SPEC, features, own_threshold, worked
from hourtrail.capture.profile import SHAPES, Tally, grid_of
from hourtrail.domain.activity import Response, Sensitivity
from hourtrail.domain.instants import zone_named
from hourtrail.domain.spans import Span
from hourtrail.domain.suggestion import ModelRef

DAYS = Days(zone_named("Europe/Berlin"))
DEFAULTS = {name: np.full(rows * columns, 0.5) for name, (rows, columns) in SHAPES.items()}
CLOCK, WEEKDAY = SPEC.names.index("clock"), SPEC.names.index("habit_weekday")
MONDAY = date(2026, 3, 2)


@dataclass(frozen=True)
class ByColumn:
    """Says yes where a column of the features lies in a range."""

    column: int
    low: float
    high: float
    defaults = DEFAULTS
    threshold = 0.5
    spec = SPEC
    ref = ModelRef(name="by-column", version="1", digest="0")

    def probabilities(self, matrix):
        inside = (matrix[:, self.column] >= self.low) & (matrix[:, self.column] < self.high)
        return np.where(inside, 0.9, 0.1)


def office(begin=8, end=18, *, days=20.0):
    """Somebody at work in these hours of the local clock."""
    profile = replace(Tally().profile(DEFAULTS), days=days)
    return Presence(model=ByColumn(CLOCK, begin * 60, end * 60), profile=profile, threshold=0.5)


def blocks(rows, presence, **more):
    return capture(BERLIN, rows, presence=presence, **more).blocks


def test_a_burst_begins_where_the_work_did_and_not_at_a_stated_lead():
    (block,) = blocks([activity("c", "commit", "09:10", container="acme/portal")], office(9, 11))
    # Ten past ten in Berlin; the commit ends what it holds, and what is worked after it is its tail.
    assert clock(block) == "08:00-10:00"
    assert (block.evidence_minutes, block.suggested_minutes) == (0, 120)


def test_of_somebody_unknown_no_commit_becomes_a_day():
    commit = activity("c", "commit", "11:00", container="acme/portal")
    (unknown,) = blocks([commit], office(days=0))
    (known,) = blocks([commit], office(days=20))
    assert unknown.suggested_minutes <= 125
    assert clock(known) == "07:00-16:00"


def test_a_long_pause_is_worked_only_for_somebody_known():
    rows = [activity("a", "focus", "08:00", 30), activity("b", "focus", "12:00", 30)]
    assert [clock(block) for block in blocks(rows, office(9, 14, days=0))] == ["08:00-08:30", "12:00-13:00"]
    assert [clock(block) for block in blocks(rows, office(9, 14))] == ["08:00-13:00"]


def test_a_break_inside_a_burst_cuts_it_and_each_part_keeps_its_own_commits():
    rows = [activity("a", "commit", "09:30", container="x"), activity("b", "commit", "10:20", container="x")]
    presence = replace(office(), model=ByColumn(SPEC.names.index("until"), 0, 15))
    first, second = blocks(rows, presence)
    assert (clock(first), clock(second)) == ("09:15-09:31", "10:05-10:21")
    assert (evidence(first).keys(), evidence(second).keys()) == ({"a"}, {"b"})


def test_an_evening_message_stays_a_short_block():
    (block,) = blocks([activity("m", "message", "20:00")], office())
    assert block.suggested_minutes == CaptureSettings().minimum_block_minutes


def test_nothing_is_proposed_beyond_the_instant_that_is_asked_at():
    (block,) = blocks([activity("c", "commit", "09:10", container="x")], office(), until=at("09:40"))
    assert clock(block) == "07:00-09:40"


def test_meetings_an_hour_apart_give_no_time_without_evidence_unless_confirmed_time_says_so():
    rows = [
        activity(f"m{hour}", "meeting", f"{hour:02}:00", 60, title=f"Review {hour}", response=Response.ACCEPTED)
        for hour in (7, 9, 11, 13)
    ]
    assert len(blocks(rows, office())) == len(rows), "four meetings, and nothing between them"
    assert len(capture(BERLIN, rows).blocks) == len(rows), "nor without a model"
    found = blocks(rows, office(), habits=Habits(works_unseen=0.6))
    unseen = [block for block in found if not block.evidence_minutes]
    assert [clock(block) for block in unseen] == ["08:00-09:00", "10:00-11:00", "12:00-13:00", "14:00-17:00"]
    assert "your confirmed entries cover such times" in next(iter(evidence(unseen[0]).values()))
    assert {block.id for block in blocks(rows, office())} < {block.id for block in found}, "meetings keep their ids"


def test_time_before_the_first_meeting_changes_no_other_part():
    meeting = activity("m", "meeting", "09:00", 60, response=Response.ACCEPTED)
    habits = Habits(works_unseen=0.6)
    after = {clock(block): block.id for block in blocks([meeting], office(10, 12), habits=habits)}
    both = {clock(block): block.id for block in blocks([meeting], office(8, 12), habits=habits)}
    assert list(both) == ["07:00-09:00", "09:00-10:00", "10:00-11:00"]
    assert after.items() < both.items()


def test_private_and_decided_time_is_left_alone():
    private = activity("p", "meeting", "10:00", 60, sensitivity=Sensitivity.PRIVATE)
    window = activity("w", "focus", "08:00", 60)
    assert [clock(block) for block in blocks([window, private], office())] == ["07:00-09:00", "10:00-11:00"]
    found = blocks([window], office(), occupied=[Span(at("07:30"), at("08:00"))])
    assert [clock(block) for block in found] == ["08:00-14:00"]


def test_a_decision_moves_nothing_beside_it():
    rows = [activity("a", "focus", "08:00", 30, title="a"), activity("b", "focus", "11:00", 30, title="b")]
    presence = replace(office(), model=ByColumn(SPEC.names.index("spans"), 2, 3))
    before = blocks(rows, presence)
    after = blocks(rows, presence, occupied=[before[0].span], consumed={"t:a"})
    assert [clock(block) for block in after] == [clock(before[1])]


def test_every_block_lies_on_its_day_and_overlaps_no_other():
    rows = [
        activity("a", "commit", "22:30", container="x"),  # half past eleven at night in Berlin
        activity("b", "message", "23:10"),
        activity("c", "focus", "22:40", 50),
    ]
    found = blocks(rows, office(0, 24))
    assert all(one.span.end <= other.span.start for one, other in pairwise(found))
    assert {block.date for block in found} == {MONDAY, MONDAY + timedelta(days=1)}


def test_a_break_in_a_pause_must_pay_for_two_switches():
    day = next(sighted_of(_pair(), CaptureSettings(), Habits()).days(DAYS))
    grid = grid_of(day, REACH)
    pause = (grid.before == 0) & ~grid.is_inside
    sure, unsure = np.where(pause, 0.1, 0.9), np.where(pause, 0.49, 0.9)
    assert worked(grid, unsure, 0.5, reach=0).total == 90
    assert worked(grid, sure, 0.5, reach=0).total == 60
    assert worked(grid, sure, 0.05, reach=0).total == 90


def _pair():
    return [activity("a", "focus", "08:00", 30), activity("b", "focus", "09:00", 30)]


def test_features_have_their_columns_and_are_finite_or_say_that_nothing_is_there():
    day = next(sighted_of(_pair(), CaptureSettings(), Habits()).days(DAYS))
    grid, matrix = features(day, ("", "x"), Tally().profile(DEFAULTS))
    assert matrix.shape == (len(grid.starts), len(SPEC.names))
    assert not np.isinf(matrix).any()
    assert np.isnan(matrix[0, SPEC.names.index("since")])
    assert not np.isnan(matrix[:, CLOCK]).any()


def _history(hours=("08:00", "12:00"), weeks=4):
    """A commit at ten in Berlin on every weekday of some weeks, and work from nine to one."""
    first = MONDAY - timedelta(weeks=weeks)
    days = [day for n in range(7 * weeks) if (day := first + timedelta(days=n)).weekday() < 5]
    rows = [activity(f"c{day}", "commit", "09:00", day=day.isoformat(), container="x") for day in days]
    learner = HabitLearner(rows, DAYS, CaptureSettings())
    for day in days:
        learner.learn(*(near_minute(at(hour, day.isoformat())) for hour in hours))
    return learner


def test_lead_and_tail_are_learned_from_confirmed_time_and_shrunk_to_the_default():
    model = ByColumn(WEEKDAY, 0.5, 9)
    nobody = HabitLearner([], DAYS, CaptureSettings()).presence(model, MONDAY)
    assert nobody.profile.days == 0
    assert nobody.threshold == model.threshold
    known = _history().presence(model, MONDAY)
    lead = known.profile.tables["lead"].reshape(SHAPES["lead"])[2]  # before commits
    assert lead[0] > 0.8, "an hour before the first commit is work"
    assert lead[-1] < 0.2, "four hours before is none"
    (block,) = capture(BERLIN, [activity("n", "commit", "09:00", container="x")], presence=known).blocks
    assert clock(block) == "08:05-11:55", "half hours are joined by straight lines"


def test_a_week_that_nobody_reported_on_teaches_nothing():
    rows = [activity(f"c{n}", "commit", "09:00", day=f"2026-02-{n:02}", container="x") for n in (16, 17, 23, 24)]
    learner = HabitLearner(rows, DAYS, CaptureSettings())
    learner.learn(near_minute(at("08:00", "2026-02-16")), near_minute(at("12:00", "2026-02-16")))
    profile = learner.presence(ByColumn(CLOCK, 0, 1440), MONDAY).profile
    assert profile.days == pytest.approx(2 * 0.5 ** (13.5 / 56), rel=0.01), "the sixteenth and the seventeenth"


def test_what_nobody_books_is_told_from_what_they_do():
    learner = HabitLearner(
        [
            activity(f"{place}{n}", "commit", hour, day=f"2026-02-{n:02}", container=place)
            for n in range(16, 21)
            for place, hour in (("work", "09:00"), ("hobby", "19:00"))
        ],
        DAYS,
        CaptureSettings(),
    )
    for n in range(16, 21):
        learner.learn(near_minute(at("08:00", f"2026-02-{n}")), near_minute(at("12:00", f"2026-02-{n}")))
    places = learner.presence(ByColumn(CLOCK, 0, 1440), MONDAY).profile.places
    assert places["hobby"] < 0.5 < places["work"]


def test_the_own_threshold_suggests_no_more_than_was_confirmed():
    """Two hours are as likely as not; the person confirmed one of them every day."""

    @dataclass(frozen=True)
    class Graded(ByColumn):
        def probabilities(self, matrix):
            hour = matrix[:, CLOCK] // 60
            return np.select([hour == 9, hour == 10], [0.6, 0.4], 0.05)

    rows = [activity(f"c{n}", "commit", "08:30", day=f"2026-02-{n:02}", container="x") for n in range(16, 21)]
    days = list(sighted_of(rows, CaptureSettings(), Habits()).days(DAYS))
    spans = [Minutes.of([(day.begin + 540, day.begin + 600)]) for day in days]
    model = Graded(0, 0, 0)
    threshold = own_threshold(model, Tally().profile(DEFAULTS), days, ("", "x"), spans)
    assert 0.4 < threshold < 0.6
    assert own_threshold(model, Tally().profile(DEFAULTS), (), ("", "x"), ()) == model.threshold
