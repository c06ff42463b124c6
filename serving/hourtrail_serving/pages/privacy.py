"""The privacy page: what others can see of a day, why work was proposed, and one act to forget that or take it back."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.datastructures import URL
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hourtrail.domain.access import Permission
from hourtrail.domain.errors import HourtrailError
from hourtrail.flows.privacy import forget_suggested, managers_view, remember_again
from hourtrail_serving.fields import Code, Day, OptionalCode, Strict
from hourtrail_serving.gate import Who
from hourtrail_serving.pages.privacy_view import forgotten_lines, remembered_lines
from hourtrail_serving.pages.shell import GuardedPage, page
from hourtrail_serving.problems import status_of
from hourtrail_serving.served import Context, Served
from hourtrail_serving.sight import actor_of, require_sight

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse, route_class=GuardedPage)


class _Act(Strict):
    """What every form of the page carries."""

    csrf: OptionalCode = ""
    person: Code
    date: Day


class ForgetForm(_Act):
    """Forget why this suggestion was made."""

    suggestion: Code


class RememberForm(_Act):
    """Take back what was forgotten."""

    forgotten: Code


@router.get("/privacy")
def show_privacy(
    request: Request,
    served: Context,
    who: Who,
    *,
    person: Code,
    date: Day,
    done: Annotated[OptionalCode, Query(description="what was just forgotten or taken back")] = "",
) -> Response:
    """What others can see of one person's day, and what was learned from them: the person's own page."""
    require_sight(served, who, Permission.SUGGESTIONS_READ, person)
    return _page(request, served, person, date, done=done)


@router.post("/privacy/forget")
def forget_on_page(request: Request, served: Context, who: Who, form: Annotated[ForgetForm, Form()]) -> Response:
    """Forget an association, and go back to the page, which offers to take it back (303)."""
    _require(served, who, form)
    try:
        actor = actor_of(who, form.person)
        rows = forget_suggested(served.store, served.tenant, form.suggestion, actor)
    except HourtrailError as error:
        return _page(request, served, form.person, form.date, error=error)
    return _back(form, rows[0][0].id)


@router.post("/privacy/remember")
def remember_on_page(request: Request, served: Context, who: Who, form: Annotated[RememberForm, Form()]) -> Response:
    """Take back what was forgotten (303)."""
    _require(served, who, form)
    try:
        back = remember_again(served.store, served.tenant, form.forgotten, actor_of(who, form.person))
    except HourtrailError as error:
        return _page(request, served, form.person, form.date, error=error)
    return _back(form, back.takes_back)


def _require(served: Served, who: Who, form: _Act) -> None:
    require_sight(served, who, Permission.DECISIONS_WRITE, form.person)
    # What goes wrong is shown on the page itself.
    require_sight(served, who, Permission.SUGGESTIONS_READ, form.person)


def _back(form: _Act, done: str) -> RedirectResponse:
    back = URL("/privacy").include_query_params(person=form.person, date=form.date, done=done)
    return RedirectResponse(str(back), HTTPStatus.SEE_OTHER)


def _page(
    request: Request, served: Served, person: str, day: Day, *, done: str = "", error: HourtrailError | None = None
) -> HTMLResponse:
    with served.store.tenant(served.tenant, read_only=True) as db:
        remembered = remembered_lines(db, person, day)
        forgotten = forgotten_lines(db, person)
    return page(
        request,
        "privacy.html",
        status=HTTPStatus.OK if error is None else status_of(error),
        person=person,
        day=day,
        seen=managers_view(served.store, served.tenant, person, day),
        remembered=remembered,
        forgotten=forgotten,
        just=next((row for row in forgotten if row.id == done), None),
        taken_back=bool(done) and all(row.id != done for row in forgotten),
        error=str(error) if error else "",
    )
