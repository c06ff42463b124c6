"""When a person is expected to work: their own work days, holidays and hours, less what an absence takes."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from hourtrail.checks.narratives import words
from hourtrail.domain.activity import Activity, ActivityKind, Sensitivity, ShowAs, Status
from hourtrail.domain.errors import InvalidInput, UnknownZone
from hourtrail.domain.firm import Holiday, Person
from hourtrail.domain.instants import local_date, midnight, zone_named
from hourtrail.domain.spans import Span, covered_minutes, split_at_midnight
from hourtrail.domain.workcalendar import FULL_WEEK, WorkCalendar

# No leave is longer than this; a calendar entry that is has a slip in its year.
_LONGEST_ABSENCE: Final = 750
_FULL_DAY: Final = int(FULL_WEEK * 60 / 5)


class Calendars:
    """The work calendar of each person whom the master data knows."""

    def __init__(self, people: Iterable[Person], holidays: Iterable[Holiday]) -> None:
        by_calendar: dict[str, list[Holiday]] = {}
        for row in holidays:
            by_calendar.setdefault(row.calendar, []).append(row)
        self._names = {(row.calendar, row.date): row.name for rows in by_calendar.values() for row in rows}
        self._people = {person.id: person for person in people}
        self._calendars: dict[str, WorkCalendar] = {}
        self._full_days: dict[str, int] = {}
        for person in self._people.values():
            try:
                self._calendars[person.id] = WorkCalendar.of(person, by_calendar.get(person.calendar, ()))
            except InvalidInput:
                # The reader of the file says so; nothing is known of this person's days.
                continue

    def of(self, person: str) -> WorkCalendar | None:
        """The person's calendar; None for somebody unknown."""
        return self._calendars.get(person)

    def is_off(self, person: str, day: date) -> bool:
        """Whether ``day`` is none of the person's working days; False for somebody unknown."""
        calendar = self._calendars.get(person)
        return calendar is not None and not calendar.is_working_day(day)

    def minutes(self, person: str, day: date) -> int:
        """Minutes expected on ``day``; 0 for somebody unknown. The same as the calendar's own answer, computed once."""
        calendar = self._calendars.get(person)
        if calendar is None or not calendar.is_working_day(day):
            return 0
        if person not in self._full_days:
            self._full_days[person] = calendar.minutes(day)
        return self._full_days[person]

    def hours_are_stated(self, person: str) -> bool:
        """Whether the master data says how many hours a week the person works."""
        known = self._people.get(person)
        return person in self._calendars and known is not None and known.weekly_hours is not None

    def holiday(self, person: str, day: date) -> str | None:
        """The name of the holiday that the person's own calendar has on ``day`` (maybe empty); None without one."""
        calendar = self._calendars.get(person)
        if calendar is None or day not in calendar.holidays:
            return None
        return self._names.get((self._people[person].calendar, day), "")


class Absences:
    """Who was away when: whole local days, and spans of a day; ``days`` are all persons and days with either."""

    def __init__(self, activities: Iterable[Activity], zone: Callable[[str], ZoneInfo]) -> None:
        self._days: set[tuple[str, date]] = set()
        self.days: set[tuple[str, date]] = set()
        self._spans: dict[tuple[str, date], list[Span]] = {}
        self._titles: dict[tuple[str, date], set[str]] = {}
        for activity in activities:
            if _is_absence(activity):
                self._add(activity, zone(activity.person))

    def _add(self, activity: Activity, zone: ZoneInfo) -> None:
        try:
            if activity.all_day:
                self._whole(activity, all_days(activity, zone))
            elif activity.end is None or activity.is_point:
                self._whole(activity, [local_date(activity.start, zone)])
            elif activity.end - activity.start <= timedelta(days=_LONGEST_ABSENCE):
                for day, span in split_at_midnight(Span(activity.start, activity.end), zone):
                    self._spans.setdefault((activity.person, day), []).append(span)
                    self._note(activity, day)
        except (OverflowError, ValueError):
            # The first and the last days of the calendar have no local date everywhere.
            return

    def _whole(self, activity: Activity, days: Iterable[date]) -> None:
        for day in days:
            self._days.add((activity.person, day))
            self._note(activity, day)

    def _note(self, activity: Activity, day: date) -> None:
        self.days.add((activity.person, day))
        if activity.sensitivity is Sensitivity.NORMAL:
            self._titles.setdefault((activity.person, day), set()).update(words(activity.title))

    def title_words(self, person: str, day: date) -> frozenset[str]:
        """The words by which the person's absences of that day are called, private ones left out; to compare, not to show."""
        return frozenset(self._titles.get((person, day), ()))

    def spans(self, person: str, day: date) -> Sequence[Span]:
        """The absences that take a part of ``day``."""
        return self._spans.get((person, day), ())

    def minutes(self, person: str, day: date, expected: int) -> int:
        """How many of the ``expected`` minutes of ``day`` the person was away."""
        if (person, day) in self._days:
            return expected
        spans = self._spans.get((person, day))
        return min(expected, covered_minutes(spans)) if spans else 0

    def all_of(self, person: str, day: date, expected: int) -> bool:
        """Whether the absence takes the whole day: by its form, or because it is as long as the ``expected`` minutes.

        Where none are expected, it is held against eight hours.
        """
        if (person, day) not in self._days and (person, day) not in self._spans:
            return False
        owed = expected or _FULL_DAY
        return self.minutes(person, day, owed) >= owed

    def __bool__(self) -> bool:
        """Whether anybody was away at all."""
        return bool(self._days or self._spans)


def _is_absence(activity: Activity) -> bool:
    """Absences as such; of the events shown as out of office only whole days, since an hour elsewhere may be a client's."""
    if activity.status is Status.CANCELLED or activity.kind is ActivityKind.TRAVEL:
        return False
    out = activity.show_as is ShowAs.OUT_OF_OFFICE and activity.all_day
    return activity.kind is ActivityKind.ABSENCE or out


def all_days(activity: Activity, zone: ZoneInfo) -> list[date]:
    """The local days of an event without a time of day, its end not included; at most 750 of them, else none.

    Sources write such days as midnights of the person's zone, of their own, or of UTC.
    """
    read_in = next((known for known in _zones(activity, zone) if _is_midnight(activity, known)), None)
    if read_in is None:
        first = local_date(activity.start + timedelta(hours=12), zone)
        days = round((activity.end - activity.start) / timedelta(days=1)) if activity.end else 1
    else:
        first = local_date(activity.start, read_in)
        days = (local_date(activity.end, read_in) - first).days if activity.end else 1
    if days > _LONGEST_ABSENCE:
        return []
    return [first + timedelta(days=offset) for offset in range(max(1, days))]


def _zones(activity: Activity, zone: ZoneInfo) -> Iterable[ZoneInfo]:
    yield zone
    with suppress(UnknownZone):
        yield zone_named(activity.zone or "UTC")
    yield zone_named("UTC")


def _is_midnight(activity: Activity, zone: ZoneInfo) -> bool:
    return midnight(local_date(activity.start, zone), zone) == activity.start.astimezone(UTC)
