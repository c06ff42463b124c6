"""From one record of an export to activities, as its shape's tables say."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from hourtrail.domain.activity import Activity, Rejected
from hourtrail.domain.errors import HourtrailError, InvalidInput, NaiveTime
from hourtrail.domain.instants import day_bounds, format_instant, parse_date
from hourtrail.sources.people import attribute
from hourtrail.sources.tickets.mapping import Event, Item, Shape, lookup
from hourtrail.sources.tickets.values import clean, identities, instant, minutes_of, plain_text
from hourtrail.sources.window import Window, plausible

_MAX_SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands in its file, for whoever has to repair it."""

    file: str
    index: int | None = None
    line: int | None = None

    def refuse(self, reason: str, at: str | None = None) -> Rejected:
        """A refusal of this record, or of one field of it."""
        return Rejected(file=self.file, index=self.index, line=self.line, field=at, reason=reason)


@dataclass(frozen=True, slots=True)
class Ticket:
    """What all events of one ticket share."""

    tracker: str
    id: str
    reference: str
    container: str
    title: str
    revision: str


@dataclass(slots=True)
class Interpreter:
    """Applies shapes to records, for one person (or everybody), zone and window.

    Remembers a 64-bit hash of each record's identity, so that a ticket listed twice (overlapping pages) is told once,
    and the ids that it made itself for rows without any.
    """

    person: str
    zone: ZoneInfo | None
    window: Window
    seen: set[int] = field(default_factory=set)
    made: set[str] = field(default_factory=set)

    def activities(self, item: Item, shape: Shape, place: Place) -> Iterator[Activity | Rejected]:
        """Everything that people did according to ``item``, and what of it cannot be read."""
        try:
            ticket = self._ticket(item, shape)
        except InvalidInput as error:
            yield place.refuse(str(error))
            return
        identified = bool(shape.record.paths) or "{number}" in shape.ticket
        record = shape.record.text(item)
        identity = hash((shape.tracker, ticket.id, record))
        if identified and identity in self.seen:
            yield place.refuse(f"{ticket.id} {record}".strip() + " is listed twice; the first one is kept")
            return
        self.seen.add(identity)
        told = set() if identified else self.made
        for event in shape.events:
            yield from self._missing(item, event, ticket, place)
            for part in _parts(item, event):
                yield from self._of_part(part, event, ticket, place, told)

    def _ticket(self, item: Item, shape: Shape) -> Ticket:
        number, container = clean(shape.number.text(item)), clean(shape.container.text(item))
        names = {"number": number, "container": container}
        if ("{number}" in shape.ticket and not number) or ("{container}" in shape.ticket and not container):
            wanted = " or ".join((shape.container if number else shape.number).paths)
            raise InvalidInput(f"which ticket this is does not stand here; export {wanted} too")
        reference = shape.reference.format(**names) if number else ""
        updated = shape.updated.of(item)
        try:
            revision = format_instant(instant(updated, self.zone))
        except InvalidInput:
            revision = clean(str(updated or ""), 64)
        title = clean(shape.title.text(item)) or reference
        return Ticket(shape.tracker, shape.ticket.format(**names), reference, container, title, revision)

    def _missing(self, item: Item, event: Event, ticket: Ticket, place: Place) -> Iterator[Rejected]:
        total = lookup(item, event.total) if event.total else None
        held = lookup(item, event.each)
        if isinstance(total, int) and isinstance(held, list) and total > len(held):
            reason = f"{ticket.id} holds {len(held)} of {total} {event.name} records; export all pages of them"
            yield place.refuse(reason, event.each)

    def _of_part(
        self, part: Item, event: Event, ticket: Ticket, place: Place, told: set[str]
    ) -> Iterator[Activity | Rejected]:
        name = f"{ticket.id} {event.name} {event.id.text(part)}".strip()
        try:
            for activity in self._read(part, event, ticket):
                yield _told_apart(activity, told)
        except NaiveTime as error:
            yield place.refuse(f"{name}: {error}", (event.at.paths + event.day.paths)[0])
        except HourtrailError as error:
            yield place.refuse(f"{name}: {error}")

    def _read(self, part: Item, event: Event, ticket: Ticket) -> Iterator[Activity]:
        names = identities(event.person.of(part))
        person = attribute(names, self.person)
        if person is None:
            if self.person:
                return
            raise InvalidInput("it names nobody (a deleted account?)")
        start, end, extra = self._when(part, event)
        if not self.window.holds(start):
            return
        what = clean(event.what.text(part))
        activity = Activity(
            source=ticket.tracker,
            external_id=":".join(
                filter(None, (ticket.id, event.name, _own_id(part, event, ticket, f"{start:%FT%TZ}/{names[0]}")))
            ),
            kind=event.kind,
            person=person,
            start=start,
            end=end,
            all_day=bool(event.day.paths),
            title=ticket.title,
            text=plain_text(event.text.of(part)),
            container=ticket.container,
            reference=ticket.reference,
            revision=ticket.revision,
            extra={"event": what or event.name} | extra,
        )
        yield from _by_change(activity, part, event)

    def _when(self, part: Item, event: Event) -> tuple[datetime, datetime | None, dict[str, str]]:
        """Start, end (None for a point) and what ``extra`` says of the duration."""
        if event.day.paths:
            if self.zone is None:
                raise NaiveTime("a day without a time needs the person's zone; name it with --zone Europe/Berlin")
            day = parse_date(event.day.text(part), "day")
            plausible(datetime(day.year, day.month, day.day, tzinfo=UTC), "day")
            start, end = day_bounds(day, day, self.zone)
            minutes = minutes_of(hours=event.hours.of(part))
            return start, end, {"worklog": "true", "minutes": str(minutes)}
        start = instant(event.at.of(part), self.zone)
        if not event.seconds.paths:
            return start, None, {}
        minutes = minutes_of(seconds=event.seconds.of(part))
        return start, start + timedelta(minutes=minutes), {"worklog": "true", "minutes": str(minutes)}


def _own_id(part: Item, event: Event, ticket: Ticket, made: str) -> str:
    """What tells an event of a ticket from its like: its own id; in CSV, which has none, when it was and whose."""
    if event.day.paths and not event.id.paths:
        return f"{made}/{ticket.container}{ticket.reference}"
    return made if event.packed else clean(event.id.text(part))


def _parts(item: Item, event: Event) -> Iterator[Item]:
    """The elements of the ticket that are such an event."""
    held = lookup(item, event.each) if event.each else item
    elements = held if isinstance(held, list) else [held]
    for element in elements:
        part = _unpacked(element, event.packed) if isinstance(element, str) and event.packed else element
        if not isinstance(part, Mapping) or any(lookup(part, path) in (None, "") for path in event.only_with):
            continue
        if event.whats and event.what.text(part) not in event.whats:
            continue
        yield part


def _unpacked(cell: str, names: tuple[str, ...]) -> Item | None:
    """The named parts of a cell; semicolons beyond those that separate belong to the text, which stands first or last."""
    if not cell.strip():
        return None
    separators = len(names) - 1
    values = cell.rsplit(";", separators) if names[0] == "text" else cell.split(";", separators)
    return dict(zip(names, values, strict=False))


def _by_change(activity: Activity, part: Item, event: Event) -> Iterator[Activity]:
    """The activity, or one for each field that the event changed."""
    if event.changes is None:
        yield activity
        return
    held = lookup(part, event.changes.each)
    for change in held if isinstance(held, list) else []:
        if not isinstance(change, Mapping):
            continue
        name = clean(event.changes.field.text(change), _MAX_SHOWN)
        extra = dict(activity.extra) | {"field": name}
        if name in event.changes.shown:
            extra["from"] = clean(event.changes.old.text(change), _MAX_SHOWN)
            extra["to"] = clean(event.changes.new.text(change), _MAX_SHOWN)
        yield replace(activity, external_id=f"{activity.external_id}:{name}", extra=extra)


def _told_apart(activity: Activity, told: set[str]) -> Activity:
    """The activity with ``:2``, ``:3`` behind an id that its ticket has told already."""
    name, count = activity.external_id, 1
    while name in told:
        count += 1
        name = f"{activity.external_id}:{count}"
    told.add(name)
    return activity if name == activity.external_id else replace(activity, external_id=name)
