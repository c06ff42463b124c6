"""Entries and master data written as tables that a reviewer can read. A column of blanks is "not given"."""

from datetime import date
from decimal import Decimal

from hourtrail import checks
from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.finding import Finding
from hourtrail.domain.firm import Assignment, Contract, ContractKind, Task, WorkItem
from hourtrail.domain.instants import parse_instant
from hourtrail.flows.evidence import evidence_of

TODAY = date(2026, 12, 31)


def rows(table: str) -> list[dict[str, str]]:
    """The rows of a ``|``-separated table with a header line."""
    lines = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def item(code: str) -> WorkItem:
    """``client/project/task``; ``client/project``; ``project`` alone."""
    parts = code.split("/")
    return WorkItem("", parts[0]) if len(parts) == 1 else WorkItem(*parts)


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def entries(table: str) -> list[TimeEntry]:
    """Columns: id, person, date, minutes, item; optional start, end, narrative, created, rate (EUR), billable, status."""
    return [
        TimeEntry(
            id=row["id"],
            person=row.get("person", "ada"),
            date=date.fromisoformat(row["date"]),
            minutes=int(row["minutes"]),
            item=item(row.get("item", "ACME/Portal/Build")),
            start=parse_instant(row["start"]) if row.get("start") else None,
            end=parse_instant(row["end"]) if row.get("end") else None,
            narrative=row.get("narrative", ""),
            created_at=parse_instant(row["created"]) if row.get("created") else None,
            hourly_rate=Decimal(row["rate"]) if row.get("rate") else None,
            currency="EUR" if row.get("rate") else "",
            billable={"yes": True, "no": False, "": None}[row.get("billable", "")],
            status=EntryStatus(row.get("status") or "submitted"),
        )
        for row in rows(table)
    ]


def tasks(table: str) -> list[Task]:
    return [
        Task(
            item=item(row["item"]),
            closed=row.get("status") == "closed",
            opens_on=day(row.get("opens")),
            closes_on=day(row.get("closes")),
            contract=row.get("contract", ""),
        )
        for row in rows(table)
    ]


def assignments(table: str) -> list[Assignment]:
    return [
        Assignment(
            person=row["person"],
            item=item(row["item"]),
            starts_on=day(row.get("from")),
            ends_on=day(row.get("to")),
        )
        for row in rows(table)
    ]


def contracts(table: str) -> list[Contract]:
    return [
        Contract(
            id=row["contract"],
            client=row["client"],
            project=row.get("project", ""),
            kind=ContractKind.TIME_AND_MATERIALS,
            starts_on=day(row.get("from")),
            ends_on=day(row.get("to")),
        )
        for row in rows(table)
    ]


def found(table: str | list[TimeEntry], *only: str, policy: checks.CheckPolicy | None = None, **given) -> list[Finding]:
    """What the checks (all, or those named) find."""
    booked = entries(table) if isinstance(table, str) else table
    rules = policy or checks.CheckPolicy()
    return checks.run(look_at(booked, **given), rules.only(only) if only else rules)


def look_at(booked: list[TimeEntry], **given) -> checks.CheckContext:
    """The context that ``hourtrail check`` would make of these parts."""
    if "activities" in given:
        given["evidence"] = evidence_of(given["activities"], given.get("people", ()))
    return checks.CheckContext(**{"entries": booked, "as_of": TODAY, **given})


def told(findings: list[Finding]) -> list[tuple[str, str, tuple[str, ...]]]:
    """Check, entry, twins."""
    return [(finding.check, finding.subject.time_entry, finding.comparables) for finding in findings]
