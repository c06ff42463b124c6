"""Time entries: what is booked, the way back to its evidence, and its way to approval; and the week they fall into."""

from datetime import timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field
from starlette.responses import JSONResponse

from hourtrail.domain.entry import EntryStatus
from hourtrail.domain.wire import entry_to_json, item_to_json
from hourtrail.flows.entries import move_entry, trail
from hourtrail.flows.week import week_grid
from hourtrail_serving.checking import check_entries
from hourtrail_serving.fields import Code, Day, FromQuery, IdPath, PersonQuery, Strict, Text, ToQuery, bounded
from hourtrail_serving.openapi import answers, writes
from hourtrail_serving.served import Context

router = APIRouter(prefix="/v1", tags=["time entries"])


class NextStatus(StrEnum):
    """Where a person may move an entry; draft recalls it. Invoicing is an exporter's business."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"


class StatusRequest(Strict):
    """One move of an entry."""

    status: NextStatus
    actor: Annotated[Code, Field(description="the person who moves it; nobody approves or rejects their own time")]
    note: Text = ""


@router.get("/time-entries", responses=answers("TimeEntries", "Live entries, by date"))
def list_entries(
    served: Context, person: PersonQuery = None, first: FromQuery = None, last: ToQuery = None
) -> JSONResponse:
    """What is booked. Give a person, or a range of at most 35 days."""
    bounded(person, first, last)
    with served.store.tenant(served.tenant, read_only=True) as db:
        rows = [entry_to_json(row) for row in db.entries(person=person, first=first, last=last)]
    return JSONResponse({"time_entries": rows})


@router.get("/time-entries/{entry}", responses=answers("TimeEntry", "The entry", HTTPStatus.NOT_FOUND))
def get_entry(served: Context, entry: IdPath) -> JSONResponse:
    """One live entry."""
    with served.store.tenant(served.tenant, read_only=True) as db:
        return JSONResponse(entry_to_json(db.entry(entry)))


@router.get("/time-entries/{entry}/trail", responses=answers("Trail", "Everything behind it", HTTPStatus.NOT_FOUND))
def get_trail(served: Context, entry: IdPath) -> JSONResponse:
    """Evidence, model, score, threshold in force, decision, actor, times and approvals of one entry, in one call."""
    return JSONResponse(trail(served.store, served.tenant, entry))


@router.post(
    "/time-entries/{entry}/status",
    responses=writes("TimeEntry", "The entry in its next status", HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def post_status(served: Context, entry: IdPath, body: StatusRequest) -> JSONResponse:
    """Submit, approve, reject or recall an entry. An illegal step is a conflict, approving one's own time is refused."""
    moved = move_entry(served.store, served.tenant, entry, EntryStatus(body.status.value), body.actor, note=body.note)
    check_entries(served, [moved])
    return JSONResponse(entry_to_json(moved))


@router.get("/weeks/{person}/{date}", responses=answers("Week", "The week grid, likely work first"))
def get_week(
    served: Context, person: IdPath, date: Annotated[Day, Path(description="Any day of the week")]
) -> JSONResponse:
    """The week that holds the day: every active assignment, booked and proposed minutes Monday to Sunday, 0 until then."""
    rows = week_grid(served.store, served.tenant, person, date)
    return JSONResponse(
        {
            "person": person,
            "monday": (date - timedelta(days=date.weekday())).isoformat(),
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
