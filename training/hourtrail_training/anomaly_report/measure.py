"""Average precision, precision at a review budget, and what is flagged without a fault."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One detector on one file. ``by_kind``: average precision with all other faults left out."""

    average_precision: float
    at_1: float
    at_2: float
    by_kind: Mapping[str, float]


def measured(ids: Sequence[str], scores: Floats, faults: Mapping[str, str]) -> Measured:
    """How well ``scores`` put the faults first. Ties stand in the order of the rows."""
    kinds = np.array([faults.get(name, "") for name in ids])
    fault = kinds != ""
    order = np.argsort(-scores, kind="stable")

    def precision(share: float) -> float:
        return float(fault[order[: max(round(share * len(ids)), 1)]].mean())

    return Measured(
        average_precision=float(average_precision_score(fault, scores)),
        at_1=precision(0.01),
        at_2=precision(0.02),
        by_kind={
            kind: float(average_precision_score(fault[rows], scores[rows]))
            for kind in sorted(set(faults.values()))
            for rows in (np.flatnonzero(~fault | (kinds == kind)),)
            if fault[rows].any()
        },
    )


def mean(rows: Sequence[Measured]) -> Measured:
    """The mean over seeds."""
    kinds = sorted({kind for row in rows for kind in row.by_kind})
    return Measured(
        average_precision=float(np.mean([row.average_precision for row in rows])),
        at_1=float(np.mean([row.at_1 for row in rows])),
        at_2=float(np.mean([row.at_2 for row in rows])),
        by_kind={kind: float(np.mean([row.by_kind[kind] for row in rows if kind in row.by_kind])) for kind in kinds},
    )
