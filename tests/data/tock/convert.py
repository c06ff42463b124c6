"""Turns the flattened tock timecards into a time-entries contract file: ``python tests/data/tock/convert.py``."""

import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from hourtrail.domain.instants import format_instant, parse_instant
from hourtrail.domain.money import minutes_from_hours

HERE = Path(__file__).parent
COLUMNS = ("id", "person", "date", "minutes", "client", "project", "billable", "created_at", "source")


def time_entries(lines: Path) -> Iterator[dict[str, str]]:
    """One contract row for each timecard line.

    A timecard covers a reporting period and names no day, so the work date is the period's first day: one distinct date
    for each person and week.
    """
    with lines.open(encoding="utf-8", newline="") as stream:
        for line in csv.DictReader(stream):
            yield {
                "id": line["line_id"],
                "person": line["user"],
                "date": line["period"],
                "minutes": str(minutes_from_hours(Decimal(line["hours"]))),
                "client": line["agency"],
                "project": line["project"],
                "billable": line["billable"].lower(),
                "created_at": format_instant(parse_instant(line["created"])),
                "source": "tock",
            }


def convert(lines: Path, out: Path) -> None:
    """Write ``out`` from ``lines``."""
    with out.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(time_entries(lines))


if __name__ == "__main__":
    convert(HERE / "timecard_lines.csv", HERE / "time_entries.csv")
