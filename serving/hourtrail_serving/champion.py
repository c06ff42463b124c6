"""Picks up a new champion without a restart: looks at the registry now and then, and swaps one reference."""

import logging
from dataclasses import replace
from threading import Event, Thread
from typing import Final

from fastapi import FastAPI

from hourtrail.domain.errors import HourtrailError
from hourtrail.wiring import load_models
from hourtrail_serving.served import Served

SECONDS: Final = 30.0
"""Between two looks; a look at the registry takes some hundredths of a second."""

log = logging.getLogger(__name__)


def refresh(app: FastAPI) -> bool:
    """Load what the registry names now; swap it in when it answers under another name, version or digest, or says so.

    A request that has begun keeps the model with which it began. A registry that does not answer leaves the last good model
    (``hourtrail_models.serving_model``); a use case that is no longer allowed leaves the rules.
    """
    served: Served = app.state.served
    try:
        models = load_models(tenant=served.tenant)
    except HourtrailError as error:
        log.warning("the model that serves goes on serving: %s", error)
        return False
    before = served.models
    told = models.scorer.ref, models.degraded, models.notice
    if told == (before.scorer.ref, before.degraded, before.notice):
        return False
    app.state.served = replace(served, models=models)
    log.info("now serving %s %s", models.scorer.ref.name, models.scorer.ref.version)
    return True


def watch(app: FastAPI, stop: Event, *, seconds: float = SECONDS) -> Thread:
    """A thread that refreshes until ``stop`` is set."""

    def look() -> None:
        while not stop.wait(seconds):
            refresh(app)

    thread = Thread(target=look, name="champion", daemon=True)
    thread.start()
    return thread
