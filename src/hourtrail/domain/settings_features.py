"""Which parts of the product a tenant has: a tier, and what is switched on or off beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from hourtrail.domain.errors import InvalidInput, NotAllowed


class Feature(StrEnum):
    """A part that can be switched for one tenant. What is not named here, everybody has."""

    PREFILL = "prefill"
    """Answers that earned it are filled in; without, they are suggested."""
    REVIEW_QUEUE = "review_queue"
    """Findings, verdicts, clearing, precision of checks."""
    LEARNED_CHECKS = "learned_checks"
    """``unusual_entry`` and ``unusual_week`` beside the rules."""
    STATELESS_SCORE = "stateless_score"
    """``/v1/suggestions:score`` and ``/v1/checks``: answers about what is sent along."""
    BILLING = "billing"
    """Drafts, disputes, rates."""
    AUDIT_EXPORT = "audit_export"
    """The audit trail as a file for somebody else to verify."""
    USAGE = "usage"
    """What was used, in numbers, for a price list."""
    AUTO_POST = "auto_post"
    """Standing orders that submit what was confirmed."""


class Tier(StrEnum):
    """A named set of features."""

    STARTER = "starter"
    STANDARD = "standard"
    COMPLETE = "complete"


TIERS: Final[Mapping[Tier, frozenset[Feature]]] = MappingProxyType(
    {
        Tier.STARTER: frozenset({Feature.USAGE}),
        Tier.STANDARD: frozenset(
            {Feature.USAGE, Feature.PREFILL, Feature.REVIEW_QUEUE, Feature.LEARNED_CHECKS, Feature.AUDIT_EXPORT}
        ),
        Tier.COMPLETE: frozenset(Feature),
    }
)


class FeatureOff(NotAllowed):
    """The tenant does not have this part of the product."""

    def __init__(self, feature: Feature) -> None:
        super().__init__(
            f"{feature} is switched off for your firm; whoever runs this installation can switch it on, in the firm's settings"
        )
        self.feature = feature


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """A tier, and the features that are on or off in spite of it. Raises InvalidInput for one that is both or unknown."""

    tier: Tier = Tier.COMPLETE
    on: tuple[Feature, ...] = ()
    off: tuple[Feature, ...] = ()

    def __post_init__(self) -> None:
        if self.tier not in tuple(Tier):
            raise InvalidInput(f"features.tier: there are {', '.join(Tier)}")
        object.__setattr__(self, "tier", Tier(self.tier))
        for side in ("on", "off"):
            names = getattr(self, side)
            known = tuple(Feature)
            if not isinstance(names, tuple) or any(not isinstance(name, str) or name not in known for name in names):
                raise InvalidInput(f"features.{side}: must be a list out of {', '.join(Feature)}")
            object.__setattr__(self, side, tuple(sorted({Feature(name) for name in names})))
        both = sorted(set(self.on) & set(self.off))
        if both:
            raise InvalidInput(f"features: {both[0]} is on and off; name it once")

    def has(self, feature: Feature) -> bool:
        """Whether the tenant has this part."""
        return feature not in self.off and (feature in self.on or feature in TIERS[self.tier])

    def require(self, feature: Feature) -> None:
        """Raises FeatureOff."""
        if not self.has(feature):
            raise FeatureOff(feature)

    @property
    def held(self) -> tuple[Feature, ...]:
        """All that the tenant has, by name."""
        return tuple(feature for feature in sorted(Feature) if self.has(feature))
