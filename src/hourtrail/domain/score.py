"""A model's answer for one work item of one block, with what it leaned on."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hourtrail.domain.firm import WorkItem


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A confirmed entry that the answer leans on, how alike its text is (cosine, 0..1), and whether it was billed."""

    entry: str
    similarity: float
    billable: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Probability of one work item; ``features`` and ``contributions`` are by feature name, for reasons in words.

    ``last_billable`` is the last confirmed billable flag on this item, None when nobody confirmed one.
    """

    item: WorkItem
    probability: float
    features: Mapping[str, float] = field(default_factory=dict)
    contributions: Mapping[str, float] = field(default_factory=dict)
    neighbours: tuple[Neighbour, ...] = ()
    last_billable: bool | None = None
