"""activities.jsonl: calendars and all traces in the contract's form; truth/labels.jsonl: the same with the known answer.

Ids are those under which the product's own sources tell the same thing from the native forms, with one exception: a
commit's id ends in the trace's number instead of its hash, which is only known when the whole repository is. Its
``Change-Id`` line leads from one to the other. Second authors of a commit have no row here. A revision stands only
where it is known at the time of writing: on meetings.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from hourtrail.domain.firm import NOT_WORK, WorkItem
from hourtrail_training.simulator.traces.moments import number_of
from hourtrail_training.simulator.world import Channel, Employee, Firm, PersonWeek, Trace
from hourtrail_training.simulator.writers.clock import instant_text, local_time, midnight_minute
from hourtrail_training.simulator.writers.json_text import to_json
from hourtrail_training.simulator.writers.meetings import Told, calendar_id, revision, tell
from hourtrail_training.simulator.writers.spool import Spool, copy_part, within
from hourtrail_training.simulator.writers.tickets.redmine import ACTIVITY

NAME: Final = "activities"
_LABELS: Final = "labels"
Row = dict[str, Any]
_SOURCES: Final = {
    Channel.COMMIT: ("git", "commit"),
    Channel.CHAT: ("slack", "message"),
    Channel.MAIL: ("mail", "email"),
    Channel.DOCUMENT: ("document", "document"),
    Channel.WINDOW: ("activitywatch", "focus"),
    Channel.CALL: ("teams", "call"),
}
_TICKET_EVENTS: Final = {
    ("jira", "created"): ("created", ""),
    ("jira", "moved"): ("history", "status"),
    ("jira", "commented"): ("comment", ""),
    ("jira", "logged"): ("worklog", ""),
    ("github", "created"): ("created", ""),
    ("github", "moved"): ("event", ""),
    ("github", "commented"): ("comment", ""),
    ("github", "reviewed"): ("review", ""),
    ("redmine", "created"): ("created", ""),
    ("redmine", "moved"): ("journal", "status_id"),
    ("redmine", "commented"): ("journal", ""),
    ("redmine", "logged"): ("worklog", ""),
}
"""(tracker, verb) -> the event's name in the ids of the ticket source, and the changed field that ends them."""


class ActivityWriter:
    """Spools one part a person; a shard has its people to itself."""

    def __init__(self, shard: Path, firm: Firm) -> None:
        self._rows = Spool(shard / NAME)
        self._labels = Spool(shard / _LABELS)
        self._works = firm.works
        self._answers: dict[WorkItem, str] = {}

    def week(self, week: PersonWeek) -> None:
        """The week's meetings and traces, in time order."""
        employee = week.employee
        rows = [self._of_meeting(told, employee) for seat in week.seats if (told := tell(seat)) is not None]
        rows += [self._of_trace(trace, employee) for trace in week.traces]
        rows.sort(key=lambda row: (row[0]["start"], row[0]["external_id"]))
        for row, item, eligible in rows:
            body = to_json(row)[:-1]
            label = self._answers.get(item)
            if label is None:
                parts = {"client": item.client, "project": item.project, "task": item.task}
                label = self._answers[item] = to_json(parts)
            history = "" if eligible else ', "eligible": false'
            self._rows.add(employee.handle, f"{body}}}\n")
            self._labels.add(employee.handle, f'{body}, "label": {label}{history}}}\n')

    def close(self) -> None:
        """Write what still waits."""
        self._rows.flush()
        self._labels.flush()

    def _of_meeting(self, told: Told, employee: Employee) -> tuple[Row, WorkItem, bool]:
        occurrence, zone = told.occurrence, employee.person.zone
        start, end = occurrence.start, occurrence.end
        if occurrence.all_day:
            # Days begin at the reader's midnight, wherever the organiser sits.
            start, end = (midnight_minute(local_time(at, occurrence.zone).date(), zone) for at in (start, end))
        away = occurrence.show_as == "oof"
        row: Row = {
            "source": "icalendar",
            "external_id": calendar_id(told),
            "kind": "absence" if away else "meeting",
            "person": employee.id,
            "start": instant_text(start),
            "end": instant_text(end),
            "all_day": occurrence.all_day,
            "title": occurrence.title,
            "container": employee.id,
            "series": occurrence.uid if occurrence.series else "",
            "participants": list(told.people),
            "response": told.response,
            "status": "cancelled" if occurrence.cancelled else "confirmed",
            "show_as": occurrence.show_as,
            "sensitivity": "private" if occurrence.private else "normal",
            "revision": revision(told),
            "zone": "" if occurrence.all_day else occurrence.zone,
            "simulated": True,
        }
        known = occurrence.item in self._works
        measured = known and told.seat.attended and not occurrence.private and not occurrence.all_day
        return _full(row), occurrence.item if known else NOT_WORK, measured

    def _of_trace(self, trace: Trace, employee: Employee) -> tuple[Row, WorkItem, bool]:
        row: Row = {
            "source": "",
            "external_id": "",
            "kind": "",
            "person": trace.person,
            "start": instant_text(trace.at, trace.second),
            "end": "" if trace.end is None else instant_text(trace.end, trace.second if trace.minutes else 0),
            "title": trace.title,
            "text": trace.text,
            "container": trace.container,
            "reference": trace.reference,
            "participants": list(trace.participants),
            "simulated": True,
        }
        if trace.channel is Channel.TICKET:
            self._as_ticket(row, trace, employee)
        else:
            row["source"], row["kind"] = _SOURCES[trace.channel]
            row["external_id"] = f"{trace.container}:{trace.id}" if trace.channel is Channel.COMMIT else trace.id
            if trace.channel is Channel.COMMIT:
                # A second author is named in the repository only: a row for them belongs to another person's part.
                row["participants"] = []
            if trace.channel is Channel.WINDOW:
                row["app"] = trace.verb
        return _full(row), trace.item, True

    def _as_ticket(self, row: Row, trace: Trace, employee: Employee) -> None:
        tracker = self._works[trace.item].tracker
        event, field = _TICKET_EVENTS[tracker, trace.verb]
        ticket = {"jira": trace.reference, "github": f"{trace.container}{trace.reference}"}.get(
            tracker, number_of(trace.reference)
        )
        row["source"], row["kind"] = tracker, "review" if trace.verb == "reviewed" else "ticket"
        if tracker == "redmine" and trace.verb == "logged":
            # Redmine books time on a day, not at a time, and an entry does not repeat its ticket's subject.
            day = local_time(trace.at, employee.person.zone).date()
            ticket = "time_entry"
            row["all_day"] = True
            row["title"] = trace.text or ACTIVITY
            row["start"] = instant_text(midnight_minute(day, employee.person.zone))
            row["end"] = instant_text(midnight_minute(day.fromordinal(day.toordinal() + 1), employee.person.zone))
        numbered = "" if event == "created" else trace.id
        row["external_id"] = ":".join(part for part in (ticket, event, numbered, field) if part)
        row["extra"] = {"event": event} | ({"minutes": str(trace.minutes), "worklog": "true"} if trace.minutes else {})
        if trace.verb == "moved":
            row["text"] = ""
            row["extra"]["to"] = trace.text


def _full(row: Row) -> Row:
    """The row without what it does not say."""
    return {name: value for name, value in row.items() if value}


def merge(shards: Sequence[Path], target: Path, firm: Firm) -> None:
    """One file of all people, in the order of the firm, each person's in time order; and the same with labels."""
    (target / "truth").mkdir(parents=True, exist_ok=True)
    for name, path in ((NAME, target / "activities.jsonl"), (_LABELS, target / "truth" / "labels.jsonl")):
        with path.open("w", encoding="utf-8", newline="") as out:
            for employee in firm.employees:
                copy_part(within(shards, name), employee.handle, out)
