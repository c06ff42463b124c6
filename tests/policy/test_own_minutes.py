"""How far a person's own bookings widen their intervals, and what their weeks come to."""

from datetime import date, timedelta

import numpy as np
import pytest

from hourtrail.policy.own_minutes import (
    HALF_LIFE,
    PRIOR_ENTRIES,
    PRIOR_MINUTES,
    WIDEST,
    PastWeek,
    ShownInterval,
    booked_factor,
    own_margin,
)

SHIPPED = 0.1


def shown(booked, low=30, high=90, margin=SHIPPED):
    return [ShownInterval(low=low, high=high, margin=margin, booked=minutes) for minutes in booked]


def margin_of(rows):
    return own_margin(rows, share=0.8, shipped=SHIPPED)


def test_too_few_bookings_leave_the_shipped_margin():
    assert margin_of([]) == SHIPPED
    assert margin_of(shown([500] * (PRIOR_ENTRIES - 1))) == SHIPPED


def test_intervals_that_miss_are_widened_and_those_that_always_hold_are_narrowed():
    assert margin_of(shown([150] * 40)) > SHIPPED
    assert margin_of(shown([52] * 40)) < SHIPPED
    assert margin_of(shown([10] * 40)) > SHIPPED


def test_the_margin_is_the_one_at_which_the_promised_share_would_have_held():
    """With many bookings the shipped margin is forgotten: 8 in 10 lie inside what would have been shown."""
    booked = np.random.default_rng(4).lognormal(4.0, 0.8, 4_000).astype(int) + 1
    margin = margin_of(shown(booked.tolist()))
    low, high = np.expm1(np.log1p(30) + SHIPPED - margin), np.expm1(np.log1p(90) - SHIPPED + margin)
    assert ((booked >= low) & (booked <= high)).mean() == pytest.approx(0.8, abs=0.01)


def test_a_margin_learned_from_widened_intervals_is_the_same():
    """What was shown carries the margin that it had: the correction does not run away week by week."""
    first = margin_of(shown([150] * 40))
    wider = round(np.expm1(np.log1p(90) - SHIPPED + first)), round(np.expm1(np.log1p(30) + SHIPPED - first))
    again = margin_of(shown([150] * 40, low=wider[1], high=wider[0], margin=first))
    assert again == pytest.approx(first, abs=0.01)


@pytest.mark.parametrize("minutes", [1, 10**9])
def test_no_booking_makes_an_interval_of_any_width(minutes):
    assert abs(margin_of(shown([minutes] * 1_000, low=0 if minutes == 1 else 1, high=1))) <= WIDEST


def weeks(*pairs):
    return [
        PastWeek(week=date(2026, 1, 5) + timedelta(weeks=place), suggested=suggested, booked=booked)
        for place, (suggested, booked) in enumerate(pairs)
    ]


def test_who_books_more_than_is_suggested_is_expected_to_again():
    assert booked_factor(weeks((2_000, 2_400))) == pytest.approx((2_400 + PRIOR_MINUTES) / (2_000 + PRIOR_MINUTES))
    assert booked_factor(weeks((2_000, 2_400), (2_000, 2_400))) > booked_factor(weeks((2_000, 2_400)))
    assert booked_factor(weeks((2_000, 1_000))) < 1


def test_what_first_weeks_did_not_find_is_not_added_to_those_in_which_it_is_found():
    """Found: a quarter, half, then all of the time, as the product learns somebody's hours."""
    learning = weeks((500, 2_000), (1_000, 2_000), *[(2_000, 2_000)] * 4)
    plain = (sum(row.booked for row in learning) + PRIOR_MINUTES) / (
        sum(row.suggested for row in learning) + PRIOR_MINUTES
    )
    assert 1 < booked_factor(learning) < 1 + (plain - 1) / 2


def test_a_week_counts_half_after_a_while_and_the_newest_whole_however_long_ago():
    rows = weeks((2_000, 4_000), *[(0, 0)] * (HALF_LIFE - 1), (2_000, 2_000))
    assert booked_factor(rows) == pytest.approx((4_000 + PRIOR_MINUTES) / (3_000 + PRIOR_MINUTES))
    assert booked_factor(rows[:1]) == booked_factor(weeks(*[(0, 0)] * 6, (2_000, 4_000)))


def test_a_week_that_nobody_reported_says_nothing():
    assert booked_factor([]) == 1.0
    assert booked_factor(weeks((2_000, 0), (0, 2_000))) == 1.0
