"""Findings: the reviewers' queue, a person's word on them, and clearing the rest."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query
from pydantic import Field, StringConstraints
from starlette.responses import JSONResponse, Response

from hourtrail.domain.errors import InvalidInput, NotFound
from hourtrail.domain.review import ReviewKind
from hourtrail.domain.review_wire import clearing_to_json, item_to_json, review_to_json
from hourtrail.domain.wire import entry_to_json, finding_to_json
from hourtrail.flows.clearing import ClearRequest, clear_rest, the_rest
from hourtrail.flows.precision import review_report
from hourtrail.flows.queue import Filter, behind, queue_of, review_queue
from hourtrail.flows.review import ReviewRequest, review
from hourtrail.store import TenantStore
from hourtrail_serving.cursors import LONGEST, QueueCursor
from hourtrail_serving.etags import Given
from hourtrail_serving.fields import Code, Day, IdPath, Instant, OptionalCode, Strict, Text
from hourtrail_serving.gate import Guarded, Who
from hourtrail_serving.idempotency import IdempotencyKey
from hourtrail_serving.openapi import answers, one, writes
from hourtrail_serving.served import Context
from hourtrail_serving.sight import actor_of

router = APIRouter(prefix="/v1", tags=["findings"], route_class=Guarded)

Route = Literal["disputes", "approvals", "billing"]

MOST_LISTED: Final = 500
"""Entries named that are to be looked at one by one."""

CLOCK_SKEW: Final = timedelta(minutes=2)
"""How far a client's clock may run ahead of ours."""


def _seen(shown_at: datetime | None, now: datetime) -> datetime | None:
    if shown_at is not None and shown_at > now + CLOCK_SKEW:
        raise InvalidInput("shown_at lies in the future; send the time at which the person was shown the finding")
    return shown_at


class ReviewBody(Strict):
    """What the person said of a finding, or of a line of the queue."""

    kind: ReviewKind
    actor: Annotated[OptionalCode, Field(description="left out by whoever is signed in")] = ""
    reason_code: Annotated[OptionalCode, Field(description="resolution code; every verdict needs one of its own")] = ""
    note: Text = ""
    assignee: Annotated[OptionalCode, Field(description="person or role, for assign and escalate")] = ""
    shown_at: Annotated[Instant | None, Field(description="when the person was shown it; becomes seconds")] = None
    version: Annotated[OptionalCode, Field(description="the version that was shown; another one is a conflict")] = ""

    def request(self, target: str, actor: str, now: datetime) -> ReviewRequest:
        """As the flow takes it. Raises InvalidInput for a time to come."""
        return ReviewRequest(
            target=target,
            kind=self.kind,
            actor=actor,
            reason_code=self.reason_code,
            note=self.note,
            assignee=self.assignee,
            shown_at=_seen(self.shown_at, now),
            version=self.version,
        )


class ClearBody(Strict):
    """Which submitted entries to approve in one act."""

    first: Annotated[Day, Field(alias="from", description="First local work date")]
    last: Annotated[Day, Field(alias="to", description="Last local work date, included")]
    actor: Annotated[OptionalCode, Field(description="left out by whoever is signed in")] = ""
    person: Annotated[Code | None, Field(description="only this person's entries")] = None
    expected: Annotated[int | None, Field(ge=0, le=10**6, strict=True, description="how many were shown")] = None
    shown_at: Instant | None = None


@router.get("/findings", responses=answers("Queue", "The queue, most expected money first"))
def list_findings(
    served: Context,
    *,
    queue: Annotated[OptionalCode, Query(description="Only this queue")] = "",
    owner: Annotated[OptionalCode, Query(description="Only what this person or role owns")] = "",
    check: Annotated[OptionalCode, Query(description="Only findings of this check")] = "",
    route: Annotated[Route | None, Query(description="Only what is disputed, not approved or wrongly billed")] = None,
    audit: Annotated[bool, Query(description="The cleared entries drawn for a second look instead")] = False,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    cursor: Annotated[
        Annotated[str, StringConstraints(max_length=LONGEST)] | None,
        Query(description="next_cursor of the page before"),
    ] = None,
) -> JSONResponse:
    """Open findings, one line a cause: probability x money at risk x age, each line with its reason."""
    place = QueueCursor.parse(cursor) if cursor else None
    today = place.today if place else datetime.now(UTC).date()
    found = review_queue(
        served.store, served.tenant, today, Filter(queue=queue, owner=owner, check=check, route=route or "")
    )
    items = found.audits if audit else found.items
    ranked = [(rank, item) for rank, item in enumerate(items, start=1) if place is None or place.precedes(item)]
    page = ranked[:limit]
    more = len(ranked) > limit
    return JSONResponse(
        {
            "items": [item_to_json(item, rank) for rank, item in page],
            "next_cursor": str(QueueCursor.after(page[-1][1], today)) if more else None,
            "total": len(items),
            "audits": len(found.audits),
            "behind": found.behind,
            "muted": [{"check": row.check, "reason": row.reason, "hidden": row.hidden} for row in found.muted],
        }
    )


@router.get("/findings/{finding}", responses=one("FindingDetail", "What stands behind it"))
def get_finding(served: Context, finding: IdPath, given: Given) -> Response:
    """One finding, whatever its status, or one line of the queue: its entry, comparable ones, and what was said of it."""
    with served.store.tenant(served.tenant, read_only=True) as db:
        return given.answer(_detail(db, finding))


def _detail(db: TenantStore, finding: str) -> dict[str, Any]:
    """A finding or a line of the queue, as it stands today. Raises NotFound."""
    try:
        seen = behind(db, queue_of(db, datetime.now(UTC).date()).item(finding))
    except NotFound:
        row = db.raised_finding(finding).finding
        return {
            "finding": finding_to_json(row),
            "item": None,
            "time_entry": None,
            "comparable_entries": [],
            "reviews": [review_to_json(said) for said in db.reviews(finding)],
        }
    return {
        "finding": finding_to_json(seen.item.finding),
        "item": item_to_json(seen.item),
        "time_entry": entry_to_json(seen.entry) if seen.entry else None,
        "comparable_entries": [entry_to_json(row) for row in seen.comparables],
        "reviews": [review_to_json(said) for said in seen.reviews],
    }


@router.post(
    "/findings/{finding}/reviews",
    status_code=HTTPStatus.CREATED,
    responses=writes(
        "Reviewed", "The logged act, a row for each finding", HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT,
        HTTPStatus.PRECONDITION_FAILED, status=201,
    ),
)  # fmt: skip
def review_finding(
    served: Context,
    who: Who,
    finding: IdPath,
    body: ReviewBody,
    *,
    given: Given,
    idempotency_key: IdempotencyKey = None,
) -> JSONResponse:
    """Log a person's word for ever: a verdict closes, undo (also of an act) opens again, the others leave it open.

    Nobody reviews findings on their own time, and nobody audits what they cleared themselves. `If-Match` takes the ETag of
    the finding or line, like `version`.
    """
    actor = actor_of(who, body.actor)

    def unchanged(db: TenantStore) -> None:
        given.require(_detail(db, finding))

    def work() -> dict[str, object]:
        now = datetime.now(UTC)
        said = body.request(finding, actor, now)
        done = review(
            served.store, served.tenant, said, now=now, expected=None if given.if_match is None else unchanged
        )
        return {"act": done.act, "reviews": [review_to_json(row) for row in done.rows], "muting": list(done.muting)}

    answer = served.answers.once(who, idempotency_key, f"reviews {finding} {body.as_sent()}", work)
    return JSONResponse(answer, status_code=HTTPStatus.CREATED)


@router.post(
    "/findings:clear",
    status_code=HTTPStatus.CREATED,
    responses=writes("Clearing", "What was approved and what was left", HTTPStatus.CONFLICT, status=201),
)
def clear_findings(served: Context, who: Who, body: ClearBody, idempotency_key: IdempotencyKey = None) -> JSONResponse:
    """Approve every submitted entry that nothing speaks against, in one act; a random part stays open for a second look.

    `one_by_one` names what the firm's policy wants looked at on its own, and why; `flagged` counts it among what is left.
    """
    actor = actor_of(who, body.actor)

    def work() -> dict[str, object]:
        now = datetime.now(UTC)
        request = ClearRequest(
            actor=actor,
            first=body.first,
            last=body.last,
            person=body.person,
            expected=body.expected,
            shown_at=_seen(body.shown_at, now),
        )
        done = clear_rest(served.store, served.tenant, request, now=now)
        with served.store.tenant(served.tenant, read_only=True) as db:
            alone = the_rest(db, actor, body.first, body.last, body.person).alone
        left = [{"time_entry": name, "why": why} for name, why in sorted(alone.items())]
        return {**clearing_to_json(done), "one_by_one": left[:MOST_LISTED]}

    answer = served.answers.once(who, idempotency_key, f"clear {body.as_sent()}", work)
    return JSONResponse(answer, status_code=HTTPStatus.CREATED)


@router.get("/checks/precision", responses=answers("Precision", "How often each check is right, and the effort"))
def get_precision(served: Context) -> JSONResponse:
    """Verdicts by check, which checks are muted and why, what the audit of cleared entries found, seconds an hour."""
    return JSONResponse(review_report(served.store, served.tenant).to_json())
