"""The audit trail over HTTP: read, taken away, examined, and one event proved."""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query
from pydantic import Field
from starlette.responses import JSONResponse, StreamingResponse

from hourtrail.domain.access import Permission
from hourtrail.flows.audit_reading import audit_events, examine_trail, prove_event, stream_trail, tree_heads
from hourtrail.store.audit_reading import AuditQuery
from hourtrail_serving.cursors import Cursor, Limit, PlaceCursor
from hourtrail_serving.fields import FromMoment, OptionalCode, Strict, ToMoment
from hourtrail_serving.gate import Guarded, Who
from hourtrail_serving.openapi import answers, writes
from hourtrail_serving.schemas.parts import TEXT
from hourtrail_serving.served import Context

router = APIRouter(prefix="/v1", tags=["audit"], route_class=Guarded)

LINES: Final = "application/x-ndjson"

Row = Annotated[int, Path(ge=1, le=2**53, description="The event's sequence")]


class VerifyRequest(Strict):
    """A head that was printed or read earlier, to be looked for in the trail of today."""

    expect: Annotated[
        str,
        Field(max_length=100, pattern=r"^([0-9]{1,18}:[0-9a-f]{64})?$", description="SEQUENCE:DIGEST, noted earlier"),
    ] = ""


@router.get("/audit", responses=answers("AuditEvents", "Events, oldest first"))
def list_audit_events(
    served: Context,
    *,
    first: FromMoment = None,
    last: ToMoment = None,
    actor: Annotated[OptionalCode, Query(description="Only of this actor, as the events name it")] = "",
    subject: Annotated[
        OptionalCode, Query(description="Only on this: the id of an entry, a suggestion, an account…")
    ] = "",
    action: Annotated[
        OptionalCode,
        Query(description="Only this subject:object:action, or its beginning up to a colon: person:time_entry:"),
    ] = "",
    limit: Limit = 100,
    cursor: Cursor = None,
) -> JSONResponse:
    """Who did what to which object. Of each payload numbers and codes are shown, never what a person wrote or did.

    A page of what is rare may be short, or empty, and still have a `next_cursor`; go on until that is null. Kept, the last cursor
    leads to what is recorded later.
    """
    after = PlaceCursor.parse(cursor).place if cursor else 0
    asked = AuditQuery(start=first, end=last, actor=actor, about=subject, action=action)
    page = audit_events(served.store, served.tenant, asked, after=after, limit=limit)
    reached = page["next_after"]
    return JSONResponse(
        {"events": page["events"], "next_cursor": None if reached is None else str(PlaceCursor(reached))}
    )


@router.get("/audit/roots", responses=answers("TreeHeads", "Sealed tree heads, newest first"))
def list_audit_roots(served: Context) -> JSONResponse:
    """The daily Merkle roots (RFC 6962). Note them where nobody who can write to the database can: they prove later that no row
    was replaced.
    """
    with served.store.tenant(served.tenant, read_only=True) as db:
        head = db.audit_head()
    return JSONResponse({"roots": tree_heads(served.store, served.tenant), "head": head or None})


@router.get(
    "/audit/export",
    response_class=StreamingResponse,
    responses={
        **answers("AuditEvents", "The whole trail"),
        200: {
            "description": "JSON Lines: the chain with every payload and seal, which the offline verifier reads",
            "content": {LINES: {"schema": TEXT}},
        },
    },
)
def export_audit(served: Context, who: Who) -> StreamingResponse:
    """The whole trail, to be checked without this server. It says of itself who took it away, and that is its last event."""
    stream = stream_trail(served.store, served.tenant, actor=who.actor)
    headers = {"Content-Disposition": f'attachment; filename="{stream.name}"', "Cache-Control": "no-store"}
    return StreamingResponse(stream.lines, media_type=LINES, headers=headers)


@router.post("/audit:verify", responses=writes("Examined", "What examining the trail came to"))
def verify_audit(served: Context, body: VerifyRequest) -> JSONResponse:
    """Look at every link, payload and seal, and at the decisions, approvals and reviews that they tell of; changes nothing.

    Each break names the row that was altered or removed. A trail of more than 500,000 events is examined by the command.
    """
    with served.heavy():
        return JSONResponse(examine_trail(served.store, served.tenant, noted=body.expect))


@router.get(
    "/audit/{event}/proof",
    responses=answers("AuditProof", "A proof that needs nothing else", HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def get_audit_proof(served: Context, who: Who, event: Row) -> JSONResponse:
    """That one event stands under a sealed tree head: an inclusion proof that is checked offline.

    The payload stands in it only for those who may take the whole trail away; the digest of it always does.
    """
    payload = who.may(Permission.AUDIT_EXPORT)
    with served.heavy():
        return JSONResponse(prove_event(served.store, served.tenant, event, payload=payload))
