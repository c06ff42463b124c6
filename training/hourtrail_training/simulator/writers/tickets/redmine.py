"""A Redmine issue as ``/issues.json?include=journals`` tells it, and the time entries beside it."""

from typing import Final

from hourtrail_training.simulator.traces.tickets import STATES
from hourtrail_training.simulator.writers.clock import instant_text, local_time
from hourtrail_training.simulator.writers.tickets.folding import FIRST_STATE, Event, Ticket
from hourtrail_training.simulator.writers.tickets.people import Directory, Json

_STATE_IDS: Final = {name: str(number) for number, name in enumerate((FIRST_STATE, *STATES), start=1)}

ACTIVITY: Final = "Development"
"""What time is booked as; Redmine wants a word for it."""


def issue(ticket: Ticket, project: str, people: Directory) -> Json:
    """The issue with its journals: notes and changes of the status, which Redmine tells by number."""
    before = {event.id: state for event, state in ticket.moves}
    journals = [
        _journal(event, before.get(event.id), people) for event in ticket.events if event.verb in {"commented", "moved"}
    ]
    return {
        "id": ticket.number,
        "project": _project(project),
        "tracker": {"id": 1, "name": "Task"},
        "status": {"id": int(_STATE_IDS[ticket.state]), "name": ticket.state},
        "subject": ticket.title,
        "author": people.redmine(ticket.creator or people.outsider(ticket.client)),
        "created_on": instant_text(ticket.created, ticket.created_second),
        "updated_on": instant_text(ticket.updated.at, ticket.updated.second),
        "journals": journals,
    }


def time_entries(ticket: Ticket, project: str, people: Directory, zones: dict[str, str]) -> list[Json]:
    """Booked time: a day in the person's zone and decimal hours; Redmine knows no time of day."""
    return [_time_entry(event, project, people, zones[event.person]) for event in ticket.of("logged")]


def _journal(event: Event, before: str | None, people: Directory) -> Json:
    told: Json = {
        "id": int(event.id),
        "user": people.redmine(event.person),
        "created_on": instant_text(event.at, event.second),
        "notes": "" if before is not None else event.text,
        "details": [],
    }
    if before is not None:
        old, new = _STATE_IDS[before], _STATE_IDS[event.text]
        told["details"] = [{"property": "attr", "name": "status_id", "old_value": old, "new_value": new}]
    return told


def _time_entry(event: Event, project: str, people: Directory, zone: str) -> Json:
    written = instant_text(event.at, event.second)
    return {
        "id": int(event.id),
        "project": _project(project),
        "issue": {"id": event.number},
        "user": people.redmine(event.person),
        "activity": {"id": 9, "name": ACTIVITY},
        # Four decimals, so that the minutes come back exactly.
        "hours": round((event.minutes or 0) / 60, 4),
        "comments": event.text,
        "spent_on": local_time(event.at, zone).date().isoformat(),
        "created_on": written,
        "updated_on": written,
    }


def _project(name: str) -> Json:
    return {"id": sum(map(ord, name)), "name": name.replace("-", " ").title(), "identifier": name}
