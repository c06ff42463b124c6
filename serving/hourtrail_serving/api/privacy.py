"""A person's rights over what is held about them: to have it, and to have it erased."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field, StringConstraints
from starlette.responses import JSONResponse, Response

from hourtrail.domain.access import Permission, Role
from hourtrail.flows.erasure import LONGEST_REASON, erase, erasure_to_json, look_before_erasing
from hourtrail.flows.subject import subject_bytes
from hourtrail_serving.fields import Code, IdPath, OptionalCode, Strict
from hourtrail_serving.gate import Guarded, Who
from hourtrail_serving.idempotency import IdempotencyKey
from hourtrail_serving.openapi import answers, writes
from hourtrail_serving.schemas.parts import Schema
from hourtrail_serving.served import Context
from hourtrail_serving.sight import actor_of, require_sight

router = APIRouter(prefix="/v1", tags=["privacy"], route_class=Guarded)

Words = Annotated[str, StringConstraints(max_length=LONGEST_REASON, pattern=r"^[^\x00]*$")]
Actor = Annotated[OptionalCode, Field(description="left out by whoever is signed in")]

_ZIP: dict[int | str, Schema] = {
    **answers("Problem", "A ZIP file: JSON Lines by kind, README.txt, SHA256SUMS", HTTPStatus.NOT_FOUND),
    200: {
        "description": "A ZIP file: JSON Lines by kind, README.txt, SHA256SUMS",
        "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
    },
}


class ErasureRequest(Strict):
    """Why, by which request of the person, and the token of the answer that said what would go."""

    reason: Annotated[
        str, StringConstraints(min_length=1, max_length=LONGEST_REASON, strip_whitespace=True, pattern=r"^[^\x00]*$")
    ]
    request: Words = ""
    confirm: Annotated[str, StringConstraints(max_length=64, pattern=r"^[0-9a-f]*$")] = ""
    actor: Actor = ""


@router.get("/people/{person}/export", responses=_ZIP)
def export_person(
    served: Context,
    who: Who,
    person: IdPath,
    *,
    reason: Annotated[Words, Query(description="Why, where it is about somebody else")] = "",
    request: Annotated[Words, Query(description="The person's request; without it nobody else gets activities")] = "",
    actor: Annotated[OptionalCode, Query(description="left out by whoever is signed in")] = "",
) -> Response:
    """Everything that is held about a person, for themself; for an administrator with a reason, which the trail keeps."""
    require_sight(served, who, Permission.PEOPLE_EXPORT, person)
    # Whoever administers for a partner sees no raw activity, with whatever other role.
    noted = "" if Role.PARTNER_ADMIN in who.roles else request
    data, _ = subject_bytes(
        served.store, served.tenant, person, actor=actor_of(who, actor), reason=reason, request=noted
    )
    headers = {"Content-Disposition": 'attachment; filename="what-is-held.zip"'}
    return Response(data, media_type="application/zip", headers=headers)


@router.post(
    "/people/{person}:erase",
    responses=writes("Erasure", "What would go, or what went", HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def erase_person(
    served: Context,
    who: Who,
    person: Annotated[Code, IdPath],
    body: ErasureRequest,
    idempotency_key: IdempotencyKey = None,
) -> JSONResponse:
    """Erase a person for good, in two steps: without `confirm` it tells what would go; with that answer's `confirm`, it goes.

    What sources saw, texts and names are removed; minutes and money stay under a pseudonym. The audit trail lists every row
    that was erased, and still proves the rest. A legal hold refuses it (409).
    """
    actor = actor_of(who, body.actor)
    if not body.confirm:
        return JSONResponse(erasure_to_json(look_before_erasing(served.store, served.tenant, person, actor)))

    def work() -> dict[str, object]:
        done = erase(
            served.store, served.tenant, person, actor, reason=body.reason, request=body.request, confirm=body.confirm
        )
        served.forget_texts()
        return erasure_to_json(done)

    request = f"erase {person} {body.as_sent()}"
    return JSONResponse(served.answers.once(who, idempotency_key, request, work))
