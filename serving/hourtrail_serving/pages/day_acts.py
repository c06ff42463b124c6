"""What a person does on the day page to many things at once: accept all that is sure, take that back, submit the week."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Form
from pydantic import Field, StringConstraints
from starlette.datastructures import URL
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hourtrail.domain.access import Permission
from hourtrail.domain.decision import Verdict
from hourtrail.domain.errors import HourtrailError
from hourtrail.domain.timesheet import TimesheetAct
from hourtrail.flows.decide import Decided
from hourtrail.flows.decide import Request as DecideRequest
from hourtrail.flows.decide_batch import MOST, decide_batch
from hourtrail.flows.timesheets import SheetRequest, move_timesheet
from hourtrail.store import TenantStore
from hourtrail_serving.checking import check_decision
from hourtrail_serving.fields import Code, Day, Instant, OptionalCode, Strict
from hourtrail_serving.gate import Who
from hourtrail_serving.pages.day import day_page
from hourtrail_serving.pages.shell import GuardedPage
from hourtrail_serving.served import Context
from hourtrail_serving.sight import actor_of, require_own, require_sight

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse, route_class=GuardedPage)

# A suggestion and the revision that was shown, as one field of a form.
Shown = Annotated[str, StringConstraints(max_length=200, pattern=r"^[\x21-\x7e]+@[0-9]{1,9}$")]


class ActForm(Strict):
    """What both forms send."""

    actor: Annotated[OptionalCode, Field(alias="as")] = ""
    csrf: OptionalCode = ""
    person: Code
    date: Day


class BulkForm(ActForm):
    """Suggestions that were shown together."""

    row: Annotated[list[Shown], Field(min_length=1, max_length=MOST)]
    verdict: Literal["accept", "undo"]
    shown_at: Instant


class SubmitForm(ActForm):
    """A week to submit, or to take back."""

    act: Literal["submit", "recall"]


_VERDICTS: Final = {"accept": Verdict.ACCEPT, "undo": Verdict.UNDO}


@router.post("/day/accept")
def accept_together(request: Request, served: Context, who: Who, form: Annotated[BulkForm, Form()]) -> Response:
    """Accept what is sure in one act, or take such an act back; what cannot be done stays waiting and says why."""
    now = datetime.now(UTC)
    require_sight(served, who, Permission.DECISIONS_WRITE, form.person)
    require_sight(served, who, Permission.SUGGESTIONS_READ, form.person)
    actor = actor_of(who, form.actor)
    verdict = _VERDICTS[form.verdict]
    requests = [_request(shown, verdict, actor, min(form.shown_at, now)) for shown in form.row]

    def allowed(db: TenantStore, row: DecideRequest) -> None:
        require_own(db, who, row.suggestion)

    answers = decide_batch(served.store, served.tenant, requests, allowed=allowed, now=now)
    done = [row for row in answers if isinstance(row, Decided)]
    if not done:
        fault = next(row for row in answers if isinstance(row, HourtrailError))
        return day_page(request, served, form.person, form.date, actor, error=fault)
    check_decision(served, *done)
    together = ",".join(row.decision.suggestion for row in done) if verdict is Verdict.ACCEPT else ""
    return _back(form, actor, together=together)


def _request(shown: str, verdict: Verdict, actor: str, shown_at: datetime) -> DecideRequest:
    name, _, revision = shown.rpartition("@")
    accepts = verdict is Verdict.ACCEPT
    return DecideRequest(
        suggestion=name, verdict=verdict, actor=actor, shown_at=shown_at if accepts else None,
        revision=int(revision) if accepts else None,
    )  # fmt: skip


@router.post("/day/submit")
def submit_week(request: Request, served: Context, who: Who, form: Annotated[SubmitForm, Form()]) -> Response:
    """Submit the drafts of the week that holds the day, or take them back; an error is shown on the page."""
    require_sight(served, who, Permission.ENTRIES_SUBMIT, form.person)
    require_sight(served, who, Permission.SUGGESTIONS_READ, form.person)
    actor = actor_of(who, form.actor)
    asked = SheetRequest(person=form.person, day=form.date, act=TimesheetAct(form.act), actor=actor)
    try:
        move_timesheet(served.store, served.tenant, asked)
    except HourtrailError as error:
        return day_page(request, served, form.person, form.date, actor, error=error)
    return _back(form, actor, week=form.act)


def _back(form: ActForm, actor: str, **more: str) -> RedirectResponse:
    back = URL("/day").include_query_params(person=form.person, date=form.date)
    if actor != form.person:
        back = back.include_query_params(**{"as": actor})
    back = back.include_query_params(**{name: value for name, value in more.items() if value})
    return RedirectResponse(str(back), HTTPStatus.SEE_OTHER)
