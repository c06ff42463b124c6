"""Suggestions: what is stored, computing them anew, and scoring activities that are not stored at all."""

from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import JSONResponse, Response

from hourtrail.domain.access import OutOfReach, Permission, Reach
from hourtrail.domain.block import Withheld
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.suggestion import Band, Suggestion, SuggestionStatus
from hourtrail.domain.wire import suggestion_to_json, withheld_to_json
from hourtrail.flows.suggest import suggest
from hourtrail.flows.usage import EVENTS_SCORED, counted_beside
from hourtrail_serving.cursors import Cursor, InstantCursor, Limit
from hourtrail_serving.etags import Given
from hourtrail_serving.fields import Code, Day, FromQuery, IdPath, PersonQuery, Strict, ToQuery, bounded
from hourtrail_serving.gate import Guarded, Who
from hourtrail_serving.openapi import answers, one, writes
from hourtrail_serving.scoring import ScoreRequest, score
from hourtrail_serving.served import HEAVY_AT_ONCE, Context
from hourtrail_serving.sight import own_or_named, require_sight, seen, sight

router = APIRouter(prefix="/v1", tags=["suggestions"], route_class=Guarded)

COMPUTED_DAYS = 35
"""Days in one call; five weeks of one person take seconds."""

_COUNTING: Final = ThreadPoolExecutor(HEAVY_AT_ONCE, thread_name_prefix="usage")


class ComputeRequest(Strict):
    """Whose days to compute anew."""

    person: Code
    first: Annotated[Day, Field(alias="from", description="First local work date")]
    last: Annotated[Day, Field(alias="to", description="Last local work date, included")]


@router.get("/suggestions", responses=answers("Suggestions", "Stored suggestions, by start"))
def list_suggestions(
    served: Context,
    who: Who,
    *,
    person: PersonQuery = None,
    first: FromQuery = None,
    last: ToQuery = None,
    status: Annotated[SuggestionStatus | None, Query(description="Only these; all when it is left out")] = None,
    limit: Limit = 500,
    cursor: Cursor = None,
) -> JSONResponse:
    """What was proposed, as it stands; nothing is computed. Give a person, or a range of at most 35 days."""
    person = own_or_named(who, Permission.SUGGESTIONS_READ, person)
    bounded(person, first, last)
    place = InstantCursor.parse(cursor) if cursor else None
    with served.store.tenant(served.tenant, read_only=True) as db:
        if person is not None:
            sight(db, who, Permission.SUGGESTIONS_READ).require(person)
        found = db.suggestions(
            person=person,
            first=first,
            last=last,
            status=status,
            after=(place.at, place.id) if place else None,
            most=limit + 1,
        )
    rows = found[:limit]
    return JSONResponse(
        {
            "suggestions": [suggestion_to_json(row) for row in rows],
            "withheld": [withheld_to_json(_withheld(row)) for row in rows if row.band is Band.WITHHOLD],
            "next_cursor": str(InstantCursor(rows[-1].span.start, rows[-1].id)) if len(found) > limit else None,
            "degraded": served.models.degraded or None,
        }
    )


def _withheld(row: Suggestion) -> Withheld:
    reason = "; ".join(row.reasons)
    return Withheld(
        block=row.block.id, reason=reason, person=row.person, date=row.date, title=row.block.title, suggestion=row.id
    )


@router.get("/suggestions/{suggestion}", responses=one("Suggestion", "The suggestion"))
def get_suggestion(served: Context, who: Who, suggestion: IdPath, given: Given) -> Response:
    """One suggestion, whatever its status."""
    with served.store.tenant(served.tenant, read_only=True) as db:
        within = sight(db, who, Permission.SUGGESTIONS_READ)
        row = seen(
            within, "suggestion", suggestion, lambda: db.suggestion(suggestion), lambda found: within.sees(found.person)
        )
        return given.answer(suggestion_to_json(row))


@router.post(
    "/suggestions:compute",
    responses=writes("Computed", "What the run proposes and changed", HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def compute_suggestions(served: Context, who: Who, body: ComputeRequest) -> JSONResponse:
    """Compute one person's days from the stored activities. Reconciling: what a person decided is never touched."""
    if not 1 <= (body.last - body.first).days + 1 <= COMPUTED_DAYS:
        raise InvalidInput(f"from {body.first} to {body.last} must be 1 to {COMPUTED_DAYS} days")
    require_sight(served, who, Permission.SUGGESTIONS_COMPUTE, body.person)
    with served.heavy():
        result = suggest(
            served.store, served.tenant, person=body.person, first=body.first, last=body.last, models=served.models
        )
    return JSONResponse(result.to_json())


@router.post("/suggestions:score", responses=writes("Scored", "Ranked candidates of each work block"))
def score_activities(served: Context, who: Who, body: ScoreRequest) -> JSONResponse:
    """Score activities without storing anything: candidates, evidence, threshold, band and model of each work block.

    The same body gives the same answer. With master data in the body nothing of the store is read; without it, the
    tenant's own master data and confirmed entries are what it is scored against: of somebody who is signed in, for their
    own activities only, since the answer tells what colleagues booked. What the blind audit still asks somebody about is in
    `withheld`, with that reason, until they have answered.
    """
    if not body.brings_master and who.reach(Permission.SUGGESTIONS_SCORE) is Reach.OWN:
        strangers = {str(row.get("person", "")) for row in body.activities} - {who.person}
        if strangers:
            raise OutOfReach(
                f"activities of {min(strangers)[:100]!r} are not yours; send the master data along to score them"
            )
    # Nothing of what was sent is stored, but how much it was.
    counted = counted_beside(served.store, served.tenant, EVENTS_SCORED, len(body.activities), _COUNTING)
    with served.heavy(), counted:
        return JSONResponse(score(served, body, who))
