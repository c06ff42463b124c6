"""The ranker: LightGBM's raw scores, softmax over a block's work items, exact contributions to the raw score.

Columns that the training data never showed (a calendar series in a benchmark of commits, say) would be ignored by the
trees. For those, and only those, the hand-set weights of the rules scorer are added to the raw score, so that a ticket
prefix or an attendee's company counts from the first day. They are zero wherever the columns are unknown, so the
calibration that was measured without them stands. What only simulated firms have shown, the trees weigh, but nobody has measured
how right that is for real ones: such answers are never surer than the rules' ceiling (docs/decisions/0009).
"""

from dataclasses import dataclass
from typing import Annotated, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, TypeAdapter, ValidationError

from hourtrail.domain.errors import ModelUnavailable
from hourtrail.domain.ports import FeatureSpec
from hourtrail.domain.suggestion import ModelRef, Threshold
from hourtrail.features import SPEC, RulesScorer
from hourtrail.features.rules import CEILING
from hourtrail.policy.bands import policy_from
from hourtrail_models.artefact import Artefact
from hourtrail_models.trees import Booster, Trees

BOOSTER: Final = "ranker.txt"
CALIBRATION: Final = "calibration.json"
SKETCH: Final = "trained_on.json"
MANY_ROWS: Final = 20_000
"""From here on a second thread pays for itself; below, threads only get in each other's way."""
_IS_NOT_WORK: Final = SPEC.names.index("is_not_work")

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class RankerScorer:
    """Implements ``hourtrail.domain.ports.Scorer``.

    ``untrained`` are columns whose weights come from the rules, ``unproven`` evidence that only simulated firms have shown.
    """

    ref: ModelRef
    spec: FeatureSpec
    booster: Booster
    temperature: float
    power: float = 1.0
    untrained: tuple[int, ...] = ()
    unproven: tuple[int, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    trained_on: tuple[int, ...] = ()

    def probabilities(self, matrix: Floats, group: Ints) -> Floats:
        """Softmax of the raw scores within each group; shape (rows,).

        Where the rules' part or an unproven column tells the candidates of a block apart, or says something of the only one,
        the answer rests on evidence whose precision nobody has measured: there no answer is surer than the rules' ceiling.
        """
        if not len(matrix):
            return np.zeros(0)
        from_rules = self._from_rules(matrix).sum(axis=1) if self.untrained else np.zeros(len(matrix))
        shares = grouped_softmax(sharpened(self._raw(matrix), group, self.temperature, self.power) + from_rules, group)
        starts = np.flatnonzero(np.append(True, group[1:] != group[:-1]))
        counts = np.diff(np.append(starts, len(group)))
        unmeasured = np.maximum.reduceat(from_rules, starts) > np.minimum.reduceat(from_rules, starts)
        if self.unproven:
            unmeasured |= _told_apart(matrix, self.unproven, starts)
        # What is above the ceiling goes to the others: an even share for all would lift the first answer beyond it again.
        ceiling: Floats = np.repeat(np.where(unmeasured & (counts > 1), CEILING, 1.0), counts)
        others: Floats = np.repeat(np.maximum(counts - 1, 1), counts)
        probability: Floats = ceiling * shares + (1 - ceiling) * (1 - shares) / others
        return probability

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


def _told_apart(matrix: Floats, columns: tuple[int, ...], starts: Ints) -> NDArray[np.bool_]:
    """For each group: whether any of ``columns`` differs between its work items ("none of these" has no say).

    A single work item is told from "none of these" alone: by whatever is known of it and is not nothing.
    """
    known = np.nan_to_num(matrix[:, list(columns)], nan=-1.0)
    none = matrix[:, [_IS_NOT_WORK]] == 1
    highest = np.maximum.reduceat(np.where(none, -np.inf, known), starts)
    lowest = np.minimum.reduceat(np.where(none, np.inf, known), starts)
    alone = np.add.reduceat((~none).astype(np.int64), starts) == 1
    return np.asarray(((highest > lowest) | (alone & (highest > 0))).any(axis=1), dtype=np.bool_)


def sharpened(raw: Floats, group: Ints, temperature: float, power: float) -> Floats:
    """Raw scores as log-odds against the best of their group: ``-(best - raw) ** power / temperature``.

    The order stays. A power under 1 spreads the probabilities of close candidates and lets far ones keep some; at 1 it is
    the plain temperature. It was chosen because one temperature alone was too sure at 0.9 and too humble at 0.4.
    """
    if power == 1.0:
        return raw / temperature
    starts = np.flatnonzero(np.append(True, group[1:] != group[:-1]))
    best = np.repeat(np.maximum.reduceat(raw, starts), np.diff(np.append(starts, len(raw))))
    return -np.power(best - raw, power) / temperature


def grouped_softmax(scores: Floats, group: Ints) -> Floats:
    """Softmax within runs of equal ``group``."""
    starts = np.flatnonzero(np.append(True, group[1:] != group[:-1]))
    counts = np.diff(np.append(starts, len(scores)))
    top = np.repeat(np.maximum.reduceat(scores, starts), counts)
    weights = np.exp(scores - top)
    total: Floats = weights / np.repeat(np.add.reduceat(weights, starts), counts)
    return total


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What stands in ``calibration.json``. ``untrained`` and ``unproven`` are column names; a band without a threshold is off."""

    temperature: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    untrained: tuple[str, ...]
    thresholds: tuple[Threshold, ...]
    power: Annotated[float, Field(gt=0, le=10, allow_inf_nan=False)] = 1.0
    unproven: tuple[str, ...] = ()


_CALIBRATION: Final = TypeAdapter(Calibration)
_SKETCH: Final = TypeAdapter(tuple[int, ...])


def artefact_files(scorer: RankerScorer) -> dict[str, bytes]:
    """The files of an artefact that ``from_artefact`` turns into the same scorer again."""
    calibration = Calibration(
        temperature=scorer.temperature,
        power=scorer.power,
        untrained=tuple(scorer.spec.names[column] for column in scorer.untrained),
        unproven=tuple(scorer.spec.names[column] for column in scorer.unproven),
        thresholds=scorer.thresholds,
    )
    return {
        BOOSTER: scorer.booster.model_to_string().encode(),
        CALIBRATION: _CALIBRATION.dump_json(calibration, indent=1),
        SKETCH: _SKETCH.dump_json(scorer.trained_on),
    }


def from_artefact(artefact: Artefact) -> RankerScorer:
    """The scorer that an artefact holds. Raises ModelUnavailable when its parts do not fit together or to the features."""
    if artefact.manifest.spec != SPEC:
        raise ModelUnavailable(f"the ranker in {artefact.folder} was made for other features; train it again")
    model, calibration, sketch = (artefact.content(name) for name in (BOOSTER, CALIBRATION, SKETCH))
    try:
        stated = _CALIBRATION.validate_json(calibration)
        # Thresholds that make no policy would stop the whole product later; here the rules can still answer.
        policy_from(stated.thresholds, source=artefact.ref.name)
        untrained, unproven = (
            tuple(SPEC.names.index(name) for name in names) for names in (stated.untrained, stated.unproven)
        )
        seen = _SKETCH.validate_json(sketch)
        booster = Trees(model.decode())
    except (ValueError, ModelUnavailable) as error:
        raise ModelUnavailable(
            f"the ranker in {artefact.folder} cannot be read: {_reason(error)}; reinstall it"
        ) from error
    if booster.num_feature() != len(SPEC.names):
        raise ModelUnavailable(
            f"the trees in {artefact.folder} read {booster.num_feature()} columns, the features have {len(SPEC.names)}; "
            "reinstall the model"
        )
    return RankerScorer(
        ref=artefact.ref,
        spec=SPEC,
        booster=booster,
        temperature=stated.temperature,
        power=stated.power,
        untrained=untrained,
        unproven=unproven,
        thresholds=stated.thresholds,
        trained_on=seen,
    )


def _reason(error: Exception) -> str:
    """One line; pydantic's own text has many."""
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors()[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}".removeprefix(": ")
