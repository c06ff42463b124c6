"""Do methods rank alike on simulated and on real work? If not, the simulator's numbers are not quoted (models.md B5, 5)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from scipy.stats import kendalltau

from hourtrail.domain.errors import InvalidInput

LEAST: Final = 0.6
"""Kendall's tau from which on the rankings agree."""
FEWEST: Final = 5
"""Methods below which a rank correlation says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Top-1 of every method that both sides measured, simulated beside real, and how alike the two rankings are."""

    methods: tuple[tuple[str, float, float], ...]
    tau: float

    @property
    def agrees(self) -> bool:
        """Whether simulated numbers may be quoted for the order of methods."""
        return self.tau >= LEAST

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        rows = [{"method": name, "simulated": one, "real": other} for name, one, other in self.methods]
        return {"data": "simulated", "methods": rows, "tau": self.tau, "least": LEAST, "agrees": self.agrees}


def agreement(simulated: Sequence[Path], real: Sequence[Path]) -> Agreement:
    """Compare answers of ``backtest mapping --json``, several for each side (the model, the rules, a refitted model).

    A method's name is its baseline's, or the model's with its way of fitting. Raises InvalidInput for a file that is no such
    answer, and when fewer than five methods stand on both sides.
    """
    one, other = _methods(simulated), _methods(real)
    shared = sorted(one.keys() & other.keys(), key=lambda name: -other[name])
    if len(shared) < FEWEST:
        raise InvalidInput(
            f"only {len(shared)} methods stand on both sides ({', '.join(shared) or 'none'}); give the answers of the same "
            "runs for both, such as the model's and the rules'"
        )
    tau = kendalltau([one[name] for name in shared], [other[name] for name in shared]).statistic
    return Agreement(methods=tuple((name, one[name], other[name]) for name in shared), tau=float(tau))


def _methods(paths: Sequence[Path]) -> dict[str, float]:
    found: dict[str, float] = {}
    for path in paths:
        try:
            answer = json.loads(path.read_text(encoding="utf-8"))
            found[f"hourtrail {answer['model']}"] = float(answer["top1"])
            rows = answer["baselines"].items()
            found |= {name: float(row["top1"]) for name, row in rows if row is not None and row["top1"] is not None}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise InvalidInput(f"{path} is no answer of `hourtrail backtest mapping --json`") from error
    return found
