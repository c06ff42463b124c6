"""Time entries: what is booked, the way back to its evidence, and its way to approval; and the week they fall into."""

from enum import StrEnum
from http import HTTPStatus
from itertools import islice
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path
from pydantic import Field
from starlette.responses import JSONResponse, Response

from hourtrail.domain.access import MissingPermission, Permission, Principal, PrincipalKind, Reach
from hourtrail.domain.activity import SourceRef
from hourtrail.domain.entry import APPROVALS, EntryStatus, TimeEntry
from hourtrail.domain.errors import NotFound
from hourtrail.domain.weeks import monday_of
from hourtrail.domain.wire import entry_to_json, item_to_json
from hourtrail.flows.correct_entry import Correction, correct_entry
from hourtrail.flows.entries import move_entry
from hourtrail.flows.references import ENTRIES
from hourtrail.flows.resolve import Part
from hourtrail.flows.trail import Parts, trail
from hourtrail.flows.week import week_grid
from hourtrail.store.entries import in_order
from hourtrail_serving.api.decisions import decided_to_json
from hourtrail_serving.api.directory import ExternalIdQuery, SourceQuery, reference_of
from hourtrail_serving.checking import check_decision, check_entries
from hourtrail_serving.cursors import Cursor, EntryCursor, Limit
from hourtrail_serving.etags import Given, tagged
from hourtrail_serving.fields import (
    Day,
    FromQuery,
    IdPath,
    Minutes,
    OptionalCode,
    PersonQuery,
    Strict,
    Text,
    ToQuery,
    bounded,
)
from hourtrail_serving.gate import Guarded, Who
from hourtrail_serving.idempotency import IdempotencyKey
from hourtrail_serving.openapi import answers, one, writes
from hourtrail_serving.served import Context, Served
from hourtrail_serving.sight import actor_of, is_team, own_or_named, require_sight, seen, sight

router = APIRouter(prefix="/v1", tags=["time entries"], route_class=Guarded)


class NextStatus(StrEnum):
    """Where a person may move an entry; draft recalls it. Invoicing is an exporter's business."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"


class StatusRequest(Strict):
    """One move of an entry."""

    status: NextStatus
    actor: Annotated[
        OptionalCode,
        Field(
            description="the person who moves it: left out by whoever is signed in, named by a program that carries it"
        ),
    ] = ""
    note: Text = ""


class CorrectionBody(Strict):
    """What is to be different; what is left out stays. An empty narrative clears it."""

    actor: Annotated[OptionalCode, Field(description="left out by whoever is signed in")] = ""
    client: OptionalCode = ""
    project: OptionalCode = ""
    task: OptionalCode = ""
    minutes: Minutes | None = None
    narrative: Text | None = None
    billable: Annotated[bool | None, Field(strict=True)] = None
    reason_code: OptionalCode = ""
    note: Text = ""

    def correction(self, entry: str, actor: str) -> Correction:
        """As the flow takes it. Raises InvalidInput when nothing is to be different."""
        part = Part(minutes=self.minutes, client=self.client, project=self.project, task=self.task)
        return Correction(
            entry=entry, actor=actor, part=part, narrative=self.narrative, billable=self.billable,
            reason_code=self.reason_code, note=self.note,
        )  # fmt: skip


@router.get("/time-entries", responses=answers("TimeEntries", "Live entries, by date"))
def list_time_entries(
    served: Context,
    who: Who,
    *,
    person: PersonQuery = None,
    first: FromQuery = None,
    last: ToQuery = None,
    source: SourceQuery = None,
    external_id: ExternalIdQuery = None,
    limit: Limit = 500,
    cursor: Cursor = None,
) -> JSONResponse:
    """What is booked, as far as it is yours to see. Give a person, or a range of at most 35 days; or `source` and `external_id`
    for the entry that this system calls so (`PUT /v1/external-ids`), or none.
    """
    if (ref := reference_of(source, external_id)) is not None:
        return JSONResponse({"time_entries": _referenced(served, who, ref), "next_cursor": None})
    person = own_or_named(who, Permission.ENTRIES_READ, person)
    bounded(person, first, last)
    place = EntryCursor.parse(cursor) if cursor else None
    with served.store.tenant(served.tenant, read_only=True) as db:
        within = sight(db, who, Permission.ENTRIES_READ)
        if person is not None:
            within.require(person)
        team = is_team(who, Permission.ENTRIES_READ)
        found = db.entries(person=person, first=first, last=last, after=place.place if place else None)
        rows = list(islice((row for row in found if within.sees_entry(row, team=team)), limit + 1))
    page = rows[:limit]
    return JSONResponse(
        {
            "time_entries": [entry_to_json(row) for row in page],
            "next_cursor": str(EntryCursor(in_order(page[-1]))) if len(rows) > limit else None,
        }
    )


def _referenced(served: Served, who: Principal, ref: SourceRef) -> list[dict[str, Any]]:
    """The live entry that a system calls so, if there is one and the permission reaches that far."""
    with served.store.tenant(served.tenant, read_only=True) as db:
        name = db.referenced(ENTRIES, [ref]).get(ref)
    try:
        return [] if name is None else [entry_to_json(_entry(served, who, name, Permission.ENTRIES_READ))]
    except NotFound:
        return []


@router.get("/time-entries/{entry}", responses=one("TimeEntry", "The entry"))
def get_time_entry(served: Context, who: Who, entry: IdPath, given: Given) -> Response:
    """One live entry."""
    return given.answer(entry_to_json(_entry(served, who, entry, Permission.ENTRIES_READ)))


def _entry(served: Served, who: Principal, entry: str, permission: Permission) -> TimeEntry:
    """The entry, where the permission reaches that far; else it is as if it were not there. Raises NotFound."""
    with served.store.tenant(served.tenant, read_only=True) as db:
        within, team = sight(db, who, permission), is_team(who, permission)
        return seen(within, "time entry", entry, lambda: db.entry(entry), lambda row: within.sees_entry(row, team=team))


@router.patch(
    "/time-entries/{entry}",
    responses=writes(
        "Corrected", "The logged correction and what is booked now", HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT,
        HTTPStatus.PRECONDITION_FAILED,
    ),
)  # fmt: skip
def correct_time_entry(
    served: Context,
    who: Who,
    entry: IdPath,
    body: CorrectionBody,
    *,
    given: Given,
    idempotency_key: IdempotencyKey = None,
) -> JSONResponse:
    """Correct a draft: a new decision `edit` supersedes the one that booked it, and the entry is booked anew under its own id.

    What is submitted or approved is recalled first; an imported entry is corrected where it came from. Parts of a split are
    booked again together. `If-Match` takes the entry's ETag; `Location` is where the corrected entry is.
    """
    actor = actor_of(who, body.actor)
    correction = body.correction(entry, actor)

    def unchanged(row: TimeEntry) -> None:
        if who.reach(Permission.DECISIONS_WRITE) is not Reach.ALL and row.person != who.person:
            raise NotFound(f"there is no time entry {entry!r} that you may correct")
        given.require(entry_to_json(row))

    def work() -> dict[str, object]:
        decided = correct_entry(served.store, served.tenant, correction, expected=unchanged)
        check_decision(served, decided)
        corrected = decided.entries[decided.corrected]
        return {**decided_to_json(decided), "corrected": corrected.id}

    answer = served.answers.once(who, idempotency_key, f"correct {entry} {body.as_sent()}", work)
    return JSONResponse(answer, headers={"Location": f"/v1/time-entries/{quote(str(answer['corrected']), safe='')}"})


@router.get("/time-entries/{entry}/trail", responses=answers("Trail", "Everything behind it", HTTPStatus.NOT_FOUND))
def get_trail(served: Context, who: Who, entry: IdPath) -> JSONResponse:
    """From one entry back to activities, model, score, threshold in force, decision, actor and times, and on to approvals,
    findings and their verdicts, draft lines and disputes, in one call.

    `findings` is null without `findings:read`, `billing` without `billing:read`.
    """
    if who.reach(Permission.TRAILS_READ) is not Reach.ALL:
        _entry(served, who, entry, Permission.TRAILS_READ)
    parts = Parts(findings=who.may(Permission.FINDINGS_READ), billing=who.may(Permission.BILLING_READ))
    return JSONResponse(trail(served.store, served.tenant, entry, parts))


@router.post(
    "/time-entries/{entry}/status",
    responses=writes(
        "TimeEntry", "The entry in its next status", HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT,
        HTTPStatus.PRECONDITION_FAILED,
    ),
)  # fmt: skip
def post_entry_status(
    served: Context,
    who: Who,
    entry: IdPath,
    body: StatusRequest,
    *,
    given: Given,
    idempotency_key: IdempotencyKey = None,
) -> JSONResponse:
    """Submit, approve, reject or recall an entry. An illegal step is a conflict, approving one's own time is refused.

    One's own entries are submitted and recalled with `entries:submit`; those of one's team are approved, rejected and sent
    back with `entries:approve`, which no program has. `If-Match` takes the entry's ETag.
    """
    status = EntryStatus(body.status.value)
    permission = _needed(who, status)
    actor = actor_of(who, body.actor)
    _entry(served, who, entry, permission)

    def unchanged(row: TimeEntry) -> None:
        given.require(entry_to_json(row))

    def work() -> dict[str, object]:
        moved = move_entry(served.store, served.tenant, entry, status, actor, note=body.note, expected=unchanged)
        check_entries(served, [moved])
        return entry_to_json(moved)

    return tagged(served.answers.once(who, idempotency_key, f"status {entry} {body.as_sent()}", work))


def _needed(who: Principal, status: EntryStatus) -> Permission:
    """What a move needs. Raises MissingPermission for an approval by anything that is no person."""
    if status in APPROVALS and who.kind is PrincipalKind.PROGRAM:
        raise MissingPermission(f"{who.name} is a program, and only people approve or reject")
    if status is EntryStatus.SUBMITTED or (status is EntryStatus.DRAFT and not who.may(Permission.ENTRIES_APPROVE)):
        return Permission.ENTRIES_SUBMIT
    return Permission.ENTRIES_APPROVE


@router.get("/weeks/{person}/{date}", responses=one("Week", "The week grid, likely work first"))
def get_week(
    served: Context,
    who: Who,
    person: IdPath,
    date: Annotated[Day, Path(description="Any day of the week")],
    given: Given,
) -> Response:
    """The week that holds the day: every active assignment, booked and proposed minutes Monday to Sunday, 0 until then."""
    require_sight(served, who, Permission.SUGGESTIONS_READ, person)
    rows = week_grid(served.store, served.tenant, person, date)
    return given.answer(
        {
            "person": person,
            "monday": (monday_of(date)).isoformat(),
            "rows": [
                {
                    **item_to_json(row.item),
                    "booked": list(row.booked),
                    "proposed": list(row.proposed),
                    "planned_minutes": row.planned_minutes,
                }
                for row in rows
            ],
        }
    )
