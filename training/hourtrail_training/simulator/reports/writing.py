"""Files of what people reported: ``time-entries.csv`` for the product, ``truth/`` for scoring alone."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, TextIO

from hourtrail_training.faults import FaultLabel
from hourtrail_training.simulator.world import Firm, Minute, Reported, instant_of

ENTRY_COLUMNS: Final = (
    "id", "person", "date", "minutes", "client", "project", "task", "start", "end", "billable", "narrative",
    "hourly_rate", "currency", "status", "created_at", "source", "write_off_minutes", "simulated",
)  # fmt: skip
FAULT_COLUMNS: Final = (
    "entry", "person", "date", "type", "difficulty", "benign", "minutes_effect", "money_effect", "currency", "cause",
    "twin", "simulated",
)  # fmt: skip
TRUTH_COLUMNS: Final = ("entry", "person", "date", "true_minutes", "origin", "simulated")
PEOPLE_COLUMNS: Final = ("person", "bias", "answers", "diligence", "rounding", "simulated")
"""What decides how a person answers suggestions; for replaying their decisions, never for the product."""

_SPOOL: Final = "reports"


class ReportWriter:
    """Writes what it is given below one shard's folder, a file a person, so that shards can be put together in any number."""

    def __init__(self, shard: Path) -> None:
        self._folder = shard / _SPOOL
        self._folder.mkdir(parents=True, exist_ok=True)

    def lines(self, handle: str, lines: Sequence[Reported]) -> None:
        """Append the lines of the person whose file name is ``handle``; call in the order of weeks."""
        if not lines:
            return
        with (self._folder / f"{handle}.entries").open("a", encoding="utf-8", newline="") as out:
            csv.writer(out, lineterminator="\n").writerows(_entry(line) for line in lines)
        with (self._folder / f"{handle}.truth").open("a", encoding="utf-8", newline="") as out:
            csv.writer(out, lineterminator="\n").writerows(
                (line.id, line.person, line.date, line.true_minutes, line.origin, "true") for line in lines
            )

    def labels(self, handle: str, labels: Sequence[FaultLabel]) -> None:
        """Append what was done on purpose to that person's lines."""
        if not labels:
            return
        with (self._folder / f"{handle}.faults").open("a", encoding="utf-8", newline="") as out:
            csv.writer(out, lineterminator="\n").writerows(
                (
                    label.entry, label.person, label.date, label.type, label.difficulty.value,
                    "true" if label.benign else "false", label.minutes_effect, label.money_effect, label.currency,
                    label.cause, label.twin, "true",
                )
                for label in labels
            )  # fmt: skip

    def close(self) -> None:
        """Nothing stays open."""


def merge(shards: Sequence[Path], target: Path, firm: Firm) -> None:
    """One file of each kind from the shards' parts, people in the firm's order. Spooled parts are removed."""
    truth = target / "truth"
    truth.mkdir(parents=True, exist_ok=True)
    handles = [employee.handle for employee in firm.employees]
    _join(shards, target / "time-entries.csv", ENTRY_COLUMNS, [f"{handle}.entries" for handle in handles])
    _join(shards, truth / "reports.csv", TRUTH_COLUMNS, [f"{handle}.truth" for handle in handles])
    _join(shards, truth / "faults.csv", FAULT_COLUMNS, [f"{handle}.faults" for handle in handles])
    with (truth / "people.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(PEOPLE_COLUMNS)
        writer.writerows(
            (row.id, f"{row.traits.bias:.4f}", f"{row.traits.answers:.4f}", f"{row.traits.diligence:.4f}",
             row.traits.rounding.value, "true")
            for row in firm.employees
        )  # fmt: skip


def _join(shards: Sequence[Path], target: Path, columns: Sequence[str], names: Iterable[str]) -> None:
    with target.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerow(columns)
        for name in names:
            for shard in shards:
                _append(shard / _SPOOL / name, out)


def _append(part: Path, out: TextIO) -> None:
    if not part.exists():
        return
    with part.open(encoding="utf-8", newline="") as lines:
        while block := lines.read(1 << 20):
            out.write(block)
    part.unlink()


def _entry(line: Reported) -> tuple[object, ...]:
    return (
        line.id, line.person, line.date, line.minutes, line.item.client, line.item.project, line.item.task,
        _instant(line.start), _instant(line.end), "true" if line.billable else "false", line.narrative,
        line.hourly_rate, line.currency, line.status, _instant(line.created), line.source, line.write_off_minutes, "true",
    )  # fmt: skip


def _instant(at: Minute | None) -> str:
    return "" if at is None else f"{instant_of(at):%Y-%m-%dT%H:%M:%SZ}"
