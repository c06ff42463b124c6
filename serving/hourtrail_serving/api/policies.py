"""The policies in force, by version and digest."""

from http import HTTPStatus

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from hourtrail.flows.policies import policies, policy_named
from hourtrail_serving.etags import Given
from hourtrail_serving.fields import IdPath
from hourtrail_serving.gate import Guarded
from hourtrail_serving.openapi import answers, one
from hourtrail_serving.served import Context

router = APIRouter(prefix="/v1", tags=["policies"], route_class=Guarded)


@router.get("/policies", responses=answers("Policies", "Every policy in force, by name"))
def list_policies(served: Context) -> JSONResponse:
    """Data access, approval routing, exception handling, audit logging and the others: version, digest, since when, by whom.

    `origin` is `shipped` for what came with the program and `firm` for what the firm decided. A version that ends in `+changed` is
    a shipped policy whose content is not what was reviewed.
    """
    with served.store.tenant(served.tenant, read_only=True) as db:
        return JSONResponse({"policies": [row.to_json() for row in policies(db)]})


@router.get("/policies/{policy}", responses=one("Policy", "The policy with its body", HTTPStatus.NOT_FOUND))
def get_policy(served: Context, policy: IdPath, given: Given) -> Response:
    """One policy, whole: the body is what its digest is taken of."""
    with served.store.tenant(served.tenant, read_only=True) as db:
        return given.answer(policy_named(db, policy).to_json(body=True))
