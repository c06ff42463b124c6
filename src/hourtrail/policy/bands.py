"""Which band an answer falls into: one frozen, versioned object decides, and the same object is shown on pages and logged."""

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from typing import Final

from hourtrail.domain.confidence import Mode
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.firm import NOT_WORK
from hourtrail.domain.score import Score
from hourtrail.domain.suggestion import Band, PolicyRef, Threshold

UNPROVEN: Final = "shipped default, not yet proven for your firm"


@dataclass(frozen=True, slots=True, kw_only=True)
class BandPolicy:
    """Thresholds from most to least certain. ``ask`` bounds the set of alternatives instead of the top answer.

    A band whose threshold is None is off: no confidence reaches it. ``most_asked`` is how many alternatives a person
    can take in at a glance: larger sets are useless on a screen (docs/explanation/measured-choices.md). ``mode`` is how far the
    tenant lets answers go, always stated, ``limited`` who gets suggestions only, ``stopped`` why the circuit breaker turns both upper bands
    into questions (empty while it does not). ``temperature`` multiplies the scorer's own. ``audit`` is the share of shown
    answers that is kept back, drawn with ``seed``. Raises InvalidInput when the bounds are not descending.
    """

    version: str
    prefill: Threshold | None
    suggest: Threshold | None
    ask: Threshold
    mode: Mode
    most_asked: int = 3
    limited: frozenset[str] = frozenset()
    stopped: str = ""
    temperature: float = 1.0
    audit: float = 0.0
    seed: str = ""

    def __post_init__(self) -> None:
        values = [row.value for row in (self.prefill, self.suggest, self.ask) if row is not None]
        if values != sorted(values, reverse=True) or not all(0 <= value <= 1 for value in values):
            raise InvalidInput(
                f"policy {self.version}: thresholds must descend from prefill to ask, inside 0 to 1; they are {values}"
            )
        if not 1 <= self.most_asked <= 9:
            raise InvalidInput(f"policy {self.version}: most_asked must be 1 to 9")

    @property
    def ref(self) -> PolicyRef:
        """How logs name it."""
        return PolicyRef(version=self.version)

    def of(self, person: str) -> "BandPolicy":
        """The thresholds that hold for one person, with the reason where they are narrower than the tenant's."""
        if not self.stopped and (self.prefill is None or (self.mode is Mode.PREFILL and person not in self.limited)):
            return self
        return _narrowed(self, limited=person in self.limited)


@lru_cache(maxsize=64)
def _narrowed(policy: BandPolicy, *, limited: bool) -> BandPolicy:
    """A policy while the circuit breaker is off, or for whom nothing is filled in; the same for every block of a call."""
    if policy.stopped:
        ask = replace(policy.ask, basis=f"the circuit breaker is off ({policy.stopped}); {policy.ask.basis}")
        return replace(policy, prefill=None, suggest=None, ask=ask)
    why = "suggestions only for this person for now" if limited else f"the mode is {policy.mode}"
    capped = policy.suggest and replace(policy.suggest, basis=f"{policy.suggest.basis}; {why}")
    return replace(policy, prefill=None, suggest=capped)


DEFAULT_POLICY: Final = BandPolicy(
    version="bands-1",
    # Off until a firm's own confirmed decisions carry it: the rules scorer's probabilities are not calibrated.
    prefill=None,
    suggest=Threshold(band=Band.SUGGEST, value=0.60, target_precision=0.90, basis=UNPROVEN),
    ask=Threshold(
        band=Band.ASK, value=0.10, target_precision=0.90, basis=f"shows at most 3 answers of at least 10 %; {UNPROVEN}"
    ),
    mode=Mode.SUGGEST,
)


def policy_from(thresholds: tuple[Threshold, ...], *, source: str) -> BandPolicy:
    """The policy that a scorer's own measured thresholds make; the stated defaults where it brings none.

    A band that the scorer could not earn is off, and whatever it earned is suggested only: a tenant's own controls say
    whether it is filled in. ``source`` names the scorer in the policy's version.
    """
    if not thresholds:
        return DEFAULT_POLICY
    by_band = {row.band: row for row in thresholds}
    return BandPolicy(
        version=f"{DEFAULT_POLICY.version}+{source}",
        prefill=by_band.get(Band.PREFILL),
        suggest=by_band.get(Band.SUGGEST),
        ask=by_band.get(Band.ASK, DEFAULT_POLICY.ask),
        mode=DEFAULT_POLICY.mode,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """Where an answer goes: the band, the threshold that put it there, what is shown, and why nothing is, if so."""

    band: Band
    threshold: Threshold
    shown: tuple[Score, ...]
    withheld: str = ""


def route(scores: tuple[Score, ...], policy: BandPolicy, *, private: bool = False, person: str = "") -> Routed:
    """The band for one block of ``person``. ``scores`` are sorted, most probable first, and hold at least one.

    A private appointment is never guessed at: its minutes are kept, unassigned, for its owner to say. "Not work" is never
    booked: when it leads, the block is withheld above the suggest threshold and asked about below it.
    """
    if private:
        return Routed(
            band=Band.WITHHOLD,
            threshold=policy.ask,
            shown=(),
            withheld="private appointment: only you can say what it was",
        )
    policy = policy.of(person)
    top = scores[0]
    # The few that can be shown: they are sorted, and there may be thousands.
    answers = tuple(islice((score for score in scores if score.item != NOT_WORK), policy.most_asked))
    if top.item == NOT_WORK and policy.suggest is not None and top.probability >= policy.suggest.value:
        return Routed(
            band=Band.WITHHOLD,
            threshold=policy.suggest,
            shown=(),
            withheld=f"{top.probability:.0%} sure that it is none of these work items, or no work",
        )
    if top.item != NOT_WORK:
        for threshold in (policy.prefill, policy.suggest):
            if threshold is not None and top.probability >= threshold.value:
                return Routed(band=threshold.band, threshold=threshold, shown=answers)
    shown = tuple(score for score in answers if score.probability >= policy.ask.value)
    if shown:
        return Routed(band=Band.ASK, threshold=policy.ask, shown=shown)
    # Told apart by the task first: whole work items are compared in Python.
    none = sum(score.item == NOT_WORK for score in scores if score.item.task == NOT_WORK.task)
    best = f"; the best of {len(scores) - none} has {answers[0].probability:.0%}" if answers else ""
    return Routed(
        band=Band.WITHHOLD,
        threshold=policy.ask,
        shown=(),
        withheld=f"no work item reaches {policy.ask.value:.0%}{best}, so it stays unassigned",
    )
