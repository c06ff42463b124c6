"""The prior: what needs no review. Trees that tell slips from the firm's own entries, and an isolation forest for the rest.

The trees learn from copies of the firm's entries with general slips put in (``hourtrail.unusual.contrast``). Each person is
judged by trees that saw none of that person's rows. An entry that looks like a slip itself is then taken out of what counts
as usual, and the trees are fitted again; otherwise the faults that are looked for would teach that they are normal.
"""

import hashlib
from dataclasses import dataclass, replace
from typing import Any, Final

import lightgbm
import numpy as np
from numpy.typing import NDArray

from hourtrail.domain.errors import ModelUnavailable
from hourtrail.domain.suggestion import ModelRef
from hourtrail.unusual import COLUMNS, SPEC
from hourtrail_models.anomaly.forest import Forest, fit_forest
from hourtrail_models.artefact import Artefact

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

FOREST: Final = "forest.npz"
FOLDS: Final = 3
ROUNDS: Final = 150
PASSES: Final = 3
SUSPECT: Final = 0.3
"""From this probability on an entry is no example of a usual one."""
FOREST_SHARE: Final = 0.35
"""The most that the isolation forest alone can say: what is rare in general is less often wrong than what looks like a slip."""
FOREST_TAIL: Final = 0.02
"""Share of the rows that the forest speaks of at all."""
PARAMETERS: Final[dict[str, Any]] = {
    "objective": "binary",
    "learning_rate": 0.05,
    "num_leaves": 8,
    "min_data_in_leaf": 30,
    "feature_fraction": 0.7,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "max_bin": 127,
    "seed": 20261121,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
    "num_threads": 1,
    # A residual that can only speak against an entry must never speak for it, whatever a sample says.
    "monotone_constraints": [column.direction for column in COLUMNS],
}


@dataclass(frozen=True)
class AnomalyPrior:
    """Implements ``hourtrail.domain.ports.AnomalyScorer``."""

    ref: ModelRef
    boosters: tuple[Any, ...]
    forest: Forest

    spec = SPEC

    def scores(self, matrix: Floats, group: Ints) -> Floats:
        """Probability-like, 0..1; ``group`` is the person of each row."""
        slip = self._slip(matrix, group)
        rare = self.forest.tail(matrix, FOREST_TAIL)
        return np.asarray(1 - (1 - slip) * (1 - FOREST_SHARE * rare), dtype=np.float64)

    def contributions(self, matrix: Floats, group: Ints) -> Floats:
        """Exact TreeSHAP contributions to the log-odds of a slip; shape of ``matrix``."""
        out = np.zeros(matrix.shape)
        for fold, booster in enumerate(self.boosters):
            rows = group % len(self.boosters) == fold
            if rows.any():
                out[rows] = np.asarray(booster.predict(matrix[rows], pred_contrib=True, num_threads=1))[:, :-1]
        return out

    def _slip(self, matrix: Floats, group: Ints) -> Floats:
        out = np.zeros(len(matrix))
        for fold, booster in enumerate(self.boosters):
            rows = group % len(self.boosters) == fold
            if rows.any():
                out[rows] = booster.predict(matrix[rows], num_threads=1)
        return out


def fit_prior(matrix: Floats, group: Ints, copies: Floats, row: Ints, slip: Bools) -> AnomalyPrior:
    """Implements ``hourtrail.domain.ports.AnomalyFitter``. ``group`` is the person of each row of ``matrix``;
    the other three are a contrast (``hourtrail.unusual.contrast_of``).
    """
    base = group[row] % FOLDS
    usual = np.ones(len(row), dtype=np.bool_)
    boosters: list[Any] = []
    for _ in range(PASSES):
        boosters = [_fit(copies, slip, (base != fold) & usual) for fold in range(FOLDS)]
        rows = np.unique(row)
        suspect = np.zeros(len(matrix), dtype=np.bool_)
        for fold, booster in enumerate(boosters):
            mine = rows[group[rows] % FOLDS == fold]
            suspect[mine] = np.asarray(booster.predict(matrix[mine], num_threads=1)) > SUSPECT
        usual = ~suspect[row]
    unnamed = ModelRef(name="anomaly-prior", version=f"{len(matrix)} entries", digest="")
    prior = AnomalyPrior(ref=unnamed, boosters=tuple(boosters), forest=fit_forest(matrix))
    return replace(prior, ref=replace(unnamed, digest=_digest(prior)))


def _digest(prior: AnomalyPrior) -> str:
    """SHA-256 over the files that the prior would be kept in: fitted to the same entries, it is the same."""
    whole = hashlib.sha256()
    for name, content in sorted(artefact_files(prior).items()):
        whole.update(f"{name} {hashlib.sha256(content).hexdigest()}\n".encode())
    return whole.hexdigest()


def _fit(copies: Floats, slip: Bools, rows: Bools) -> Any:
    data = lightgbm.Dataset(copies[rows], label=slip[rows].astype(np.int32))
    return lightgbm.train(PARAMETERS, data, num_boost_round=ROUNDS)


def artefact_files(prior: AnomalyPrior) -> dict[str, bytes]:
    """The files of an artefact that ``from_artefact`` turns into the same prior again; its manifest names ``SPEC``."""
    trees = {_trees(fold): booster.model_to_string().encode() for fold, booster in enumerate(prior.boosters)}
    return trees | {FOREST: prior.forest.to_bytes()}


def from_artefact(artefact: Artefact) -> AnomalyPrior:
    """The prior that an artefact holds. Raises ModelUnavailable when it cannot be read or was made for other residuals."""
    artefact.require(spec=SPEC, encoder="")
    try:
        boosters = tuple(lightgbm.Booster(model_str=artefact.content(_trees(fold)).decode()) for fold in range(FOLDS))
    except (ValueError, lightgbm.basic.LightGBMError) as error:
        raise ModelUnavailable(
            f"the anomaly model in {artefact.folder} cannot be read: {error}; fit it again"
        ) from error
    return AnomalyPrior(ref=artefact.ref, boosters=boosters, forest=Forest.from_bytes(artefact.content(FOREST)))


def _trees(fold: int) -> str:
    return f"slips-{fold}.txt"
