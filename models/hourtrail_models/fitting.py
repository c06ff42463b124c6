"""Fit a ranker on labelled pairs: lambdarank, then one temperature on the newest rows that the trees did not see."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import lightgbm
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar

from hourtrail.domain.errors import InvalidInput, ModelUnavailable
from hourtrail.domain.ports import FeatureSpec
from hourtrail.domain.suggestion import ModelRef
from hourtrail.features import SPEC
from hourtrail_models.ranker import RankerScorer, grouped_softmax, sharpened
from hourtrail_models.shipped import bundled_scorer
from hourtrail_models.trees import Booster, Trees

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Boost: TypeAlias = Callable[[Floats, Ints, Bools, Floats | None], Any]
"""Grows the trees from matrix, group, chosen and the weight of each row; returns a booster."""

ROUNDS: Final = 150
"""Twice as many cost twice the time of every answer and gained nothing on the calibration year."""
MORE_ROUNDS: Final = 80
"""On top of the shipped ranker's."""
PARAMETERS: Final[dict[str, Any]] = {
    "objective": "lambdarank",
    "lambdarank_truncation_level": 5,
    "learning_rate": 0.08,
    "num_leaves": 31,
    "max_bin": 127,
    "min_data_in_leaf": 100,
    "feature_fraction": 0.7,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "seed": 20260302,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
    "num_threads": 1,
}
HELD_OUT: Final = 0.2
"""Share of the newest groups that set the temperature."""
SHRINK: Final = 500
"""Groups that the shipped temperature is worth: few labels must not refit a calibration (docs/explanation/measured-choices.md)."""
FEWEST_GROUPS: Final = 50


def boost_here(matrix: Floats | Singles, group: Ints, chosen: Bools, weight: Floats | None) -> Any:
    """Grow the trees in this process, from nothing."""
    return lightgbm.train(PARAMETERS, _dataset(matrix, group, chosen, weight), num_boost_round=ROUNDS)


def _dataset(matrix: Floats | Singles, group: Ints, chosen: Bools, weight: Floats | None) -> lightgbm.Dataset:
    starts = np.flatnonzero(np.append(True, group[1:] != group[:-1]))
    sizes = np.diff(np.append(starts, len(group)))
    return lightgbm.Dataset(matrix, label=chosen.astype(np.int32), group=sizes, weight=weight)


def fit_ranker(
    matrix: Floats,
    group: Ints,
    chosen: Bools,
    spec: FeatureSpec,
    *,
    weight: Floats | None = None,
    boost: Boost | None = None,
) -> RankerScorer:
    """Implements ``hourtrail.domain.ports.Refitter``; groups must come in time order.

    ``weight`` says how much each row counts for the trees, one value a row; None: all alike. ``boost`` grows them; None
    lets the shipped ranker grow on, so that few labels correct it instead of starting from nothing.

    Raises InvalidInput when there are fewer than ``FEWEST_GROUPS`` groups, a group comes in pieces, or the rows do not fit
    the spec.
    """
    if spec != SPEC:
        raise InvalidInput(f"this version fits rankers on the features {SPEC.version}, not {spec.version}")
    if matrix.shape != (len(group), len(spec.names)) or len(chosen) != len(group):
        raise InvalidInput(
            f"the matrix has the shape {matrix.shape}, the spec {len(spec.names)} columns, the groups {len(group)} rows"
        )
    if (group[1:] < group[:-1]).any():
        raise InvalidInput("the groups must be numbered in time order, so that the newest can be held out whole")
    starts = np.flatnonzero(np.append(True, group[1:] != group[:-1]))
    if len(starts) < FEWEST_GROUPS:
        raise InvalidInput(
            f"{len(starts)} labelled blocks are too few to fit a ranker; at least {FEWEST_GROUPS} are needed"
        )
    cut = int(starts[int(len(starts) * (1 - HELD_OUT))])
    shipped = _shipped()
    scale = Scale() if shipped is None else Scale(shipped.temperature, shipped.power)
    base = shipped if boost is None else None
    boost = boost or (boost_here if base is None else _on(base.booster))
    booster = boost(matrix[:cut], group[:cut], chosen[:cut], None if weight is None else weight[:cut])
    raw = np.asarray(booster.predict(matrix[cut:], raw_score=True), dtype=np.float64)
    temperature = fit_temperature(raw, group[cut:], chosen[cut:], scale)
    # The trees then see every row; a tenth to a quarter more data hardly moves the scale of their scores.
    booster = boost(matrix, group, chosen, weight)
    never_seen = untrained_columns(matrix)
    grown = booster.model_to_string()
    digest = hashlib.sha256(grown.encode() + repr(temperature).encode()).hexdigest()
    return RankerScorer(
        ref=ModelRef(name="ranker-refit", version=f"{len(starts)} blocks", digest=digest),
        spec=spec,
        # As it will be read to serve, so that whoever measures it measures that.
        booster=Trees(grown),
        temperature=temperature,
        power=scale.power,
        untrained=tuple(column for column in never_seen if base is None or column in base.untrained),
        # What the firm's own labels have shown is measured on them from here on.
        unproven=() if base is None else tuple(column for column in base.unproven if column in never_seen),
        trained_on=() if base is None else base.trained_on,
    )


@dataclass(frozen=True, slots=True)
class Scale:
    """How raw scores become probabilities: see ``hourtrail_models.ranker.sharpened``."""

    temperature: float = 1.0
    power: float = 1.0


def _shipped() -> RankerScorer | None:
    """The ranker of this installation; None where it cannot be used, because then nothing was measured."""
    try:
        return bundled_scorer()
    except ModelUnavailable:
        return None


def _on(booster: Booster) -> Boost:
    """Grows on from the trees of ``booster``."""
    base = lightgbm.Booster(model_str=booster.model_to_string())

    def boost(matrix: Floats, group: Ints, chosen: Bools, weight: Floats | None) -> Any:
        return lightgbm.train(PARAMETERS, _dataset(matrix, group, chosen, weight), MORE_ROUNDS, init_model=base)

    return boost


def untrained_columns(matrix: Floats) -> tuple[int, ...]:
    """Columns that never vary in the training rows, so that no tree can have learned what they mean.

    A column that is NaN in some rows and zero in the others counts as unvaried: a hint that was never seen to hold. One
    that is NaN or some other single number does not, because the trees can tell the two apart.
    """
    with np.errstate(invalid="ignore"):
        low = np.fmin.reduce(matrix, axis=0)
        high = np.fmax.reduce(matrix, axis=0)
    one_value = (low == high) & ((low == 0) | ~np.isnan(matrix).any(axis=0))
    constant = np.isnan(low) | one_value
    return tuple(int(column) for column in np.flatnonzero(constant))


def fit_temperature(raw: Floats, group: Ints, chosen: Bools, shipped: Scale) -> float:
    """The temperature of least log-loss at the shipped power, shrunk to the shipped one.

    ``T = (n T_fit + 500 T_shipped) / (n + 500)`` with n labelled groups (docs/explanation/measured-choices.md).
    """
    usable = np.isin(group, group[chosen])
    raw, group, chosen = raw[usable], group[usable], chosen[usable]
    if not len(raw):
        return shipped.temperature

    def loss(log_temperature: float) -> float:
        scores = sharpened(raw, group, float(np.exp(log_temperature)), shipped.power)
        return float(-np.log(np.maximum(grouped_softmax(scores, group)[chosen], 1e-12)).mean())

    found = float(np.exp(minimize_scalar(loss, bounds=(-3.0, 3.0), method="bounded").x))
    count = int(chosen.sum())
    return (count * found + SHRINK * shipped.temperature) / (count + SHRINK)


def fit_scale(raw: Floats, group: Ints, right: Bools) -> Scale:
    """Temperature and power under which the confidence of the best answer is most likely, for thousands of labelled groups.

    ``right`` marks the right row of each group; a group without one was answered wrongly whatever is best.
    """
    starts = np.flatnonzero(np.append(True, group[1:] != group[:-1]))
    best = np.lexsort((-raw, group))[starts]
    hit = right[best]

    def loss(logs: Floats) -> float:
        scores = sharpened(raw, group, float(np.exp(logs[0])), float(np.exp(logs[1])))
        confidence = np.clip(grouped_softmax(scores, group)[best], 1e-6, 1 - 1e-6)
        return float(-np.log(np.where(hit, confidence, 1 - confidence)).mean())

    plain = minimize_scalar(lambda log: loss(np.array([log, 0.0])), bounds=(-3.0, 3.0), method="bounded").x
    # Steps of a fifth: the method's own would be a quarter of a thousandth where a coordinate is zero.
    simplex = np.array([[plain, 0.0], [plain + 0.2, 0.0], [plain, -0.2]])
    found = minimize(
        loss,
        simplex[0],
        method="Nelder-Mead",
        options={"initial_simplex": simplex, "xatol": 1e-3, "fatol": 1e-6},
    )
    return Scale(*(float(value) for value in np.exp(found.x)))
