"""truth/: what really happened. The product never reads this folder; scoring does.

time-entries.csv has one line for each span of uninterrupted true work on one item, attendance.csv who was really in which
meeting, days.csv each day's absence, minutes of work and minutes of it that left no trace.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hourtrail_training.simulator.world import Doing, Firm, PersonWeek, Stretch, TrueDay
from hourtrail_training.simulator.writers.clock import instant_text
from hourtrail_training.simulator.writers.spool import Spool, copy_part, within

NAME: Final = "truth"
HEADERS: Final = {
    "time-entries": (
        "id", "person", "date", "minutes", "client", "project", "task", "start", "end", "billable", "narrative", "status",
        "source", "billing_code", "simulated",
    ),
    "attendance": ("uid", "start", "person", "response", "joined", "left", "simulated"),
    "days": ("person", "date", "absence", "work_minutes", "unseen_minutes", "simulated"),
}  # fmt: skip


@dataclass(slots=True)
class Span:
    """Uninterrupted work on one item."""

    first: Stretch
    end: int
    topics: dict[str, None]


class TruthWriter:
    """Spools three tables, one part a person and table."""

    def __init__(self, shard: Path, firm: Firm) -> None:
        del firm
        self._spool = Spool(shard / NAME)

    def week(self, week: PersonWeek) -> None:
        """The week's truth."""
        handle = week.employee.handle
        self._spool.add(f"time-entries~{handle}", as_lines(_entries(week)))
        self._spool.add(f"attendance~{handle}", as_lines(_attendance(week)))
        self._spool.add(f"days~{handle}", as_lines(_days(week.days)))

    def close(self) -> None:
        """Write what still waits."""
        self._spool.flush()


def as_lines(rows: Iterable[Sequence[object]]) -> str:
    """Rows as CSV text, RFC 4180."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def spans(stretches: Sequence[Stretch]) -> Iterator[Span]:
    """Adjacent stretches on one item as one span; what is between ("UNSEEN" of the same item, too) belongs to it."""
    open_span: Span | None = None
    for stretch in stretches:
        topic = " ".join(stretch.topic.words) if stretch.topic else ""
        if open_span is not None and open_span.end == stretch.start and _same(open_span.first, stretch):
            open_span.end = stretch.end
        else:
            if open_span is not None:
                yield open_span
            open_span = Span(stretch, stretch.end, {})
        if topic:
            open_span.topics[topic] = None
    if open_span is not None:
        yield open_span


def _same(first: Stretch, second: Stretch) -> bool:
    return (first.item, first.billable, first.billing_code) == (second.item, second.billable, second.billing_code)


def _entries(week: PersonWeek) -> Iterator[tuple[object, ...]]:
    for day in week.days:
        for number, span in enumerate(spans(day.stretches), start=1):
            first = span.first
            yield (
                f"truth-{week.employee.handle}-{day.date:%Y%m%d}-{number}", first.person, day.date.isoformat(),
                span.end - first.start, first.item.client, first.item.project, first.item.task, instant_text(first.start),
                instant_text(span.end), "true" if first.billable else "false", "; ".join(span.topics), "draft", "simulated",
                first.billing_code, "true",
            )  # fmt: skip


def _attendance(week: PersonWeek) -> Iterator[tuple[object, ...]]:
    for seat in week.seats:
        times = ("" if at is None else instant_text(at) for at in (seat.joined, seat.left))
        yield (seat.occurrence.uid, instant_text(seat.occurrence.start), seat.person, seat.response, *times, "true")


def _days(days: Iterable[TrueDay]) -> Iterator[tuple[object, ...]]:
    for day in days:
        work = sum(stretch.minutes for stretch in day.stretches)
        unseen = sum(stretch.minutes for stretch in day.stretches if stretch.doing is Doing.UNSEEN)
        reason = day.absence.reason if day.absence else ""
        yield (day.person, day.date.isoformat(), reason, work, unseen, "true")


def merge(shards: Sequence[Path], target: Path, firm: Firm) -> None:
    """Three tables of all people, in the order of the firm."""
    (target / NAME).mkdir(parents=True, exist_ok=True)
    for table, header in HEADERS.items():
        with (target / NAME / f"{table}.csv").open("w", encoding="utf-8", newline="") as out:
            out.write(as_lines([header]))
            for employee in firm.employees:
                copy_part(within(shards, NAME), f"{table}~{employee.handle}", out)
