"""One replay of a public set, and what its rows are worth."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hourtrail.domain.ports import Refitter, Scorer
from hourtrail.flows.backtest import metrics
from hourtrail.flows.backtest.baselines import LastLabels, ranked_hits
from hourtrail.flows.backtest.mapping import baselines
from hourtrail.flows.backtest.replay import DAY, WINDOW, Outcome, Replay
from hourtrail.flows.backtest.world import World
from hourtrail_models.thresholds import learn_then_test

Rows = NDArray[np.int64]
NUMBERS: Final = ("top1", "top3", "top1_at_switch", "ece", "mrr", "log_loss")
AIMS: Final = (0.95, 0.97)


@dataclass(frozen=True)
class Replayed:
    """A replay from one row on, with the last labels beside it. ``shown`` are the rows shown at each aim."""

    world: World
    outcome: Outcome
    first: int
    last: LastLabels
    shown: Mapping[float, NDArray[np.bool_]]
    seconds: float

    def measured(self) -> Rows:
        """The eligible rows behind the split."""
        return np.flatnonzero(self.world.rows.eligible & (np.arange(len(self.world.rows)) >= self.first))

    def line(self, rows: Rows) -> dict[str, Any]:
        """Accuracy, calibration, coverage and baselines of some rows."""
        people = np.unique([row.person for row in self.world.rows.activities], return_inverse=True)[1]
        label = self.world.label
        ranked = self.outcome.ranked(rows, self.world.unseen)
        found = metrics.summary(ranked, at_switch=self.last.last[rows, 0] != label[rows], people=people[rows])
        is_measured = np.zeros(len(label), dtype=np.bool_)
        is_measured[rows] = True
        covered = {
            f"shown_at_{aim:.2f}": [
                metrics.mean(shown[rows]),
                metrics.ratio(int((ranked.right & shown[rows]).sum()), int(shown[rows].sum())),
            ]
            for aim, shown in self.shown.items()
        }
        return {
            "n": len(rows),
            **{name: found[name] for name in NUMBERS},
            "interval": found["interval"]["top1"],
            **covered,
            "knn_own_history": ranked_hits(self.outcome.knn[rows], label[rows])["top1"],
            "last_label": self.last.score(label, is_measured)["top1"],
            "seconds": round(self.seconds, 1),
        }

    def baselines(self) -> dict[str, Any]:
        """What ``hourtrail backtest mapping`` prints beside its answer, on the measured rows."""
        is_measured = np.zeros(len(self.world.rows), dtype=np.bool_)
        is_measured[self.measured()] = True
        return baselines(self.world.rows, self.world, self.outcome, self.last, measured=is_measured, split=self.first)


def replayed(
    world: World,
    scorer: Scorer,
    first: int,
    *,
    refitter: Refitter | None = None,
    refit_days: float = 30.0,
    say: Callable[[str], None],
) -> Replayed:
    """Predict every row from ``first`` on, as ``backtest mapping`` does, thresholds renewed every ``refit_days``."""
    began = time.monotonic()
    outcome = Replay(
        rows=world.rows,
        world=world,
        scorer=scorer,
        refitter=refitter,
        selector=learn_then_test,
        refit_days=refit_days,
        target_precision=AIMS[0],
        progress=lambda done, of: say(f"{done:,} of {of:,} rows"),
    ).run(first)
    people = [row.person for row in world.rows.activities]
    return Replayed(
        world=world,
        outcome=outcome,
        first=first,
        last=LastLabels(people, world.label, world.rows.asked, world.rows.known),
        shown={aim: shown_at(world, outcome, aim, refit_days) for aim in AIMS},
        seconds=time.monotonic() - began,
    )


def shown_at(world: World, outcome: Outcome, aim: float, days: float) -> NDArray[np.bool_]:
    """Which rows pass a threshold that the newest outcomes known before each stretch of ``days`` had set at ``aim``."""
    asked, known = world.rows.asked, world.rows.known
    shown = np.zeros(len(asked), dtype=np.bool_)
    row = outcome.first
    while row < len(asked):
        before = np.arange(outcome.first, row)
        before = before[known[before] <= asked[row]]
        newest = before[np.argsort(known[before], kind="stable")][-WINDOW:]
        newest = newest[~outcome.none_top[newest]]
        last = max(int(np.searchsorted(asked, asked[row] + days * DAY, side="left")), row + 1)
        value = None
        if len(newest):
            value = learn_then_test(outcome.top[newest], outcome.rank[newest] == 1, target=aim)
        if value is not None:
            shown[row:last] = (outcome.top[row:last] >= value) & ~outcome.none_top[row:last]
        row = last
    return shown
