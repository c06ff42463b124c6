"""One golden pair: the smallest input that a check must speak about, and the nearest one on which it must be silent."""

from dataclasses import dataclass, field


@dataclass
class Pair:
    fault: str | list
    says: list[str]
    benign: str | list
    given: dict = field(default_factory=dict)
    also: frozenset[str] = frozenset()  # other facts that cannot but follow
    benign_given: dict = field(default_factory=dict)  # what is different for the twin
