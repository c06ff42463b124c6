"""A firm whose titles name anything but the work: what it books is told by the hour. It may turn, so that titles are right again."""

import csv
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
from tests.training.labelled_firm import PROJECTS, VERBS

from hourtrail.domain.activity import ReadOptions
from hourtrail.domain.decision import Verdict
from hourtrail.flows.decide import Request, decide
from hourtrail.flows.ingest import ingest
from hourtrail.flows.resolve import Part
from hourtrail.flows.suggest import suggest
from hourtrail.store import Store
from hourtrail.wiring import load_models, sources

TENANT = "acme"
FIRST = date(2026, 3, 2)
PEOPLE = ("ada", "ben", "eve", "kim")
WEEKS = 4
HOURS = (8, 10, 12, 14, 16)
KEPT = 0.85
"""How often an hour has its project: a habit without exceptions would make any honest confidence too low."""
ANSWERED = 0.4
"""The others are booked in the old timesheet, with their times, and imported: labels that no suggestion led to."""


def fill(store: Store, folder: Path, *, turns: int = WEEKS, seed: int = 9) -> None:
    """Weeks of meetings; before week ``turns`` each hour has its project and titles are drawn, from then on the reverse."""
    drawn = np.random.default_rng(seed)
    names = list(PROJECTS)
    (folder / "tasks.csv").write_text(
        "client,project,name\n" + "".join(f"acme,{name},{' and '.join(PROJECTS[name])}\n" for name in names)
    )
    _read(store, folder / "tasks.csv")
    models = load_models(rules_only=True)
    for week in range(WEEKS):
        monday = FIRST + timedelta(days=7 * week)
        truth: dict[str, str] = {}
        rows = []
        for person in PEOPLE:
            for place in range(5 * len(HOURS)):
                named, other = names[int(drawn.integers(len(names)))], names[place % len(HOURS)]
                start = datetime.combine(monday, datetime.min.time(), UTC)
                start += timedelta(days=place // len(HOURS), hours=HOURS[place % len(HOURS)])
                key = f"w{week}-{person}-{place}"
                kept = week < turns and drawn.random() < KEPT
                truth[f"test:{key}"] = other if kept else named
                rows.append({
                    "source": "test", "external_id": key, "kind": "meeting", "person": person, "start": start.isoformat(),
                    "end": (start + timedelta(hours=1)).isoformat(), "response": "accepted",
                    "title": f"{VERBS[int(drawn.integers(4))]} {PROJECTS[named][int(drawn.integers(4))]}",
                })  # fmt: skip
        file = folder / f"week{week}.jsonl"
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
        _read(store, file)
        asked = datetime.combine(monday + timedelta(days=7), datetime.min.time(), UTC) + timedelta(hours=6)
        found = suggest(store, TENANT, first=monday, last=monday + timedelta(days=6), models=models, now=asked)
        elsewhere = []
        for number, row in enumerate(sorted(found.suggestions, key=lambda row: (row.span.start, row.id))):
            project = truth[row.block.anchor]
            if drawn.random() >= ANSWERED:
                elsewhere.append((row, project))
                continue
            right = row.item is not None and row.item.project == project
            at = asked + timedelta(hours=2, seconds=20 * number)
            part = () if right else (Part(client="acme", project=project),)
            verdict = Verdict.ACCEPT if right else Verdict.EDIT
            request = Request(suggestion=row.id, verdict=verdict, actor=row.person, parts=part, shown_at=at)
            decide(store, TENANT, request, now=at + timedelta(seconds=5))
        sheet = folder / f"timesheet{week}.csv"
        with sheet.open("w", newline="") as out:
            lines = csv.writer(out)
            lines.writerow(("id", "person", "date", "minutes", "client", "project", "start", "end", "created_at"))
            booked_at = (asked + timedelta(hours=4)).isoformat()
            for row, project in elsewhere:
                start, end = row.span.start.isoformat(), row.span.end.isoformat()
                lines.writerow(
                    (f"t-{row.id}", row.person, row.date, row.span.minutes, "acme", project, start, end, booked_at)
                )
        _read(store, sheet)


def _read(store: Store, path: Path) -> None:
    assert not ingest(store, TENANT, [path], ReadOptions(today=FIRST), sources=sources()).refused
