"""Hours of a day and of a week, and what one date of a file stands for."""

from decimal import Decimal

import pytest
from tests.checks.tables import TODAY, entries, found

from hourtrail.checks import CheckContext, Grain, grain_of, skipped
from hourtrail.checks.policy import load


def booked(*days: str, minutes: int = 60, start: str = ""):
    lines = ["id | date | minutes | start"] + [f"e{n} | {day} | {minutes} | {start}" for n, day in enumerate(days)]
    return entries("\n".join(lines))


@pytest.mark.parametrize(
    ("days", "grain"),
    [
        ([], Grain.DAY),
        (["2026-03-02"], Grain.DAY),
        (["2026-03-02", "2026-03-03"], Grain.DAY),
        (["2026-03-02", "2026-03-09"], Grain.WEEK),
        (["2026-03-02", "2026-03-07", "2026-03-12"], Grain.WEEK),
        (["2026-03-02", "2026-03-06", "2026-03-13", "2026-03-20"], Grain.WEEK),
        (["2026-03-02", "2026-03-06", "2026-03-10", "2026-03-20"], Grain.DAY),
    ],
)
def test_auto_grain_allows_one_exception(days, grain):
    assert grain_of(booked(*days)) is grain
    assert grain_of(booked(*reversed(days), *days)) is grain


def test_a_start_anywhere_means_days():
    assert grain_of(booked("2026-03-02", "2026-03-09", start="2026-03-02T09:00:00Z")) is Grain.DAY


def test_by_the_day_a_period_is_an_iso_week_across_the_new_year():
    # 29 December 2025 to 4 January 2026 is one ISO week, 2026-W01.
    [finding] = found(booked("2025-12-29", "2025-12-31", "2026-01-02", "2026-01-04", minutes=901), "weekly_hours")
    assert finding.subject.period == "2026-W01"
    assert finding.subject.person == "ada"
    assert finding.measured == "60 h 4 min"
    assert finding.expected == "at most 60 h in a week"
    assert finding.comparables == ("e0", "e1", "e2", "e3")


def test_by_the_week_each_date_is_a_period_of_its_own():
    two_dates_of_one_iso_week = booked("2026-03-02", "2026-03-06", minutes=2400)
    assert found(two_dates_of_one_iso_week, grain=Grain.WEEK) == []
    [finding] = found(booked("2026-03-02", minutes=3601), grain=Grain.WEEK)
    assert (finding.check, finding.subject.period) == ("weekly_hours", "2026-03-02")


def test_by_the_week_the_rules_of_a_day_are_off_and_listed():
    context = CheckContext(entries=booked("2026-03-02", minutes=2400), as_of=TODAY, grain=Grain.WEEK)
    silent = skipped(context)
    assert {"overlap", "implausible_minutes", "daily_hours"} <= set(silent)
    assert silent["daily_hours"] == "the entries are kept by the week"


def test_checks_without_their_master_data_are_listed():
    context = CheckContext(entries=[], as_of=TODAY)
    silent = skipped(context)
    assert (
        silent.items()
        >= {
            "closed_task": "no tasks given",
            "not_assigned": "no assignments given",
            "outside_dates": "no tasks or contracts or assignments given",
            "unknown_work_item": "no tasks given",
            "missing_time": "no people or activities given",
        }.items()
    )
    given = skipped(CheckContext(entries=[], as_of=TODAY, tasks=[], assignments=[]))
    assert set(silent) - set(given) >= {
        "closed_task", "not_assigned", "outside_dates", "unknown_work_item", "foreign_client_named",
    }  # fmt: skip


def test_daily_hours_are_project_time_so_overlap_counts_twice():
    table = """
        id | date       | minutes | start                | end
        e1 | 2026-03-02 | 400     | 2026-03-02T09:00:00Z | 2026-03-02T15:40:00Z
        e2 | 2026-03-02 | 400     | 2026-03-02T09:10:00Z | 2026-03-02T15:50:00Z
    """
    [finding] = found(table, "daily_hours")
    assert finding.measured == "13 h 20 min"
    assert finding.subject.date.isoformat() == "2026-03-02"


def test_excess_is_priced_at_the_average_rate_of_what_is_billed():
    table = """
        id | date       | minutes | rate | billable
        e1 | 2026-03-02 | 450     | 100  | yes
        e2 | 2026-03-02 | 450     | 200  | no
    """
    [finding] = found(table, "daily_hours")
    # 180 of 900 minutes lie over the limit; 750.00 EUR are billed.
    assert finding.value_at_risk.amount == Decimal("150.00")


def test_a_limit_may_be_a_fraction_and_carries_its_clause():
    rules = load(
        """
        version = "2026-1"
        [checks.daily_hours]
        hours = 7.6
        severity = "block"
        clause = "Works agreement, section 4"
        """
    )
    [finding] = found(booked("2026-03-02", minutes=457), "daily_hours", policy=rules)
    assert finding.expected == "at most 7 h 36 min in a day (Works agreement, section 4)"
    assert finding.severity == "block"
    assert found(booked("2026-03-02", minutes=456), "daily_hours", policy=rules) == []
