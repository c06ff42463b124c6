"""One person's calendar as Microsoft Graph tells it: a list of events with masters, occurrences, exceptions and singles.

The shape is the one of ``/me/calendarView/delta`` (series masters among their instances). Zones have Windows names there;
the annotation ``@hourtrail.simulated``, which OData clients read past, says where it comes from.
"""

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any, Final

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from hourtrail_training.simulator.world import Employee, Minute, Occurrence, Series
from hourtrail_training.simulator.writers.clock import instant_text, local_time
from hourtrail_training.simulator.writers.json_text import to_json
from hourtrail_training.simulator.writers.meetings import Told, differs, original_text
from hourtrail_training.simulator.writers.recurrence import OwnSeries, own_series

Json = dict[str, Any]
# CLDR still knows India by the city's older name.
_WINDOWS: Final = {zone: name for name, zone in reversed(WINDOWS_TO_OLSON.items())} | {
    "Asia/Kolkata": "India Standard Time"
}
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHOWN: Final = {"busy": "busy", "free": "free", "oof": "oof", "elsewhere": "workingElsewhere"}
_ANSWER: Final = {
    "accepted": "accepted",
    "tentative": "tentativelyAccepted",
    "declined": "declined",
    "none": "notResponded",
}
_NEVER: Final = "0001-01-01T00:00:00Z"


def as_graph(employee: Employee, told: Sequence[Told], names: Mapping[str, str]) -> Iterator[str]:
    """The file's text, in pieces."""
    context = f"https://graph.microsoft.com/v1.0/$metadata#users('{employee.id}')/calendarView"
    yield f'{{"@odata.context": {json.dumps(context)}, "@hourtrail.simulated": true, "value": ['
    groups: dict[str, list[Told]] = {}
    for one in told:
        groups.setdefault(one.occurrence.uid, []).append(one)
    form = _Form(employee.id, names)
    separator = "\n"
    for seats in groups.values():
        events = form.series(own_series(seats)) if seats[0].occurrence.series else iter((form.single(seats[0]),))
        for event in events:
            yield separator + to_json(event)
            separator = ",\n"
    yield "\n]}\n"


class _Form:
    """Writes events for one owner."""

    def __init__(self, owner: str, names: Mapping[str, str]) -> None:
        self._owner = owner
        self._names = names

    def single(self, told: Told) -> Json:
        """An event that does not repeat."""
        occurrence = told.occurrence
        return self._event(told, occurrence.uid, "singleInstance", zone=occurrence.zone)

    def series(self, own: OwnSeries) -> Iterator[Json]:
        """The master, then its instances by their original start."""
        series = own.series
        people = tuple(dict.fromkeys((series.organiser, *series.attendees, self._owner)))
        master_id = _id(self._owner, series.uid)
        yield {
            **self._head(series.uid, "", series.created, series.created, series.zone),
            **self._what(series, "busy", is_cancelled=False, is_all_day=False),
            **self._who(people if len(people) > 1 else (), "accepted", series.created),
            "type": "seriesMaster",
            "seriesMasterId": None,
            "start": _moment(own.first, series.zone),
            "end": _moment(own.first + series.minutes, series.zone),
            "recurrence": _recurrence(own),
        }
        for told in own.seats:
            occurrence = told.occurrence
            kind = "exception" if differs(told) else "occurrence"
            event = self._event(told, f"{occurrence.uid}#{original_text(occurrence)}", kind, zone=series.zone)
            yield event | {"seriesMasterId": master_id, "originalStart": instant_text(occurrence.planned_start)}

    def _event(self, told: Told, name: str, kind: str, *, zone: str) -> Json:
        occurrence = told.occurrence
        changed = occurrence.changed or occurrence.created
        if occurrence.all_day:
            # A day has no zone of its own: Graph tells it from midnight to midnight UTC.
            days = [local_time(at, occurrence.zone).date() for at in (occurrence.start, occurrence.end)]
            start, end = ({"dateTime": f"{day}T00:00:00.0000000", "timeZone": "UTC"} for day in days)
        else:
            start, end = _moment(occurrence.start, occurrence.zone), _moment(occurrence.end, occurrence.zone)
        return {
            **self._head(name, occurrence.uid, occurrence.created, changed, zone),
            **self._what(
                occurrence, occurrence.show_as, is_cancelled=occurrence.cancelled, is_all_day=occurrence.all_day
            ),
            **self._who(told.people, told.response, changed),
            "type": kind,
            "seriesMasterId": None,
            "start": start,
            "end": end,
            "recurrence": None,
        }

    def _head(self, name: str, uid: str, created: Minute, changed: Minute, zone: str) -> Json:
        key = b64encode(blake2b(f"{name} {changed}".encode(), digest_size=12).digest()).decode()
        windows = _WINDOWS.get(zone, "UTC")
        return {
            "@odata.etag": f'W/"{key}"',
            "id": _id(self._owner, name),
            "iCalUId": uid or name,
            "createdDateTime": instant_text(created),
            "lastModifiedDateTime": instant_text(changed),
            "changeKey": key,
            "categories": [],
            "originalStartTimeZone": windows,
            "originalEndTimeZone": windows,
        }

    @staticmethod
    def _what(event: Series | Occurrence, show_as: str, *, is_cancelled: bool, is_all_day: bool) -> Json:
        return {
            "subject": event.title,
            "bodyPreview": "",
            "importance": "normal",
            "sensitivity": "private" if event.private else "normal",
            "showAs": _SHOWN[show_as],
            "isAllDay": is_all_day,
            "isCancelled": is_cancelled,
            "isOnlineMeeting": event.online,
            "onlineMeetingProvider": "teamsForBusiness" if event.online else "unknown",
        }

    def _who(self, people: Sequence[str], response: str, changed: Minute) -> Json:
        organiser = people[0] if people else self._owner
        mine = organiser == self._owner and response in {"accepted", "none"}
        answer = "organizer" if mine else _ANSWER[response]
        return {
            "isOrganizer": organiser == self._owner,
            "responseRequested": bool(people),
            "responseStatus": {
                "response": answer,
                "time": _NEVER if answer in {"organizer", "notResponded"} else instant_text(changed),
            },
            "organizer": {"emailAddress": self._address(organiser)},
            "attendees": [
                {
                    "type": "required",
                    "status": {"response": _ANSWER[response] if person == self._owner else "none", "time": _NEVER},
                    "emailAddress": self._address(person),
                }
                for person in people[1:]
            ],
        }

    def _address(self, person: str) -> Json:
        return {"name": self._names.get(person) or person, "address": person}


def _id(owner: str, name: str) -> str:
    """Graph's ids are opaque, differ between mailboxes and stay when an event moves."""
    return "AAMk" + b64encode(blake2b(f"{owner} {name}".encode(), digest_size=30).digest(), altchars=b"-_").decode()


def _moment(minute: Minute, zone: str) -> Json:
    windows = _WINDOWS.get(zone)
    local = local_time(minute, zone if windows else "UTC")
    return {"dateTime": f"{local:%Y-%m-%dT%H:%M:%S}.0000000", "timeZone": windows or "UTC"}


def _recurrence(own: OwnSeries) -> Json:
    series = own.series
    first, last = (local_time(at, series.zone).date().isoformat() for at in (own.first, own.last))
    zone = _WINDOWS.get(series.zone, "UTC")
    return {
        "pattern": {
            "type": "weekly", "interval": series.every_weeks, "month": 0, "dayOfMonth": 0,
            "daysOfWeek": [_DAYS[number - 1] for number in series.weekdays], "firstDayOfWeek": "monday", "index": "first",
        },
        "range": {
            "type": "endDate", "startDate": first, "endDate": last, "recurrenceTimeZone": zone, "numberOfOccurrences": 0,
        },
    }  # fmt: skip
