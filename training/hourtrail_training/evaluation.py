"""What a model's answers are worth, weighted, with intervals over people, beside another model's answers to the same rows."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hourtrail.flows.backtest.metrics import BINS, LOG_LOSS_FLOOR
from hourtrail_training.answers import Answers

DRAWS: Final = 1_000
SEED: Final = 20260302

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Bin:
    """One bar of a reliability plot: mean confidence, share that was right, and the weight of its rows."""

    confidence: float
    right: float
    weight: float


def top1(answers: Answers, weight: Floats) -> float:
    """Weighted share of rows whose best real answer was right; 0 of nothing."""
    return weighted(answers.right, weight)


def metrics(answers: Answers, weight: Floats) -> dict[str, float]:
    """``top1``, ``top3``, ``mrr``, ``log_loss``, ``ece``, and the number of rows."""
    reciprocal = 1.0 / (1.0 + answers.place.astype(np.float64))
    return {
        "rows": float(len(answers)),
        "top1": weighted(answers.right, weight),
        "top3": weighted(answers.place < 3, weight),
        "mrr": weighted(np.where(answers.place < np.iinfo(np.int64).max, reciprocal, 0.0), weight),
        "log_loss": weighted(-np.log(np.maximum(answers.truth, LOG_LOSS_FLOOR)), weight),
        "ece": calibration_error(answers.confidence, answers.right, weight),
    }


def reliability(confidence: Floats, right: Bools, weight: Floats) -> list[Bin]:
    """The non-empty of 15 equal-width bins."""
    bins = np.minimum((confidence * BINS).astype(np.int64), BINS - 1)
    total = np.bincount(bins, weight, BINS)
    sure, hits = np.bincount(bins, confidence * weight, BINS), np.bincount(bins, right * weight, BINS)
    return [
        Bin(float(sure[row] / total[row]), float(hits[row] / total[row]), float(total[row]))
        for row in np.flatnonzero(total > 0).tolist()
    ]


def calibration_error(confidence: Floats, right: Bools, weight: Floats) -> float:
    """Weighted ECE of the top answer over those bins (Naeini et al., AAAI 2015)."""
    bins = reliability(confidence, right, weight)
    total = sum(row.weight for row in bins)
    return sum(row.weight * abs(row.right - row.confidence) for row in bins) / total if total else 0.0


def chance_calibration_error(confidence: Floats, weight: Floats, *, share: float = 0.95) -> float:
    """The ECE that a perfectly calibrated model with these confidences stays below with probability ``share``.

    Outcomes are drawn from the confidences themselves (consistency resampling; Broecker and Smith, Weather and Forecasting
    2007): with few rows an ECE of some hundredths is chance.
    """
    random = np.random.default_rng(SEED)
    drawn = [calibration_error(confidence, random.random(len(confidence)) < confidence, weight) for _ in range(200)]
    return float(np.quantile(drawn, share)) if drawn else 0.0


def coverage(answers: Answers, weight: Floats, threshold: float | None) -> tuple[float, float | None]:
    """Share of rows shown from a confidence on, and the precision of those; no threshold shows nothing."""
    shown = np.zeros(len(answers), dtype=np.bool_)
    if threshold is not None:
        shown = (answers.confidence >= threshold) & ~answers.none_top
    return weighted(shown, weight), weighted(answers.right[shown], weight[shown]) if weight[shown].sum() > 0 else None


def coverage_curve(answers: Answers, weight: Floats) -> list[tuple[float, float]]:
    """(coverage, precision) from the most certain row down, at up to 100 places."""
    shown = np.flatnonzero(~answers.none_top)
    order = shown[np.argsort(-answers.confidence[shown], kind="stable")]
    total, ours = weight.sum(), np.cumsum(weight[order])
    hits = np.cumsum(answers.right[order] * weight[order])
    places = np.unique(np.linspace(0, len(order) - 1, min(len(order), 100)).astype(np.int64))
    return [(float(ours[row] / total), float(hits[row] / ours[row])) for row in places if ours[row] > 0]


@dataclass(frozen=True, slots=True)
class Difference:
    """Top-1 of one side minus the other on the same rows; ``low`` and ``high`` bound the middle 90 % over people."""

    value: float
    low: float
    high: float

    def as_json(self) -> dict[str, Any]:
        """For reports."""
        return {"value": round(self.value, 4), "low": round(self.low, 4), "high": round(self.high, 4)}


def difference(one: Bools, other: Bools, weight: Floats, people: Ints) -> Difference:
    """Paired, with people drawn whole (bootstrap, seeded): ``low`` is the one-sided 95 % bound."""
    gain = (one.astype(np.float64) - other.astype(np.float64)) * weight
    if not len(gain) or weight.sum() <= 0:
        return Difference(0.0, 0.0, 0.0)
    _, codes = np.unique(people, return_inverse=True)
    gains, weights = np.bincount(codes, gain), np.bincount(codes, weight)
    draws = np.random.default_rng(SEED).multinomial(len(gains), np.full(len(gains), 1 / len(gains)), size=DRAWS)
    means = (draws @ gains) / np.maximum(draws @ weights, 1e-12)
    low, high = np.quantile(means, (0.05, 0.95)).tolist()
    return Difference(float(gain.sum() / weight.sum()), low, high)


def weighted(values: Bools | Floats, weight: Floats) -> float:
    """Weighted mean; 0 of nothing."""
    total = float(weight.sum())
    return float((values * weight).sum() / total) if total > 0 else 0.0
