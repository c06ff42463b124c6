"""Checks of time entries from files or records alone: nothing is stored, nothing needs a database."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from hourtrail.checks import (
    CheckContext,
    CheckPolicy,
    Grain,
    ScoredEntry,
    findings_of,
    grain_of,
    scores,
    skipped,
    spoken,
    summary,
    under_reporting,
)
from hourtrail.columnar import EntryColumns
from hourtrail.domain import firm
from hourtrail.domain.activity import Activity, ReadOptions, Rejected
from hourtrail.domain.errors import InvalidInput, NothingRead
from hourtrail.domain.finding import Finding
from hourtrail.domain.pricing import rollover_of
from hourtrail.domain.unusual import Unusual
from hourtrail.flows.collection import no_cycle_search
from hourtrail.flows.evidence import evidence_of
from hourtrail.flows.habits import habits_of, is_asked
from hourtrail.flows.simulated import says_simulated
from hourtrail.flows.unknown_people import rows_of_people, unknown_people
from hourtrail.scale import Batches, InProcess, Task
from hourtrail.sources.contract_files import read_all, read_entries


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


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRecords:
    """The same as records, however they came; None where the firm gives nothing of the kind."""

    entries: EntryColumns
    tasks: Sequence[firm.Task] | None = None
    assignments: Sequence[firm.Assignment] | None = None
    contracts: Sequence[firm.Contract] | None = None
    rates: Sequence[firm.Rate] | None = None
    people: Sequence[firm.Person] | None = None
    holidays: Sequence[firm.Holiday] | None = None
    periods: Sequence[firm.Period] | None = None
    milestones: Sequence[firm.Milestone] | None = None
    activities: Sequence[Activity] | None = None


@dataclass(slots=True)
class CheckReport:
    """What the checks found, what they could not look at, and what could not be read."""

    findings: list[Finding]
    scores: Sequence[ScoredEntry]
    summary: dict[str, Any]
    skipped: dict[str, str]
    grain: Grain
    refused: list[Rejected] = field(default_factory=list)


@no_cycle_search()
def check_files(
    files: CheckFiles,
    *,
    policy: CheckPolicy,
    grain: Grain | None = None,
    as_of: date | None = None,
    only: Sequence[str] = (),
    zone: str = "",
    today: date,
    where: Batches | None = None,
) -> CheckReport:
    """Read every file and run every check that has what it needs.

    Without ``grain`` the dates of the file decide. ``as_of`` is "today" for the checks; by default the last date in the
    file. ``where`` runs what may run side by side; the answer is the same. Raises NothingRead when no entry could be read,
    InvalidInput for an unknown check name, ClusterUnavailable where ``where`` is lost on the way.
    """
    began = time.monotonic()
    refused: list[Rejected] = []
    options = ReadOptions(today=today, zone=zone)

    def rows(path: Path | None, record: str) -> tuple[Any, ...] | None:
        if path is None:
            return None
        good, bad = read_all(path, record, options)
        refused.extend(bad)
        return tuple(good)

    file = read_entries(files.entries, options)
    entries = file.entries
    refused.extend(file.refused)
    if not entries and refused:
        problems = "\n".join(f"  {row}" for row in refused[:20])
        raise NothingRead(f"no time entry in {files.entries} could be read:\n{problems}")
    people = rows(files.people, "people")
    if files.people and people:
        refused += unknown_people(files.entries, rows_of_people(file), people, files.people, refused)
    records = CheckRecords(
        entries=entries,
        activities=rows(files.activities, "activities"),
        tasks=rows(files.tasks, "tasks"),
        assignments=rows(files.assignments, "assignments"),
        contracts=rows(files.contracts, "contracts"),
        people=people,
        holidays=rows(files.holidays, "holidays"),
        rates=rows(files.rate_cards, "rate-cards"),
        periods=rows(files.periods, "periods"),
        milestones=rows(files.milestones, "milestones"),
    )
    refused += unknown_rollovers(files.contracts, records.contracts or ())
    chosen = Chosen(policy=policy, grain=grain, as_of=as_of, only=only, today=today)
    return check_records(records, chosen, refused=refused, began=began, where=where)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """How the checks run; see ``check_files``."""

    policy: CheckPolicy
    today: date
    grain: Grain | None = None
    as_of: date | None = None
    only: Sequence[str] = ()


@no_cycle_search()
def check_records(
    records: CheckRecords,
    chosen: Chosen,
    *,
    refused: list[Rejected],
    began: float,
    where: Batches | None = None,
) -> CheckReport:
    """Run every check that has what it needs over records; ``refused`` is what could not be read of them.

    ``began`` is when their reading did (``time.monotonic``). Raises InvalidInput for an unknown check name.
    """
    entries, policy = records.entries, chosen.policy
    grain = chosen.grain or grain_of(entries)
    given = {part.name: getattr(records, part.name) for part in fields(records)}
    evidence = None if records.activities is None else evidence_of(records.activities, records.people or (), where)
    as_of = chosen.as_of or _last_day(entries) or chosen.today
    context = CheckContext(**given, evidence=evidence, as_of=as_of, grain=grain)
    if chosen.only:
        policy = policy.only(chosen.only)
    context, findings = _look(context, policy, where or InProcess())
    teams = [team.to_json() for team in under_reporting(context, policy)] if policy.enabled("missing_time") else []
    counted = summary(len(entries), findings, refused=len(refused), seconds=time.monotonic() - began)
    return CheckReport(
        findings=findings,
        scores=scores(entries, findings, context.habits.scores if context.habits else None),
        summary=counted
        | ({"under_reporting": teams} if teams else {})
        | ({"data": "simulated"} if says_simulated(entries) else {}),
        skipped=skipped(context, policy),
        grain=grain,
        refused=refused,
    )


def _look(context: CheckContext, policy: CheckPolicy, where: Batches) -> tuple[CheckContext, list[Finding]]:
    """The context with the learned view, and what all checks find: each of them is a task, and so is the view.

    The few checks that read the learned view come after it, here.
    """
    names = spoken(context, policy)
    asked = is_asked(policy)
    tasks = [Task(_habits_task)] if asked else []
    done = where.run([*tasks, *(Task(findings_of, (name,)) for name in names)], context, policy)
    if asked:
        context = replace(context, habits=done.pop(0))
    found = dict(zip(names, done, strict=True))
    names = spoken(context, policy)
    found |= {name: findings_of(context, policy, name) for name in names if name not in found}
    return context, [finding for name in names for finding in found[name]]


def _habits_task(context: CheckContext, _policy: CheckPolicy) -> Unusual:
    return habits_of(context)


def _last_day(entries: EntryColumns) -> date | None:
    return date.fromordinal(int(entries.days().max())) if entries else None


def unknown_rollovers(path: Path | None, contracts: Sequence[firm.Contract]) -> Iterator[Rejected]:
    """The contracts whose roll-over is a word that pricing does not know; all else that they state still counts."""
    for contract in contracts:
        try:
            rollover_of(contract)
        except InvalidInput as problem:
            yield Rejected(file=str(path or ""), field="rollover", reason=str(problem))
