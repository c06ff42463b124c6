"""The Monday of a week has one home."""

import re
from datetime import date
from pathlib import Path

import pytest

import hourtrail
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.weeks import monday_of, whole_week_of

ROOT = Path(hourtrail.__file__).parents[2]


@pytest.mark.parametrize("day", [date(2026, 3, 2), date(2026, 3, 5), date(2026, 3, 8)])
def test_every_day_of_a_week_has_the_same_monday(day: date) -> None:
    assert monday_of(day) == whole_week_of(day) == date(2026, 3, 2)


def test_the_ends_of_the_calendar() -> None:
    assert monday_of(date.min) == whole_week_of(date.min) == date.min
    assert monday_of(date.max) == date(9999, 12, 27)
    with pytest.raises(InvalidInput, match="not wholly in the calendar"):
        whole_week_of(date.max)


def test_nobody_else_computes_it() -> None:
    """A dozen places did, and two functions beside them."""
    others = [
        f"{path.relative_to(ROOT)}:{number}"
        for folder in ("src", "models", "training", "serving")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(
            r"- timedelta\(days=\S+\.weekday\(\)\)|toordinal\(\) - \S+\.weekday\(\)|-= timedelta\(days=\S+\.weekday\(\)\)",
            line,
        )
    ]
    assert others == ["src/hourtrail/domain/weeks.py:10"]
