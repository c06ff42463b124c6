"""From an occurrence to an activity. Cancelled, declined, free and private events are told as such; capture treats them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from icalendar import Event

from hourtrail.domain.activity import Activity, ActivityKind, Response, Sensitivity, ShowAs, Status
from hourtrail.sources.icalendar.events import CheckedEvent, moment_of, one
from hourtrail.sources.icalendar.series import Occurred
from hourtrail.sources.icalendar.zones import iana_name
from hourtrail.sources.people import attribute

SOURCE = "icalendar"
_TITLE, _TEXT, _PEOPLE = 500, 10_000, 500
_BUSY = {
    "FREE": ShowAs.FREE,
    "TENTATIVE": ShowAs.BUSY,
    "BUSY": ShowAs.BUSY,
    "OOF": ShowAs.OUT_OF_OFFICE,
    "WORKINGELSEWHERE": ShowAs.ELSEWHERE,
}
_RESPONSE = {"ACCEPTED": Response.ACCEPTED, "TENTATIVE": Response.TENTATIVE, "DECLINED": Response.DECLINED}
_HIDDEN = {"PRIVATE", "CONFIDENTIAL"}


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose calendar it is, which one, and in which zone its days begin. ``cancelled``: the file is a METHOD:CANCEL."""

    person: str
    container: str
    days: tzinfo
    cancelled: bool = False


class Teller:
    """Tells the occurrences of one series; what all of them share is read once."""

    def __init__(self, owner: Owner, uid: str, series: str, revision: str = "") -> None:
        self._owner = owner
        self._uid = uid
        self._series = series
        self._revision = revision
        self._shared: dict[int, dict[str, Any]] = {}

    def tell(self, seen: Occurred) -> Activity:
        """The activity of one occurrence. Raises InvalidInput when its end lies before its start."""
        shared = self._shared.get(id(seen.event))
        if shared is None:
            shared = self._shared[id(seen.event)] = self._read(seen.event)
        return Activity(
            source=SOURCE,
            external_id=self._identity(seen),
            person=self._owner.person,
            start=instant(seen.start, self._owner.days),
            end=instant(seen.end, self._owner.days),
            all_day=not isinstance(seen.start, datetime),
            series=self._series,
            **shared,
        )

    def _identity(self, seen: Occurred) -> str:
        # Every attendee's calendar holds the same UID; attendance is a fact about one person, so the id names the owner.
        occurrence = f"{self._uid}#{original_text(seen.original)}" if self._series else self._uid
        return f"{self._owner.person}/{occurrence}"

    def _read(self, event: CheckedEvent) -> dict[str, Any]:
        component = event.component
        show_as, tentative = _show_as(component)
        response = _response(component, self._owner.person)
        if tentative and response is Response.NONE:
            response = Response.TENTATIVE
        cancelled = self._owner.cancelled or _word(component, "STATUS") == "CANCELLED"
        revision = event.revision
        if event.is_override and self._revision:
            # An override follows its series: it sorts behind the series' own revision, whatever its own SEQUENCE is.
            revision = f"{self._revision}+{revision}"
        return {
            "kind": ActivityKind.ABSENCE if show_as is ShowAs.OUT_OF_OFFICE else ActivityKind.MEETING,
            "title": _text(component, "SUMMARY").replace("\n", " ").strip()[:_TITLE],
            "text": _text(component, "DESCRIPTION").strip()[:_TEXT],
            "container": self._owner.container,
            "participants": _participants(component),
            "response": response,
            "status": Status.CANCELLED if cancelled else Status.CONFIRMED,
            "show_as": show_as,
            "sensitivity": Sensitivity.PRIVATE if _word(component, "CLASS") in _HIDDEN else Sensitivity.NORMAL,
            "revision": revision,
            "zone": iana_name(moment_of(component, "DTSTART")),
        }


def instant(moment: date | datetime, days: tzinfo) -> datetime:
    """In UTC; a day begins at its midnight in ``days``, a time that still has no zone is read there."""
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day, tzinfo=days)
    elif moment.tzinfo is None:
        moment = moment.replace(tzinfo=days)
    return moment.astimezone(UTC)


def original_text(moment: date | datetime) -> str:
    """An occurrence's original start as its id has it: UTC in basic form, or the day."""
    if isinstance(moment, datetime):
        return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}" if moment.tzinfo else f"{moment:%Y%m%dT%H%M%S}"
    return f"{moment:%Y%m%d}"


def _text(component: Event, name: str) -> str:
    value = one(component, name)
    return "" if value is None else str(value)


def _word(component: Event, name: str) -> str:
    return _text(component, name).strip().upper()


def _show_as(component: Event) -> tuple[ShowAs, bool]:
    """How the event blocks time, and whether its owner holds it as tentative. Outlook's word overrides TRANSP."""
    outlook = _word(component, "X-MICROSOFT-CDO-BUSYSTATUS")
    if outlook in _BUSY:
        return _BUSY[outlook], outlook == "TENTATIVE"
    return (ShowAs.FREE if _word(component, "TRANSP") == "TRANSPARENT" else ShowAs.BUSY), False


def _people(component: Event, name: str) -> list[Any]:
    value = component.get(name)
    people = value if isinstance(value, list) else [value]
    return [person for person in people if person is not None and hasattr(person, "params")][:_PEOPLE]


def _addresses(person: Any) -> tuple[str, ...]:
    """What the person may be known by: the calendar address and its EMAIL parameter, in lower case."""
    texts = (str(person), str(person.params.get("EMAIL", "")))
    return tuple(text.strip().lower().removeprefix("mailto:").strip() for text in texts)


def _participants(component: Event) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for person in _people(component, "ORGANIZER") + _people(component, "ATTENDEE"):
        mail = next((address for address in _addresses(person) if "@" in address), None)
        if mail:
            found[mail] = None
    return tuple(found)


def _response(component: Event, owner: str) -> Response:
    """The owner's answer; the owner is known by the rule of ``--person`` that git and tickets follow too."""
    me = owner.strip().lower().removeprefix("mailto:")
    for person in _people(component, "ATTENDEE"):
        if attribute([*_addresses(person), str(person.params.get("CN", ""))], me):
            return _RESPONSE.get(str(person.params.get("PARTSTAT", "")).upper(), Response.NONE)
    return Response.NONE
