"""The goals for capture: a week by a person's own factor, what is noted while capturing, and when a goal counts as reached."""

from datetime import date, timedelta
from typing import Any

import pytest
from tests.capture.builders import activity

from hourtrail.capture import CaptureSettings, Habits
from hourtrail.domain.firm import Person
from hourtrail_training.capture_goals import Recorded, by_firm, by_own_factor, by_week, goals, weekly_errors

MONDAY = date(2026, 1, 5)
WEEKS = [MONDAY + timedelta(weeks=number) for number in range(12)]


def test_a_week_is_told_by_the_weeks_before_it_alone() -> None:
    suggested = dict.fromkeys(WEEKS[:4], 2_000)
    worked = {WEEKS[0]: 2_400, WEEKS[1]: 2_400}
    found = by_own_factor(suggested, worked)
    assert found[WEEKS[0]] == 2_000
    assert found[WEEKS[1]] == pytest.approx(2_000 * (2_400 + 1_200) / (2_000 + 1_200))
    assert found[WEEKS[1]] < found[WEEKS[2]] < 2_400
    assert found == by_own_factor(suggested, {**worked, WEEKS[3]: 1})


def test_a_week_older_than_the_memory_says_nothing() -> None:
    suggested = {WEEKS[0]: 2_000, WEEKS[9]: 2_000}
    assert by_own_factor(suggested, {WEEKS[0]: 4_000})[WEEKS[9]] == 2_000


def test_a_days_minutes_are_noted_once_however_often_they_are_seen() -> None:
    person, recorded = Person(id="ada", name="Ada", zone="Europe/Berlin"), Recorded()
    rows = [activity(str(hour), "commit", f"{hour:02}:00:00") for hour in (9, 10, 11)]
    for _ in range(2):
        found = recorded(person, rows, settings=CaptureSettings(), habits=Habits(), presence=None)
    (minutes,) = recorded.weeks("ada").values()
    assert minutes == sum(block.suggested_minutes for block in found.blocks) > 0
    assert not recorded.weeks("bo")


def test_a_goal_is_judged_over_all_firms_and_says_how_many_reach_it_alone() -> None:
    weeks = {"ada": {"2026-01-26": [2_000, 2_000], "2026-02-02": [2_000, 2_000]}}

    def line(gain: float, hours: float) -> dict[str, Any]:
        return {"f1": 0.8 + gain, "fixed_gap": 0.8, "hours": hours, "weeks": weeks}

    lines = {
        (1, "all sources"): line(0.07, 0.9), (2, "all sources"): line(0.1, 0.9),
        (1, "no windows, mail or chat"): line(0.2, 1.0), (2, "no windows, mail or chat"): line(0.01, 1.0),
    }  # fmt: skip
    rows = [row.strip("| ").split(" | ") for row in goals(lines).splitlines()[2:]]
    assert [row[4] for row in rows] == ["reached", "**missed**", "reached", "not asked; reached", "not asked; reached", "not asked; reached"]  # fmt: skip
    assert [row[5] for row in rows] == ["1 of 2", "0 of 2", "2 of 2", "1 of 2", "2 of 2", "2 of 2"]
    assert rows[0][2:4] == ["+0.085", "+0.070 to +0.100"]
    assert "| 1, all sources | 0.870 | 0.800 | +0.070 | 0.900 | 1.000 |" in by_firm(lines)


def test_weeks_are_compared_with_what_was_worked_and_each_firm_counts_alike() -> None:
    weeks = {"ada": {"2026-01-26": [1_000, 2_000], "2026-02-02": [1_500, 2_000]}}
    plain, told = weekly_errors({"weeks": weeks})
    assert plain == 0.25
    assert told == pytest.approx(1_500 * (2_000 + 1_200) / (1_000 + 1_200) / 2_000 - 1)
    lines = {(seed, "all sources"): {"weeks": weeks} for seed in (1, 2)}
    assert by_week(lines).splitlines()[2] == f"| all sources | 0.250 | {told:.3f} | 2 of 2 |"
