"""Thresholds anew from the newest labels: one band at a time, by Learn-then-Test, with what the threshold costs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hourtrail.domain.confidence import BandControl, Outcome
from hourtrail.domain.ports import ThresholdSelector
from hourtrail.domain.suggestion import Band
from hourtrail.policy.bands import BandPolicy
from hourtrail.policy.confidence.bounds import headroom, upper
from hourtrail.policy.confidence.temperature import confidences

FEWEST: Final = 300
"""Below this many labels the shipped threshold stands."""
SPEAKS: Final = 1_000
"""From here on Learn-then-Test can prove what it is asked for (docs/explanation/measured-choices.md); its "no" then counts."""
HIGHEST_AIM: Final = 0.99


@dataclass(frozen=True, slots=True, kw_only=True)
class BandSettings:
    """What is promised of the answers of the two upper bands, what is aimed at, and the risk ``delta`` of a wrong threshold.

    ``aim`` holds until it is known how many answers a quarter shows; then the headroom that so many need, at least ``floor``.
    """

    promise: float = 0.95
    aim: float = 0.97
    floor: float = 0.965
    suggest: float = 0.90
    delta: float = 0.1


def aim_of(settings: BandSettings, shown_a_quarter: int) -> float:
    """The aim of the high band: as far above the promise as chance in a quarter of that many answers calls for."""
    if not shown_a_quarter:
        return settings.aim
    return max(settings.floor, min(headroom(settings.promise, shown_a_quarter), HIGHEST_AIM))


def renew(
    window: Sequence[Outcome],
    *,
    temperature: float,
    shown_a_quarter: int,
    shipped: BandPolicy,
    selector: ThresholdSelector,
    settings: BandSettings,
) -> Mapping[Band, BandControl]:
    """The thresholds of prefill and suggest. ``window`` holds labels given without seeing the answer, newest last."""
    confidence = confidences(window, temperature)
    right = np.array([row.right for row in window], dtype=np.bool_)
    high = _band(
        confidence, right, aim=aim_of(settings, shown_a_quarter), promise=settings.promise, delta=settings.delta,
        shipped=None if shipped.prefill is None else shipped.prefill.value, selector=selector,
    )  # fmt: skip
    likely = _band(
        confidence, right, aim=settings.suggest, promise=settings.suggest, delta=settings.delta,
        shipped=None if shipped.suggest is None else shipped.suggest.value, selector=selector,
    )  # fmt: skip
    return {Band.PREFILL: high, Band.SUGGEST: likely}


def _band(
    confidence: NDArray[np.float64],
    right: NDArray[np.bool_],
    *,
    aim: float,
    promise: float,
    delta: float,
    shipped: float | None,
    selector: ThresholdSelector,
) -> BandControl:
    count = len(confidence)
    if count < FEWEST:
        basis = f"shipped threshold; {count} of the {FEWEST} labels of your firm that a threshold of its own needs"
        return _control(shipped, aim, basis, confidence, shipped)
    found = selector(confidence, right, target=aim, delta=delta)
    if found is not None:
        reached = confidence >= found
        # Further down nothing was seen, so nothing is known.
        found = float(confidence[reached].min())
        basis = (
            f"Learn-then-Test at {aim:.3f} on the newest {count:,} labels of your firm given without seeing the answer"
            f" ({int(right[reached].sum()):,} of {int(reached.sum()):,} right above it)"
        )
        return _control(found, aim, basis, confidence, shipped, proven=True)
    if shipped is not None and count < SPEAKS:
        reached = confidence >= shipped
        known, good = int(reached.sum()), int(right[reached].sum())
        if upper(good, known, 1 - delta) >= promise:
            basis = (
                f"shipped threshold; {count:,} labels of your firm are too few for {aim:.3f}, and do not speak against it"
                f" ({good:,} of {known:,} right above it)"
            )
            return _control(shipped, aim, basis, confidence, shipped)
    basis = f"off: no threshold keeps {aim:.3f} on the newest {count:,} labels of your firm"
    return _control(None, aim, basis, confidence, shipped)


def _control(
    value: float | None,
    aim: float,
    basis: str,
    confidence: NDArray[np.float64],
    shipped: float | None,
    *,
    proven: bool = False,
) -> BandControl:
    coverage = _share(confidence, value)
    return BandControl(
        value=value, aim=aim, basis=basis, labels=len(confidence), coverage=coverage,
        cost=_share(confidence, shipped) - coverage, proven=proven,
    )  # fmt: skip


def _share(confidence: NDArray[np.float64], value: float | None) -> float:
    return 0.0 if value is None or not len(confidence) else float((confidence >= value).mean())
