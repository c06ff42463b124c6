"""Firms that no share of the mix was fitted on, with what their people **truly** did as labels.

Simulated by the build whose mechanisms of traces and bias nothing is tuned on, played like the firms to learn from
(``simulated_firms``). The label of a block is the work that took most of its minutes, so that what people let themselves be lured
to counts for nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hourtrail.domain.ports import Scorer
from hourtrail.flows.decision_log import Example, read_log
from hourtrail.flows.relive import Relived, relive
from hourtrail.store import open_store
from hourtrail.wiring import Models
from hourtrail_training.answers import Answers
from hourtrail_training.dataset import digest_of
from hourtrail_training.from_log import answers_of
from hourtrail_training.simulated_firms import Firm, Kept
from hourtrail_training.simulator.deciding import Truth
from hourtrail_training.simulator.played_files import truth_of
from hourtrail_training.slices import last_label_right

HELD_OUT: Final = tuple(Firm(seed=seed, held_out=True) for seed in (1001, 1002, 1003))

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class TrueBlocks:
    """Blocks of one firm whose true work was among the candidates; ``last`` says where copying the last label is right."""

    seed: int
    relived: Relived
    last: Bools
    digest: str

    def answers(self, scorer: Scorer) -> Answers:
        """What a scorer says to them."""
        return answers_of(scorer, self.relived)

    def kinds(self) -> NDArray[np.str_]:
        """The kind of each block."""
        return np.array([row.suggestion.block.kind.value if row.suggestion else "" for row in self.relived.examples])


def true_blocks(kept: Kept, models: Models) -> TrueBlocks:
    """Everything that was suggested to the firm's people, answered or not."""
    truth = truth_of(kept.truth)
    store = open_store(kept.url)
    try:
        with store.tenant("default", read_only=True) as db:
            examples = []
            for row in read_log(db).examples:
                if row.suggestion is None or row.asked_at is None or row.superseded_by is not None:
                    continue
                inside = Truth.within(row.suggestion, truth.get((row.suggestion.person, row.suggestion.date), ()))
                if inside.was_work(row.suggestion):
                    examples.append(replace(row, truth=inside.items[0][0], weight=1.0))
            relived = relive(db, sorted(examples, key=_asked), models)
    finally:
        store.close()
    has = np.zeros(len(relived), dtype=np.bool_)
    has[relived.query[relived.label]] = True
    relived = _only(relived, has)
    return TrueBlocks(
        seed=kept.firm.seed, relived=relived, last=last_label_right(relived), digest=digest_of(relived.examples)
    )


def joined_answers(firms: Sequence[TrueBlocks], scorer: Scorer) -> Answers:
    """The answers to all firms, one behind the other."""
    return Answers.joined([firm.answers(scorer) for firm in firms])


def digest_of_all(firms: Sequence[TrueBlocks]) -> str:
    """Of all their labels."""
    return sha256("\n".join(firm.digest for firm in firms).encode()).hexdigest()


def _asked(row: Example) -> tuple[str, str]:
    return (row.asked_at.isoformat() if row.asked_at else "", row.suggestion.id if row.suggestion else "")


def _only(relived: Relived, rows: Bools) -> Relived:
    pairs = rows[relived.query]
    number = np.cumsum(rows) - 1
    return Relived(
        tuple(row for row, there in zip(relived.examples, rows.tolist(), strict=True) if there), relived.matrix[pairs],
        number[relived.query[pairs]], relived.item[pairs], relived.items, relived.label[pairs], relived.none[pairs],
    )  # fmt: skip
