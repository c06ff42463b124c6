"""The occurrences of one series: recurring-ical-events decides which they are, our bounded rules keep it from running away."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from recurring_ical_events.adapters.event import EventAdapter
from recurring_ical_events.occurrence import Occurrence
from recurring_ical_events.series import Series

from hourtrail.domain.errors import InvalidInput
from hourtrail.sources.icalendar.events import CheckedEvent, moment_of
from hourtrail.sources.icalendar.rules import check_rule, expand, until_of

# Before every calendar entry; recurring-ical-events subtracts an event's length from it.
_BEGINNING = datetime(1000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Occurred:
    """One occurrence. ``original`` is the start that the rule gave it, before anybody moved it: its identity."""

    event: CheckedEvent
    start: date | datetime
    end: date | datetime
    original: date | datetime


class _Rule:
    """What recurring-ical-events asks of a rule, answered by our bounded expansion."""

    def __init__(self, text: str, dtstart: date | datetime) -> None:
        self.text = text
        self.dtstart = dtstart
        self.until = until_of(text, dtstart)

    def between(self, after: datetime, before: datetime, *, inc: bool) -> Iterator[date | datetime]:
        """The dates from ``after`` to ``before``; both are always included, which is all that is ever asked."""
        assert inc
        return expand(self.text, self.dtstart, first=self._wall(after), last=self._wall(before))

    def _wall(self, moment: datetime) -> datetime:
        zone = self.dtstart.tzinfo if isinstance(self.dtstart, datetime) else None
        if zone is not None and moment.tzinfo is not None:
            moment = moment.astimezone(zone)
        return moment.replace(tzinfo=None)


class _Occurrence(Occurrence):  # type: ignore[misc]  # the library ships no types
    """An occurrence that remembers which event it came from, and whether that event replaces it as a whole."""

    def __init__(self, adapter: Any, start: Any, end: Any, sequence: int) -> None:
        super().__init__(adapter, start, end, sequence)
        self.adapter = adapter
        self.original = adapter.original if start is None else start - adapter.move_recurrences_by


class _Adapter(EventAdapter):  # type: ignore[misc]  # the library ships no types
    """A checked event in the library's hands."""

    def __init__(self, event: CheckedEvent) -> None:
        super().__init__(event.component)
        self.event = event

    @property
    def uid(self) -> str:
        """Our identity, which an event without a UID has, too."""
        return self.event.uid

    @property
    def original(self) -> date | datetime:
        """The start that this override replaces; its own start when it replaces none."""
        replaced = self.event.component.get("RECURRENCE-ID")
        moment: date | datetime = self.start if replaced is None else replaced.dt
        return moment


class _Series(Series):  # type: ignore[misc]  # the library ships no types
    """A series whose rules cannot run away."""

    class RecurrenceRules(Series.RecurrenceRules):  # type: ignore[misc]  # the library ships no types
        """The core's rules, each replaced by a bounded one."""

        def create_rule_with_start(self, rule_string: str) -> _Rule:
            """Called by the library for each RRULE."""
            return _Rule(rule_string, self.start)

    def occurrence(self, adapter: Any, start: Any = None, end: Any = None) -> _Occurrence:
        """Called by the library for each occurrence."""
        return _Occurrence(adapter, start, end, self.sequence)


def occurrences(
    events: Sequence[CheckedEvent], *, first: datetime | None, last: datetime, steps: int
) -> Iterator[Occurred]:
    """What happens of a series in [first, last), in no particular order.

    ``events`` are one master and its overrides, or overrides alone (an invitation to one occurrence). Raises InvalidInput
    when a rule is refused or the series cannot be expanded.
    """
    for event in events:
        if not event.is_override:
            _check_rules(event, last, steps)
    try:
        series = _Series([_Adapter(event) for event in events])
        for found in series.between(first or _BEGINNING, last):
            yield Occurred(found.adapter.event, found.start, found.end, found.original)
    except InvalidInput:
        raise
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError) as error:
        raise InvalidInput(f"the series cannot be expanded: {str(error)[:200]}") from error


def single(event: CheckedEvent) -> Occurred:
    """The one occurrence of an event that does not repeat."""
    start, end = _Adapter(event).span
    return Occurred(event, start, end, start)


def _check_rules(event: CheckedEvent, last: datetime, steps: int) -> None:
    rules: Any = event.component.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        check_rule(rule.to_ical().decode(), moment_of(event.component, "DTSTART"), last, steps=steps)
