"""Drafts of invoices and disputes, to be read: what a system that bills or staffs needs to know. Nothing is posted here."""

from datetime import UTC, datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import StringConstraints
from starlette.responses import JSONResponse, Response

from hourtrail.flows.billing.closing import Wanted, draft_lines, drafts
from hourtrail.flows.billing.disputes import disputes
from hourtrail.flows.billing.wire import claimed_to_json, disputes_to_json, shown_to_json
from hourtrail.flows.invoices import settled
from hourtrail_serving.cursors import LONGEST, DisputeCursor, LineCursor
from hourtrail_serving.etags import Given
from hourtrail_serving.fields import IdPath, OptionalCode
from hourtrail_serving.gate import Guarded
from hourtrail_serving.openapi import answers, one
from hourtrail_serving.served import Context

router = APIRouter(prefix="/v1", tags=["billing"], route_class=Guarded)

Limit = Annotated[int, Query(ge=1, le=500)]
Cursor = Annotated[
    Annotated[str, StringConstraints(max_length=LONGEST)] | None, Query(description="next_cursor of the page before")
]
Contract = Annotated[OptionalCode, Query(description="Only this contract's")]
Client = Annotated[OptionalCode, Query(description="Only this client's")]


class DraftStatus(StrEnum):
    """Where a draft stands."""

    OPEN = "open"
    POSTED = "posted"
    WITHDRAWN = "withdrawn"


@router.get(
    "/draft-lines", responses=answers("DraftLines", "Lines, those of the oldest draft first", HTTPStatus.NOT_FOUND)
)
def list_draft_lines(
    served: Context,
    *,
    draft: Annotated[OptionalCode, Query(description="Only this draft's")] = "",
    contract: Contract = "",
    client: Client = "",
    status: Annotated[DraftStatus | None, Query(description="`posted` is what may be taken into the books")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> JSONResponse:
    """The lines of drafts, with amount and tax, each with the draft, contract, client and entity that it belongs to."""
    place = LineCursor.parse(cursor).place if cursor else None
    wanted = Wanted(draft=draft, contract=contract, client=client)
    page = draft_lines(
        served.store, served.tenant, wanted, status=status.value if status else "", after=place, limit=limit
    )
    return JSONResponse(
        {
            "draft_lines": [claimed_to_json(kept, line) for kept, line in page.rows],
            "next_cursor": str(LineCursor.after(*page.rows[-1])) if page.more else None,
        }
    )


@router.get("/drafts/{draft}", responses=one("Draft", "The draft, its lines and totals"))
def get_draft(served: Context, draft: IdPath, given: Given) -> Response:
    """One draft with its lines, net, tax and gross totals, what was paid and is open, and the same as its client reads it."""
    [found] = drafts(served.store, served.tenant, Wanted(draft=draft))
    return given.answer({**shown_to_json(found), **settled(served.store, served.tenant, draft)})


@router.get("/disputes", responses=answers("Disputes", "Disputes, oldest first"))
def list_disputes(
    served: Context,
    *,
    client: Client = "",
    only_open: Annotated[bool, Query(alias="open", description="Only those that wait for an answer")] = False,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> JSONResponse:
    """Disputes with their reason, amount, queue, owner and answer, and the clients that dispute often."""
    after = DisputeCursor.parse(cursor) if cursor else None
    found = disputes(served.store, served.tenant, client=client, only_open=only_open, today=datetime.now(UTC).date())
    body = disputes_to_json(found)
    rows = [
        told
        for told, (kept, _) in zip(body["disputes"], found.rows, strict=True)
        if after is None or after.precedes(kept.dispute)
    ]
    last = found.rows[len(found.rows) - len(rows) + limit - 1][0].dispute if len(rows) > limit else None
    return JSONResponse(
        {
            "disputes": rows[:limit],
            "clients": body["clients"],
            "next_cursor": str(DisputeCursor(last.at, last.id)) if last else None,
        }
    )
