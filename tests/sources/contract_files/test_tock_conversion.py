"""The tock timecards as time entries: the numbers that `check --grain week` must find again."""

from collections import Counter, defaultdict
from pathlib import Path

from tests.data.tock.convert import convert, time_entries

TOCK = Path(__file__).parents[2] / "data" / "tock"


def test_committed_file_is_what_the_conversion_writes(tmp_path):
    convert(TOCK / "timecard_lines.csv", tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == (TOCK / "time_entries.csv").read_bytes()


def test_counts_that_the_checks_are_measured_on():
    rows = list(time_entries(TOCK / "timecard_lines.csv"))
    same = Counter((row["person"], row["date"], row["client"], row["project"]) for row in rows)
    weeks: defaultdict[tuple[str, str], int] = defaultdict(int)
    for row in rows:
        weeks[row["person"], row["date"]] += int(row["minutes"])
    assert len(rows) == 7515
    assert sum(count - 1 for count in same.values()) == 44
    assert sum(row["minutes"] == "0" for row in rows) == 7
    assert sum(minutes > 60 * 60 for minutes in weeks.values()) == 2
