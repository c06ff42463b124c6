"""A GitHub issue or pull request as the REST API tells it, its comments, reviews and timeline inside."""

from hourtrail_training.simulator.writers.clock import instant_text
from hourtrail_training.simulator.writers.tickets.folding import Event, Ticket
from hourtrail_training.simulator.writers.tickets.people import Directory, Json

_EVENTS = {"Done": "closed", "To Do": "reopened"}
"""States that GitHub knows as such; the others are labels."""


def issue(ticket: Ticket, repository: str, people: Directory) -> Json:
    """The issue; a pull request when somebody reviewed it."""
    reviews = ticket.of("reviewed")
    kind = "pull" if reviews else "issues"
    closed = ticket.state == "Done"
    told: Json = {
        "id": 70_000_000 + ticket.number,
        "number": ticket.number,
        "title": ticket.title,
        "user": people.github(ticket.creator or people.outsider(ticket.client)),
        "state": "closed" if closed else "open",
        "html_url": f"https://github.example/{repository}/{kind}/{ticket.number}",
        "repository_url": f"https://github.example/repos/{repository}",
        "created_at": instant_text(ticket.created, ticket.created_second),
        "updated_at": instant_text(ticket.updated.at, ticket.updated.second),
        "body": None,
        "comments": len(ticket.of("commented")),
        "comments_list": [_written(event, people) for event in ticket.of("commented")],
        "reviews_list": [_review(event, people) for event in reviews],
        "timeline": [_moved(event, people) for event, _ in ticket.moves],
    }
    if reviews:
        told["pull_request"] = {"html_url": told["html_url"]}
    return told


def _written(event: Event, people: Directory) -> Json:
    return {
        "id": int(event.id),
        "user": people.github(event.person),
        "created_at": instant_text(event.at, event.second),
        "body": event.text,
    }


def _review(event: Event, people: Directory) -> Json:
    return {
        "id": int(event.id),
        "user": people.github(event.person),
        "submitted_at": instant_text(event.at, event.second),
        "state": "COMMENTED",
        "body": event.text,
    }


def _moved(event: Event, people: Directory) -> Json:
    name = _EVENTS.get(event.text, "labeled")
    told: Json = {
        "id": int(event.id),
        "event": name,
        "actor": people.github(event.person),
        "created_at": instant_text(event.at, event.second),
    }
    return told | ({"label": {"name": event.text.lower()}} if name == "labeled" else {})
