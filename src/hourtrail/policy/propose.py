"""From one block and its scores to the suggestion that a person sees, or to a stated abstention."""

from dataclasses import replace
from typing import Final

from hourtrail.domain.block import Candidate, Withheld
from hourtrail.domain.confidence import Mode
from hourtrail.domain.firm import NOT_WORK, WorkItem
from hourtrail.domain.identity import stable_id
from hourtrail.domain.master import MasterData
from hourtrail.domain.score import Score
from hourtrail.domain.suggestion import Alternative, Band, ModelRef, Suggestion, Unshown
from hourtrail.policy.bands import BandPolicy, route
from hourtrail.policy.billable import BillableAnswer, billable_minutes, billable_of
from hourtrail.policy.reasons import reasons_for
from hourtrail.policy.routing import routing_words


def suggestion_id(block: str) -> str:
    """The id of a block's suggestion; the same on every run."""
    return stable_id("sug", (block,))


def best_answer(scores: tuple[Score, ...]) -> float:
    """The highest probability of a real work item, of scores with the most probable first; 0 when there is none."""
    return next((score.probability for score in scores if score.item != NOT_WORK), 0.0)


IN_SHADOW: Final = "shadow mode: the answer is measured, not shown; say what it was"


def propose(
    candidate: Candidate,
    scores: tuple[Score, ...],
    *,
    master: MasterData,
    policy: BandPolicy,
    model: ModelRef,
    logged: bool = True,
) -> tuple[Suggestion, Withheld | None]:
    """The suggestion for one block and, when it is not assigned, the reason why.

    ``scores`` are sorted, most probable first. The minutes are kept even when the work is unassigned: the person picks.
    With ``logged=False`` the suggestion lacks the probabilities of all work items, which only a log of it would hold.
    """
    block = candidate.block
    routed = route(scores, policy, private=block.private, person=block.person)
    top = routed.shown[0] if routed.shown else None
    item: WorkItem | None = top.item if top else None
    answer = (
        billable_of(
            master.task(top.item),
            master.contract(top.item),
            top.last_billable,
            private=block.private,
            alike=[(near.similarity, near.billable) for near in top.neighbours if near.billable is not None],
        )
        if top
        else BillableAnswer(billable=False, probability=0.0, why="unassigned time is not billed")
    )
    minutes, rounding = billable_minutes(
        block.suggested_minutes, master.contract(item) if item else None, billable=answer.billable
    )
    reasons = (*reasons_for(top), f"{answer.why} ({rounding})") if top else (routed.withheld,)
    suggestion = Suggestion(
        id=suggestion_id(block.id),
        block=block,
        item=item,
        billable=answer.billable,
        billable_probability=round(answer.probability, 4),
        billable_minutes=minutes,
        rounding=rounding,
        narrative=block.title,
        confidence=round(top.probability if top else best_answer(scores), 4),
        band=routed.band,
        threshold=routed.threshold,
        alternatives=tuple(Alternative(item=row.item, confidence=round(row.probability, 4)) for row in routed.shown),
        reasons=reasons,
        leans_on=tuple(neighbour.entry for neighbour in top.neighbours) if top else (),
        model=model,
        policy=policy.ref,
        routing=() if block.private else routing_words(scores, policy, routed, person=block.person),
        scores=_log_of(scores, policy.temperature) if logged else (),
        unshown=_unshown(scores, routed.band) if top is None and not block.private else None,
    )
    if policy.mode is Mode.SHADOW:
        suggestion = kept_back(suggestion, IN_SHADOW)
    return suggestion, withheld_of(suggestion)


def withheld_of(row: Suggestion) -> Withheld | None:
    """Why nothing is assigned; None where something is."""
    if row.band is not Band.WITHHOLD:
        return None
    return Withheld(
        block=row.block.id,
        reason="; ".join(row.reasons),
        person=row.person,
        date=row.date,
        title=row.block.title,
        suggestion=row.id,
    )


def kept_back(row: Suggestion, why: str, *, audit: bool = False) -> Suggestion:
    """The suggestion without its answer: unassigned to whoever looks at it, the answer logged for later."""
    if row.item is None:
        return row
    return replace(
        row,
        item=None,
        billable=False,
        billable_probability=0.0,
        billable_minutes=0,
        rounding="not billed",
        band=Band.WITHHOLD,
        alternatives=(),
        reasons=(why,),
        routing=(*row.routing, why),
        leans_on=(),
        unshown=Unshown(item=row.item, confidence=row.confidence, band=row.band, audit=audit),
    )


def _unshown(scores: tuple[Score, ...], band: Band) -> Unshown | None:
    """The answer that was too unsure to be shown; "not work" is none."""
    top = scores[0]
    return None if top.item == NOT_WORK else Unshown(item=top.item, confidence=round(top.probability, 4), band=band)


def _log_of(scores: tuple[Score, ...], temperature: float) -> tuple[float, ...]:
    """All probabilities at the shipped temperature, the answer's first; empty where "not work" leads, which is no answer.

    Powers of the tempered ones, normalised: ``p_i^T / sum p_j^T`` undoes the tenant's temperature T exactly.
    """
    if scores[0].item == NOT_WORK:
        return ()
    weights = [score.probability for score in scores]
    if temperature != 1.0:
        weights = [weight**temperature for weight in weights]
    total = sum(weights)
    return tuple(round(weight / total, 6) for weight in weights)
