"""What a person is shown: a proposed time entry, its confidence, its alternatives and its reasons."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hourtrail.domain.block import Evidence, WorkBlock
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.spans import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRef:
    """Which model answered. The rules scorer has a name and a version too, so degraded answers are labelled."""

    name: str
    version: str
    digest: str

    def __str__(self) -> str:
        """In words for people: the name, the version, and enough of the digest to tell two apart."""
        return f"{self.name} {self.version}" + (f" ({self.digest[:12]})" if self.digest else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRef:
    """Which policy routed the answer."""

    version: str


class Band(StrEnum):
    """How a suggestion is presented, from most to least certain."""

    PREFILL = "prefill"
    SUGGEST = "suggest"
    ASK = "ask"
    WITHHOLD = "withhold"


class SuggestionStatus(StrEnum):
    """Open until a person decides or the evidence goes away."""

    OPEN = "open"
    WITHDRAWN = "withdrawn"
    DECIDED = "decided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """The bound in force when the band was chosen, the precision it aims at, and where it comes from, in words."""

    band: Band
    value: float
    target_precision: float
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """One work item with its probability."""

    item: WorkItem
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MinutesInterval:
    """Within which minutes such work is usually booked: ``share`` of the times, as measured.

    ``margin`` is how far the person's own bookings widened it (log of minutes), so that the next ones can be corrected by it;
    it is stored and shown to nobody. None where that is not known.
    """

    low: int
    high: int
    share: float
    margin: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unshown:
    """The answer that a suggestion keeps back: it is logged and scored once the truth is known, and never shown before.

    ``band`` is the one that the answer would have had; ``audit`` says that it was drawn for the blind audit. ``seen`` says that
    the person had been shown it before it was kept back: what they say of it may be mere agreement and proves nothing.
    """

    item: WorkItem
    confidence: float
    band: Band
    audit: bool = False
    seen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A candidate time entry as shown. ``item`` is None when the band is withhold: "unassigned", not a guess.

    ``alternatives`` holds everything shown in the order shown, the chosen one first. ``block`` is the evidence snapshot
    that the models saw; it is stored with the suggestion so that a decision is judged on what was really shown.
    ``scores`` are the probabilities of all work items in question at the shipped temperature, the answer's first; ``unshown``
    is the answer where it is kept back; ``propensity`` the chance with which it was shown, or kept back, as it is.
    ``routing`` says why it went into its band, with the thresholds, mode and breaker of that moment; empty where it was not kept.
    """

    id: str
    block: WorkBlock
    item: WorkItem | None
    billable: bool
    billable_probability: float
    billable_minutes: int
    rounding: str
    narrative: str
    confidence: float
    band: Band
    threshold: Threshold
    alternatives: tuple[Alternative, ...]
    reasons: tuple[str, ...]
    leans_on: tuple[str, ...]
    model: ModelRef
    policy: PolicyRef
    status: SuggestionStatus = SuggestionStatus.OPEN
    revision: int = 1
    scores: tuple[float, ...] = ()
    unshown: Unshown | None = None
    propensity: float = 1.0
    minutes_interval: MinutesInterval | None = None
    routing: tuple[str, ...] = ()

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The activities it came from."""
        return self.block.evidence

    @property
    def person(self) -> str:
        """Whose time it is."""
        return self.block.person

    @property
    def date(self) -> "date":
        """The local work date."""
        return self.block.date

    @property
    def span(self) -> Span:
        """When it happened."""
        return self.block.span
