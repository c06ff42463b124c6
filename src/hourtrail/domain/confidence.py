"""What keeps a confidence true: answers whose truth is known, the controls that they move, and what happened to those."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.instants import utc
from hourtrail.domain.suggestion import Band


class Mode(StrEnum):
    """How far a tenant lets the model go. A tenant moves up only on measured precision, by a named person."""

    SHADOW = "shadow"
    """Answers are logged and measured, never shown."""
    SUGGEST = "suggest"
    """Answers are proposed; nothing is filled in."""
    PREFILL = "prefill"
    """Answers that earned it are filled in; a person still confirms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One answer of the model whose truth has become known.

    ``scores`` are the probabilities of all work items in question, the answer's first, at the shipped temperature.
    ``shown`` says that the person saw the answer before saying what it was: such a label may be mere agreement, so nothing
    is proven with it. ``accepted`` says of a shown answer whether it was taken unchanged. ``audited`` says that an answer which
    would have been shown was kept back, by the blind audit's lot (with ``propensity``) or because nothing is shown at all.
    Raises InvalidInput for a probability that is none.
    """

    id: str
    person: str
    known_at: datetime
    scores: tuple[float, ...]
    right: bool
    shown: bool
    accepted: bool = False
    audited: bool = False
    propensity: float = 1.0
    asked_at: datetime | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "known_at", utc(self.known_at, "known_at"))
        if not self.person:
            raise InvalidInput(f"{self.id}: nobody is named whose time it is")
        # NaN compares false with everything, so both tests are written the way that refuses it.
        if not self.scores or not all(0 <= score <= 1 for score in self.scores):
            raise InvalidInput(f"{self.id}: a confidence lies outside 0..1 or is not a number")
        if not 0 < self.propensity <= 1:
            raise InvalidInput(f"{self.id}: propensity {self.propensity} is no probability of being drawn")


class EventKind(StrEnum):
    """What may happen to a tenant's controls."""

    THRESHOLD = "threshold"
    TEMPERATURE = "temperature"
    PERSON_LIMITED = "person limited"
    PERSON_FREED = "person freed"
    BREAKER_TRIPPED = "breaker tripped"
    BREAKER_RESET = "breaker reset"
    MODE = "mode"


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlEvent:
    """One change with its time and its reason. ``subject`` is a band, a person, or empty."""

    at: datetime
    kind: EventKind
    why: str
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeChange:
    """Who put which mode in force, and on what ground."""

    at: datetime
    actor: str
    to: Mode
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BandControl:
    """The threshold of one band; ``value`` None means that the band is off.

    ``labels`` is how many answers it rests on, ``coverage`` the share of those that reach it, ``cost`` the share that the
    threshold keeps back although the shipped one would let it through (negative: it lets more through). ``proven`` says that
    the tenant's own labels carry it.
    """

    value: float | None
    aim: float
    basis: str
    labels: int = 0
    coverage: float = 0.0
    cost: float = 0.0
    proven: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """One person's right and shown answers with forgetting, and whether they get suggestions only."""

    right: float = 0.0
    shown: float = 0.0
    limited: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """The tenant's circuit breaker. ``evidence`` is the running statistic, of a break while on, of recovery while off.

    ``recent`` holds the newest high-confidence outcomes, newest last; ``bound`` is the confidence from which an answer counts
    as high while the band is off, so that it goes on being scored and the breaker can be reset. ``outages`` are the newest
    spans in which it was off: labels from them say nothing of the time after.
    """

    tripped: bool = False
    since: datetime | None = None
    why: str = ""
    evidence: float = 0.0
    recent: tuple[bool, ...] = ()
    bound: float | None = None
    outages: tuple[tuple[datetime, datetime], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Controls:
    """Everything in force for one tenant. A later one supersedes; ``folded_to`` is the newest outcome taken in.

    ``temperature`` multiplies the shipped one. ``renewed_at`` is when thresholds were last computed, None before the first
    time: the shipped ones hold. ``gates_before`` are gates as they stood when the breaker's evidence last left zero: should
    it trip, the errors since then were the firm's, not those people's.
    """

    mode: Mode = Mode.SUGGEST
    temperature: float = 1.0
    bands: Mapping[Band, BandControl] = field(default_factory=lambda: MappingProxyType({}))
    gates: Mapping[str, Gate] = field(default_factory=lambda: MappingProxyType({}))
    gates_before: Mapping[str, Gate] = field(default_factory=lambda: MappingProxyType({}))
    breaker: Breaker = field(default_factory=Breaker)
    renewed_at: datetime | None = None
    folded_to: tuple[datetime, str] | None = None
    model: str = ""

    @property
    def limited(self) -> frozenset[str]:
        """People who get suggestions only."""
        return frozenset(person for person, gate in self.gates.items() if gate.limited)
