"""The billing policy: what is written is read, what is wrong is told all at once, and what is stored comes back."""

from dataclasses import replace
from decimal import Decimal

import pytest

from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.pricing import ClientFormat, GroupBy, OverCap, RoundingScope
from hourtrail.policy.billing import BillingPolicy, from_mapping, load, to_mapping

FULL = """
version = "2026-1"
over_cap = "hold"
rounding_scope = "day"
stated_rates = true
stops = ["missing_rate", "budget_forecast"]
client_facts = ["currency", "billing_contact"]
dispute_count = 5
dispute_days = 30
settle_days = 0
recent_months = 12

[over_cap_of]
C-1 = "split"

[formats.acme]
group_by = ["person", "day"]
hour_places = 1
words = "$date $narrative"
longest = 80

[shift]
run = 4
share = 0.5
"""


def test_everything_that_can_be_written_is_read_and_comes_back_from_the_store():
    policy = load(FULL)
    assert (policy.over_cap, policy.pricing("C-1").over_cap) == (OverCap.HOLD, OverCap.SPLIT)
    assert policy.pricing("C-2").rounding_scope is RoundingScope.DAY
    assert policy.format_of("acme") == ClientFormat(
        group_by=(GroupBy.PERSON, GroupBy.DAY), hour_places=1, words="$date $narrative", longest=80
    )
    assert policy.format_of("other") == ClientFormat()
    assert (policy.shift.run, policy.shift.share, policy.shift.baseline) == (4, Decimal("0.5"), 12)
    assert from_mapping(to_mapping(policy)) == policy


def test_what_is_left_out_keeps_its_default():
    assert load('version = "x"') == replace(BillingPolicy(), version="x")
    assert from_mapping(to_mapping(BillingPolicy())) == BillingPolicy()


def test_every_mistake_is_told_at_once_with_its_place():
    text = """
over_cap = "explode"
stops = "missing_rate"
dispute_count = 0
surprise = 1
client_facts = [""]
stated_rates = "yes"
[over_cap_of]
C-1 = 3
[formats.acme]
words = "$salary"
[formats.globex]
hour_places = true
[formats.initech]
colour = "red"
[shift]
run = 0
least = 20
share = nan
"""
    with pytest.raises(InvalidInput) as told:
        load(text, "billing.toml")
    lines = str(told.value).splitlines()
    assert all(line.startswith("billing.toml: ") for line in lines)
    for place in (
        "over_cap:", "stops:", "dispute_count:", "surprise:", "client_facts:", "stated_rates:", "over_cap_of.C-1:",
        "formats.acme:", "formats.globex.hour_places:", "formats.initech:", "shift.run:", "shift.least:", "shift.share:",
        "version:",
    ):  # fmt: skip
        assert any(place in line for line in lines), place


@pytest.mark.parametrize(
    "text", ["version = ", 'version = "x"\nover_cap = [', "[" * 5000, 'version = "x"#' + "x" * 100_001]
)
def test_what_is_no_policy_is_refused_in_words(text):
    with pytest.raises(InvalidInput, match=r"not TOML|too long"):
        load(text)


@pytest.mark.parametrize("body", ["formats = 3", "shift = 3", "over_cap_of = []", "stops = [1]"])
def test_tables_and_lists_of_another_kind_are_refused(body):
    with pytest.raises(InvalidInput, match="must be"):
        load(f'version = "x"\n{body}')
