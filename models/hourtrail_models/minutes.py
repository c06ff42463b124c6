"""The model of booked minutes: trees for three quantiles of the log of the minutes, widened until the interval holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, TypeAdapter

from hourtrail.domain.errors import ModelUnavailable
from hourtrail.domain.ports import FeatureSpec
from hourtrail.domain.suggestion import ModelRef
from hourtrail.policy.minutes import SPEC
from hourtrail_models.artefact import Artefact, load_bundled
from hourtrail_models.trees import Trees

NAME: Final = "minutes"
BOOSTERS: Final[Mapping[str, float]] = {"low.txt": 0.1, "median.txt": 0.5, "high.txt": 0.9}
"""File name -> quantile."""
CALIBRATION: Final = "calibration.json"

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What stands in ``calibration.json``: the share that an interval is to hold, and by how much it is widened for that.

    ``margin`` is a log of minutes, taken off the low end and added to the high one (Romano et al., 2019).
    """

    share: Annotated[float, Field(gt=0, lt=1)]
    margin: Annotated[float, Field(allow_inf_nan=False)]


_CALIBRATION: Final = TypeAdapter(Calibration)


@dataclass(frozen=True)
class QuantilesOfMinutes:
    """Implements ``hourtrail.domain.ports.MinutesModel``."""

    ref: ModelRef
    spec: FeatureSpec
    boosters: tuple[Any, Any, Any]
    share: float
    margin: float

    def intervals(self, matrix: Floats, *, margin: float | None = None) -> Floats:
        """Low end, median and high end in minutes, shape (rows, 3); widened by ``margin``, by default the model's own."""
        if not len(matrix):
            return np.zeros((0, 3))
        logs = np.column_stack([booster.predict(matrix, num_threads=1) for booster in self.boosters])
        wider = self.margin if margin is None else margin
        low, high = logs[:, 0] - wider, logs[:, 2] + wider
        ends = np.sort(np.column_stack([low, np.clip(logs[:, 1], np.minimum(low, high), np.maximum(low, high)), high]))
        return np.asarray(np.maximum(np.expm1(ends), 0.0), dtype=np.float64)


def artefact_files(model: QuantilesOfMinutes) -> dict[str, bytes]:
    """The files of an artefact that ``from_artefact`` turns into the same model again."""
    stated = Calibration(share=model.share, margin=model.margin)
    files = {name: booster.model_to_string().encode() for name, booster in zip(BOOSTERS, model.boosters, strict=True)}
    return {**files, CALIBRATION: _CALIBRATION.dump_json(stated, indent=1)}


def from_artefact(artefact: Artefact) -> QuantilesOfMinutes:
    """The model that an artefact holds. Raises ModelUnavailable when its parts do not fit together or to the features."""
    if artefact.manifest.spec != SPEC:
        raise ModelUnavailable(f"the model of minutes in {artefact.folder} was made for other features; train it again")
    texts, stated = [artefact.content(name) for name in BOOSTERS], artefact.content(CALIBRATION)
    try:
        calibration = _CALIBRATION.validate_json(stated)
        low, median, high = (Trees(text.decode()) for text in texts)
    except (ValueError, ModelUnavailable) as error:
        first = str(error).splitlines()[0]
        raise ModelUnavailable(
            f"the model of minutes in {artefact.folder} cannot be read: {first}; reinstall it"
        ) from error
    if any(booster.num_feature() != len(SPEC.names) for booster in (low, median, high)):
        raise ModelUnavailable(f"the model of minutes in {artefact.folder} has other columns; reinstall it")
    return QuantilesOfMinutes(
        ref=artefact.ref, spec=SPEC, boosters=(low, median, high), share=calibration.share, margin=calibration.margin
    )


@cache
def bundled_minutes() -> QuantilesOfMinutes:
    """The shipped model. Raises ModelUnavailable when it is missing, altered, or made for other features."""
    return from_artefact(load_bundled(NAME))
