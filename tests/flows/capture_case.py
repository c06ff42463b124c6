"""A timesheet and what was seen, in files: what the tests of the capture backtest measure."""

import csv
import json
from datetime import date, datetime, timedelta

from tests.flows.firm import RULES, activity, write_tables

from hourtrail.capture import CaptureSettings
from hourtrail.flows.backtest.capture import CaptureOptions, backtest_capture
from hourtrail.flows.backtest.capture_files import CaptureFiles, read_capture
from hourtrail.flows.backtest.capture_replay import replay

DAY = timedelta(days=1)
ADA, BEN = "ada@firm.example", "ben@firm.example"
PORTAL, SUPPORT = ("acme", "portal", "DEV"), ("globex", "support", "")
COLUMNS = ("id", "person", "date", "minutes", "client", "project", "task", "start", "end", "narrative", "status")


def meeting(key, start, end, title="Login review", *, person=ADA, **more):
    return activity(key, "meeting", start, person=person, end=end, title=title, response="accepted", **more)


def entry(key, start, end, item=PORTAL, *, person=ADA, day="", **more):
    """A row of the timesheet; without ``start`` it has only the minutes in ``end``."""
    minutes = end if not start else int((at(end) - at(start)).total_seconds() // 60)
    row = {"id": key, "person": person, "date": day or start[:10], "minutes": minutes, "start": start or ""}
    return {**row, "end": end if start else "", **dict(zip(("client", "project", "task"), item, strict=True)), **more}


def at(text):
    return datetime.fromisoformat(text)


class Case:
    def __init__(self, folder):
        self.folder = write_tables(folder, "people", "tasks", "assignments")

    def jsonl(self, *lines, name="activities.jsonl"):
        path = self.folder / name
        path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        return path

    def sheet(self, *rows, name="timesheet.csv"):
        path = self.folder / name
        columns = list(dict.fromkeys((*COLUMNS, *(column for row in rows for column in row))))
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, columns)
            writer.writeheader()
            writer.writerows(rows)
        return path

    def files(self, activities, entries, *, master=True, reported=None):
        tables = {name: self.folder / f"{name}.csv" for name in ("people", "tasks", "assignments")} if master else {}
        return CaptureFiles(
            activities=(self.jsonl(*activities),),
            time_entries=self.sheet(*entries),
            reported=None if reported is None else self.sheet(*reported, name="reported.csv"),
            **tables,
        )

    def measure(self, activities, entries, *, master=True, reported=None, **options):
        files = self.files(activities, entries, master=master, reported=reported)
        return backtest_capture(files, CaptureOptions(**options), models=RULES, today=date(2026, 6, 1))

    def suggested(self, activities, entries, first, last, *, master=True, delay=1.0):
        given = read_capture(
            self.files(activities, entries, master=master), today=date(2026, 6, 1), zone="", person="", progress=print
        )
        found = replay(
            given, first, last, delay=timedelta(days=delay), models=RULES, settings=CaptureSettings(),
            progress=lambda _done, _all: None,
        )  # fmt: skip
        return {
            person: [(row.span, row.item, row.band, row.confidence) for row in rows]
            for person, rows in found.suggestions.items()
        }


WEEK = [
    meeting("m1", "2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z"),
    activity("c1", "commit", "2026-03-02T11:00:00Z", title="Fix login redirect", reference="PORTAL-3"),
    activity("c2", "commit", "2026-03-02T11:40:00Z", title="Checkout totals", reference="PORTAL-4"),
    meeting("m2", "2026-03-03T09:00:00Z", "2026-03-03T09:30:00Z", "Support incident", participants=["kim@globex.example"]),
    activity("c3", "commit", "2026-03-03T13:00:00Z", title="Hotfix of the incident", reference="SUP-9"),
]  # fmt: skip


REPEATED = [
    meeting(f"m{day}", f"2026-03-{day:02}T09:00:00Z", f"2026-03-{day:02}T10:00:00Z", "Weekly sync", series="weekly")
    for day in range(2, 7)
]
BOOKED = [
    entry(f"e{day}", f"2026-03-{day:02}T09:00:00Z", f"2026-03-{day:02}T10:00:00Z", SUPPORT, narrative="call")
    for day in range(2, 7)
]
