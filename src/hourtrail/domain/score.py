"""A model's answer for one work item of one block, with what it leaned on."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple

from hourtrail.domain.firm import WorkItem


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A confirmed entry that the answer leans on, how alike its text is (cosine, 0..1), and whether it was billed."""

    entry: str
    similarity: float
    billable: bool | None = None


_NOTHING: Final[Mapping[str, float]] = MappingProxyType({})


class Score(NamedTuple):
    """Probability of one work item; ``features`` and ``contributions`` are by feature name, for reasons in words.

    ``last_billable`` is the last confirmed billable flag on this item, None when nobody confirmed one. A tuple, because one
    answer makes a thousand of them, and a frozen data class takes four times as long to make.
    """

    item: WorkItem
    probability: float
    features: Mapping[str, float] = _NOTHING
    contributions: Mapping[str, float] = _NOTHING
    neighbours: tuple[Neighbour, ...] = ()
    last_billable: bool | None = None
