"""Why an answer went into its band, in words: the confidence, every threshold that was asked, and what stood at that moment.

Written when the answer is routed and stored with it, so that it tells what held then, whatever the tenant decides later.
"""

from hourtrail.domain.firm import NOT_WORK
from hourtrail.domain.score import Score
from hourtrail.domain.suggestion import Band, Threshold
from hourtrail.policy.bands import BandPolicy, Routed


def routing_words(
    scores: tuple[Score, ...], policy: BandPolicy, routed: Routed, *, person: str = ""
) -> tuple[str, ...]:
    """One line for each threshold that was asked, from the highest on, and a last one for the policy, mode and breaker.

    ``scores`` and ``policy`` are those that :func:`~hourtrail.policy.bands.route` was asked with, ``routed`` its answer.
    """
    top, own = scores[0], policy.of(person)
    steps = []
    if routed.withheld and (top.item == NOT_WORK or not routed.shown):
        steps.append(routed.withheld)
    if top.item != NOT_WORK:
        for band, stated, held in (
            (Band.PREFILL, policy.prefill, own.prefill),
            (Band.SUGGEST, policy.suggest, own.suggest),
        ):
            steps.append(_asked(band, stated, held, top.probability))
            if routed.band is band:
                break
        else:
            steps.append(_asked(Band.ASK, policy.ask, own.ask, top.probability))
    return (*steps, _standing(policy, person))


def _asked(band: Band, stated: Threshold | None, held: Threshold | None, confidence: float) -> str:
    if stated is None:
        return f"{band}: off, no confidence carries it"
    if held is None:
        return f"{band} from {stated.value:.4g} on: not asked now"
    reached = "reaches" if confidence >= held.value else "is below"
    return f"confidence {confidence:.4f} {reached} {band} at {held.value:.4g} (aim {held.target_precision:.0%}; {held.basis})"


def _standing(policy: BandPolicy, person: str) -> str:
    gate = "suggestions only for this person" if person in policy.limited else "no gate on this person"
    breaker = f"off ({policy.stopped})" if policy.stopped else "on"
    return f"policy {policy.version}, mode {policy.mode}, {gate}, circuit breaker {breaker}"
