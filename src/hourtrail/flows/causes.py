"""What a finding is about, beside its subject: whose time, which work, and the one fault that may explain many of them."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.finding import Blame, Finding
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.master import MasterData
from hourtrail.domain.review import Raised

_WEEK: Final = re.compile(r"(\d{4})-W(\d{2})")
_MONTH: Final = re.compile(r"(\d{4})-(\d{2})")


class Contexts:
    """Puts findings into their context, from the entries and the master data of the run."""

    def __init__(self, entries: Iterable[TimeEntry], master: MasterData) -> None:
        self._entries: Mapping[str, TimeEntry] = {entry.id: entry for entry in entries}
        self._master = master
        self._contracts = {contract.id: contract for contract in master.contracts}
        self._clients: dict[str, set[str]] = {}
        for task in master.tasks:
            self._clients.setdefault(task.item.project, set()).add(task.item.client)
        for contract in master.contracts:
            if contract.project:
                self._clients.setdefault(contract.project, set()).add(contract.client)

    def client(self, item: WorkItem) -> str:
        """The client of a work item; the only one that its project has, where the entry leaves it out; empty in doubt."""
        known = self._clients.get(item.project, set())
        return item.client or (next(iter(known)) if len(known) == 1 else "")

    def raised(self, finding: Finding) -> Raised:
        """The finding in its context."""
        about = finding.subject
        if about.time_entry:
            return self._on_entry(finding, self._entries[about.time_entry])
        if about.person:
            on = about.date or first_day(about.period)
            cause = f"source {on}" if finding.blame is Blame.SOURCE and on else ""
            return Raised(finding=finding, worker=about.person, worked_on=on, cause=cause)
        if about.project:
            client = self.client(WorkItem("", about.project))
            return Raised(finding=finding, client=client, project=about.project, cause=f"project {about.project}")
        contract = self._contracts.get(about.contract)
        return Raised(
            finding=finding,
            client=contract.client if contract else "",
            project=contract.project if contract else "",
            cause=f"contract {about.contract}",
        )

    def _on_entry(self, finding: Finding, entry: TimeEntry) -> Raised:
        return Raised(
            finding=finding,
            worker=entry.person,
            worked_on=entry.date,
            client=self.client(entry.item),
            project=entry.item.project,
            cause=self._cause(finding, entry),
        )

    def _cause(self, finding: Finding, entry: TimeEntry) -> str:
        """A fault of an entry is its own; what master data, a contract or a source has wrong explains many findings."""
        if finding.blame is Blame.ENTRY:
            return ""
        if finding.blame is Blame.SOURCE:
            return f"source {entry.date}"
        if finding.blame is Blame.CONTRACT:
            contract = self._master.contract(entry.item)
            return f"contract {contract.id}" if contract else f"work {entry.item.at_project}"
        if finding.check == "not_assigned":
            return f"person {entry.person}"
        if finding.check == "missing_rate":
            return finding.expected
        return f"work {entry.item if finding.check == 'closed_task' else entry.item.at_project}"


def first_day(period: str) -> date | None:
    """The first day of an ISO week (``2026-W10``), a month (``2026-03``) or a date; None for another period."""
    try:
        if week := _WEEK.fullmatch(period):
            return date.fromisocalendar(int(week[1]), int(week[2]), 1)
        if month := _MONTH.fullmatch(period):
            return date(int(month[1]), int(month[2]), 1)
        return date.fromisoformat(period)
    except ValueError:
        return None
