"""The real weekly timecards of tests/data/tock, and a small day-by-day firm."""

import csv
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np

from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.firm import WorkItem

TOCK = Path(__file__).parents[1] / "data" / "tock" / "time_entries.csv"
MONDAY = date(2026, 1, 5)


def timecards(most: int = 10_000) -> list[TimeEntry]:
    with TOCK.open(encoding="utf-8", newline="") as file:
        rows = [
            TimeEntry(
                id=row["id"], person=row["person"], date=date.fromisoformat(row["date"]), minutes=int(row["minutes"]),
                item=WorkItem(row["client"], row["project"]),
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip
    return rows[:most]


def days(people: int = 4, weeks: int = 8, seed: int = 3) -> list[TimeEntry]:
    """Two entries a weekday: the person's own project and a shared one, with starts, rates and tasks."""
    random = np.random.default_rng(seed)
    rows = []
    for person in range(people):
        for number in range(weeks * 5):
            day = MONDAY + timedelta(days=number // 5 * 7 + number % 5)
            for part, item in enumerate((WorkItem("A", f"P{person % 2}", "build"), WorkItem("", "Internal"))):
                hours = 6 if part == 0 else 2
                start = datetime(day.year, day.month, day.day, 8 + part * 7, tzinfo=UTC)
                rows.append(
                    TimeEntry(
                        id=f"{person}-{number:03}-{part}", person=f"p{person}", date=day, item=item, start=start,
                        minutes=hours * 60 + int(random.integers(-2, 3)) * 15, hourly_rate=Decimal(100), currency="EUR",
                    )
                )  # fmt: skip
    return rows
