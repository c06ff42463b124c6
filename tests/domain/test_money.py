"""Money, rounding rules, and hours as minutes."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.money import Money, RoundingRule, minutes_from_hours, parse_decimal, round_minutes

minutes = st.integers(0, 100_000)
steps = st.integers(1, 480)
amounts = st.decimals(-10_000, 10_000, places=4)


@given(minutes, steps)
def test_rounding_up_never_loses_and_never_adds_a_whole_step(value, step):
    rounded = round_minutes(value, step, RoundingRule.UP)
    assert rounded % step == 0
    assert 0 <= rounded - value < step


@given(minutes, steps)
def test_nearest_moves_by_at_most_half_a_step_and_a_half_goes_up(value, step):
    rounded = round_minutes(value, step, RoundingRule.NEAREST)
    assert rounded % step == 0
    assert -step < 2 * (value - rounded) < step or 2 * (rounded - value) == step


@given(minutes, steps, st.sampled_from(RoundingRule))
def test_rounding_twice_is_rounding_once_and_keeps_order(value, step, rule):
    rounded = round_minutes(value, step, rule)
    assert round_minutes(rounded, step, rule) == rounded
    assert rounded <= round_minutes(value + 1, step, rule)
    assert round_minutes(0, step, rule) == 0


@pytest.mark.parametrize(
    ("value", "step", "rule", "expected"),
    [(1, 6, "up", 6), (22, 15, "nearest", 15), (23, 15, "nearest", 30), (15, 30, "nearest", 30), (7, 0, "none", 7)],
)
def test_rounding_by_example(value, step, rule, expected):
    assert round_minutes(value, step, RoundingRule(rule)) == expected


@pytest.mark.parametrize(("value", "step", "rule"), [(-1, 15, "none"), (5, 0, "up"), (5, -15, "nearest")])
def test_rounding_refuses_what_has_no_meaning(value, step, rule):
    with pytest.raises(InvalidInput):
        round_minutes(value, step, RoundingRule(rule))


@given(st.integers(0, 1_000_000))
def test_hours_to_hundredths_come_back_as_the_minutes_they_were(value):
    hours = (Decimal(value) / 60).quantize(Decimal("0.01"))
    assert abs(minutes_from_hours(hours) - value) <= 1
    assert minutes_from_hours(Decimal(value)) == value * 60


@pytest.mark.parametrize(
    ("hours", "expected"), [("0.25", 15), ("0.0083", 0), ("0.00833334", 1), ("7.575", 455), ("0.125", 8)]
)
def test_half_a_minute_is_rounded_up(hours, expected):
    assert minutes_from_hours(Decimal(hours)) == expected


@given(amounts, amounts, st.sampled_from(["EUR", "USD"]))
def test_amounts_of_one_currency_add_exactly(one, other, currency):
    total = Money(one, currency) + Money(other, currency)
    assert total.amount == one + other
    assert total - Money(other, currency) == Money(one, currency)
    assert abs(total.to_cents().amount - total.amount) <= Decimal("0.005")


def test_currencies_never_mix():
    with pytest.raises(InvalidInput, match="EUR and USD"):
        Money(Decimal(1), "EUR") + Money(Decimal(1), "USD")
    with pytest.raises(InvalidInput, match="cannot"):
        Money(Decimal(1), "EUR") - Money(Decimal(1), "USD")


@pytest.mark.parametrize("currency", ["", "eur", "EURO", "€", "EUR\n"])
def test_a_currency_is_an_iso_code(currency):
    with pytest.raises(InvalidInput, match="ISO 4217"):
        Money(Decimal(1), currency)


@pytest.mark.parametrize("text", ["NaN", "Infinity", "1e400", "12,50", "", "abc", "1000000000000000"])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(InvalidInput, match="rate"):
        parse_decimal(text, "rate")


def test_an_amount_is_finite():
    with pytest.raises(InvalidInput):
        Money(Decimal("NaN"), "EUR")


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("169.915", "GBP", "169.92"),
        ("-169.915", "GBP", "-169.92"),
        ("10287.5", "JPY", "10288"),
        ("1.2345", "KWD", "1.235"),
        ("3", "EUR", "3.00"),
        ("1" + "0" * 40, "EUR", "1" + "0" * 40 + ".00"),
    ],
)
def test_money_is_rounded_half_up_to_the_minor_unit_of_its_currency(amount, currency, rounded):
    money = Money(Decimal(amount), currency)
    assert str(money.to_cents().amount) == rounded
    assert str(money) == f"{rounded} {currency}"
