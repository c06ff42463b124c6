"""The day page: what is proposed, what was decided, and the forms by which a person decides."""

from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Form, Query
from pydantic import Field
from starlette.datastructures import URL
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hourtrail.domain.access import Permission, PrincipalKind
from hourtrail.domain.decision import Verdict
from hourtrail.domain.errors import HourtrailError, InvalidInput
from hourtrail.domain.suggestion import Suggestion, SuggestionStatus
from hourtrail.flows.decide import Request as DecideRequest
from hourtrail.flows.decide import decide
from hourtrail.flows.resolve import Part
from hourtrail_serving.checking import check_decision
from hourtrail_serving.fields import Code, Day, Instant, OptionalCode, Strict, Text
from hourtrail_serving.gate import Who
from hourtrail_serving.pages.shell import GuardedPage, page
from hourtrail_serving.pages.view import VERDICT_WORDS, day_view, item_named
from hourtrail_serving.problems import status_of
from hourtrail_serving.served import Context, Served
from hourtrail_serving.sight import actor_of, require_own_suggestion, require_sight

MOST_TOGETHER: Final = 5_000
"""Characters of the ids that were accepted in one act."""

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse, route_class=GuardedPage)


class DecideForm(Strict):
    """The fields of the page's forms. Numbers arrive as text; an empty one says nothing."""

    suggestion: Code
    verdict: Verdict
    actor: Annotated[OptionalCode, Field(alias="as")] = ""
    csrf: OptionalCode = ""
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
def home(request: Request, served: Context, who: Who) -> Response:
    """The first day with open suggestions, one's own; the queue for those who review; else what to do or who one is.

    Without a login: the first person's who has any.
    """
    anybody = who.kind is PrincipalKind.ANYBODY
    if not who.may(Permission.SUGGESTIONS_READ):
        if who.may(Permission.FINDINGS_READ):
            return RedirectResponse("/review", HTTPStatus.SEE_OTHER)
        return page(request, "home.html")
    with served.store.tenant(served.tenant, read_only=True) as db:
        rows = db.suggestions(person=None if anybody else who.person, status=SuggestionStatus.OPEN)
        found = min(((row.person, row.date) for row in rows), default=None)
        known = bool(db.master().people)
    if found is None:
        return page(request, "empty.html", people_known=known, person="ada" if anybody else who.person)
    return RedirectResponse(str(URL("/day").include_query_params(person=found[0], date=found[1])), HTTPStatus.SEE_OTHER)


@router.get("/day")
def show_day(
    request: Request,
    served: Context,
    who: Who,
    *,
    person: Code,
    date: Day,
    actor: Annotated[OptionalCode, Query(alias="as")] = "",
    done: OptionalCode = "",
    together: Annotated[str, Query(max_length=MOST_TOGETHER)] = "",
    week: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """One person's day. ``as`` is who decides where nobody signs in, ``done`` the suggestion that was just decided,
    ``together`` those that were accepted in one act, ``week`` what was just done to the week.
    """
    require_sight(served, who, Permission.SUGGESTIONS_READ, person)
    names = frozenset(together.split(",")) - {""}
    return day_page(request, served, person, date, who.person or actor or person, done=done, together=names, week=week)


@router.post("/day/decide")
def decide_onday_page(request: Request, served: Context, who: Who, form: Annotated[DecideForm, Form()]) -> Response:
    """Decide, and go back to the day (303); an error is shown on the page with its status."""
    now = datetime.now(UTC)
    require_sight(served, who, Permission.DECISIONS_WRITE, form.person)
    # What goes wrong is shown on the day itself.
    require_sight(served, who, Permission.SUGGESTIONS_READ, form.person)
    actor = actor_of(who, form.actor)
    try:
        require_own_suggestion(served, who, form.suggestion)
        decided = decide(served.store, served.tenant, _request(served, form, actor, now), now=now)
    except HourtrailError as error:
        return day_page(request, served, form.person, form.date, actor, error=error)
    check_decision(served, decided)
    back = URL("/day").include_query_params(person=form.person, date=form.date, done=form.suggestion)
    if actor != form.person:
        back = back.include_query_params(**{"as": actor})
    return RedirectResponse(str(back), HTTPStatus.SEE_OTHER)


def _request(served: Served, form: DecideForm, actor: str, now: datetime) -> DecideRequest:
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
        actor=actor,
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


def day_page(
    request: Request,
    served: Served,
    person: str,
    day: date,
    actor: str,
    *,
    done: str = "",
    together: frozenset[str] = frozenset(),
    week: str = "",
    error: HourtrailError | None = None,
) -> HTMLResponse:
    """The page of one person's day, with what was just done or why it was not."""
    # Whoever is signed in is offered nobody else's day to choose from.
    choose = not served.login.required
    view = day_view(served.store, served.tenant, person, day, actor, model=served.models.presence, choose=choose)
    just = next((card for card in (*view.decided, *view.waiting) if card.row.id == done), None)
    return page(
        request,
        "day.html",
        status=HTTPStatus.OK if error is None else status_of(error),
        view=view,
        just=just,
        together=[card for card in view.decided if card.row.id in together],
        week_said=week,
        error=str(error) if error else "",
        now=datetime.now(UTC),
        verdicts=VERDICT_WORDS,
    )
