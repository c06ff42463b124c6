"""From work blocks to suggestions: the step that ``suggest`` and ``backtest capture`` share."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from hourtrail.domain.block import Candidate, Withheld, WorkBlock
from hourtrail.domain.firm import NOT_WORK, WorkItem
from hourtrail.domain.master import MasterData
from hourtrail.domain.suggestion import Suggestion
from hourtrail.flows.scoring import Scoring, VectorCache
from hourtrail.policy.propose import propose


@dataclass(slots=True)
class Proposals:
    """A suggestion for every block that has a work item in question, and why the others, or their answers, are withheld."""

    suggestions: list[Suggestion] = field(default_factory=list)
    withheld: list[Withheld] = field(default_factory=list)


def propose_all(
    blocks: Sequence[WorkBlock],
    *,
    master: MasterData,
    scoring: Scoring,
    as_of: datetime | Sequence[datetime],
    cache: VectorCache,
    explained: bool = True,
) -> Proposals:
    """Score and route ``blocks``, of one person or of several.

    ``as_of`` is one instant, or one a block: nothing that became known later is read. ``explained=False`` leaves out the
    reasons and the entries leaned on, which change no answer.
    """
    found = Proposals()
    candidates: list[Candidate] = []
    asked: list[datetime] = []
    in_question: dict[tuple[str, date, datetime], tuple[WorkItem, ...]] = {}
    instants = [as_of] * len(blocks) if isinstance(as_of, datetime) else as_of
    for block, instant in zip(blocks, instants, strict=True):
        asker = block.person, block.date, instant
        if asker not in in_question:
            known = scoring.known_items(block.person, as_of=instant)
            in_question[asker] = master.bookable(block.person, block.date, known)
        if items := in_question[asker]:
            candidates.append(Candidate(block=block, items=(*items, NOT_WORK)))
            asked.append(instant)
        else:
            found.withheld.append(_unassignable(block))
    for candidate, scores in scoring.scores(candidates, as_of=asked, cache=cache, explained=explained):
        suggestion, withheld = propose(candidate, scores, master=master, policy=scoring.policy, model=scoring.model)
        found.suggestions.append(suggestion)
        if withheld is not None:
            found.withheld.append(withheld)
    return found


def _unassignable(block: WorkBlock) -> Withheld:
    return Withheld(
        block=block.id,
        reason="no work item is open to this person on that day; assign them to a project or import tasks",
        person=block.person,
        date=block.date,
        title=block.title,
    )
