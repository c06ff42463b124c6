"""Who is asking, and which accounts and programs there are."""

from datetime import UTC, datetime

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse

from hourtrail.domain.access import Principal
from hourtrail.flows.identity.people import accounts
from hourtrail.flows.identity.programs import LONG_LIVED, secret_to_json, secrets_of
from hourtrail_serving.gate import Guarded, Who
from hourtrail_serving.openapi import answers
from hourtrail_serving.served import Context

router = APIRouter(prefix="/v1", tags=["accounts"], route_class=Guarded)


@router.get("/me", responses=answers("Principal", "Who this request comes from"))
def get_me(request: Request, who: Who) -> JSONResponse:
    """The account or program that the request was recognised as, and what it may.

    A signed-in browser's own script is told the token that it sends as `X-CSRF-Token`; other sites' scripts cannot read it.
    """
    return JSONResponse({**principal_to_json(who), "csrf_token": request.state.csrf or None})


def principal_to_json(who: Principal) -> dict[str, object]:
    """A principal as the API tells it."""
    return {
        "kind": who.kind.value,
        "id": who.id,
        "name": who.name,
        "person": who.person,
        "roles": [role.value for role in who.roles],
        "permissions": {permission.value: reach.value for permission, reach in who.permissions.items()},
    }


@router.get(
    "/accounts", responses=answers("Accounts", "Accounts with their roles; keys and client secrets by their state")
)
def list_accounts(served: Context) -> JSONResponse:
    """Every account with its roles, and every program's keys and client secrets: never a secret, only its visible beginning."""
    now = datetime.now(UTC)
    return JSONResponse(
        {
            "accounts": [holder.to_json() for holder in accounts(served.store, served.tenant)],
            "programs": [
                secret_to_json(row, program, now)
                for row, program in secrets_of(served.store, served.tenant, *LONG_LIVED)
            ],
        }
    )
