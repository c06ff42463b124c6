"""Rows that are read many at once become what they become one by one, and every fault stays where it is."""

from datetime import date
from pathlib import Path
from random import Random

import pytest

from hourtrail.domain.activity import ReadOptions
from hourtrail.sources.contract_files import read_numbered
from hourtrail.sources.contract_files import reading as reading_module

HEADER = "id,person,date,minutes,project,client,task,start,end,hourly_rate,currency,narrative,team\n"
GOOD = (
    "{n},ada,2026-03-02,60,Portal,ACME,Build,,,,,Form {n},",
    "{n},bob,2026-03-03,30,Portal,,,2026-03-03T09:00:00Z,2026-03-03T09:30:00Z,99.5,EUR,,blue",
    '{n},bob,2026-03-03,30,\'=Portal,ACME, ,2026-03-03T10:00:00+01:00,,,,"two\nlines, one cell",',
)
BAD = (
    "{n},ada,2026-02-30,60,Portal,,,,,,,,",
    "{n},,2026-03-02,60,Portal,,,,,,,,",
    "{n},ada,2026-03-02,sixty,Portal,,,,,,,,",
    "{n},ada,2026-03-02,60,Portal,,,2026-03-02T10:00:00Z,2026-03-02T09:00:00Z,,,,",
    "{n},ada,2026-03-02,60",
    '{n},ada,2026-03-02,60,"Portal"x,,,,,,,,',
    "7,ada,2026-03-02,60,Again,,,,,,,,",
)


@pytest.mark.parametrize("faulty", [0.0, 0.01, 0.3])
def test_many_rows_at_once_are_what_they_are_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, faulty: float
) -> None:
    drawn = Random(int(100 * faulty))
    rows = [drawn.choice(BAD if drawn.random() < faulty else GOOD).format(n=number) for number in range(900)]
    path = tmp_path / "entries.csv"
    path.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8", newline="")
    options = ReadOptions(today=date(2026, 6, 30))
    monkeypatch.setattr(reading_module, "_ROWS_AT_ONCE", 250)
    together = list(read_numbered(path, "time-entries", options))
    monkeypatch.setattr(reading_module, "_ONE_BY_ONE", 10_000)
    alone = list(read_numbered(path, "time-entries", options))
    assert together == alone
    assert len(together) >= 900


def test_assignments_that_say_the_same_are_told_whether_they_stand_near_or_far(tmp_path: Path) -> None:
    path = tmp_path / "assignments.csv"
    rows = [f"ada,ACME,P{number},,2026-01-01" for number in range(40)]
    path.write_text(
        "person,client,project,task,from\n" + "\n".join([*rows, *["x"] * 3, rows[0], rows[39]]) + "\n", encoding="utf-8"
    )
    lines = [
        line
        for line, row in read_numbered(path, "assignments", ReadOptions(today=date(2026, 6, 30)))
        if hasattr(row, "reason")
    ]
    assert lines == [42, 43, 44, 45, 46]
