"""How often a check is right, from verdicts: the probability that orders the queue, and the report on each check."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

PRIOR_PRECISION: Final = 0.5
PRIOR_LOOKS: Final = 4.0
"""Before any verdict, checks as a whole are taken to be right as often as not, with the weight of four looks."""

CHECK_LOOKS: Final = 8.0
"""How many looks the firm's overall precision weighs against a check's own; a check with eight verdicts is half its own."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Verdicts on a check: ``true_issues`` of ``looks``. A verdict on a whole group is one look."""

    true_issues: int = 0
    looks: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.true_issues + other.true_issues, self.looks + other.looks)

    def __str__(self) -> str:
        return f"{self.true_issues} of {self.looks}"


class Precisions:
    """The probability that a finding of each check is a true issue: the mean of a Beta posterior, shrunk twice.

    The firm's overall precision is (2 + true issues) / (4 + looks); it is each check's prior with the weight of eight
    looks: (8 x overall + the check's true issues) / (8 + its looks). A new check starts where the others are.
    """

    def __init__(self, tallies: Mapping[str, Tally]) -> None:
        self.tallies = dict(tallies)
        total = sum(self.tallies.values(), Tally())
        self.overall = (PRIOR_LOOKS * PRIOR_PRECISION + total.true_issues) / (PRIOR_LOOKS + total.looks)

    def tally(self, check: str) -> Tally:
        """The check's verdicts."""
        return self.tallies.get(check, Tally())

    def of(self, check: str) -> float:
        """The posterior mean of the check, inside 0..1 and never at its ends."""
        own = self.tally(check)
        return (CHECK_LOOKS * self.overall + own.true_issues) / (CHECK_LOOKS + own.looks)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """One line of the precision report. ``upper`` is the highest precision that the verdicts do not rule out."""

    check: str
    tally: Tally
    probability: float
    upper: float
    muted: bool
    why: str
    open: int
