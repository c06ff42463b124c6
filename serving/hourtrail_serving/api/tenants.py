"""A tenant's own settings, and what a partner's administrators see of the tenants that name their firm as partner."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query
from pydantic import Field
from starlette.responses import JSONResponse, Response

from hourtrail.domain.instants import format_instant
from hourtrail.domain.settings import SettingsChange
from hourtrail.domain.settings_wire import settings_to_mapping
from hourtrail.domain.tenant import NAME
from hourtrail.flows.identity.people import accounts
from hourtrail.flows.identity.programs import LONG_LIVED, secret_to_json, secrets_of
from hourtrail.flows.tenant_settings import change_own_settings
from hourtrail.flows.tenants import administered, administered_by, described
from hourtrail.flows.usage import usage
from hourtrail.store import Store
from hourtrail_serving.etags import Given, tagged
from hourtrail_serving.fields import Day, Strict
from hourtrail_serving.gate import Guarded, Who
from hourtrail_serving.idempotency import IdempotencyKey
from hourtrail_serving.openapi import answers, one, writes
from hourtrail_serving.served import Context

router = APIRouter(prefix="/v1", tags=["tenants"], route_class=Guarded)

TenantPath = Annotated[str, Path(pattern=f"^{NAME}$", max_length=63, description="the tenant's name")]

CHANGES: Final = 20
"""Versions told beside the one in force."""


class SettingsBody(Strict):
    """A whole settings document; what it leaves out has its default, but what only the operator says stays as it is."""

    settings: Annotated[dict[str, Any], Field(description="as `GET /v1/settings` tells it")]
    reason: Annotated[str, Field(max_length=500, description="why; kept in the audit trail")] = ""


@router.get("/settings", responses=one("Settings", "The settings in force, and how they came to be"))
def get_settings(served: Context, given: Given) -> Response:
    """The tenant's settings with every default stated: brand, features, retention, privacy rules, limits, policies."""
    return given.answer(_settings(served.store, served.tenant))


@router.put(
    "/settings",
    responses=writes("Settings", "The settings in force now", HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED),
)
def put_settings(
    served: Context, who: Who, body: SettingsBody, *, given: Given, idempotency_key: IdempotencyKey = None
) -> JSONResponse:
    """Put another document in force; the one before stays in the log. Nothing happens when nothing differs.

    Features, limits, hosts and partner are for whoever runs the installation to change: sent otherwise than they are, they are
    refused with 403.
    """

    def work() -> dict[str, Any]:
        before = _settings(served.store, served.tenant)
        given.require(before)
        change_own_settings(
            served.store, served.tenant, body.settings, who.actor, reason=body.reason, based_on=before["version"],
            now=datetime.now(UTC),
        )  # fmt: skip
        return _settings(served.store, served.tenant)

    return tagged(served.answers.once(who, idempotency_key, f"settings {body.as_sent()}", work))


@router.get("/tenants", responses=answers("Tenants", "The tenants that are looked after from here"))
def list_tenants(served: Context) -> JSONResponse:
    """Your own tenant, and each whose settings name it as their partner: state, brand, tier, number of open accounts."""
    words = administered_by(served.store, served.tenant)
    return JSONResponse({"tenants": [described(served.store, word) for word in words]})


@router.get("/tenants/{tenant}", responses=one("Tenant", "One of them"))
def get_tenant(served: Context, tenant: TenantPath, given: Given) -> Response:
    """One tenant that you look after; any other is as if it were not there."""
    return given.answer(described(served.store, administered(served.store, served.tenant, tenant)))


@router.get("/tenants/{tenant}/settings", responses=one("Settings", "The settings in force there"))
def get_tenant_settings(served: Context, tenant: TenantPath, given: Given) -> Response:
    """The settings of a tenant that you look after."""
    return given.answer(_settings(served.store, administered(served.store, served.tenant, tenant).tenant))


@router.get(
    "/tenants/{tenant}/accounts",
    responses=answers("Accounts", "Accounts with their roles; keys by their state", HTTPStatus.NOT_FOUND),
)
def list_tenant_accounts(served: Context, tenant: TenantPath) -> JSONResponse:
    """Who can sign in at a tenant that you look after, with which roles; and its programs, never a secret."""
    name, now = administered(served.store, served.tenant, tenant).tenant, datetime.now(UTC)
    programs = [secret_to_json(row, program, now) for row, program in secrets_of(served.store, name, *LONG_LIVED)]
    return JSONResponse(
        {"accounts": [holder.to_json() for holder in accounts(served.store, name)], "programs": programs}
    )


@router.get(
    "/tenants/{tenant}/usage", responses=answers("Usage", "What was done, by day and unit", HTTPStatus.NOT_FOUND)
)
def get_tenant_usage(
    served: Context,
    tenant: TenantPath,
    *,
    first: Annotated[Day | None, Query(alias="from", description="First UTC day; 30 days before the last")] = None,
    last: Annotated[Day | None, Query(alias="to", description="Last UTC day, included; today")] = None,
) -> JSONResponse:
    """How much a tenant that you look after uses, in numbers alone, like `GET /v1/usage`."""
    name, until = administered(served.store, served.tenant, tenant).tenant, last or datetime.now(UTC).date()
    return JSONResponse(usage(served.store, name, first or until - timedelta(days=30), until).to_json())


def _settings(store: Store, tenant: str) -> dict[str, Any]:
    with store.tenant(tenant, read_only=True) as db:
        settings, history = db.settings(), db.settings_history()
    return {
        "tenant": tenant,
        "version": settings.version,
        "settings": settings_to_mapping(settings),
        "changes": [_told(row) for row in reversed(history[-CHANGES:])],
    }


def _told(row: SettingsChange) -> dict[str, Any]:
    return {
        "version": row.version,
        "actor": row.actor,
        "reason": row.reason,
        "at": format_instant(row.at),
        "digest": row.digest,
    }
