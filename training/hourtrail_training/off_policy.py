"""How right would a model have been on everything, when only some of it was shown and answered?

Labels exist for what was shown and answered, and that is chosen: sure suggestions are shown and answered more often, so
the plain share of right answers among them is too high. Each answered row therefore counts one over the probability with
which it came to be answered; the self-normalised estimate is sum(w r) / sum(w) (SNIPS; Swaminathan and Joachims, NeurIPS
2015). It stands beside the plain one, never in its place: with few effective rows its interval is wide.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hourtrail.domain.errors import InvalidInput
from hourtrail.flows.decision_log import Example

DRAWS: Final = 1_000
SEED: Final = 20260302

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A share with its 95 % interval over people; ``effective`` is how many equally weighted rows it is worth (Kish)."""

    value: float
    low: float
    high: float
    rows: int
    effective: float

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        names = ("value", "low", "high", "effective")
        return {**{name: round(getattr(self, name), 4) for name in names}, "rows": self.rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class OffPolicy:
    """The estimates; ``naive`` is the plain share among the answered. ``audited`` is that of answers kept back by lot, the only
    one that acceptance of what merely looks sure cannot raise; None before the first.
    """

    naive: Estimate
    snips: Estimate
    audited: Estimate | None = None

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        audited = None if self.audited is None else self.audited.as_json()
        return {"naive": self.naive.as_json(), "snips": self.snips.as_json(), "audited": audited}


def estimate(reward: Floats, propensity: Floats, people: Ints, *, target: Floats | None = None) -> OffPolicy:
    """From the answered rows: ``reward`` (n,) is 1 where the answer was right, ``propensity`` (n,) the probability with
    which the row came to be shown and answered, ``target`` that with which the judged policy shows it (None: everything).

    Raises InvalidInput for no row, or a propensity outside (0, 1].
    """
    if not len(reward):
        raise InvalidInput("there is no answered suggestion to estimate from")
    if not np.all((propensity > 0) & (propensity <= 1)):
        raise InvalidInput("a propensity is no probability above 0; such a row could not have been logged")
    weight = (np.ones(len(reward)) if target is None else target) / propensity
    if weight.sum() <= 0:
        raise InvalidInput("the judged policy shows none of the logged answers; nothing can be said about it")
    ones = np.ones(len(reward))
    return OffPolicy(naive=_weighted(reward, ones, people), snips=_weighted(reward, weight, people))


def _weighted(reward: Floats, weight: Floats, people: Ints) -> Estimate:
    _, codes = np.unique(people, return_inverse=True)
    hits, weights = np.bincount(codes, reward * weight), np.bincount(codes, weight)
    draws = np.random.default_rng(SEED).multinomial(len(hits), np.full(len(hits), 1 / len(hits)), size=DRAWS)
    totals = draws @ weights
    shares = (draws @ hits)[totals > 0] / totals[totals > 0]
    low, high = np.quantile(shares, (0.025, 0.975)).tolist()
    return Estimate(
        value=float(hits.sum() / weights.sum()), low=low, high=high, rows=len(reward),
        effective=float(weight.sum() ** 2 / (weight**2).sum()),
    )  # fmt: skip


def of_log(examples: Sequence[Example]) -> OffPolicy | None:
    """How right the shown answers were, over everything for which an answer was shown; None before the first answer.

    A row's propensity is the logged one of being shown, times that of its order, times the share of its band's suggestions
    that people answered: whom and what people leave unanswered is not recorded in any other way. Raises InvalidInput for an
    impossible propensity.
    """
    shown = [
        row for row in examples
        if row.suggestion is not None and row.suggestion.item is not None and row.superseded_by is None
    ]  # fmt: skip
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in shown:
        counts[_band(row)][0] += 1
        counts[_band(row)][1] += row.was_right is not None
    answered = [row for row in shown if row.was_right is not None]
    if not answered:
        return None
    propensity = np.array([_propensity(row) * counts[_band(row)][1] / counts[_band(row)][0] for row in answered])
    reward = np.array([float(row.was_right is True) for row in answered])
    found = estimate(reward, propensity, _people(answered))
    kept = [row for row in examples if row.kept_back_right is not None]
    if not kept:
        return found
    right = np.array([float(row.kept_back_right is True) for row in kept])
    return replace(found, audited=estimate(right, np.ones(len(kept)), _people(kept)).naive)


def _people(rows: Sequence[Example]) -> Ints:
    return np.unique([row.suggestion.person for row in rows if row.suggestion], return_inverse=True)[1].astype(np.int64)


def _propensity(row: Example) -> float:
    shown = row.suggestion.propensity if row.suggestion else 1.0
    return shown * (row.decision.propensity if row.decision else 1.0)


def _band(row: Example) -> str:
    if row.decision is not None and row.decision.threshold:
        return str(row.decision.threshold["band"])
    return row.suggestion.band.value if row.suggestion else ""
