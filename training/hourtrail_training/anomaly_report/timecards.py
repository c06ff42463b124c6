"""Real timecards with labelled faults in them: a plain mix, and the injection framework's own by difficulty."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np

from hourtrail.domain.activity import ReadOptions
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.errors import NothingRead
from hourtrail.sources.contract_files import read_all
from hourtrail_training.faults import Grain, inject

KINDS: Final = ("wrong_project", "quantity")
SHARE: Final = 0.02
_FACTOR: Final = (3.0, 6.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """Entries, and by id what was done to some of them: ``kind`` or ``kind/difficulty``. ``twins`` only look like faults."""

    entries: tuple[TimeEntry, ...]
    faults: Mapping[str, str]
    twins: frozenset[str] = frozenset()


def read(path: Path) -> list[TimeEntry]:
    """The time entries of a file. Raises NothingRead for a file without any."""
    rows, _ = read_all(path, "time-entries", ReadOptions(today=datetime.now(UTC).date(), zone=""))
    entries = [row for row in rows if isinstance(row, TimeEntry)]
    if not entries:
        raise NothingRead(f"{path} holds no time entry")
    return entries


def plain(entries: Sequence[TimeEntry], seed: int) -> Labelled:
    """2 % of the lines on another project, each alike, and 2 % with 3 to 6 times their hours; nothing else is changed.

    Client, project and billable flag move together, and hours stay on the step that they were rounded to, so that neither a
    pair that never occurs nor odd minutes give a fault away.
    """
    random = np.random.default_rng((20261121, seed))
    worked = [number for number, entry in enumerate(entries) if entry.minutes]
    order = random.permutation(worked).tolist()
    size = round(SHARE * len(entries))
    items = {entry.item: entry.billable for entry in sorted(entries, key=lambda row: row.id)}
    options = sorted(items)
    changed, faults = list(entries), {}
    for number in order[:size]:
        others = [item for item in options if item != entries[number].item]
        item = others[int(random.integers(len(others)))]
        changed[number] = replace(entries[number], item=item, billable=items[item])
        faults[entries[number].id] = "wrong_project"
    for number in order[size : 2 * size]:
        minutes = entries[number].minutes
        step = next(length for length in (60, 30, 15, 6, 1) if minutes % length == 0)
        longer = max(round(minutes * float(random.uniform(*_FACTOR)) / step) * step, minutes + step)
        changed[number] = replace(entries[number], minutes=min(longer, 31 * 1440))
        faults[entries[number].id] = "quantity"
    return Labelled(entries=tuple(changed), faults=faults)


def by_difficulty(entries: Sequence[TimeEntry], seed: int) -> Labelled:
    """The same shares by the injection framework, easy to hard, with a benign twin for each fault."""
    done = inject(entries, seed=seed, types=KINDS, prevalence=dict.fromkeys(KINDS, SHARE), grain=Grain.WEEK)
    return Labelled(
        entries=done.entries,
        faults={row.entry: f"{row.type}/{row.difficulty}" for row in done.labels if not row.benign},
        twins=frozenset(row.entry for row in done.labels if row.benign),
    )


def write(entries: Sequence[TimeEntry], path: Path) -> None:
    """The entries as a contract file that ``hourtrail check`` reads."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("id", "person", "date", "minutes", "client", "project", "task", "billable", "created_at"))
        for row in entries:
            created = row.created_at.isoformat() if row.created_at else ""
            flag = "" if row.billable is None else str(row.billable).lower()
            item = row.item
            writer.writerow(
                (
                    row.id,
                    row.person,
                    row.date.isoformat(),
                    row.minutes,
                    item.client,
                    item.project,
                    item.task,
                    flag,
                    created,
                )
            )
