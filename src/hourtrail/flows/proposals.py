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
    blocks: Sequence[WorkBlock], *, master: MasterData, scoring: Scoring, as_of: datetime, cache: VectorCache
) -> Proposals:
    """Score and route ``blocks``, of one person or of several, with nothing that became known after ``as_of``."""
    found = Proposals()
    candidates: list[Candidate] = []
    in_question: dict[tuple[str, date], tuple[WorkItem, ...]] = {}
    for block in blocks:
        asked = block.person, block.date
        if asked not in in_question:
            in_question[asked] = master.bookable(*asked, scoring.known_items(block.person, as_of=as_of))
        if items := in_question[asked]:
            candidates.append(Candidate(block=block, items=(*items, NOT_WORK)))
        else:
            found.withheld.append(_unassignable(block))
    for candidate, scores in scoring.scores(candidates, as_of=as_of, cache=cache):
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
