"""Decisions: a person's word on a suggestion; one, many at once, taken back, and the log of all of them."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body
from starlette.responses import JSONResponse, Response

from hourtrail.domain.access import Permission
from hourtrail.domain.decision import Decision, Verdict
from hourtrail.domain.errors import HourtrailError, NotFound
from hourtrail.domain.suggestion import Suggestion
from hourtrail.domain.wire import decision_to_json, entry_to_json, suggestion_to_json
from hourtrail.flows.decide import DECISION, Decided, Expected, Request, decide_in
from hourtrail.flows.decide_batch import Answer, decide_batch
from hourtrail.store import TenantStore
from hourtrail_serving.api.decision_bodies import BatchRequest, DecisionRequest, UndoRequest
from hourtrail_serving.checking import checked_later
from hourtrail_serving.cursors import Cursor, InstantCursor, Limit
from hourtrail_serving.etags import Conditions, Given, PreconditionFailed
from hourtrail_serving.fields import FromMoment, IdPath, PersonQuery, ToMoment
from hourtrail_serving.gate import Guarded, Who
from hourtrail_serving.idempotency import IdempotencyKey
from hourtrail_serving.openapi import answers, one, writes
from hourtrail_serving.problems import body_of, status_of
from hourtrail_serving.served import Context
from hourtrail_serving.sight import (
    actor_of,
    own_or_named,
    person_decided_for,
    require_own,
    seen,
    sight,
)

router = APIRouter(prefix="/v1", tags=["decisions"], route_class=Guarded)


@router.post(
    "/decisions",
    status_code=HTTPStatus.CREATED,
    responses=writes(
        "Decided", "The logged decision and the entries it books", HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT,
        HTTPStatus.PRECONDITION_FAILED, status=201,
    ),
)  # fmt: skip
def post_decision(
    served: Context, who: Who, body: DecisionRequest, given: Given, idempotency_key: IdempotencyKey = None
) -> JSONResponse:
    """Log a decision for ever and book what follows from it. Only a named person decides; undo supersedes.

    Whoever is signed in decides in their own name, on their own suggestions. A program sends the word of the person that it
    names; both are logged. `If-Match` takes the ETag of the suggestion (for the undo of time added by hand, of its decision).
    """
    actor = actor_of(who, body.actor)
    done: list[Decided] = []

    def work(db: TenantStore) -> dict[str, object]:
        now = datetime.now(UTC)
        require_own(db, who, body.suggestion)
        if given.if_match is not None and body.verdict is Verdict.ADDED_BY_HAND:
            raise PreconditionFailed("time added by hand is about no record; leave If-Match out")
        decided = decide_in(db, body.request(actor, now), now, _unchanged(given))
        done.append(decided)
        return decided_to_json(decided)

    answer = served.answers.in_one(who, idempotency_key, f"decisions {body.as_sent()}", work)
    return JSONResponse(answer, status_code=HTTPStatus.CREATED, background=checked_later(served, done))


@router.post(
    "/decisions:batch",
    responses=writes("DecidedBatch", "One answer for each decision, in their order", HTTPStatus.CONFLICT),
)
def post_decisions(
    served: Context, who: Who, body: BatchRequest, idempotency_key: IdempotencyKey = None
) -> JSONResponse:
    """Log up to 100 decisions in their order. Each is answered on its own, with `atomic` all are carried out or none.

    `bulk` (the default) says that the person accepted them together: what the firm's policy wants looked at one by one is
    then refused, with the reason, and goes through alone. A batch that itself does not fit is refused whole.
    """
    actors = [actor_of(who, row.actor or body.actor) for row in body.decisions]
    done: list[Decided] = []

    def work() -> dict[str, object]:
        now = datetime.now(UTC)
        requests = [row.request(actor, now) for row, actor in zip(body.decisions, actors, strict=True)]

        def allowed(db: TenantStore, request: Request) -> None:
            require_own(db, who, request.suggestion)

        found = decide_batch(
            served.store, served.tenant, requests, atomic=body.atomic, bulk=body.bulk, allowed=allowed, now=now
        )
        done.extend(row for row in found if isinstance(row, Decided))
        return {"results": [_result(row) for row in found]}

    answer = served.answers.once(who, idempotency_key, f"batch {body.as_sent()}", work)
    return JSONResponse(answer, background=checked_later(served, done))


def _result(row: Answer) -> dict[str, object]:
    if isinstance(row, HourtrailError):
        return {"status": int(status_of(row)), "problem": body_of(row)}
    return {"status": int(HTTPStatus.CREATED), **decided_to_json(row)}


@router.post(
    "/decisions/{decision}:undo",
    status_code=HTTPStatus.CREATED,
    responses=writes(
        "Decided",
        "The logged undo",
        HTTPStatus.NOT_FOUND,
        HTTPStatus.CONFLICT,
        HTTPStatus.PRECONDITION_FAILED,
        status=201,
    ),
)
def undo_decision(
    served: Context,
    who: Who,
    decision: IdPath,
    *,
    given: Given,
    body: Annotated[UndoRequest | None, Body()] = None,
    idempotency_key: IdempotencyKey = None,
) -> JSONResponse:
    """Take back the decision that is in force; its drafts are gone and its suggestion is open again. Both stay in the log.

    `If-Match` takes the decision's ETag.
    """
    said = body or UndoRequest()
    actor = actor_of(who, said.actor)
    done: list[Decided] = []

    def work(db: TenantStore) -> dict[str, object]:
        now = datetime.now(UTC)
        require_own(db, who, _decision_named(decision))
        request = Request(
            suggestion=decision, verdict=Verdict.UNDO, actor=actor, reason_code=said.reason_code, note=said.note
        )
        decided = decide_in(db, request, now, _unchanged(given))
        done.append(decided)
        return decided_to_json(decided)

    answer = served.answers.in_one(who, idempotency_key, f"undo {decision} {said.as_sent()}", work)
    return JSONResponse(answer, status_code=HTTPStatus.CREATED, background=checked_later(served, done))


def _decision_named(name: str) -> str:
    """Raises NotFound for the id of anything else, which the flow would take for a suggestion's."""
    if not name.startswith(DECISION):
        raise NotFound(f"there is no decision {name[:100]!r}")
    return name


def _unchanged(given: Conditions) -> Expected:
    """Asked of what is decided on, where nobody changes it any more before the decision is logged."""

    def require(row: Suggestion | Decision) -> None:
        given.require(decision_to_json(row) if isinstance(row, Decision) else suggestion_to_json(row))

    return require


def decided_to_json(row: Decided) -> dict[str, object]:
    """The decision contract's body beside the entries that it booked."""
    return {
        "decision": decision_to_json(row.decision),
        "time_entries": [entry_to_json(entry) for entry in row.entries],
    }


@router.get("/decisions", responses=answers("Decisions", "The log, oldest first"))
def list_decisions(
    served: Context,
    who: Who,
    *,
    person: PersonQuery = None,
    first: FromMoment = None,
    last: ToMoment = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> JSONResponse:
    """The decision log as training reads it: what was shown in which order with which scores, and what was said.

    Every decision made in the time given, superseded ones too: `supersedes` names what a later one takes the place of.
    `person` is whose time it is about. `from` and `to` are instants, or days in UTC.
    """
    person = own_or_named(who, Permission.DECISIONS_READ, person)
    place = InstantCursor.parse(cursor) if cursor else None
    with served.store.tenant(served.tenant, read_only=True) as db:
        within = sight(db, who, Permission.DECISIONS_READ)
        if person is not None:
            within.require(person)
        rows = db.decisions_about(
            within.people if person is None else [person],
            first=first, last=last, after=(place.at, place.id) if place else None, most=limit + 1,
        )  # fmt: skip
    page = rows[:limit]
    return JSONResponse(
        {
            "decisions": [decision_to_json(row) for row in page],
            "next_cursor": str(InstantCursor(page[-1].decided_at, page[-1].id)) if len(rows) > limit else None,
        }
    )


@router.get("/decisions/{decision}", responses=one("Decision", "The decision"))
def get_decision(served: Context, who: Who, decision: IdPath, given: Given) -> Response:
    """One decision, superseded or not."""
    with served.store.tenant(served.tenant, read_only=True) as db:
        within = sight(db, who, Permission.DECISIONS_READ)
        row = seen(
            within, "decision", decision, lambda: db.decision(decision),
            lambda found: within.people is None or within.sees(person_decided_for(db, found)),
        )  # fmt: skip
        return given.answer(decision_to_json(row))
