"""Files of what people reported: ``time-entries.csv`` for the product, ``truth/`` for scoring alone."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from hourtrail_training.faults import FaultLabel
from hourtrail_training.simulator.reported import Reported
from hourtrail_training.simulator.world import Firm, Minute, instant_of
from hourtrail_training.simulator.writers.spool import Spool, copy_part, lines_of, within

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

_ID, _DATE, _CREATED = (ENTRY_COLUMNS.index(name) for name in ("id", "date", "created_at"))
_SPOOL: Final = "reports"


class ReportWriter:
    """Spools what it is given below one shard's folder, a part a person, so that shards can be put together in any number."""

    def __init__(self, shard: Path) -> None:
        self._spool = Spool(shard / _SPOOL)

    def lines(self, handle: str, lines: Sequence[Reported]) -> None:
        """Add the lines of the person whose file name is ``handle``; call in the order of weeks.

        A line that stands in a colleague's name goes to that colleague's part.
        """
        for line in lines:
            self._spool.add(f"entries~{line.person}", _rows([_entry(line)]))
        self._spool.add(
            f"reports~{handle}",
            _rows((line.id, line.person, line.date, line.true_minutes, line.origin, "true") for line in lines),
        )

    def labels(self, handle: str, labels: Sequence[FaultLabel]) -> None:
        """Add what was done on purpose to that person's lines."""
        if labels:
            self._spool.add(f"faults~{handle}", _rows(map(_label, labels)))

    def close(self) -> None:
        """Write what still waits."""
        self._spool.flush()


def merge(shards: Sequence[Path], target: Path, firm: Firm) -> None:
    """One file of each kind from the shards' parts, people in the firm's order.

    A person's lines stand by day, time of writing and id: where a line stands must not tell that it was moved or added.
    """
    truth = target / "truth"
    truth.mkdir(parents=True, exist_ok=True)
    folders = within(shards, _SPOOL)
    with (target / "time-entries.csv").open("w", encoding="utf-8", newline="") as out:
        out.write(_rows([ENTRY_COLUMNS]))
        for employee in firm.employees:
            out.writelines(f"{line}\n" for line in sorted(lines_of(folders, f"entries~{employee.id}"), key=_written))
    for part, path, columns in (
        ("reports", truth / "reports.csv", TRUTH_COLUMNS),
        ("faults", truth / "faults.csv", FAULT_COLUMNS),
    ):
        with path.open("w", encoding="utf-8", newline="") as out:
            out.write(_rows([columns]))
            for employee in firm.employees:
                copy_part(folders, f"{part}~{employee.handle}", out)
    with (truth / "people.csv").open("w", encoding="utf-8", newline="") as out:
        out.write(_rows([PEOPLE_COLUMNS]))
        out.write(
            _rows(
                (row.id, f"{row.traits.bias:.4f}", f"{row.traits.answers:.4f}", f"{row.traits.diligence:.4f}",
                 row.traits.rounding.value, "true")
                for row in firm.employees
            )
        )  # fmt: skip


def _rows(rows: Iterable[Sequence[object]]) -> str:
    """Rows as CSV text."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def _written(line: str) -> tuple[str, str, str]:
    """Day, time of writing and id of a line of ``time-entries.csv``."""
    row = next(csv.reader([line]))
    return row[_DATE], row[_CREATED], row[_ID]


def _label(label: FaultLabel) -> tuple[object, ...]:
    return (
        label.entry, label.person, label.date, label.type, label.difficulty.value, "true" if label.benign else "false",
        label.minutes_effect, label.money_effect, label.currency, label.cause, label.twin, "true",
    )  # fmt: skip


def _entry(line: Reported) -> tuple[object, ...]:
    return (
        line.id, line.person, line.date, line.minutes, line.item.client, line.item.project, line.item.task,
        _instant(line.start), _instant(line.end), "true" if line.billable else "false", line.narrative,
        line.hourly_rate, line.currency, line.status, _instant(line.created), line.source, line.write_off_minutes, "true",
    )  # fmt: skip


def _instant(at: Minute | None) -> str:
    return "" if at is None else f"{instant_of(at):%Y-%m-%dT%H:%M:%SZ}"
