"""The blind audit: some answers are kept back by lot, so that what people say of them is no mere agreement."""

import hashlib
from dataclasses import replace
from typing import Final

from hourtrail.domain.suggestion import Suggestion
from hourtrail.policy.bands import BandPolicy
from hourtrail.policy.propose import kept_back

SHARE: Final = 0.05
"""One answer in twenty: at 11 sure answers a day, the 59 faultless ones that prove .95 take some four months."""

KEPT_BACK: Final = "drawn for the blind audit: say what it was, so that the accuracy of the others can be proven"


def lot(seed: str, suggestion: str) -> float:
    """A number in [0, 1) that is always the same for one suggestion of one tenant."""
    digest = hashlib.sha256(f"{len(seed)}:{seed}{suggestion}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def _remembered(row: Suggestion, before: Suggestion | None) -> Suggestion:
    """The suggestion, whose kept-back answer says whether it had been shown before: in a mode that shows less now."""
    if before is None or row.unshown is None:
        return row
    held = before.unshown
    seen = before.item == row.unshown.item or (held is not None and held.seen and held.item == row.unshown.item)
    return replace(row, unshown=replace(row.unshown, seen=True)) if seen else row


def drawn(row: Suggestion, before: Suggestion | None, policy: BandPolicy) -> Suggestion:
    """The suggestion as it is to be shown: kept back by lot, once, when it is first made; a later run changes no draw.

    ``before`` is the stored suggestion, None for a new one. Only an answer that would be shown takes part: what was shown
    once is never hidden, and what was kept back stays so until somebody says what it was.
    """
    if row.item is None or row.block.private:
        return _remembered(row, before)
    if before is not None and before.unshown is not None and before.unshown.audit:
        return replace(kept_back(row, KEPT_BACK, audit=True), propensity=before.propensity)
    if before is not None and before.item is not None:
        return replace(row, propensity=before.propensity)
    if policy.audit <= 0:
        return row
    if lot(policy.seed, row.id) < policy.audit:
        return replace(kept_back(row, KEPT_BACK, audit=True), propensity=policy.audit)
    return replace(row, propensity=round(1 - policy.audit, 6))
