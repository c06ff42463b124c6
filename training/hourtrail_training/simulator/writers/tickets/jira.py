"""A Jira issue as ``/rest/api/2/search?expand=changelog&fields=*all`` tells it."""

from hourtrail_training.simulator.world import Minute
from hourtrail_training.simulator.writers.clock import instant_text
from hourtrail_training.simulator.writers.tickets.folding import Event, Ticket
from hourtrail_training.simulator.writers.tickets.people import Directory, Json


def issue(ticket: Ticket, project: str, people: Directory) -> Json:
    """The issue with its comments, worklogs and history."""
    creator = people.jira(ticket.creator or people.outsider(ticket.client))
    comments = [{**_signed(event, people), "body": event.text} for event in ticket.of("commented")]
    worklogs = [_worklog(event, people) for event in ticket.of("logged")]
    histories = [_move(event, before, people) for event, before in ticket.moves]
    return {
        "id": f"{10_000 + ticket.number}",
        "key": ticket.key,
        "fields": {
            "summary": ticket.title,
            "project": {"key": project, "name": project.title()},
            "issuetype": {"name": "Task"},
            "status": {"name": ticket.state},
            "creator": creator,
            "reporter": creator,
            "created": _time(ticket.created, ticket.created_second),
            "updated": _time(ticket.updated.at, ticket.updated.second),
            "comment": {"comments": comments, "total": len(comments)},
            "worklog": {"worklogs": worklogs, "total": len(worklogs)},
        },
        "changelog": {"histories": histories, "total": len(histories)},
    }


def _signed(event: Event, people: Directory) -> Json:
    return {"id": event.id, "author": people.jira(event.person), "created": _time(event.at, event.second)}


def _worklog(event: Event, people: Directory) -> Json:
    started = _time(event.at, event.second)
    return {
        **_signed(event, people),
        "started": started,
        "timeSpentSeconds": (event.minutes or 0) * 60,
        "comment": event.text,
    }


def _move(event: Event, before: str, people: Directory) -> Json:
    item = {"field": "status", "fieldtype": "jira", "fromString": before, "toString": event.text}
    return {**_signed(event, people), "items": [item]}


def _time(minute: Minute, second: int) -> str:
    return instant_text(minute, second).replace("Z", ".000+0000")
