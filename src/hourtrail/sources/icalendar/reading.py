"""One calendar file: its series one after the other, within its limits."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from pathlib import Path

from hourtrail.domain.activity import Activity, ReadOptions, Rejected
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.instants import zone_named
from hourtrail.sources.icalendar.activities import Owner, Teller, instant, original_text
from hourtrail.sources.icalendar.calendars import Calendar, container_name, read_calendar
from hourtrail.sources.icalendar.decoding import decode
from hourtrail.sources.icalendar.events import CheckedEvent, check_event, identity, moment_of, replaced_start
from hourtrail.sources.icalendar.faults import FieldFault
from hourtrail.sources.icalendar.framing import Frame, Framed, frame
from hourtrail.sources.icalendar.limits import Limits
from hourtrail.sources.icalendar.series import Occurred, occurrences, single


@dataclass(frozen=True, slots=True)
class Job:
    """What to read: ``folder`` is the folder's name when a whole folder is read, ``until`` the first day not told of."""

    path: Path
    folder: str
    options: ReadOptions
    limits: Limits
    until: date


@dataclass(frozen=True, slots=True)
class _Member:
    """An event of a series, and the calendar that it stands in."""

    frame: Frame
    calendar: Calendar
    owner: Owner


class FileReading:
    """Reads one file. ``containers`` names the calendars found in it, each with the zone of its days.

    ``revisions`` maps the ids told so far, by this and earlier files of a folder, to their revision: an event that stands
    in two calendars of one folder is told once.
    """

    def __init__(self, job: Job, revisions: dict[str, str]) -> None:
        self._job = job
        self._elsewhere = revisions
        self._here: set[str] = set()
        self._told = 0
        self._spent = 0.0
        self.containers: dict[str, tzinfo] = {}

    def rows(self) -> Iterator[Activity | Rejected]:
        """Every occurrence, and every place that could not be read."""
        try:
            data = self._bytes()
        except (OSError, InvalidInput) as error:
            yield self._refused(f"the file cannot be read: {getattr(error, 'strerror', None) or error}")
            return
        if not data.strip():
            yield self._refused("the file is empty")
            return
        decoded = decode(data)
        framed = frame(decoded.text)
        if not framed.components:
            yield self._refused("this is no iCalendar file: it holds no BEGIN:VCALENDAR")
            return
        if decoded.complaint:
            yield self._refused(decoded.complaint, line=decoded.line)
        for fault in framed.faults:
            yield self._refused(fault.reason, line=fault.line, index=fault.index)
        groups: dict[str, list[_Member]] = {}
        yield from self._group(framed, groups)
        yield from self._tell_all(list(groups.values()))

    def _bytes(self) -> bytes:
        limit = self._job.limits.file_bytes
        if self._job.path.exists() and not self._job.path.is_file():
            raise InvalidInput("it is no regular file")
        with self._job.path.open("rb") as stream:
            data = stream.read(limit + 1)
        if len(data) > limit:
            raise InvalidInput(f"it is larger than {limit / 1e6:,.0f} MB; export a shorter period")
        return data

    def _group(self, framed: Framed, groups: dict[str, list[_Member]]) -> Iterator[Rejected]:
        """Collect the events of each series, in the order of their first appearance."""
        options = self._job.options
        told = zone_named(options.zone) if options.zone else None
        count = 0
        total = sum(len(calendar.events) for calendar in framed.calendars)
        uids = len({identity(event) for calendar in framed.calendars for event in calendar.events})
        for framed_calendar in framed.calendars:
            calendar = read_calendar(framed_calendar, told)
            if calendar.scale != "GREGORIAN":
                yield self._refused(f"CALSCALE:{calendar.scale[:20]} is not supported; only GREGORIAN is")
                continue
            name = container_name(calendar, self._job.path.stem, self._job.folder, uids=uids)
            self.containers.setdefault(name, calendar.zones.days)
            owner = Owner(options.person, name, calendar.zones.days, cancelled=calendar.method == "CANCEL")
            for event in framed_calendar.events:
                count += 1
                if count > self._job.limits.events:
                    yield self._refused(
                        f"only the first {self._job.limits.events:,} of {total:,} events were read; export a shorter period"
                    )
                    return
                groups.setdefault(identity(event), []).append(_Member(event, calendar, owner))

    def _tell_all(self, groups: Sequence[Sequence[_Member]]) -> Iterator[Activity | Rejected]:
        limits = self._job.limits
        for number, members in enumerate(groups):
            if self._spent > limits.seconds:
                rest = len(groups) - number
                yield self._refused(
                    f"reading stopped after {limits.seconds:g} s; {rest:,} events or series are missing"
                )
                return
            if self._told > limits.occurrences:
                yield self._refused(f"reading stopped after {limits.occurrences:,} occurrences; name a shorter period")
                return
            began = time.monotonic()
            rows = list(self._tell(members))
            self._spent += time.monotonic() - began
            yield from rows

    def _tell(self, members: Sequence[_Member]) -> Iterator[Activity | Rejected]:
        """One series, or one single event."""
        checked: list[CheckedEvent] = []
        lost: set[date | datetime] = set()
        for member in members:
            zones = member.calendar.zones
            try:
                event = check_event(member.frame, zones)
            except InvalidInput as error:
                yield self._refused_event(member.frame, error)
                if (moved := replaced_start(member.frame, zones)) is not None:
                    lost.add(moved)
                continue
            for fault in event.faults:
                yield self._refused_event(member.frame, fault)
            checked.append(event)
        chosen: list[CheckedEvent] = []
        yield from self._newest(checked, chosen)
        if not chosen:
            return
        master = next((event for event in chosen if not event.is_override), None)
        owner = next(member.owner for member in members if member.frame is (master or chosen[0]).frame)
        recurring = len(chosen) > 1 or chosen[0].is_series or chosen[0].is_override
        teller = Teller(owner, chosen[0].uid, chosen[0].uid if recurring else "", master.revision if master else "")
        try:
            seen = list(self._expanded(chosen, owner) if recurring else self._single(chosen[0], owner))
            rows = sorted((teller.tell(one) for one in seen if one.original not in lost), key=lambda row: row.start)
        except InvalidInput as error:
            yield self._refused_event((master or chosen[0]).frame, error, "RRULE" if recurring else None)
            return
        yield from self._limited(rows, (master or chosen[0]).frame)

    def _newest(self, events: Sequence[CheckedEvent], chosen: list[CheckedEvent]) -> Iterator[Rejected]:
        """Of several events with one identity the newest counts; one that is no newer than the first is refused."""
        best: dict[str, CheckedEvent] = {}
        for event in events:
            key = original_text(moment_of(event.component, "RECURRENCE-ID")) if event.is_override else ""
            kept = best.get(key)
            if kept is None or event.revision > kept.revision:
                best[key] = event
            elif event.revision == kept.revision:
                reason = f"a second event with the id {event.uid[:80]!r}; the first, on line {kept.frame.line}, is kept"
                yield self._refused_event(event.frame, FieldFault("UID", reason))
        chosen.extend(best.values())

    def _expanded(self, events: Sequence[CheckedEvent], owner: Owner) -> Iterator[Occurred]:
        options = self._job.options
        first = instant(options.first, owner.days).astimezone(owner.days) if options.first else None
        last = instant(self._job.until, owner.days).astimezone(owner.days)
        return occurrences(events, first=first, last=last, steps=self._job.limits.steps)

    def _single(self, event: CheckedEvent, owner: Owner) -> Iterator[Occurred]:
        seen = single(event)
        options = self._job.options
        begins, ends = instant(seen.start, owner.days), instant(seen.end, owner.days)
        if options.last and begins >= instant(self._job.until, owner.days):
            return
        if options.first and max(ends, begins + datetime.resolution) <= instant(options.first, owner.days):
            return
        yield seen

    def _limited(self, rows: Sequence[Activity], frame: Frame) -> Iterator[Activity | Rejected]:
        """The last occurrences of a series that has too many: those nearest the end of the window matter for a timesheet."""
        limit = self._job.limits.series_occurrences
        if len(rows) > limit:
            reason = f"the series has {len(rows):,} occurrences in this period; only the last {limit:,} were read"
            yield self._refused_event(frame, FieldFault("RRULE", reason))
        for row in rows[-limit:]:
            if row.external_id in self._here:
                yield self._refused_event(
                    frame, FieldFault("UID", f"a second event with the id {row.external_id[:80]!r}")
                )
                continue
            self._here.add(row.external_id)
            if (known := self._elsewhere.get(row.external_id)) is not None and known >= row.revision:
                continue
            self._elsewhere[row.external_id] = row.revision
            self._told += 1
            yield row

    def _refused(self, reason: str, line: int | None = None, index: int | None = None) -> Rejected:
        return Rejected(file=str(self._job.path), reason=reason, line=line, index=index)

    def _refused_event(self, frame: Frame, error: InvalidInput, field: str | None = None) -> Rejected:
        name = error.name if isinstance(error, FieldFault) else field
        return Rejected(file=str(self._job.path), reason=str(error), line=frame.line, index=frame.index, field=name)
