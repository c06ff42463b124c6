"""Picks up a new champion without a restart: looks at the registry now and then, and swaps one reference of each tenant."""

from threading import Event, Thread
from typing import Final

from fastapi import FastAPI

from hourtrail.wiring import load_models
from hourtrail_serving.tenancy import Tenancy

SECONDS: Final = 30.0
"""Between two looks; a look at the registry takes some hundredths of a second."""


def refresh(app: FastAPI) -> list[str]:
    """Load what the registry names now for each tenant that is kept in memory; the tenants whose model changed.

    It is swapped in when it answers under another name, version or digest, or says so. A request that has begun keeps the
    model with which it began. A registry that does not answer leaves the last good model
    (``hourtrail_models.serving_model``); a use case that is no longer allowed leaves the rules.
    """
    tenancy: Tenancy = app.state.tenancy
    return tenancy.renew_models(lambda tenant: load_models(tenant=tenant))


def watch(app: FastAPI, stop: Event, *, seconds: float = SECONDS) -> Thread:
    """A thread that refreshes until ``stop`` is set."""

    def look() -> None:
        while not stop.wait(seconds):
            refresh(app)

    thread = Thread(target=look, name="champion", daemon=True)
    thread.start()
    return thread
