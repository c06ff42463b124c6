"""Is the world still the one that the model was measured in? Inputs by feature, and answers by week, each with a bound.

Thresholds and the circuit breaker of the bands have alarms of their own; here it is the inputs, and what people made of the
answers: accepted, overridden, left alone, and whether a stated confidence was kept.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2, ks_2samp

from hourtrail.domain.errors import InvalidInput, NothingRead
from hourtrail.domain.weeks import monday_of
from hourtrail.features import SPEC
from hourtrail.flows.decision_log import Example, Outcome, read_log
from hourtrail.flows.relive import Relived, relive
from hourtrail.store import Store
from hourtrail.wiring import Models
from hourtrail_training.evaluation import calibration_error, chance_calibration_error
from hourtrail_training.off_policy import OffPolicy, of_log

BINS: Final = 10
AGEING: Final = frozenset({"history_length", "history_entropy", "item_log_age", "item_log_open", "item_log_idle"})
"""Inputs that move because time goes by: a firm's history grows, its projects get older. They are told, not judged."""
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What is an alert. A population stability index from .25 on is a major shift (Siddiqi, Credit Risk Scorecards, 2006).

    ``acceptance`` is how far a week may fall below the weeks before it, ``ece`` the calibration error that is always
    allowed; chance is allowed for beside each (95 %). Weeks with fewer than ``rows`` answers are told, not judged.
    """

    psi: float = 0.25
    acceptance: float = 0.10
    ece: float = 0.10
    rows: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class InputDrift:
    """One feature: its shift, the Kolmogorov-Smirnov distance, the shares that are unknown, and the bound it was held to."""

    feature: str
    psi: float
    ks: float
    unknown_before: float
    unknown_now: float
    bound: float

    @property
    def ages(self) -> bool:
        """Whether it moves because time goes by."""
        return self.feature in AGEING

    @property
    def alert(self) -> bool:
        """Whether it moved beyond its bound."""
        return self.psi > self.bound and not self.ages


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """The suggestions of one week, by work date. Shares are of the answered ones, None where nobody answered."""

    monday: date
    suggestions: int
    answered: int
    acceptance: float | None
    override: float | None
    confidence: float | None
    right: float | None
    ece: float | None
    alerts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """The report. ``inputs`` are sorted, most shifted first."""

    tenant: str
    first: date
    middle: date
    last: date
    inputs: tuple[InputDrift, ...]
    weeks: tuple[Week, ...]
    off_policy: OffPolicy | None
    unreadable: tuple[str, ...]
    simulated: bool

    @property
    def alerts(self) -> list[str]:
        """In words."""
        moved = [
            f"input {row.feature} moved: PSI {row.psi:.2f}, bound {row.bound:.2f}" for row in self.inputs if row.alert
        ]
        return [*moved, *(f"week of {week.monday}: {alert}" for week in self.weeks for alert in week.alerts)]

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            **({"data": "simulated"} if self.simulated else {}),
            "tenant": self.tenant, "reference_from": self.first.isoformat(), "from": self.middle.isoformat(),
            "to": self.last.isoformat(),
            "inputs": [{**asdict(row), "alert": row.alert} for row in self.inputs],
            "weeks": [{**asdict(week), "monday": week.monday.isoformat()} for week in self.weeks],
            "accuracy": None if self.off_policy is None else self.off_policy.as_json(),
            "alerts": self.alerts,
            "unreadable": list(self.unreadable),
        }  # fmt: skip


def drift(
    store: Store,
    tenant: str,
    models: Models,
    *,
    last: date,
    weeks: int = 4,
    reference: int = 8,
    bounds: Bounds | None = None,
) -> Drift:
    """The ``weeks`` up to ``last`` against the ``reference`` weeks before them.

    Raises NothingRead when either stretch holds no suggestion.
    """
    bounds = bounds or Bounds()
    if weeks < 1 or reference < 1:
        raise InvalidInput("--weeks and --reference are at least 1")
    middle = last - timedelta(days=7 * weeks - 1)
    first = middle - timedelta(days=7 * reference)
    with store.tenant(tenant, read_only=True) as db:
        log = read_log(db, first=first, last=last)
        rows = [row for row in log.examples if row.suggestion is not None and row.superseded_by is None]
        before = [row for row in rows if row.suggestion and row.suggestion.date < middle]
        now = [row for row in rows if row.suggestion and row.suggestion.date >= middle]
        if not before or not now:
            raise NothingRead(
                f"tenant {tenant!r} has {len(before)} suggestions from {first} to {middle - timedelta(days=1)} and {len(now)} from "
                f"{middle} to {last}; both stretches need some (hourtrail suggest), or choose --to, --weeks and --reference"
            )
        inputs = list(_inputs(relive(db, before, models), relive(db, now, models), bounds))
    return Drift(
        tenant=tenant, first=first, middle=middle, last=last,
        inputs=tuple(sorted(inputs, key=lambda row: (row.ages, row.bound - row.psi, row.feature))),
        weeks=tuple(_weeks(rows, bounds)),
        off_policy=of_log(now),
        unreadable=tuple(log.unreadable),
        simulated=any(row.decision is not None and row.decision.note.startswith("simulated") for row in rows),
    )  # fmt: skip


def _inputs(before: Relived, now: Relived, bounds: Bounds) -> Iterator[InputDrift]:
    if not len(before) or not len(now):
        return
    # Pairs of one suggestion are no independent rows: chance is allowed for by the number of suggestions.
    chance = (1 / len(before) + 1 / len(now)) * float(chi2.ppf(0.95, BINS))
    for column, name in enumerate(SPEC.names):
        one, other = before.matrix[:, column], now.matrix[:, column]
        known, fresh = one[~np.isnan(one)], other[~np.isnan(other)]
        yield InputDrift(
            feature=name,
            psi=stability_index(one, other),
            ks=float(ks_2samp(known, fresh).statistic) if len(known) and len(fresh) else 0.0,
            unknown_before=float(np.isnan(one).mean()),
            unknown_now=float(np.isnan(other).mean()),
            bound=max(bounds.psi, chance),
        )


def stability_index(before: Floats, now: Floats) -> float:
    """PSI = sum((q - p) ln(q / p)) over the reference's deciles and one bin for "not known"; NaN counts as not known."""
    known = before[~np.isnan(before)]
    edges = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1])) if len(known) else np.zeros(0)

    def shares(values: Floats) -> Floats:
        place = np.searchsorted(edges, values, side="right")
        place[np.isnan(values)] = len(edges) + 1
        counts = np.bincount(place, minlength=len(edges) + 2).astype(np.float64)
        # Half a row in each bin: an empty bin is rare, not impossible.
        total: Floats = (counts + 0.5) / (counts.sum() + 0.5 * len(counts))
        return total

    p, q = shares(before), shares(now)
    return float(((q - p) * np.log(q / p)).sum())


def _weeks(rows: Sequence[Example], bounds: Bounds) -> Iterator[Week]:
    by_week: dict[date, list[Example]] = defaultdict(list)
    for row in rows:
        if row.suggestion is not None:
            by_week[monday_of(row.suggestion.date)].append(row)
    accepted, answered = 0, 0
    for monday, week in sorted(by_week.items()):
        found = _week(monday, week, (accepted, answered), bounds)
        accepted += sum(row.outcome is Outcome.ACCEPTED for row in week)
        answered += found.answered
        yield found


def _week(monday: date, rows: Sequence[Example], before: tuple[int, int], bounds: Bounds) -> Week:
    answered = [row for row in rows if row.decision is not None]
    count = len(answered)
    accepted = sum(row.outcome is Outcome.ACCEPTED for row in answered)
    told = [
        (row.suggestion.confidence, row.was_right) for row in answered if row.suggestion and row.was_right is not None
    ]
    sure = np.array([confidence for confidence, _ in told])
    right = np.array([was for _, was in told], dtype=np.bool_)
    ones = np.ones(len(told))
    error = calibration_error(sure, right, ones) if told else None
    alerts = []
    if count >= bounds.rows and before[1] >= bounds.rows:
        usual = before[0] / before[1]
        # One-sided 95 % of a binomial share, by the normal approximation; 30 answers carry it.
        chance = 1.645 * np.sqrt(usual * (1 - usual) * (1 / count + 1 / before[1]))
        least = usual - max(bounds.acceptance, float(chance))
        if accepted / count < least:
            alerts.append(
                f"{accepted / count:.0%} accepted unchanged, {usual:.0%} in the weeks before (bound {least:.0%})"
            )
    if error is not None and len(told) >= bounds.rows:
        most = max(bounds.ece, chance_calibration_error(sure, ones))
        if error > most:
            alerts.append(
                f"calibration error {error:.2f}, bound {most:.2f}: stated {sure.mean():.0%}, right {right.mean():.0%} of the answered"
            )
    return Week(
        monday=monday,
        suggestions=len(rows),
        answered=count,
        acceptance=accepted / count if count else None,
        override=sum(row.outcome in {Outcome.EDITED, Outcome.REJECTED} for row in answered) / count if count else None,
        confidence=float(sure.mean()) if told else None,
        right=float(right.mean()) if told else None,
        ece=error,
        alerts=tuple(alerts),
    )
