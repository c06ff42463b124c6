"""Asks a classifier to tell real rows from simulated ones."""

from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.stats import ks_2samp
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.tree import DecisionTreeClassifier

from hourtrail_training.realism.marginals import ALL, Floats, Marginal

AIM: Final = 0.75
"""Area under the curve up to which a marginal passes (models.md B5, 6)."""
MOST_ROWS: Final = 20_000
FEWEST_ROWS: Final = 30
QUANTILES: Final = (0.1, 0.25, 0.5, 0.75, 0.9)
FOLDS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One marginal, real beside simulated. ``auc`` is None where one side has too few rows to say anything."""

    data: str
    name: str
    unit: str
    rows_real: int
    rows_simulated: int
    quantiles_real: tuple[float, ...]
    quantiles_simulated: tuple[float, ...]
    mean_real: float
    mean_simulated: float
    distance: float | None
    """Kolmogorov-Smirnov: the largest difference of the two distribution functions."""
    auc: float | None

    @property
    def distinguishable(self) -> bool:
        """Whether the classifier does better than the aim allows."""
        return self.auc is not None and self.auc > AIM

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        return {**asdict(self), "distinguishable": self.distinguishable}


def compare(data: str, real: pd.DataFrame, simulated: pd.DataFrame, *, seed: int = 0) -> list[Compared]:
    """Every marginal of ``data`` (``commits``, ``timecards`` or ``meetings``) on two tables of it."""
    return [_compare(data, marginal, marginal.take(real), marginal.take(simulated), seed) for marginal in ALL[data]]


def _compare(data: str, marginal: Marginal, real: Floats, simulated: Floats, seed: int) -> Compared:
    enough = min(len(real), len(simulated)) >= FEWEST_ROWS
    return Compared(
        data=data, name=marginal.name, unit=marginal.unit, rows_real=len(real), rows_simulated=len(simulated),
        quantiles_real=_quantiles(real), quantiles_simulated=_quantiles(simulated),
        mean_real=_mean(real), mean_simulated=_mean(simulated),
        distance=float(ks_2samp(real, simulated).statistic) if enough else None,
        auc=_auc(real, simulated, seed) if enough else None,
    )  # fmt: skip


def _quantiles(values: Floats) -> tuple[float, ...]:
    return tuple(float(value) for value in np.quantile(values, QUANTILES)) if len(values) else ()


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _auc(real: Floats, simulated: Floats, seed: int) -> float:
    """Out-of-fold, on as many rows of either kind; never below .5, which is what guessing reaches."""
    rng = np.random.default_rng(seed)
    count = min(len(real), len(simulated), MOST_ROWS)
    values = np.concatenate([rng.choice(real, count, replace=False), rng.choice(simulated, count, replace=False)])
    labels = np.repeat([0, 1], count)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    # Of one number a single tree learns all that a forest would: which values are the simulator's.
    model = DecisionTreeClassifier(max_leaf_nodes=64, min_samples_leaf=max(5, count // 200), random_state=seed)
    guessed = cross_val_predict(model, values.reshape(-1, 1), labels, cv=folds, method="predict_proba")[:, 1]
    return max(0.5, float(roc_auc_score(labels, guessed)))
