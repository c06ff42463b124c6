"""The rule for lasting changes: what was told stays told, noise is not told, and real shifts are, on seeded series."""

import random
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hourtrail.domain.billing import ShiftRule, shifts

THREE_YEARS = [date(2023 + number // 12, number % 12 + 1, 1) for number in range(36)]
SERIES = 300


def months_of(amounts):
    return THREE_YEARS[: len(amounts)]


def noisy(seed, spread, *, factor=Decimal(1), since=18):
    """Monthly amounts around 10,000 with a log-normal spread, times ``factor`` from month ``since`` on."""
    draw = random.Random(seed)
    amounts = [Decimal(str(round(10_000 * draw.lognormvariate(0, spread), 2))) for _ in THREE_YEARS]
    return [amount * factor if number >= since else amount for number, amount in enumerate(amounts)]


@pytest.mark.parametrize(("spread", "most"), [(0.1, 0.02), (0.2, 0.06), (0.3, 0.10)])
def test_noise_alone_is_seldom_told(spread, most):
    """Share of three-year series without any shift in which one is told."""
    told = sum(bool(shifts(THREE_YEARS, noisy(seed, spread))) for seed in range(SERIES))
    assert told / SERIES <= most


@pytest.mark.parametrize(("spread", "factor", "least"), [(0.1, "1.5", 0.80), (0.1, "0.5", 0.90), (0.2, "2", 0.75)])
def test_a_lasting_change_is_told_within_its_first_months_and_once(spread, factor, least):
    found = [shifts(THREE_YEARS, noisy(seed, spread, factor=Decimal(factor))) for seed in range(SERIES)]
    near = [[one for one in row if one.months[0] in THREE_YEARS[17:22]] for row in found]
    assert sum(len(row) == 1 for row in near) / SERIES >= least
    assert max(map(len, near)) == 1
    assert all(one.up == (Decimal(factor) > 1) for row in near for one in row)


def test_a_single_odd_month_is_no_shift_and_a_short_series_tells_nothing():
    flat = [Decimal(1000)] * 12
    assert shifts(months_of(flat * 2), [*flat, Decimal(90_000), Decimal(0), *flat[:10]]) == []
    assert shifts(THREE_YEARS[:8], [Decimal(1000)] * 5 + [Decimal(9000)] * 3) == [], "five months are no baseline"


def test_a_shift_tells_its_baseline_its_window_and_begins_a_new_baseline():
    amounts = [Decimal(1000)] * 12 + [Decimal(2000)] * 12 + [Decimal(500)] * 6
    up, down = shifts(months_of(amounts), amounts)
    assert (up.number, up.level, up.band, up.months[0]) == (1, 1000, Decimal(250), date(2024, 1, 1))
    assert up.window == (date(2023, 1, 1), date(2023, 12, 1))
    assert (up.up, up.change) == (True, 1000)
    assert (down.number, down.level, down.up, down.window[0]) == (2, 2000, False, date(2024, 1, 1))


amounts_of = st.lists(st.decimals(0, 100_000, places=2), max_size=36)


@given(amounts_of, st.integers(0, 36))
def test_later_months_never_change_what_was_told(amounts, cut):
    early = shifts(months_of(amounts[:cut]), amounts[:cut])
    assert shifts(months_of(amounts), amounts)[: len(early)] == early


@given(amounts_of, st.integers(1, 1000))
def test_the_unit_of_money_does_not_matter(amounts, factor):
    plain = shifts(months_of(amounts), amounts)
    scaled = shifts(months_of(amounts), [amount * factor for amount in amounts])
    assert [one.months for one in scaled] == [one.months for one in plain]


@given(amounts_of)
def test_every_month_of_a_run_lies_outside_the_usual_and_after_the_window(amounts):
    rule = ShiftRule(least=3, baseline=6)
    for one in shifts(months_of(amounts), amounts, rule):
        assert len(one.months) == rule.run
        assert all(abs(amount - one.level) > one.band for amount in one.amounts)
        assert one.window[0] <= one.window[1] < one.months[0]
