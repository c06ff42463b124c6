"""The web application: the API, the pages, and what stands before them."""

from collections.abc import Callable, Collection, Mapping
from importlib.resources import files
from typing import Final

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from hourtrail import __version__
from hourtrail.store import Store
from hourtrail.wiring import Models
from hourtrail_serving import problems
from hourtrail_serving.access import require_rules
from hourtrail_serving.api import (
    accounts,
    activities,
    audit,
    autopost,
    billing,
    checks,
    confidence,
    decisions,
    directory,
    entries,
    findings,
    health,
    models,
    modes,
    oauth,
    policies,
    privacy,
    records,
    suggestions,
    tenants,
    timesheets,
    usage,
)
from hourtrail_serving.gate import Guarded, Login
from hourtrail_serving.guards import Guards
from hourtrail_serving.openapi import described
from hourtrail_serving.own_providers import OwnProviders
from hourtrail_serving.pages import brand, control, day, day_acts, lost, reference, review, sign_in
from hourtrail_serving.pages import privacy as privacy_page
from hourtrail_serving.tenancy import Tenancy, Tenants

MOST_BYTES: Final = 5 * 1024 * 1024
"""Longest body of a request."""

ABOUT: Final = (
    "Time entries that a person confirms, with the evidence behind every hour. Programs show an API key or an access token as"
    " `Authorization: Bearer`; every operation names the permission that it needs, which is the scope's name too."
)

ROUTERS: Final = tuple(
    module.router
    for module in (
        activities,
        directory,
        records,
        usage,
        suggestions,
        decisions,
        entries,
        timesheets,
        findings,
        checks,
        confidence,
        modes,
        models,
        autopost,
        policies,
        audit,
        privacy,
        billing,
        accounts,
        tenants,
        oauth,
        health,
        day,
        privacy_page,
        day_acts,
        review,
        control,
        sign_in,
        brand,
        reference,
    )
)


def create_app(
    store: Store,
    tenant: str | Tenants,
    models: Models | Callable[[str], Models],
    *,
    names: Collection[str] = (),
    login: Login | None = None,
    quiet: float = 0.0,
    secrets: Mapping[str, str] | None = None,
) -> FastAPI:
    """The application for one tenant of an open store, or for several.

    ``models`` are the same for all of them, or found by a tenant's name ("" for whoever is at the door of none). ``names``
    are the host names that it answers to beside localhost, plain addresses and the tenants' own. Without ``login`` people
    sign in with passwords. ``quiet`` is the tenancy's. ``secrets`` are those of tenants' own identity providers, by
    tenant. The caller closes the store. Raises RouteWithoutRule.
    """
    app = FastAPI(
        title="Hourtrail",
        version=__version__,
        description=ABOUT,
        # FastAPI's own pages load scripts from elsewhere, which our policy forbids; /docs is ours.
        docs_url=None,
        redoc_url=None,
        # Clients are written from the document: their methods are called what the endpoints are.
        generate_unique_id_function=lambda route: route.name,
    )
    login = login or Login()
    tenancy = Tenancy(
        store=store,
        tenants=Tenants((tenant,)) if isinstance(tenant, str) else tenant,
        login=login,
        load=(lambda _tenant: models) if isinstance(models, Models) else models,
        quiet=quiet,
        own_providers=OwnProviders(secrets or {}),
    )
    app.state.tenancy = tenancy
    problems.install(app)
    app.add_exception_handler(HTTPException, lost.answer)
    for router in ROUTERS:
        require_rules(router.routes, Guarded)
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=str(files("hourtrail_serving") / "static")), name="static")
    app.add_middleware(
        Guards, names=names, known=tenancy.knows_host, most_bytes=MOST_BYTES, only_here=not login.required
    )
    app.openapi = described(app)  # type: ignore[method-assign] # FastAPI's documented way to extend the document
    return app
