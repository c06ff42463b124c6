"""The review page: one list, most expected money first, answered with one key each, and the rest cleared in one act."""

from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Form, Query
from pydantic import Field
from starlette.datastructures import URL
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.errors import Conflict, HourtrailError, InvalidInput
from hourtrail.domain.review import VERDICTS, ReviewKind
from hourtrail.flows.clearing import ClearRequest, approve_alone, clear_rest
from hourtrail.flows.review import ReviewRequest, review
from hourtrail_serving.fields import Code, Day, Instant, OptionalCode, Strict, Text
from hourtrail_serving.gate import Who
from hourtrail_serving.pages.review_view import ANSWERS, OTHER_CODES, entry_words, review_view, version_of
from hourtrail_serving.pages.shell import GuardedPage, page
from hourtrail_serving.problems import status_of
from hourtrail_serving.served import Context, Served
from hourtrail_serving.sight import actor_of

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse, route_class=GuardedPage)


_ALONE: Final = "alone:"
"""What stands before the entry in ``done`` when one was approved on its own."""


class Place(Strict):
    """Where on the page a form stood, so that the answer leads back there."""

    actor: Annotated[OptionalCode, Field(alias="as")] = ""
    csrf: OptionalCode = ""
    queue: OptionalCode = ""
    first: Annotated[Day | None, Field(alias="from")] = None
    last: Annotated[Day | None, Field(alias="to")] = None
    shown_at: Instant

    def back(self, done: str) -> str:
        """The address of the page after the act."""
        days = {"from": self.first, "to": self.last}
        shown = {"as": self.actor, "queue": self.queue, **days, "done": done}
        return str(URL("/review").include_query_params(**{name: value for name, value in shown.items() if value}))


class ReviewForm(Place):
    """One act on a line. ``say`` is a kind, for a verdict with its resolution code behind a colon."""

    target: Code
    say: Code
    version: OptionalCode = ""
    note: Text = ""
    assignee: OptionalCode = ""

    def request(self, actor: str, now: datetime) -> ReviewRequest:
        """As the flow takes it. Raises InvalidInput for an unknown act."""
        word, _, code = self.say.partition(":")
        if word not in tuple(ReviewKind):
            raise InvalidInput(f"{word[:40]!r} is nothing that can be done with a finding")
        kind = ReviewKind(word)
        return ReviewRequest(
            target=self.target,
            kind=kind,
            actor=actor,
            reason_code=code if kind in VERDICTS else "",
            note=self.note,
            assignee=self.assignee,
            shown_at=min(self.shown_at, now),
            version=self.version,
        )


class ClearForm(Place):
    """Clear the rest of the days shown. ``expected`` is how many entries that were."""

    expected: Annotated[int, Field(ge=0, le=10**6)]


class AloneForm(Place):
    """Approve one entry that was looked at on its own. ``version`` is what was shown of it."""

    entry: Code
    version: Code


@router.get("/review")
def show_queue(
    request: Request,
    served: Context,
    who: Who,
    *,
    actor: Annotated[OptionalCode, Query(alias="as")] = "",
    queue: OptionalCode = "",
    first: Annotated[Day | None, Query(alias="from")] = None,
    last: Annotated[Day | None, Query(alias="to")] = None,
    done: OptionalCode = "",
) -> Response:
    """The queue. ``as`` is who reviews where nobody signs in, ``done`` the act or clearing that was just done."""
    return _shown(request, served, who.person or actor, queue, first=first, last=last, done=done)


@router.post("/review/say")
def say(request: Request, served: Context, who: Who, form: Annotated[ReviewForm, Form()]) -> Response:
    """Log the act and go back to the list (303); an error is shown on the page with its status."""
    now = datetime.now(UTC)
    actor = actor_of(who, form.actor)
    try:
        done = review(served.store, served.tenant, form.request(actor, now), now=now)
    except HourtrailError as error:
        return _shown(request, served, actor, form.queue, first=form.first, last=form.last, error=error)
    return RedirectResponse(form.back(done.act), HTTPStatus.SEE_OTHER)


@router.post("/review/clear")
def clear(request: Request, served: Context, who: Who, form: Annotated[ClearForm, Form()]) -> Response:
    """Clear the rest and go back to the list (303)."""
    now = datetime.now(UTC)
    actor = actor_of(who, form.actor)
    try:
        if form.first is None or form.last is None:
            raise InvalidInput("say from which to which work date")
        asked = ClearRequest(
            actor=actor,
            first=form.first,
            last=form.last,
            expected=form.expected,
            shown_at=min(form.shown_at, now),
        )
        done = clear_rest(served.store, served.tenant, asked, now=now)
    except HourtrailError as error:
        return _shown(request, served, actor, form.queue, first=form.first, last=form.last, error=error)
    return RedirectResponse(form.back(done.id), HTTPStatus.SEE_OTHER)


@router.post("/review/approve")
def approve(request: Request, served: Context, who: Who, form: Annotated[AloneForm, Form()]) -> Response:
    """Approve one entry that the policy wants looked at on its own, and go back to the list (303)."""
    actor = actor_of(who, form.actor)

    def unchanged(row: TimeEntry) -> None:
        if version_of(row) != form.version:
            raise Conflict("this entry has changed since it was shown; look at it again")

    try:
        approve_alone(served.store, served.tenant, form.entry, actor, expected=unchanged)
    except HourtrailError as error:
        return _shown(request, served, actor, form.queue, first=form.first, last=form.last, error=error)
    return RedirectResponse(form.back(f"{_ALONE}{form.entry}"), HTTPStatus.SEE_OTHER)


def _shown(
    request: Request,
    served: Served,
    actor: str,
    queue: str,
    *,
    first: date | None,
    last: date | None,
    done: str = "",
    error: HourtrailError | None = None,
) -> HTMLResponse:
    now = datetime.now(UTC)
    view = review_view(served.store, served.tenant, actor, now.date(), queue=queue, first=first, last=last)
    with served.store.tenant(served.tenant, read_only=True) as db:
        cleared = next((row for row in db.clearings() if row.id == done), None) if done.startswith("clr_") else None
        name = done.removeprefix(_ALONE) if done.startswith(_ALONE) else ""
        approved = db.entries_named([name]).get(name) if name else None
    return page(
        request,
        "review.html",
        status=HTTPStatus.OK if error is None else status_of(error),
        view=view,
        just=next((row for row in view.closed if row.act == done), None),
        said=done.startswith("act_"),
        cleared=cleared,
        approved=approved if approved and approved.status is EntryStatus.APPROVED else None,
        error=str(error) if error else "",
        now=now,
        answers=ANSWERS,
        other_codes=OTHER_CODES,
        entry_words=entry_words,
    )
