"""The tenant's mode: shadow, suggest or prefill. Down in one act; up on measured precision alone."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field, StringConstraints
from starlette.responses import JSONResponse

from hourtrail.domain.confidence import Mode
from hourtrail.flows.modes import LONGEST_REASON, ModeNotProven, mode_report, set_mode
from hourtrail_serving.fields import OptionalCode, Strict
from hourtrail_serving.gate import Guarded, Who
from hourtrail_serving.idempotency import IdempotencyKey
from hourtrail_serving.openapi import answers, writes
from hourtrail_serving.served import Context
from hourtrail_serving.sight import actor_of

router = APIRouter(prefix="/v1", tags=["confidence"], route_class=Guarded)

Reason = Annotated[
    str, StringConstraints(min_length=1, max_length=LONGEST_REASON, strip_whitespace=True, pattern=r"^[^\x00]*$")
]


class ModeRequest(Strict):
    """Which mode, and why."""

    mode: Mode
    reason: Reason
    actor: Annotated[OptionalCode, Field(description="left out by whoever is signed in")] = ""


@router.get("/mode", responses=answers("ModeReport", "The mode, what each higher one needs, and how it came here"))
def get_mode(served: Context) -> JSONResponse:
    """The mode in force; for each higher one, every requirement with how much is needed and how much is measured."""
    return JSONResponse(mode_report(served.store, served.tenant, served.models).to_json())


@router.put("/mode", responses=writes("ModeReport", "The mode in force now", HTTPStatus.CONFLICT))
def put_mode(served: Context, who: Who, body: ModeRequest, idempotency_key: IdempotencyKey = None) -> JSONResponse:
    """Put a mode in force. Down takes effect on everything open at once; up is refused (409 `mode-not-proven`) until blind
    answers prove its promise, and the refusal says in numbers what is missing. Programs and models move nothing.
    """
    actor = actor_of(who, body.actor)

    def work() -> dict[str, object]:
        now = datetime.now(UTC)
        try:
            set_mode(served.store, served.tenant, body.mode, actor, served.models, now=now, reason=body.reason)
        except ModeNotProven as error:
            raise error.telling("GET /v1/mode tells what is measured now") from error
        return mode_report(served.store, served.tenant, served.models).to_json()

    return JSONResponse(served.answers.once(who, idempotency_key, f"mode {body.as_sent()}", work))
