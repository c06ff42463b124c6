"""Checks of time entries from files alone: nothing is stored, nothing needs a database."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from hourtrail.checks import CheckContext, CheckPolicy, Grain, ScoredEntry, grain_of, run, scores, skipped, summary
from hourtrail.domain.activity import ReadOptions, Rejected
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.errors import NothingRead
from hourtrail.domain.finding import Finding
from hourtrail.sources.contract_files import read_all
from hourtrail.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckFiles:
    """The time entries and, where the firm gives them, the master data that more checks need."""

    entries: Path
    tasks: Path | None = None
    assignments: Path | None = None
    contracts: Path | None = None
    rate_cards: Path | None = None
    people: Path | None = None
    holidays: Path | None = None
    periods: Path | None = None
    milestones: Path | None = None
    activities: Path | None = None


@dataclass(slots=True)
class CheckReport:
    """What the checks found, what they could not look at, and what could not be read."""

    findings: list[Finding]
    scores: list[ScoredEntry]
    summary: dict[str, Any]
    skipped: dict[str, str]
    grain: Grain
    refused: list[Rejected] = field(default_factory=list)


def check_files(
    files: CheckFiles,
    *,
    policy: CheckPolicy,
    grain: Grain | None = None,
    as_of: date | None = None,
    only: Sequence[str] = (),
    zone: str = "",
    today: date,
) -> CheckReport:
    """Read every file and run every check that has what it needs.

    Without ``grain`` the dates of the file decide. ``as_of`` is "today" for the checks; by default the last date in the
    file. Raises NothingRead when no entry could be read, InvalidInput for an unknown check name.
    """
    began = time.monotonic()
    refused: list[Rejected] = []

    def rows(path: Path | None, record: str) -> tuple[Any, ...] | None:
        if path is None:
            return None
        good, bad = read_all(path, record, ReadOptions(today=today, zone=zone))
        refused.extend(bad)
        return tuple(good)

    entries: tuple[TimeEntry, ...] = rows(files.entries, "time-entries") or ()
    if not entries and refused:
        problems = "\n".join(f"  {row}" for row in refused[:20])
        raise NothingRead(f"no time entry in {files.entries} could be read:\n{problems}")
    chosen = grain or grain_of(entries)
    context = CheckContext(
        entries=entries,
        tasks=rows(files.tasks, "tasks"),
        assignments=rows(files.assignments, "assignments"),
        contracts=rows(files.contracts, "contracts"),
        people=rows(files.people, "people"),
        holidays=rows(files.holidays, "holidays"),
        as_of=as_of or max((entry.date for entry in entries), default=today),
        grain=chosen,
    )
    for path, record in (
        (files.rate_cards, "rate-cards"),
        (files.periods, "periods"),
        (files.milestones, "milestones"),
        (files.activities, "activities"),
    ):
        # No check needs these yet; what is wrong in them is told all the same.
        rows(path, record)
    if only:
        policy = policy.only(only)
    findings = run(context, policy)
    return CheckReport(
        findings=findings,
        scores=scores(entries, findings),
        summary=summary(len(entries), findings, refused=len(refused), seconds=time.monotonic() - began),
        skipped=skipped(context, policy),
        grain=chosen,
        refused=refused,
    )


def check_store(store: Store, tenant: str, *, policy: CheckPolicy | None = None, today: date) -> list[Finding]:
    """Check what the store holds against its own master data, and keep what is found; the same finding is kept once."""
    with store.tenant(tenant) as db:
        master = db.master()
        entries = tuple(db.entries())
        context = CheckContext(
            entries=entries,
            tasks=master.tasks or None,
            assignments=master.assignments or None,
            contracts=master.contracts or None,
            people=master.people or None,
            holidays=master.holidays or None,
            as_of=max((entry.date for entry in entries), default=today),
            grain=Grain.DAY,
        )
        findings = run(context, policy or CheckPolicy())
        db.put_findings(findings)
    return findings
