"""What a replay learns, and when: a booked entry becomes known some days after it, beside the evidence of its time."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from hourtrail.capture.grid import Days, floor_minute, instant
from hourtrail.capture.learning import clock_span
from hourtrail.capture.minutes import Minutes
from hourtrail.domain.block import WorkBlock
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.firm import Person, WorkItem
from hourtrail.domain.instants import local_date, midnight, zone_named
from hourtrail.domain.memory import Confirmation

MOMENT: Final = timedelta(microseconds=1)


def known_at(entry: TimeEntry, zone: ZoneInfo, delay: timedelta) -> datetime:
    """When an entry becomes known: ``delay`` after its end, and never before its last local day is over.

    A day is asked about when it is over, so none of its own entries may be known by then, whatever the delay.
    """
    span = clock_span(entry)
    if span is None:
        return midnight(entry.date + timedelta(days=1), zone) + max(delay, MOMENT)
    end = instant(span[1])
    last = max(entry.date, local_date(max(end - MOMENT, instant(span[0])), zone))
    return max(end + delay, midnight(last + timedelta(days=1), zone) + MOMENT)


def confirmations(
    person: Person, entries: Sequence[TimeEntry], blocks: Sequence[WorkBlock], delay: timedelta
) -> Iterator[Confirmation]:
    """What the entries of a person teach, as if the person had decided on the blocks of that time.

    A block of which an entry's work item covers at least half is confirmed with its own text, series and container, as a
    decision on its suggestion would be. An entry that confirms no block teaches its narrative, as an imported one does.
    """
    zone = zone_named(person.zone)
    places = _Placed(entries, Days(zone))
    used: set[str] = set()
    for block in blocks:
        entry = places.behind(block)
        if entry is not None:
            used.add(entry.id)
            yield Confirmation(
                id=entry.id, person=person.id, item=entry.item, at=block.span.start, known_at=known_at(entry, zone, delay),
                text=block.text, kind=block.kind, container=block.container, reference=block.reference,
                series=block.series, domains=block.domains, zone=person.zone, minutes=block.suggested_minutes,
                billable=entry.billable,
            )  # fmt: skip
    for entry in entries:
        if entry.id not in used:
            yield Confirmation(
                id=entry.id, person=person.id, item=entry.item,
                at=entry.start or datetime.combine(entry.date, time(12), zone).astimezone(UTC),
                known_at=known_at(entry, zone, delay), text=entry.narrative, zone=person.zone, minutes=entry.minutes,
                billable=entry.billable,
            )  # fmt: skip


class _Placed:
    """A person's entries with a clock time, found by local day."""

    def __init__(self, entries: Sequence[TimeEntry], days: Days) -> None:
        self._by_day: dict[object, list[tuple[int, int, TimeEntry]]] = defaultdict(list)
        for entry in entries:
            if (span := clock_span(entry)) is not None:
                for day, start, end in days.split(*span):
                    self._by_day[day].append((start, end, entry))

    def behind(self, block: WorkBlock) -> TimeEntry | None:
        """The longest entry on the work item that covers most of a block, and at least half; None when none does."""
        begin, finish = floor_minute(block.span.start), floor_minute(block.span.end)
        by_item: dict[WorkItem, list[tuple[int, int, TimeEntry]]] = defaultdict(list)
        for start, end, entry in self._by_day.get(block.date, ()):
            low, high = max(start, begin), min(end, finish)
            if low < high:
                by_item[entry.item].append((low, high, entry))
        covered = {item: Minutes.of((low, high) for low, high, _ in rows).total for item, rows in by_item.items()}
        if not covered:
            return None
        most = min(covered, key=lambda item: (-covered[item], item))
        if 2 * covered[most] < finish - begin:
            return None
        return min(by_item[most], key=lambda row: (row[0] - row[1], row[0], row[2].id))[2]
