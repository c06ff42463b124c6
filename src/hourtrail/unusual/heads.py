"""Heads: one short formula for each kind of slip, for when no model is there or there are too few entries to fit one.

Each head is a logistic function of clipped residuals with hand-set weights; an entry scores what the heads say together
(1 minus the product of what each lets pass). An unknown residual counts as its neutral value, so it says nothing.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from hourtrail.domain.identity import text_digest
from hourtrail.domain.suggestion import ModelRef
from hourtrail.unusual.columns import NUMBER, SPEC, Kind
from hourtrail.unusual.table import Floats, Ints

VERSION: Final = "1"


@dataclass(frozen=True, slots=True)
class Term:
    """``weight`` times the residual, held between ``low`` and ``high``, less ``neutral``."""

    column: str
    weight: float
    low: float
    high: float
    neutral: float


HEADS: Final[dict[Kind, tuple[float, tuple[Term, ...]]]] = {
    # A project of neither the weeks around nor of colleagues, in place of one that is missing.
    Kind.WRONG_PROJECT: (
        -5.0,
        (
            Term("own_weeks", -2.5, 0, 1.5, 1.5),
            Term("missing_match", 3.5, 0, 1, 0),
            Term("missing_presence", 1.0, 0, 1, 0),
            Term("company", -6.0, 0, 0.3, 0.3),
            Term("task_share", -1.5, 0, 0.5, 0.5),
        ),
    ),
    # A week longer than usual by just what this line has too much.
    Kind.QUANTITY: (
        -4.0,
        (
            Term("gain", 2.0, -1, 2, -1),
            Term("gain_lead", 0.7, -2, 2, 0),
            Term("excess", 0.05, 0, 40, 0),
            Term("entry_against_own", 0.8, 0, 3, 0),
        ),
    ),
    Kind.ODD_TIME: (-5.0, (Term("hour_apart", 1.0, 0, 6, 0), Term("weekday_share", -10.0, 0, 0.1, 0.1))),
    Kind.RATE: (-5.0, (Term("rate_apart", 12.0, 0, 0.5, 0),)),
    # Nobody else is on the project in those weeks, though others have been.
    Kind.INACTIVE: (-6.0, (Term("others_near", -1.5, 0, 2, 2), Term("own_weeks", -1.5, 0, 1.5, 1.5))),
}


class HeadsScorer:
    """Implements ``hourtrail.domain.ports.AnomalyScorer`` with the heads alone."""

    ref = ModelRef(name="anomaly-heads", version=VERSION, digest=text_digest(repr((SPEC.version, HEADS))))
    spec = SPEC

    def scores(self, matrix: Floats, group: Ints) -> Floats:  # noqa: ARG002 - the port's; heads know no person
        """What the heads say together, 0..1."""
        passed = np.ones(len(matrix))
        for odds in self.by_kind(matrix).values():
            passed *= 1 - 1 / (1 + np.exp(-odds))
        return 1 - passed

    def by_kind(self, matrix: Floats) -> dict[Kind, Floats]:
        """Log-odds of each head."""
        terms = self._terms(matrix)
        return {
            kind: bias + np.sum([terms[kind, term.column] for term in row], axis=0)
            for kind, (bias, row) in HEADS.items()
        }

    def contributions(self, matrix: Floats, group: Ints) -> Floats:  # noqa: ARG002 - the port's
        """What each residual adds to the log-odds of its head: exact, because a head is a sum."""
        out = np.zeros(matrix.shape)
        for (_, column), values in self._terms(matrix).items():
            out[:, NUMBER[column]] += values
        return out

    def _terms(self, matrix: Floats) -> dict[tuple[Kind, str], Floats]:
        found = {}
        for kind, (_, row) in HEADS.items():
            for term in row:
                value = np.nan_to_num(matrix[:, NUMBER[term.column]], nan=term.neutral)
                found[kind, term.column] = term.weight * (np.clip(value, term.low, term.high) - term.neutral)
        return found
