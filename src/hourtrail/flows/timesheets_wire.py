"""Timesheets as JSON: one shape for the API and the command line."""

from collections.abc import Iterable
from typing import Any

from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.finding import Finding
from hourtrail.domain.timesheet import Timesheet
from hourtrail.domain.wire import entry_to_json, finding_to_json


def sheet_to_json(row: Timesheet, blocking: Iterable[Finding]) -> dict[str, Any]:
    """A timesheet with its entries, and what keeps them from being submitted or approved."""
    return {
        **summary_to_json(row),
        "time_entries": [entry_to_json(entry) for entry in row.entries],
        "blocking": [finding_to_json(finding) for finding in blocking],
    }


def summary_to_json(row: Timesheet) -> dict[str, Any]:
    """A timesheet without its entries; ``billable_minutes`` is what the contracts bill of what was not rejected."""
    return {
        "person": row.person,
        "week": row.week.isoformat(),
        "status": row.status.value,
        "minutes": row.minutes,
        "billable_minutes": sum(_billed(entry) for entry in row.entries),
        "days": row.days,
        "entries": {status.value: sum(entry.status is status for entry in row.entries) for status in EntryStatus},
    }


def _billed(entry: TimeEntry) -> int:
    if entry.status is EntryStatus.REJECTED or not entry.billable:
        return 0
    return entry.minutes if entry.billable_minutes is None else entry.billable_minutes
