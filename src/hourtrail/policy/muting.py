"""When a check goes silent, and when it speaks again: an exact bound on its precision."""

from dataclasses import dataclass
from typing import Final

from hourtrail.domain.precision import Tally
from hourtrail.domain.review import BLIND_AUDIT
from hourtrail.policy.review import ROUTES, ReviewPolicy

NEWEST: Final = 200
"""Only the newest verdicts on a check count, so that what was wrong with it years ago does not follow it for ever."""

SHADOW_SHARE: Final = 0.05
"""This share of a muted check's findings stays in the queue, drawn by their fingerprint: a silent check can be heard again."""

RETURN_MARGIN: Final = 0.05
"""A muted check comes back only when its bound lies this far above the limit, so that one verdict does not toggle it."""

NEVER_MUTED: Final = frozenset({BLIND_AUDIT, *ROUTES["disputes"], *ROUTES["approvals"]})
"""What somebody asked for, or what has to be done: there is no noise to silence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Muting:
    """Whether a check is silent, since when its verdicts count, and why in words."""

    check: str
    muted: bool
    reason: str
    tally: Tally
    actor: str


def upper_bound(tally: Tally, confidence: float) -> float:
    """The highest precision that the verdicts do not rule out: Clopper and Pearson's one-sided bound (1934), exact.

    The ``confidence`` quantile of Beta(true + 1, looks - true); 1 without a look, or when every look found a true issue.
    """
    if tally.true_issues >= tally.looks:
        return 1.0
    from scipy.special import betaincinv  # noqa: PLC0415 - a tenth of a second, that no start has to take

    return float(betaincinv(tally.true_issues + 1, tally.looks - tally.true_issues, confidence))


def changed(check: str, tally: Tally, policy: ReviewPolicy, *, muted: bool) -> str:
    """Why the check has to be muted, or to speak again; empty when it stays as it is."""
    if check in NEVER_MUTED:
        return ""
    upper = upper_bound(tally, policy.confidence)
    bound = f"at most {upper:.0%} at {policy.confidence:.0%} confidence".replace("%", " %")
    limit = f"{policy.mute_below:.0%}".replace("%", " %")
    if not muted and upper < policy.mute_below:
        return f"precision {tally}: {bound}, below the limit of {limit}"
    if muted and upper >= min(policy.mute_below + RETURN_MARGIN, 1.0):
        return f"precision {tally}: {bound}, no longer below the limit of {limit}"
    return ""


def stays_visible(fingerprint: str) -> bool:
    """Whether a finding of a muted check is one of those that stay in the queue; the same answer on every run."""
    return int(fingerprint[-6:], 16) < SHADOW_SHARE * 16**6 if _is_hex(fingerprint[-6:]) else False


def _is_hex(text: str) -> bool:
    return len(text) == 6 and all(sign in "0123456789abcdef" for sign in text)
