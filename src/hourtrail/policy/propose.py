"""From one block and its scores to the suggestion that a person sees, or to a stated abstention."""

from hourtrail.domain.block import Candidate, Withheld
from hourtrail.domain.firm import NOT_WORK, WorkItem
from hourtrail.domain.identity import stable_id
from hourtrail.domain.master import MasterData
from hourtrail.domain.score import Score
from hourtrail.domain.suggestion import Alternative, Band, ModelRef, Suggestion
from hourtrail.policy.bands import BandPolicy, route
from hourtrail.policy.billable import BillableAnswer, billable_minutes, billable_of
from hourtrail.policy.reasons import reasons_for


def suggestion_id(block: str) -> str:
    """The id of a block's suggestion; the same on every run."""
    return stable_id("sug", (block,))


def best_answer(scores: tuple[Score, ...]) -> float:
    """The highest probability of a real work item; 0 when there is none."""
    return max((score.probability for score in scores if score.item != NOT_WORK), default=0.0)


def propose(
    candidate: Candidate, scores: tuple[Score, ...], *, master: MasterData, policy: BandPolicy, model: ModelRef
) -> tuple[Suggestion, Withheld | None]:
    """The suggestion for one block and, when it is not assigned, the reason why.

    ``scores`` are sorted, most probable first. The minutes are kept even when the work is unassigned: the person picks.
    """
    block = candidate.block
    routed = route(scores, policy, private=block.private)
    top = routed.shown[0] if routed.shown else None
    item: WorkItem | None = top.item if top else None
    answer = (
        billable_of(master.task(top.item), master.contract(top.item), top.last_billable, private=block.private)
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
    )
    if routed.band is not Band.WITHHOLD:
        return suggestion, None
    withheld = Withheld(
        block=block.id,
        reason=routed.withheld,
        person=block.person,
        date=block.date,
        title=block.title,
        suggestion=suggestion.id,
    )
    return suggestion, withheld
