"""The day page: what is proposed, what was decided, and the forms by which a person decides."""

from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Form, Query
from jinja2 import Environment, PackageLoader, StrictUndefined
from pydantic import Field
from starlette.datastructures import URL
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hourtrail.cli.common import hours
from hourtrail.domain.decision import Verdict
from hourtrail.domain.errors import HourtrailError, InvalidInput
from hourtrail.domain.instants import format_instant
from hourtrail.domain.suggestion import Suggestion, SuggestionStatus
from hourtrail.flows.decide import Request as DecideRequest
from hourtrail.flows.decide import decide
from hourtrail.flows.resolve import Part
from hourtrail_serving.checking import check_decision
from hourtrail_serving.fields import Code, Day, Instant, OptionalCode, Strict, Text
from hourtrail_serving.pages.view import VERDICT_WORDS, day_view, item_named
from hourtrail_serving.problems import status_of
from hourtrail_serving.served import Context, Served

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


def percent(share: float) -> str:
    """A confidence in words that never claim certainty: 0.9996 is not "100 %"."""
    if share > 0.99:
        return "over 99 %"
    return f"{share:.0%}".replace("%", " %") if share >= 0.01 else "under 1 %"


PAGES: Final = Environment(
    loader=PackageLoader("hourtrail_serving"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
PAGES.filters["hours"] = hours
PAGES.filters["instant"] = format_instant
PAGES.filters["percent"] = percent


class DecideForm(Strict):
    """The fields of the page's forms. Numbers arrive as text; an empty one says nothing."""

    suggestion: Code
    verdict: Verdict
    actor: Annotated[Code, Field(alias="as")]
    person: Code
    date: Day
    revision: Annotated[int, Field(ge=1, le=2**31 - 1)]
    shown_at: Instant
    client: OptionalCode = ""
    project: OptionalCode = ""
    task: OptionalCode = ""
    item: OptionalCode = ""
    minutes: Annotated[str, Field(max_length=4, pattern=r"^[0-9]*$")] = ""
    narrative: Text = ""


@router.get("/")
def home(served: Context) -> Response:
    """The first person with open suggestions, on their first such day; or what to do when there is none."""
    with served.store.tenant(served.tenant, read_only=True) as db:
        found = min(((row.person, row.date) for row in db.suggestions(status=SuggestionStatus.OPEN)), default=None)
        known = bool(db.master().people)
    if found is None:
        return page("empty.html", served, people_known=known)
    return RedirectResponse(str(URL("/day").include_query_params(person=found[0], date=found[1])), HTTPStatus.SEE_OTHER)


@router.get("/day")
def show_day(
    served: Context,
    person: Code,
    date: Day,
    actor: Annotated[OptionalCode, Query(alias="as")] = "",
    done: OptionalCode = "",
) -> Response:
    """One person's day. ``as`` is who decides, ``done`` the suggestion that was just decided."""
    return _day(served, person, date, actor or person, done=done)


@router.post("/day/decide")
def decide_on_day(served: Context, form: Annotated[DecideForm, Form()]) -> Response:
    """Decide, and go back to the day (303); an error is shown on the page with its status."""
    now = datetime.now(UTC)
    try:
        decided = decide(served.store, served.tenant, _request(served, form, now), now=now)
    except HourtrailError as error:
        return _day(served, form.person, form.date, form.actor, error=error)
    check_decision(served, decided.decision)
    back = URL("/day").include_query_params(person=form.person, date=form.date, done=form.suggestion)
    if form.actor != form.person:
        back = back.include_query_params(**{"as": form.actor})
    return RedirectResponse(str(back), HTTPStatus.SEE_OTHER)


def _request(served: Served, form: DecideForm, now: datetime) -> DecideRequest:
    """What the form says; an edit that changes nothing is an acceptance."""
    part, verdict, narrative = Part(), form.verdict, ""
    if verdict is Verdict.EDIT:
        with served.store.tenant(served.tenant, read_only=True) as db:
            suggestion = db.suggestion(form.suggestion)
            chosen = item_named(db.master(), form.item, suggestion) if form.item.strip() else None
        if form.item.strip() and chosen is None:
            raise InvalidInput(
                f"{form.item.strip()[:100]!r} is no work item that is open to {form.person} on {form.date}"
            )
        part = Part(
            minutes=int(form.minutes) if form.minutes else None,
            client=chosen.client if chosen else form.client,
            project=chosen.project if chosen else form.project,
            task=chosen.task if chosen else form.task,
        )
        narrative = form.narrative
        if _changes_nothing(part, narrative, suggestion):
            part, verdict, narrative = Part(), Verdict.ACCEPT, ""
    return DecideRequest(
        suggestion=form.suggestion,
        verdict=verdict,
        actor=form.actor,
        parts=() if part == Part() else (part,),
        narrative=narrative,
        shown_at=min(form.shown_at, now),
        revision=None if verdict is Verdict.UNDO else form.revision,
    )


def _changes_nothing(part: Part, narrative: str, row: Suggestion) -> bool:
    same_item = row.item is not None and (part.client, part.project, part.task) in {
        ("", "", ""),
        (row.item.client, row.item.project, row.item.task),
    }
    same_minutes = part.minutes in {None, row.block.suggested_minutes}
    return same_item and same_minutes and narrative.strip() in {"", row.narrative}


def _day(
    served: Served, person: str, day: date, actor: str, *, done: str = "", error: HourtrailError | None = None
) -> HTMLResponse:
    view = day_view(served.store, served.tenant, person, day, actor)
    just = next((card for card in (*view.decided, *view.waiting) if card.row.id == done), None)
    return page(
        "day.html",
        served,
        status=HTTPStatus.OK if error is None else status_of(error),
        view=view,
        just=just,
        error=str(error) if error else "",
        now=datetime.now(UTC),
        verdicts=VERDICT_WORDS,
    )


def page(template: str, served: Served, *, status: HTTPStatus = HTTPStatus.OK, **values: object) -> HTMLResponse:
    """A template with what every page needs."""
    text = PAGES.get_template(template).render(degraded=served.models.degraded, tenant=served.tenant, **values)
    return HTMLResponse(text, status_code=status)
