"""A real agency's weekly timecards (tests/data/tock): exactly the known faults, nothing else."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from hourtrail import checks
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.instants import parse_instant

FILE = Path(__file__).parents[1] / "data" / "tock" / "time_entries.csv"


@pytest.fixture(scope="module")
def timecards() -> list[TimeEntry]:
    with FILE.open(encoding="utf-8", newline="") as file:
        return [
            TimeEntry(
                id=row["id"],
                person=row["person"],
                date=date.fromisoformat(row["date"]),
                minutes=int(row["minutes"]),
                item=WorkItem(row["client"], row["project"]),
                created_at=parse_instant(row["created_at"]),
            )
            for row in csv.DictReader(file)
        ]


def test_the_known_faults_and_nothing_else(timecards):
    grain = checks.grain_of(timecards)
    assert grain is checks.Grain.WEEK
    context = checks.CheckContext(entries=timecards, as_of=max(row.date for row in timecards), grain=grain)
    findings = checks.run(context, checks.CheckPolicy())
    assert Counter(finding.check for finding in findings) == {
        "duplicate_entry": 44,
        "zero_minutes": 7,
        "weekly_hours": 2,
    }
    scored = checks.scores(timecards, findings)
    assert len(scored) == len(timecards) == 7515
    assert {row.id for row in scored if row.score} == {f.subject.time_entry for f in findings} - {""}
