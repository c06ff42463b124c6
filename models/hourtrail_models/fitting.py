"""Fit a ranker on labelled pairs: lambdarank, then one temperature on the newest rows that the trees did not see."""

import hashlib
from collections.abc import Callable
from typing import Any, Final, TypeAlias

import lightgbm
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.ports import FeatureSpec
from hourtrail.domain.suggestion import ModelRef
from hourtrail.features import SPEC
from hourtrail_models.ranker import RankerScorer, grouped_softmax

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Boost: TypeAlias = Callable[[Floats, Ints, Bools, Floats | None], Any]
"""Grows the trees from matrix, group, chosen and the weight of each row; returns a booster."""

ROUNDS: Final = 300
PARAMETERS: Final[dict[str, Any]] = {
    "objective": "lambdarank",
    "lambdarank_truncation_level": 5,
    "learning_rate": 0.06,
    "num_leaves": 31,
    "min_data_in_leaf": 100,
    "feature_fraction": 0.7,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "seed": 20260302,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
    "num_threads": 2,
}
HELD_OUT: Final = 0.2
"""Share of the newest groups that set the temperature."""
SHRINK: Final = 500
"""Groups that the neutral temperature 1 is worth: few labels must not refit a calibration (docs/explanation/measured-choices.md)."""
FEWEST_GROUPS: Final = 50


def boost_here(matrix: Floats, group: Ints, chosen: Bools, weight: Floats | None) -> Any:
    """Grow the trees in this process."""
    starts = np.flatnonzero(np.append(True, group[1:] != group[:-1]))
    sizes = np.diff(np.append(starts, len(group)))
    data = lightgbm.Dataset(matrix, label=chosen.astype(np.int32), group=sizes, weight=weight)
    return lightgbm.train(PARAMETERS, data, num_boost_round=ROUNDS)


def fit_ranker(
    matrix: Floats,
    group: Ints,
    chosen: Bools,
    spec: FeatureSpec,
    *,
    weight: Floats | None = None,
    boost: Boost = boost_here,
) -> RankerScorer:
    """Implements ``hourtrail.domain.ports.Refitter``; groups must come in time order.

    ``weight`` says how much each row counts for the trees, one value a group; None: all alike. ``boost`` grows them.

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
    booster = boost(matrix[:cut], group[:cut], chosen[:cut], None if weight is None else weight[:cut])
    temperature = fit_temperature(
        np.asarray(booster.predict(matrix[cut:], raw_score=True), dtype=np.float64), group[cut:], chosen[cut:]
    )
    # The trees then see every row; a tenth to a quarter more data hardly moves the scale of their scores.
    booster = boost(matrix, group, chosen, weight)
    digest = hashlib.sha256(booster.model_to_string().encode() + repr(temperature).encode()).hexdigest()
    return RankerScorer(
        ref=ModelRef(name="ranker-refit", version=f"{len(starts)} blocks", digest=digest),
        spec=spec,
        booster=booster,
        temperature=temperature,
        untrained=untrained_columns(matrix),
    )


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


def fit_temperature(raw: Floats, group: Ints, chosen: Bools) -> float:
    """The temperature of least log-loss, shrunk to 1: ``T = (n T_fit + 500) / (n + 500)`` (docs/explanation/measured-choices.md)."""
    usable = np.isin(group, group[chosen])
    raw, group, chosen = raw[usable], group[usable], chosen[usable]
    if not len(raw):
        return 1.0

    def loss(log_temperature: float) -> float:
        probability = grouped_softmax(raw / np.exp(log_temperature), group)[chosen]
        return float(-np.log(np.maximum(probability, 1e-12)).mean())

    found = float(np.exp(minimize_scalar(loss, bounds=(-3.0, 3.0), method="bounded").x))
    count = int(chosen.sum())
    return (count * found + SHRINK) / (count + SHRINK)
