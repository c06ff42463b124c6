"""A tenant whose people decided on some hundred suggestions, so that there is a decision log to learn from."""

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
PEOPLE = ("ada", "ben", "eve")
WEEKS = 3
A_DAY = 5
NOW = datetime(2026, 5, 1, tzinfo=UTC)


def fill(store: Store, folder: Path, *, weeks: int = WEEKS, seed: int = 5) -> dict[str, str]:
    """Meetings whose titles mostly tell their project; on each Monday people answer nine in ten of the week before.

    Returns the true project of every activity.
    """
    drawn = np.random.default_rng(seed)
    names = list(PROJECTS)
    tasks = folder / "tasks.csv"
    tasks.write_text("client,project,name\n" + "".join(f"acme,{name},{name.title()}\n" for name in names))
    _read(store, tasks)
    models = load_models(rules_only=True)
    truth: dict[str, str] = {}
    for week in range(weeks):
        monday = FIRST + timedelta(days=7 * week)
        file = folder / f"week{week}.jsonl"
        with file.open("w") as out:
            for person in PEOPLE:
                for place in range(5 * A_DAY):
                    project = names[int(drawn.integers(len(names)))]
                    words = PROJECTS[project if drawn.random() > 0.05 else names[int(drawn.integers(len(names)))]]
                    start = datetime.combine(monday, datetime.min.time(), UTC)
                    start += timedelta(days=place // A_DAY, hours=8 + 2 * (place % A_DAY))
                    name = f"w{week}-{person}-{place}"
                    truth[f"test:{name}"] = project
                    row = {
                        "source": "test", "external_id": name, "kind": "meeting", "person": person,
                        "start": start.isoformat(), "end": (start + timedelta(hours=1)).isoformat(),
                        "title": f"{VERBS[int(drawn.integers(4))]} {words[int(drawn.integers(4))]}",
                        "response": "accepted",
                    }  # fmt: skip
                    out.write(json.dumps(row) + "\n")
        _read(store, file)
        asked = datetime.combine(monday + timedelta(days=7), datetime.min.time(), UTC) + timedelta(hours=6)
        found = suggest(store, TENANT, first=monday, last=monday + timedelta(days=6), models=models, now=asked)
        for number, row in enumerate(sorted(found.suggestions, key=lambda row: (row.span.start, row.id))):
            if drawn.random() < 0.1:
                continue
            shown_at = asked + timedelta(hours=2, seconds=20 * number)
            project = truth[row.block.anchor]
            right = row.item is not None and row.item.project == project
            lured = row.item is not None and drawn.random() < 0.1
            request = Request(
                suggestion=row.id,
                verdict=Verdict.ACCEPT if right or lured else Verdict.EDIT,
                actor=row.person,
                parts=() if right or lured else (Part(client="acme", project=project),),
                shown_at=shown_at,
            )
            decide(store, TENANT, request, now=shown_at + timedelta(seconds=4 if right or lured else 12))
    return truth


def _read(store: Store, path: Path) -> None:
    assert not ingest(store, TENANT, [path], ReadOptions(today=FIRST), sources=sources()).refused
