"""Half-open spans of time [start, end) and their arithmetic. Minutes are whole and rounded half up once, at the end."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.instants import local_date, midnight, utc


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open span; both ends are kept in UTC. Raises NaiveTime, or InvalidInput when it does not move forward."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", utc(self.start, "start"))
        object.__setattr__(self, "end", utc(self.end, "end"))
        if self.end <= self.start:
            raise InvalidInput(f"a span must end after it starts: {self.start.isoformat()} to {self.end.isoformat()}")

    @property
    def duration(self) -> timedelta:
        """Elapsed time; a clock change inside the span is counted as it really passed."""
        return self.end - self.start

    @property
    def minutes(self) -> int:
        """Whole minutes, rounded half up."""
        return whole_minutes(self.duration)

    def contains(self, instant: datetime) -> bool:
        """Whether the instant lies inside; the end does not."""
        return self.start <= instant < self.end

    def overlaps(self, other: "Span") -> bool:
        """Whether the two share any time; touching ends do not."""
        return self.start < other.end and other.start < self.end

    def intersection(self, other: "Span") -> "Span | None":
        """The time that both share."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Span(start, end) if start < end else None

    def minus(self, others: Iterable["Span"]) -> tuple["Span", ...]:
        """What is left of this span when ``others`` are cut out, in order."""
        pieces: list[Span] = []
        cursor = self.start
        for other in merge(others):
            if other.end <= cursor or other.start >= self.end:
                continue
            if other.start > cursor:
                pieces.append(Span(cursor, other.start))
            cursor = max(cursor, other.end)
        if cursor < self.end:
            pieces.append(Span(cursor, self.end))
        return tuple(pieces)


def whole_minutes(duration: timedelta) -> int:
    """A duration as whole minutes, rounded half up."""
    return int((duration + timedelta(seconds=30)) // timedelta(minutes=1))


def merge(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The union of ``spans`` as disjoint spans in order; touching spans become one."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            if span.end > merged[-1].end:
                merged[-1] = Span(merged[-1].start, span.end)
        else:
            merged.append(span)
    return tuple(merged)


def covered_minutes(spans: Iterable[Span]) -> int:
    """Whole minutes of wall-clock time that ``spans`` cover together; overlap counts once."""
    return whole_minutes(sum((span.duration for span in merge(spans)), timedelta()))


def split_at_midnight(span: Span, zone: ZoneInfo) -> tuple[tuple[date, Span], ...]:
    """The span cut at every local midnight, each piece with its local work date."""
    pieces: list[tuple[date, Span]] = []
    start = span.start
    while start < span.end:
        day = local_date(start, zone)
        # A zone that skips a whole day (Pacific/Apia, 2011-12-30) has days of no length: step to the next that has one.
        step = 1
        while (following := midnight(day + timedelta(days=step), zone)) <= start:
            step += 1
        end = min(span.end, following)
        pieces.append((day, Span(start, end)))
        start = end
    return tuple(pieces)
