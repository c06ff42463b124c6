"""What speaks against an entry: the findings that keep it from being cleared, or from its next step."""

from datetime import date
from typing import Final

from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.finding import Finding, Severity
from hourtrail.domain.review import FindingStatus
from hourtrail.domain.weeks import monday_of
from hourtrail.flows.approvals import WAITING_CHECKS
from hourtrail.flows.causes import first_day
from hourtrail.flows.queue import muted_checks
from hourtrail.policy.muting import stays_visible
from hourtrail.store import TenantStore

NOT_BOOKED: Final = frozenset({"missing_time", "missed_team_meeting"})
"""Checks about time that nobody booked: they say nothing against what was booked that day."""

NAMED_ALONE: Final = frozenset({"late_entry"})
"""Checks whose findings are about a week and name every entry in question: they say nothing against its others."""


class Flags:
    """Which entries a finding speaks against: one on the entry itself, one that names it as late, or one on its person's
    day or period.

    It counts while it is open, and after a verdict that it is true until somebody says how it was put right. What a muted
    check keeps in the shadow does not count, nor that the entry waits for its approval. A finding on a whole contract or
    project speaks against none of its entries in particular. With a ``worker`` it tells of that person's entries alone, and
    reads no more; with a ``severity`` only findings of that one count.
    """

    def __init__(self, db: TenantStore, worker: str | None = None, severity: Severity | None = None) -> None:
        silent = muted_checks(db)
        self._severity = severity
        self._entries: dict[str, list[Finding]] = {}
        self._days: dict[tuple[str, date], list[Finding]] = {}
        self._weeks: dict[tuple[str, date], list[Finding]] = {}
        self._months: dict[tuple[str, date], list[Finding]] = {}
        for row in db.raised(status=FindingStatus.OPEN, worker=worker):
            check = row.finding.check
            if check in silent and not stays_visible(row.finding.fingerprint):
                continue
            if check not in NOT_BOOKED and check not in WAITING_CHECKS:
                self._add(row.finding)
        wrong = db.to_correct()
        for row in db.raised(status=FindingStatus.REVIEWED, worker=worker) if wrong else ():
            if row.finding.id in wrong:
                self._add(row.finding)

    def _add(self, finding: Finding) -> None:
        if self._severity not in {None, finding.severity}:
            return
        about = finding.subject
        if about.time_entry:
            self._entries.setdefault(about.time_entry, []).append(finding)
        elif finding.check in NAMED_ALONE:
            for name in finding.comparables:
                self._entries.setdefault(name, []).append(finding)
        elif about.date:
            self._days.setdefault((about.person, about.date), []).append(finding)
        elif (start := first_day(about.period)) is not None:
            periods = self._weeks if "W" in about.period else self._months if len(about.period) == 7 else self._days
            periods.setdefault((about.person, start), []).append(finding)

    def against(self, entry: TimeEntry) -> list[Finding]:
        """What speaks against this entry: on itself first, then on its day, week and month."""
        who, day = entry.person, entry.date
        return [
            *self._entries.get(entry.id, ()),
            *self._days.get((who, day), ()),
            *self._weeks.get((who, monday_of(day)), ()),
            *self._months.get((who, day.replace(day=1)), ()),
        ]

    def on(self, entry: TimeEntry) -> bool:
        """Whether anything does."""
        return bool(self.against(entry))
