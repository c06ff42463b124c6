"""Activities: sent by programs, in the form of the activity contract; read back by their owner, and by nobody else."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import JSONResponse

from hourtrail.domain.access import Permission
from hourtrail.domain.activity import Activity, Rejected, SourceRef
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.instants import format_instant, parse_instant
from hourtrail.domain.wire import activity_to_json
from hourtrail.flows.activities import activities_of
from hourtrail.flows.ingest import ingest_activities, withdraw_activities
from hourtrail_serving.cursors import Limit
from hourtrail_serving.fields import Code, FromQuery, OptionalCode, PersonQuery, Strict, ToQuery, bounded
from hourtrail_serving.gate import Guarded, Who
from hourtrail_serving.idempotency import IdempotencyKey
from hourtrail_serving.openapi import answers, writes
from hourtrail_serving.places import WideCursor, cursor_of, place_of
from hourtrail_serving.records import Row, ingested, read_rows
from hourtrail_serving.served import Context
from hourtrail_serving.sight import own_or_named, require_sight

router = APIRouter(prefix="/v1", tags=["activities"], route_class=Guarded)

MOST: Final = 2_000
MOST_WITHDRAWN: Final = 100
"""Ids in one address."""


class ActivitiesRequest(Strict):
    """What a source saw."""

    activities: Annotated[
        tuple[Row, ...], Field(min_length=1, max_length=MOST, description="rows of activities.schema.json")
    ]


@router.post("/activities", responses=writes("Ingested", "What was read, and what became of it", HTTPStatus.CONFLICT))
def post_activities(
    served: Context, who: Who, body: ActivitiesRequest, idempotency_key: IdempotencyKey = None
) -> JSONResponse:
    """Keep activities: known by source and external id, replaced by a newer revision.

    Equal rows change nothing, so that a batch may be sent again. A row that cannot be read is in `refused` and costs no other;
    where none can be read the answer is 422. The firm's privacy rules are applied before anything is stored.
    """

    def work() -> dict[str, object]:
        return ingested(ingest_activities(served.store, served.tenant, _rows(body), actor=who.actor))

    return JSONResponse(served.answers.once(who, idempotency_key, f"POST activities {body.as_sent()}", work))


def _rows(body: ActivitiesRequest) -> Iterator[Activity | Rejected]:
    refused: list[Rejected] = []
    for _, row in read_rows("activities", body.activities, Activity, refused):
        yield row
    yield from refused


@router.get("/activities", responses=answers("Activities", "Live activities by their start"))
def list_activities(
    served: Context,
    who: Who,
    *,
    person: PersonQuery = None,
    first: FromQuery = None,
    last: ToQuery = None,
    limit: Limit = 100,
    cursor: WideCursor = None,
) -> JSONResponse:
    """One's own activities as they are stored, after redaction. Nobody reads somebody else's, and no program reads any."""
    person = own_or_named(who, Permission.ACTIVITIES_READ, person)
    if not person:
        raise InvalidInput("person: say whose activities")
    require_sight(served, who, Permission.ACTIVITIES_READ, person)
    bounded(person, first, last)
    names = place_of(cursor, 3)
    after = None if names is None else (parse_instant(names[0]), SourceRef(names[1], names[2]))
    found = activities_of(served.store, served.tenant, person, first, last, after=after, limit=limit + 1)
    rows = found[:limit]
    following = cursor_of(format_instant(rows[-1].start), *_names(rows[-1])) if len(found) > limit else None
    return JSONResponse({"activities": [activity_to_json(row) for row in rows], "next_cursor": following})


def _names(row: Activity) -> tuple[str, str]:
    return row.source, row.external_id


@router.delete("/activities", responses=writes("WithdrawnActivities", "Which of them were live"))
def delete_activities(
    served: Context,
    who: Who,
    source: Annotated[Code, Query(description="The source that no longer has them")],
    external_id: Annotated[list[OptionalCode], Query(min_length=1, max_length=MOST_WITHDRAWN, description="Repeat it")],
) -> JSONResponse:
    """Withdraw what its source no longer has. Open suggestions follow when they are computed next; what was decided stays.

    Ids that are unknown or were withdrawn before are left out of the answer: the same call may be sent again.
    """
    gone = withdraw_activities(served.store, served.tenant, source, external_id, actor=who.actor)
    return JSONResponse({"withdrawn": gone})
