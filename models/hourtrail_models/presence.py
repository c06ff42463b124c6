"""The model of presence: gradient-boosted trees over what lies around five minutes of a day, and the shares they start from."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, TypeAdapter, ValidationError

from hourtrail.capture.presence import SPEC
from hourtrail.capture.profile import SHAPES
from hourtrail.domain.errors import ModelUnavailable
from hourtrail.domain.ports import FeatureSpec
from hourtrail.domain.suggestion import ModelRef
from hourtrail_models.artefact import Artefact, load_bundled
from hourtrail_models.trees import Booster, Trees

NAME: Final = "presence"
BOOSTER: Final = "presence.txt"
DEFAULTS: Final = "defaults.json"

Floats = NDArray[np.float64]
_Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What stands in ``defaults.json``: shares of worked minutes by table, and the threshold for somebody unknown."""

    threshold: Annotated[float, Field(gt=0, lt=1)]
    tables: Mapping[str, tuple[_Share, ...]]


_DEFAULTS: Final = TypeAdapter(Defaults)


@dataclass(frozen=True)
class TreesOfPresence:
    """Implements ``hourtrail.domain.ports.PresenceModel``."""

    ref: ModelRef
    spec: FeatureSpec
    booster: Booster
    defaults: Mapping[str, Floats]
    threshold: float

    def probabilities(self, matrix: Floats) -> Floats:
        """Probability that each row was worked; shape (rows,)."""
        if not len(matrix):
            return np.zeros(0)
        return np.asarray(self.booster.predict(matrix, num_threads=1), dtype=np.float64)


def artefact_files(booster: Booster, defaults: Mapping[str, Floats], threshold: float) -> dict[str, bytes]:
    """The files of an artefact that ``from_artefact`` turns into a model."""
    stated = Defaults(threshold=threshold, tables={name: tuple(np.round(row, 4)) for name, row in defaults.items()})
    return {BOOSTER: booster.model_to_string().encode(), DEFAULTS: _DEFAULTS.dump_json(stated, indent=1)}


def from_artefact(artefact: Artefact) -> TreesOfPresence:
    """The model that an artefact holds. Raises ModelUnavailable when its parts do not fit together or to the features."""
    if artefact.manifest.spec != SPEC:
        raise ModelUnavailable(
            f"the model of presence in {artefact.folder} was made for other features; train it again"
        )
    booster_text, defaults = artefact.content(BOOSTER), artefact.content(DEFAULTS)
    try:
        stated = _DEFAULTS.validate_json(defaults)
        booster = Trees(booster_text.decode())
    except (ValueError, ValidationError, ModelUnavailable) as error:
        first = str(error).splitlines()[0]
        raise ModelUnavailable(
            f"the model of presence in {artefact.folder} cannot be read: {first}; reinstall it"
        ) from error
    sizes = {name: len(row) for name, row in stated.tables.items()}
    if booster.num_feature() != len(SPEC.names) or sizes != {name: a * b for name, (a, b) in SHAPES.items()}:
        raise ModelUnavailable(f"the model of presence in {artefact.folder} has other columns or tables; reinstall it")
    return TreesOfPresence(
        ref=artefact.ref,
        spec=SPEC,
        booster=booster,
        defaults={name: np.array(row) for name, row in stated.tables.items()},
        threshold=stated.threshold,
    )


@cache
def bundled_presence() -> TreesOfPresence:
    """The shipped model. Raises ModelUnavailable when it is missing, altered, or made for other features."""
    return from_artefact(load_bundled(NAME))
