"""The control page: how far the model may go, on whose order entries are submitted, and the button that stops it."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hourtrail.domain.access import Permission, Principal
from hourtrail.domain.confidence import Mode
from hourtrail.domain.errors import HourtrailError
from hourtrail.flows.autopost import stop_auto_post
from hourtrail.flows.modes import ModeNotProven, mode_report, set_mode
from hourtrail_serving.fields import OptionalCode, Strict, Text
from hourtrail_serving.gate import Who
from hourtrail_serving.pages.shell import GuardedPage, page
from hourtrail_serving.problems import status_of
from hourtrail_serving.served import Context, Served
from hourtrail_serving.sight import actor_of

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse, route_class=GuardedPage)

DONE = {"stopped": "Stopped. Nothing more is submitted by itself, in any process.", "mode": "The mode was changed."}


class Said(Strict):
    """What every form of the page carries. ``as`` is who acts where nobody signs in."""

    reason: Text = ""
    csrf: OptionalCode = ""
    actor: Annotated[OptionalCode, Field(alias="as")] = ""


class ModeForm(Said):
    """The mode to put in force."""

    mode: Mode


@router.get("/control")
def show_control(
    request: Request,
    served: Context,
    who: Who,
    *,
    actor: Annotated[OptionalCode, Query(alias="as")] = "",
    done: OptionalCode = "",
) -> Response:
    """What is in force. ``done`` is what was just done."""
    return _shown(request, served, who, actor, done=done)


@router.post("/control/stop")
def stop(request: Request, served: Context, who: Who, form: Annotated[Said, Form()]) -> Response:
    """The kill switch, and back to the page (303). Works without a reason: who is in a hurry says why afterwards."""
    actor = actor_of(who, form.actor)
    try:
        stop_auto_post(served.store, served.tenant, actor, form.reason.strip() or "stopped on the control page")
    except HourtrailError as error:
        return _shown(request, served, who, form.actor, error=error)
    return RedirectResponse("/control?done=stopped", HTTPStatus.SEE_OTHER)


@router.post("/control/mode")
def change_mode(request: Request, served: Context, who: Who, form: Annotated[ModeForm, Form()]) -> Response:
    """Put a mode in force and go back to the page (303); what is missing is shown there with its status."""
    actor = actor_of(who, form.actor)
    try:
        set_mode(
            served.store,
            served.tenant,
            form.mode,
            actor,
            served.models,
            now=datetime.now(UTC),
            reason=form.reason.strip(),
        )
    except HourtrailError as error:
        return _shown(request, served, who, form.actor, error=error)
    return RedirectResponse("/control?done=mode", HTTPStatus.SEE_OTHER)


def _shown(
    request: Request,
    served: Served,
    who: Principal,
    actor: str,
    *,
    done: str = "",
    error: HourtrailError | None = None,
) -> HTMLResponse:
    now = datetime.now(UTC)
    with served.store.tenant(served.tenant, read_only=True) as db:
        said = db.auto_post()
    report = mode_report(served.store, served.tenant, served.models)
    told = ""
    if error is not None:
        missing = error.missing if isinstance(error, ModeNotProven) else ()
        told = "; ".join(row.words for row in missing) or str(error)
    return page(
        request,
        "control.html",
        status=HTTPStatus.OK if error is None else status_of(error),
        report=report,
        modes=tuple(Mode),
        order=said.in_force(now),
        proposals=said.proposals(now),
        why_off=said.why_off(now),
        log=list(reversed(said.log))[:20],
        may_stop=who.may(Permission.AUTO_POST_STOP),
        may_mode=who.may(Permission.MODE_WRITE),
        actor=who.person or actor,
        done=DONE.get(done, ""),
        error=told,
    )
