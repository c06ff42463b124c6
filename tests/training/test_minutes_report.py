"""The report on minutes: intervals by a person's own bookings, and what a week comes to."""

from datetime import date, timedelta

import numpy as np
import pytest
from click import UsageError

from hourtrail.policy.minutes import SPEC
from hourtrail_models.minutes import bundled_minutes
from hourtrail_training.minutes import BookedWeek
from hourtrail_training.minutes_report import clock, intervals_held, main, own_factor, totals_of

MONDAY = date(2026, 1, 5)


def week(place, suggested, booked, whole):
    matrix = np.full((len(suggested), len(SPEC.names)), np.nan)
    matrix[:, SPEC.names.index("suggested_minutes")] = suggested
    matrix[:, SPEC.names.index("kind")] = 0
    return BookedWeek(
        week=MONDAY + timedelta(weeks=place), matrix=matrix, booked=np.array(booked, dtype=np.float64), whole=whole, worked=whole // 2,
    )  # fmt: skip


def test_somebody_who_always_books_five_times_as_much_is_caught_up_with():
    """30 minutes booked at 105 to 195, and a suggestion that stands for nothing, which no interval is judged by."""
    booked = [105.0 + 10 * place for place in range(10)]
    person = [week(place, [30.0] * 11, [*booked, 0.0], 1_500) for place in range(8)]
    shipped, _ = intervals_held(person, bundled_minutes(), own=False)
    own, widths = intervals_held(person, bundled_minutes(), own=True)
    assert [len(part) for part in own] == [10] * 8
    assert not shipped[-1].any()
    assert not own[0].any()
    assert 0.5 < own[-1].mean() < 0.9
    assert widths[-1].mean() > widths[0].mean()


def test_a_week_comes_to_what_such_weeks_were_booked_at_and_never_looks_ahead():
    person = [week(place, [1_000.0, 1_000.0], [1_200.0, 1_200.0], 2_400) for place in range(4)]
    assert clock(person[:0], person[0]) == own_factor(person[:0], person[0]) == 2_000
    later = own_factor(person[:3], person[3])
    assert 2_200 < later < 2_400
    told, booked, worked = totals_of([person], own_factor)
    assert told[0] == 2_000
    assert told[3] == pytest.approx(later)
    assert booked.tolist() == [2_400] * 4
    assert worked.tolist() == [1_200] * 4


def test_folders_that_are_not_told_apart_are_refused(tmp_path):
    with pytest.raises(UsageError, match="name folders to fit the mean on, then -- and those to measure"):
        main([str(tmp_path), str(tmp_path)], standalone_mode=False)
