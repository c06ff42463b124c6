"""Spools events by project and folds them into one export a tracker, project after project."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from hourtrail_training.simulator.world import Channel, Firm, PersonWeek
from hourtrail_training.simulator.writers.json_text import to_json
from hourtrail_training.simulator.writers.spool import Spool, lines_of, part_names, within
from hourtrail_training.simulator.writers.tickets import github, jira, redmine
from hourtrail_training.simulator.writers.tickets.folding import Event, Ticket, tickets_of
from hourtrail_training.simulator.writers.tickets.people import Directory, Json

NAME: Final = "tickets"
_BETWEEN: Final = "~"
_FIELDS: Final = ("reference", "at", "second", "id", "verb", "person", "title", "text", "minutes")
Telling = Callable[[Ticket, str, Directory], Json]
_EXPORTS: Final[dict[str, tuple[Telling, str, str]]] = {
    "jira": (jira.issue, '{"startAt": 0, "simulated": true, "issues": [', "\n]}\n"),
    "github": (github.issue, "[", "\n]\n"),
    "redmine": (redmine.issue, '{"offset": 0, "simulated": true, "issues": [', "\n]}\n"),
}
"""Tracker -> how an issue is told, and what stands around all of them."""


class TicketWriter:
    """Spools one part a project; people of all shards may have worked on it."""

    def __init__(self, shard: Path, firm: Firm) -> None:
        self._spool = Spool(shard / NAME)
        self._works = firm.works

    def week(self, week: PersonWeek) -> None:
        """The week's events on tickets."""
        for trace in week.traces:
            if trace.channel is Channel.TICKET:
                values = [*(getattr(trace, name) for name in _FIELDS), trace.item.client]
                part = f"{self._works[trace.item].tracker}{_BETWEEN}{trace.container}"
                self._spool.add(part, to_json(values) + "\n")

    def close(self) -> None:
        """Write what still waits."""
        self._spool.flush()


def merge(shards: Sequence[Path], target: Path, firm: Firm) -> None:
    """One export a tracker that anybody used; one project's events are in memory at a time."""
    (target / NAME).mkdir(parents=True, exist_ok=True)
    folders, people = within(shards, NAME), Directory(firm)
    parts = part_names(folders)
    for tracker, (tell, before, after) in _EXPORTS.items():
        projects = [name.partition(_BETWEEN)[2] for name in parts if name.partition(_BETWEEN)[0] == tracker]
        if projects:
            issues = (
                tell(ticket, project, people)
                for project in projects
                for ticket in _tickets(folders, f"{tracker}{_BETWEEN}{project}")
            )
            _write(target / NAME / f"{tracker}.json", issues, before, after)
        if projects and tracker == "redmine":
            _write_time_entries(target, folders, projects, firm)


def _write_time_entries(target: Path, folders: Sequence[Path], projects: Sequence[str], firm: Firm) -> None:
    people, zones = Directory(firm), {employee.id: employee.person.zone for employee in firm.employees}
    entries = (
        entry
        for project in projects
        for ticket in _tickets(folders, f"redmine{_BETWEEN}{project}")
        for entry in redmine.time_entries(ticket, project, people, zones)
    )
    head = '{"offset": 0, "simulated": true, "time_entries": ['
    _write(target / NAME / "redmine-time-entries.json", entries, head, "\n]}\n")


def _tickets(folders: Sequence[Path], part: str) -> Iterator[Ticket]:
    return tickets_of(Event(*json.loads(line)) for line in lines_of(folders, part))


def _write(path: Path, records: Iterator[Json], before: str, after: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        out.write(before)
        separator = "\n"
        for record in records:
            out.write(separator + to_json(record))
            separator = ",\n"
        out.write(after)
