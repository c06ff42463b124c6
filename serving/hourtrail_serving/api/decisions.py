"""Decisions: a person's word on a suggestion."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import JSONResponse, Response

from hourtrail.domain.access import Permission
from hourtrail.domain.decision import Verdict
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.wire import decision_to_json, entry_to_json, suggestion_to_json
from hourtrail.flows.decide import DECISION, Decided, Request, decide
from hourtrail.flows.resolve import Part
from hourtrail_serving.checking import check_decision
from hourtrail_serving.etags import Conditions, Given, PreconditionFailed
from hourtrail_serving.fields import Code, IdPath, Instant, Minutes, OptionalCode, Revision, Strict, Text
from hourtrail_serving.gate import Guarded, Who
from hourtrail_serving.idempotency import IdempotencyKey
from hourtrail_serving.openapi import one, writes
from hourtrail_serving.served import Context, Served
from hourtrail_serving.sight import actor_of, person_decided_for, require_own_suggestion, seen, sight

router = APIRouter(prefix="/v1", tags=["decisions"], route_class=Guarded)

CLOCK_SKEW: Final = timedelta(minutes=2)
"""How far a client's clock may run ahead of ours."""


class PartBody(Strict):
    """One part of what is booked; empty fields keep what was suggested."""

    minutes: Minutes | None = None
    client: OptionalCode = ""
    project: OptionalCode = ""
    task: OptionalCode = ""

    def part(self) -> Part:
        """As the flow takes it."""
        return Part(minutes=self.minutes, client=self.client, project=self.project, task=self.task)


class DecisionRequest(PartBody):
    """What the person said. A split gives ``parts``; everything else client, project, task and minutes directly."""

    suggestion: Annotated[Code, Field(description="its id; the work date where time is added by hand")]
    verdict: Verdict
    actor: Annotated[
        OptionalCode,
        Field(
            description="the person who decides: left out by whoever is signed in, named by a program that carries it"
        ),
    ] = ""
    parts: Annotated[tuple[PartBody, ...], Field(max_length=50)] = ()
    reason_code: OptionalCode = ""
    note: Text = ""
    narrative: Text = ""
    billable: bool | None = None
    shown_at: Annotated[Instant | None, Field(description="when the person was shown the suggestion")] = None
    revision: Annotated[
        Revision | None, Field(description="the revision that was shown; another one is a conflict")
    ] = None

    def request(self, actor: str, now: datetime) -> Request:
        """As the flow takes it. Raises InvalidInput for parts beside single fields and for a time to come."""
        single = self.part()
        if self.parts and single != Part():
            raise InvalidInput("give either parts (for a split) or client, project, task and minutes, not both")
        parts = tuple(row.part() for row in self.parts) or (() if single == Part() else (single,))
        if self.shown_at is not None and self.shown_at > now + CLOCK_SKEW:
            raise InvalidInput(
                "shown_at lies in the future; send the time at which the person was shown the suggestion"
            )
        return Request(
            suggestion=self.suggestion,
            verdict=self.verdict,
            actor=actor,
            parts=parts,
            reason_code=self.reason_code,
            note=self.note,
            narrative=self.narrative,
            billable=self.billable,
            shown_at=min(self.shown_at, now) if self.shown_at else None,
            revision=self.revision,
        )


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

    def work() -> dict[str, object]:
        now = datetime.now(UTC)
        require_own_suggestion(served, who, body.suggestion)
        revision = body.revision if given.if_match is None else _matched(served, given, body)
        request = replace(body.request(actor, now), revision=revision)
        decided = decide(served.store, served.tenant, request, now=now)
        check_decision(served, decided.decision)
        return decided_to_json(decided)

    answer = served.answers.once(who, idempotency_key, f"decisions {body.model_dump_json()}", work)
    return JSONResponse(answer, status_code=HTTPStatus.CREATED)


def _matched(served: Served, given: Conditions, body: DecisionRequest) -> int | None:
    """The revision of the suggestion that ``If-Match`` names; whether it is still that one is asked again where it is decided.

    Raises PreconditionFailed, NotFound.
    """
    with served.store.tenant(served.tenant, read_only=True) as db:
        if body.verdict is Verdict.ADDED_BY_HAND:
            raise PreconditionFailed("time added by hand is about no record; leave If-Match out")
        if body.suggestion.startswith(DECISION):
            given.require(decision_to_json(db.decision(body.suggestion)))
            return None
        row = db.suggestion(body.suggestion)
        given.require(suggestion_to_json(row))
        return row.revision if body.revision is None else body.revision


def decided_to_json(row: Decided) -> dict[str, object]:
    """The decision contract's body beside the entries that it booked."""
    return {
        "decision": decision_to_json(row.decision),
        "time_entries": [entry_to_json(entry) for entry in row.entries],
    }


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
