"""The line about a week: what will be booked of it, told only where it is another sum than the one above."""

from datetime import date

import pytest

from hourtrail.cli.suggest import print_result
from hourtrail.flows.minutes import WeekTotal
from hourtrail.flows.suggest import SuggestResult


def _printed(capsys: pytest.CaptureFixture[str], expected: int | None) -> str:
    week = WeekTotal(person="ana", week=date(2026, 3, 16), suggested_minutes=690, expected_booked_minutes=expected)
    print_result(SuggestResult(weeks=[week]))
    return " ".join(capsys.readouterr().out.split())


def test_a_week_that_is_booked_lower_by_habit_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert "11:30 h suggested; going by the weeks before, 9:35 h will be booked" in _printed(capsys, 575)


@pytest.mark.parametrize("expected", [None, 690, 680])
def test_a_week_that_says_nothing_new_is_not(capsys: pytest.CaptureFixture[str], expected: int | None) -> None:
    assert "ana" not in _printed(capsys, expected)
