"""The ranker: LightGBM's raw scores, softmax over a block's work items at one temperature, exact contributions.

Columns that the training data never showed (a calendar series in a benchmark of commits, say) would be ignored by the
trees. For those, and only those, the hand-set weights of the rules scorer are added to the raw score, so that a ticket
prefix or an attendee's company counts from the first day. They are zero wherever the columns are unknown, so the
calibration that was measured without them stands.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import lightgbm
import numpy as np
from numpy.typing import NDArray

from hourtrail.domain.errors import ModelUnavailable
from hourtrail.domain.ports import FeatureSpec
from hourtrail.domain.suggestion import Band, ModelRef, Threshold
from hourtrail.features import SPEC, RulesScorer
from hourtrail_models.artefact import Artefact

BOOSTER: Final = "ranker.txt"
CALIBRATION: Final = "calibration.json"
SKETCH: Final = "trained_on.json"
MANY_ROWS: Final = 20_000
"""From here on a second thread pays for itself; below, threads only get in each other's way."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class RankerScorer:
    """Implements ``hourtrail.domain.ports.Scorer``. ``untrained`` are columns whose weights come from the rules."""

    ref: ModelRef
    spec: FeatureSpec
    booster: Any
    temperature: float
    untrained: tuple[int, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    trained_on: tuple[int, ...] = ()

    def probabilities(self, matrix: Floats, group: Ints) -> Floats:
        """Softmax of the raw scores within each group; shape (rows,)."""
        if not len(matrix):
            return np.zeros(0)
        return grouped_softmax(self._raw(matrix) / self.temperature + self._from_rules(matrix).sum(axis=1), group)

    def contributions(self, matrix: Floats) -> Floats:
        """Exact TreeSHAP contributions at the temperature, plus the rules' part; shape of ``matrix``."""
        if not len(matrix):
            return np.zeros(matrix.shape)
        exact = np.asarray(self.booster.predict(matrix, pred_contrib=True, num_threads=1))[:, :-1]
        total: Floats = exact / self.temperature + self._from_rules(matrix)
        return total

    def _raw(self, matrix: Floats) -> Floats:
        threads = 2 if len(matrix) >= MANY_ROWS else 1
        return np.asarray(self.booster.predict(matrix, raw_score=True, num_threads=threads), dtype=np.float64)

    def _from_rules(self, matrix: Floats) -> Floats:
        total = np.zeros(matrix.shape)
        if self.untrained:
            columns = list(self.untrained)
            total[:, columns] = RulesScorer().contributions(matrix)[:, columns]
        return total


def grouped_softmax(scores: Floats, group: Ints) -> Floats:
    """Softmax within runs of equal ``group``."""
    starts = np.flatnonzero(np.append(True, group[1:] != group[:-1]))
    counts = np.diff(np.append(starts, len(scores)))
    top = np.repeat(np.maximum.reduceat(scores, starts), counts)
    weights = np.exp(scores - top)
    total: Floats = weights / np.repeat(np.add.reduceat(weights, starts), counts)
    return total


def from_artefact(artefact: Artefact) -> RankerScorer:
    """The scorer that an artefact holds. Raises ModelUnavailable when its parts do not fit together."""
    try:
        calibration = json.loads(artefact.content(CALIBRATION))
        booster = lightgbm.Booster(model_str=artefact.content(BOOSTER).decode())
        thresholds = tuple(
            Threshold(
                band=Band(row["band"]), value=row["value"], target_precision=row["target_precision"], basis=row["basis"]
            )
            for row in calibration["thresholds"]
        )
        untrained = tuple(SPEC.names.index(name) for name in calibration["untrained"])
        seen: Sequence[int] = json.loads(artefact.content(SKETCH))
        temperature = float(calibration["temperature"])
    except (KeyError, ValueError, lightgbm.basic.LightGBMError) as error:
        raise ModelUnavailable(f"the ranker in {artefact.folder} cannot be read: {error}; reinstall it") from error
    return RankerScorer(
        ref=artefact.ref,
        spec=artefact.manifest.spec or SPEC,
        booster=booster,
        temperature=temperature,
        untrained=untrained,
        thresholds=thresholds,
        trained_on=tuple(seen),
    )
