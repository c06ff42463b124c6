"""The standing order for automatic submission: proposed by one administrator, enabled by another, stopped by anybody who may."""

from datetime import UTC, datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field, StringConstraints
from starlette.responses import JSONResponse

from hourtrail.domain.autopost import LONGEST_REASON, MOST_MINUTES, OrderTerms
from hourtrail.domain.money import Money
from hourtrail.flows.autopost import auto_post_to_json, enable_order, order_to_json, propose_order, stop_auto_post
from hourtrail_serving.fields import Day, IdPath, OptionalCode, Strict
from hourtrail_serving.gate import Guarded, Who
from hourtrail_serving.idempotency import IdempotencyKey
from hourtrail_serving.openapi import answers, writes
from hourtrail_serving.served import Context
from hourtrail_serving.sight import actor_of

router = APIRouter(prefix="/v1", tags=["auto-post"], route_class=Guarded)

Reason = Annotated[
    str, StringConstraints(min_length=1, max_length=LONGEST_REASON, strip_whitespace=True, pattern=r"^[^\x00]*$")
]
Actor = Annotated[OptionalCode, Field(description="left out by whoever is signed in")]


class OrderRequest(Strict):
    """What an entry may be worth and how long it may be, and until when the order stands."""

    most_amount: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,12}(\.[0-9]{1,4})?$")]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    most_minutes: Annotated[int, Field(ge=1, le=MOST_MINUTES, strict=True)]
    last_day: Annotated[Day, Field(description="a day in UTC, included; at most 180 days from now")]
    reason: Reason
    actor: Actor = ""

    def terms(self) -> OrderTerms:
        """As the flow takes them."""
        return OrderTerms(
            most=Money(Decimal(self.most_amount), self.currency), most_minutes=self.most_minutes, last_day=self.last_day
        )


class WordRequest(Strict):
    """Why."""

    reason: Reason
    actor: Actor = ""


@router.get("/auto-post", responses=answers("AutoPost", "What holds, what waits, and everything that was said"))
def get_auto_post(served: Context) -> JSONResponse:
    """Whether confirmed entries are submitted on a standing order, whose it is, and the whole log of orders and stops."""
    now = datetime.now(UTC)
    with served.store.tenant(served.tenant, read_only=True) as db:
        return JSONResponse(auto_post_to_json(db.auto_post(), now))


@router.post(
    "/auto-post:propose", status_code=HTTPStatus.CREATED, responses=writes("AutoPostOrder", "The proposal", status=201)
)
def propose_auto_post(
    served: Context, who: Who, body: OrderRequest, idempotency_key: IdempotencyKey = None
) -> JSONResponse:
    """Propose an order. Nothing is submitted by it until another administrator has enabled it."""
    actor = actor_of(who, body.actor)

    def work() -> dict[str, object]:
        return order_to_json(propose_order(served.store, served.tenant, body.terms(), actor, body.reason))

    answer = served.answers.once(who, idempotency_key, f"auto-post:propose {body.as_sent()}", work)
    return JSONResponse(answer, status_code=HTTPStatus.CREATED)


@router.post(
    "/auto-post/{order}:enable",
    responses=writes("AutoPostOrder", "The order in force", HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def enable_auto_post(
    served: Context, who: Who, order: IdPath, body: WordRequest, idempotency_key: IdempotencyKey = None
) -> JSONResponse:
    """Put a proposed order in force: by a second administrator, never by the one who proposed it."""
    actor = actor_of(who, body.actor)

    def work() -> dict[str, object]:
        return order_to_json(enable_order(served.store, served.tenant, order, actor, body.reason))

    return JSONResponse(served.answers.once(who, idempotency_key, f"auto-post:enable {order} {body.as_sent()}", work))


@router.post("/auto-post:stop", responses=writes("AutoPost", "What holds now: nothing"))
def stop_auto_posting(
    served: Context, who: Who, body: WordRequest, idempotency_key: IdempotencyKey = None
) -> JSONResponse:
    """The kill switch. Ends the order in force and every proposal at once, in every process; a running job submits no further
    entry. To go on, an order is proposed and enabled anew.
    """
    actor = actor_of(who, body.actor)

    def work() -> dict[str, object]:
        now = datetime.now(UTC)
        return auto_post_to_json(stop_auto_post(served.store, served.tenant, actor, body.reason, now=now), now)

    return JSONResponse(served.answers.once(who, idempotency_key, f"auto-post:stop {body.as_sent()}", work))
