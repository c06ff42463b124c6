"""A model's answers to labelled blocks: the best real work item of each, whether it was right, and the bands that they earn."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hourtrail.domain.suggestion import Band, Threshold
from hourtrail.flows.backtest.metrics import expected_calibration_error
from hourtrail_models.thresholds import learn_then_test

PREFILL_PROMISE, PREFILL_AIM = 0.95, 0.97
"""Aim at 97 % to promise 95 % (docs/explanation/measured-choices.md)."""
SUGGEST_PROMISE: Final = 0.90
ASK_COVERAGE: Final = 0.90
"""The least ambiguous sets of answers that hold the right one for 90 % (LAC; Sadinle, Lei and Wasserman, JASA 2019)."""
LEAST_ASKED: Final = 0.01
"""Nobody is asked about an answer less likely than this, whatever the coverage."""
MOST_ASKED: Final = 3
"""Larger sets are useless on a screen (docs/explanation/measured-choices.md), so the coverage that is stated is that of three answers."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Answers:
    """One line a block. "None of these" is never shown as a suggestion, so places count real answers.

    ``confidence`` and ``right`` are of the best real answer, ``none_top`` says that "none of these" beat it; ``truth`` is
    the right answer's probability and ``place`` how many real answers stand before it (0 and a large number where it was
    no candidate).
    """

    confidence: Floats
    right: Bools
    none_top: Bools
    truth: Floats
    place: Ints

    @classmethod
    def of(cls, probability: Floats, query: Ints, *, none: Bools, label: Bools) -> "Answers":
        """From the probabilities of all pairs: ``query`` numbers the blocks from 0, in order, none left out.

        ``none`` marks the pairs of "none of these", ``label`` the right pair of each block that has one.
        """
        count = int(query[-1]) + 1 if len(query) else 0
        if not count:
            flags, zeros = np.zeros(0, dtype=np.bool_), np.zeros(0)
            return cls(zeros, flags, flags, zeros, np.zeros(0, dtype=np.int64))
        order = np.lexsort((-np.where(none, -1.0, probability), query))
        starts = np.searchsorted(query, np.arange(count))
        before = np.empty(len(order), dtype=np.int64)
        before[order] = np.arange(len(order)) - starts[query]
        best = order[starts]
        truth = np.zeros(count)
        place = np.full(count, np.iinfo(np.int64).max)
        truth[query[label]] = probability[label]
        place[query[label]] = before[label]
        beaten = np.maximum.reduceat(np.where(none, probability, 0.0), starts) > probability[best]
        return cls(probability[best], label[best], none[best] | beaten, truth, place)

    def __len__(self) -> int:
        return len(self.confidence)

    def only(self, rows: Bools) -> "Answers":
        """Those rows."""
        return Answers(self.confidence[rows], self.right[rows], self.none_top[rows], self.truth[rows], self.place[rows])

    @classmethod
    def joined(cls, parts: "list[Answers]") -> "Answers":
        """Several stretches, one behind the other."""
        names = ("confidence", "right", "none_top", "truth", "place")
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))

    def metrics(self) -> dict[str, float]:
        """What stands in the artefact."""
        return {
            "calibration_rows": float(len(self.right)),
            "calibration_top1": float(self.right.mean()),
            "calibration_ece": expected_calibration_error(self.confidence, self.right) or 0.0,
        }


def thresholds(answers: Answers, said: str, *, proving: tuple[Answers, str] | None = None) -> tuple[Threshold, ...]:
    """Most certain first; a band whose precision no threshold can promise is left out. ``said`` names the labels, in words.

    Prefill is earned on ``proving`` where it is given, with its labels in words: those that no suggestion led to. A threshold
    learned from what was shown and accepted would promise what acceptance, not accuracy, keeps.
    """
    sure, of_sure = proving or (answers, said)
    prefill = _learned(sure, PREFILL_AIM)
    suggest = _learned(answers, SUGGEST_PROMISE)
    if prefill is not None and (suggest is None or suggest > prefill):
        # Each test starts at a height of its own, so this can happen; what keeps 97 % keeps 90 %.
        suggest = prefill
    earned = tuple(
        Threshold(band=band, value=value, target_precision=promise, basis=f"Learn-then-Test at {aim:.2f} on {words}")
        for band, value, promise, aim, words in (
            (Band.PREFILL, prefill, PREFILL_PROMISE, PREFILL_AIM, of_sure),
            (Band.SUGGEST, suggest, SUGGEST_PROMISE, SUGGEST_PROMISE, said),
        )
        if value is not None
    )
    return (*earned, _ask(answers, min((row.value for row in earned), default=1.0), said))


def _learned(answers: Answers, aim: float) -> float | None:
    asked = ~answers.none_top
    return learn_then_test(answers.confidence[asked], answers.right[asked], target=aim) if asked.any() else None


def _ask(answers: Answers, lowest: float, said: str) -> Threshold:
    """The bound of the LAC sets; its basis states how often the answers that are really shown held the right one."""
    value = float(np.quantile(answers.truth, 1 - ASK_COVERAGE, method="lower"))
    value = max(LEAST_ASKED, min(value, lowest))
    held = float(((answers.truth >= value) & (answers.place < MOST_ASKED)).mean())
    basis = f"at most {MOST_ASKED} answers of at least {value:.1%} hold the right one for {held:.0%} of {said}"
    return Threshold(band=Band.ASK, value=value, target_precision=SUGGEST_PROMISE, basis=basis)
