"""What clients send when somebody decides: one decision, many at once, an undo."""

from datetime import datetime, timedelta
from typing import Annotated, Final

from pydantic import Field

from hourtrail.domain.decision import Verdict
from hourtrail.domain.errors import InvalidInput
from hourtrail.flows.decide import Request
from hourtrail.flows.decide_batch import MOST
from hourtrail.flows.resolve import Part
from hourtrail_serving.fields import Code, Instant, Minutes, OptionalCode, Revision, Strict, Text

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


class BatchRequest(Strict):
    """Up to a hundred decisions, carried out in their order."""

    decisions: Annotated[tuple[DecisionRequest, ...], Field(min_length=1, max_length=MOST)]
    actor: Annotated[OptionalCode, Field(description="who decides, where a decision names nobody itself")] = ""
    atomic: Annotated[bool, Field(strict=True, description="all of them or none")] = False
    bulk: Annotated[
        bool,
        Field(
            strict=True,
            description="accepted together: what the policy wants looked at one by one is refused. False: each was looked at",
        ),
    ] = True


class UndoRequest(Strict):
    """Taking a decision back; it stays in the log, and the undo beside it."""

    actor: Annotated[OptionalCode, Field(description="left out by whoever is signed in")] = ""
    reason_code: OptionalCode = ""
    note: Text = ""
