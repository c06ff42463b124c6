"""The columns of the sample firm, as they were when last reviewed: to compute them in another way must not change them."""

import csv
import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from tests.features.firm_sample import encode

from hourtrail.domain.activity import Activity, ActivityKind
from hourtrail.domain.firm import NOT_WORK, Task, WorkItem
from hourtrail.domain.master import MasterData
from hourtrail.domain.memory import Confirmation
from hourtrail.features import SPEC, Catalogue, Memory, Pairs, Queries, pair_features

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
GOLDEN = Path(__file__).with_name("sample_columns.json")
DIGITS = 1e-5
"""Single precision, in which vectors are compared, knows seven digits; a few are spent on the way."""


def _confirmed() -> list[Confirmation]:
    with (SAMPLE / "time-entries.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        Confirmation(
            id=row["id"], person=row["person"], item=WorkItem(row["client"], row["project"], row["task"]),
            at=datetime.fromisoformat(row["date"]).replace(hour=7 + number % 11, tzinfo=UTC),
            known_at=datetime.fromisoformat(row["created_at"]), text=row["narrative"],
            container=row["project"] if number % 3 else "", series=row["task"] if number % 4 == 0 else "",
            reference=f"{row['project'].upper()}-{number % 7}" if number % 5 == 0 else "", minutes=int(row["minutes"]),
        )
        for number, row in enumerate(rows)
    ]  # fmt: skip


def _asked(confirmed: list[Confirmation]) -> list[Activity]:
    with gzip.open(SAMPLE / "activities.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    newest = max(row.known_at for row in confirmed)
    return [
        Activity(
            source=row["source"], external_id=row["external_id"], kind=ActivityKind(row["kind"]), person=row["person"],
            start=min(datetime.fromisoformat(row["start"]), newest), title=row.get("title", ""),
            container=row.get("container", ""), reference=row.get("reference", ""), series=row.get("series", ""),
            participants=tuple(row.get("participants", ())),
        )
        for row in rows[::12]
    ] + [
        Activity(
            source="again", external_id=row.id, kind=ActivityKind.COMMIT, person=row.person,
            start=row.known_at + timedelta(hours=1), title=row.text, container=row.container, reference=row.reference,
        )
        for row in confirmed[::7]
    ]  # fmt: skip


def _columns() -> dict[str, list[float]]:
    """Of every column: the share of pairs in which it is known, its mean, mean square, and a mean that tells rows apart."""
    confirmed = _confirmed()
    items = tuple(dict.fromkeys(row.item for row in confirmed))
    master = MasterData(tasks=tuple(Task(item=item, name=item.task, keywords=(item.client,)) for item in items[::2]))
    catalogue = Catalogue.of(master, items, encode)
    queries = Queries.of_activities(_asked(confirmed), encode=encode)
    # Not everything is in question for everybody.
    numbers = [
        [number for number in range(len(items)) if (number + row) % 4] + [catalogue.index[NOT_WORK]]
        for row in range(len(queries))
    ]
    matrix = pair_features(queries, Pairs.of(numbers), Memory.of(confirmed, encode), catalogue)
    known = ~np.isnan(matrix)
    values = np.where(known, matrix, 0.0)
    places = np.sin(np.arange(len(matrix)))[:, None]
    measures = known.mean(axis=0), values.mean(axis=0), np.square(values).mean(axis=0), (values * places).mean(axis=0)
    return {name: [float(one) for one in row] for name, row in zip(SPEC.names, np.transpose(measures), strict=True)}


def test_the_columns_of_the_sample_firm_are_what_was_reviewed(update_golden):
    found = _columns()
    if update_golden:
        rounded = {name: [float(f"{one:.9g}") for one in row] for name, row in found.items()}
        GOLDEN.write_text(json.dumps(rounded, indent=1) + "\n", encoding="utf-8")
    expected = json.loads(GOLDEN.read_text(encoding="utf-8"))
    differ = {
        name: (found.get(name), values)
        for name, values in expected.items()
        if not np.allclose(found.get(name, np.nan), values, rtol=DIGITS, atol=DIGITS / 10)
    }
    assert (list(found), differ) == (list(expected), {}), (
        "run pytest tests/features/test_sample_columns.py --update-golden, review every changed column, and raise "
        "hourtrail.features.spec.VERSION where a column means something else"
    )
