"""The stateless face of checking: time entries in, findings out, nothing stored."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import JSONResponse

from hourtrail.checks import CheckPolicy, Grain
from hourtrail.checks.policy import load as load_policy
from hourtrail.columnar import columns_of
from hourtrail.domain.activity import Activity, Rejected
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.errors import NothingRead
from hourtrail.domain.firm import Assignment, Contract, Holiday, Milestone, Period, Person, Rate, Task
from hourtrail.flows.check import CheckRecords, CheckReport, Chosen, check_records, unknown_rollovers
from hourtrail.flows.check_wire import report_to_json
from hourtrail.flows.unknown_people import Rows, unknown_people
from hourtrail.flows.usage import ENTRIES_CHECKED, count_done
from hourtrail_serving.fields import Code, Day, Strict
from hourtrail_serving.gate import Guarded, Who
from hourtrail_serving.openapi import writes
from hourtrail_serving.records import Row, read_rows
from hourtrail_serving.served import Context

router = APIRouter(prefix="/v1", tags=["findings"], route_class=Guarded)

MOST_ENTRIES: Final = 5_000
MOST_ROWS: Final = 10_000
"""Rows of one table of master data, or of evidence."""

LONGEST_POLICY: Final = 100_000

_NOT_GIVEN: Final = "left out, the checks that need it are skipped, and `skipped` says so"
_Table = Annotated[tuple[Row, ...] | None, Field(max_length=MOST_ROWS, description=_NOT_GIVEN)]


class CheckRequest(Strict):
    """Time entries and, where they shall count, the tables of master data, as rows of their data contracts."""

    entries: Annotated[
        tuple[Row, ...], Field(min_length=1, max_length=MOST_ENTRIES, description="rows of time-entries.schema.json")
    ]
    tasks: _Table = None
    assignments: _Table = None
    contracts: _Table = None
    rate_cards: _Table = None
    people: _Table = None
    holidays: _Table = None
    periods: _Table = None
    milestones: _Table = None
    activities: _Table = None
    policy: Annotated[
        str,
        Field(max_length=LONGEST_POLICY, description="text of a check policy (TOML); the defaults when it is empty"),
    ] = ""
    grain: Annotated[Grain | None, Field(description="what a row is; left out, the dates decide")] = None
    as_of: Annotated[Day | None, Field(description="today, for the checks; the last date of the entries")] = None
    only: Annotated[tuple[Code, ...], Field(max_length=100, description="only these checks")] = ()
    scores: Annotated[bool, Field(strict=True, description="tell a score for every entry")] = False


@router.post("/checks", responses=writes("Checked", "What in these entries needs a person"))
def post_checks(served: Context, _who: Who, body: CheckRequest) -> JSONResponse:
    """Check time entries without storing anything: alone, or against the tables that come along.

    Nothing of the firm's own data is read. A row that cannot be read is in `refused` and costs no other.
    """
    policy = load_policy(body.policy, "policy") if body.policy else CheckPolicy()
    with served.heavy():
        report = _checked(body, policy)
    count_done(served.store, served.tenant, ENTRIES_CHECKED, len(body.entries))
    told = report_to_json(report)
    if body.scores:
        told["scores"] = [{"id": row.id, "score": round(row.score, 6), "check": row.check} for row in report.scores]
    return JSONResponse(told)


def _checked(body: CheckRequest, policy: CheckPolicy) -> CheckReport:
    began = time.monotonic()
    refused: list[Rejected] = []

    def rows(word: str, given: Sequence[Row] | None, kind: type[Any]) -> list[Any] | None:
        return None if given is None else [record for _, record in read_rows(word, given, kind, refused)]

    entries = list(read_rows("time-entries", body.entries, TimeEntry, refused))
    if not entries:
        first = refused[0]
        raise NothingRead(
            f"none of the {len(body.entries)} entries could be read; the first: {first.field or ''} {first.reason}"
        )
    records = CheckRecords(
        entries=columns_of([entry for _, entry in entries]),
        tasks=rows("tasks", body.tasks, Task),
        assignments=rows("assignments", body.assignments, Assignment),
        contracts=rows("contracts", body.contracts, Contract),
        rates=rows("rate-cards", body.rate_cards, Rate),
        people=rows("people", body.people, Person),
        holidays=rows("holidays", body.holidays, Holiday),
        periods=rows("periods", body.periods, Period),
        milestones=rows("milestones", body.milestones, Milestone),
        activities=rows("activities", body.activities, Activity),
    )
    if records.people:
        refused += _strangers(entries, records.people, body.people or (), refused)
    refused += unknown_rollovers(Path("contracts"), records.contracts or ())
    chosen = Chosen(
        policy=policy, grain=body.grain, as_of=body.as_of, only=body.only, today=datetime.now(UTC).date()
    )  # fmt: skip
    return check_records(records, chosen, refused=refused, began=began)


def _strangers(
    entries: Sequence[tuple[int, TimeEntry]],
    people: Sequence[Person],
    given: Sequence[Row],
    refused: Sequence[Rejected],
) -> list[Rejected]:
    """One problem for each person whom the people sent along do not hold; whose own row was refused is told already."""
    told = {str(given[row.index].get("person")) for row in refused if row.file == "people" and row.index is not None}
    found: dict[str, Rows] = {}
    for index, entry in entries:
        if entry.person not in told:
            found.setdefault(entry.person, Rows(index)).count += 1
    rows = unknown_people(Path("time-entries"), found, people, Path("people"), ())
    return [replace(row, line=None, index=row.line) for row in rows]
