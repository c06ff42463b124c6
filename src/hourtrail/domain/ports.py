"""What the core asks of the outside: sources, encoders, scorers, threshold selectors. Implementations are found by name."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

from hourtrail.domain.activity import Activity, ReadOptions, Rejected, Snapshot
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.firm import (
    Assignment,
    Client,
    Contract,
    Holiday,
    Milestone,
    Period,
    Person,
    Project,
    Rate,
    Task,
    TaxRate,
)
from hourtrail.domain.ledger import Expense, Payment
from hourtrail.domain.suggestion import ModelRef, Threshold

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MasterRecord: TypeAlias = (
    Person | Client | Project | Task | Assignment | Contract | Rate | Holiday | Period | Milestone | TaxRate
)
"""Of the firm itself, each with a natural key."""

LedgerRecord: TypeAlias = Expense | Payment
"""What another system books, by its own id; told again, it corrects what it told before."""

Record: TypeAlias = Activity | MasterRecord | LedgerRecord | TimeEntry


class Source(Protocol):
    """A reader of one kind of input: two methods, everything else is the flow's business.

    ``read`` streams: memory does not grow with the input. A bad record is yielded as Rejected and never ends the reading;
    a Snapshot, if any, comes last.
    """

    name: str

    def recognises(self, path: Path) -> bool:
        """Whether this source reads ``path``; looks at names and at most the first kilobytes."""
        ...

    def read(self, path: Path, options: ReadOptions) -> Iterator[Record | Rejected | Snapshot]:
        """Everything in ``path``."""
        ...


class Encoder(Protocol):
    """Turns texts into unit vectors. ``fingerprint`` stands with every vector and every model made from it."""

    @property
    def fingerprint(self) -> str:
        """Name, precision, digest and dimension of the weights."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    def encode(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Vectors of shape (len(texts), dimension), each of length 1 (an empty text gives zeros)."""
        ...


@dataclass(frozen=True, slots=True)
class FeatureSpec:
    """Names of the feature columns in order, and the version of the code that computes them."""

    version: str
    names: tuple[str, ...]


class Scorer(Protocol):
    """Turns the feature matrix of (block, work item) pairs into probabilities.

    ``trained_on`` is a sketch of the rows it learned from (the smallest 64-bit digests of their keys), so that a backtest
    can say whether it measures on them. ``thresholds`` are the band thresholds that were measured for this scorer, most
    certain first; empty means that none were, and the policy's stated defaults hold.
    """

    @property
    def ref(self) -> ModelRef:
        """Who answers."""
        ...

    @property
    def spec(self) -> FeatureSpec:
        """The features that it reads."""
        ...

    @property
    def thresholds(self) -> tuple[Threshold, ...]:
        """Measured band thresholds, most certain first."""
        ...

    @property
    def trained_on(self) -> tuple[int, ...]:
        """Sketch of its training rows."""
        ...

    def probabilities(self, matrix: "NDArray[np.float64]", group: "NDArray[np.int64]") -> "NDArray[np.float64]":
        """Probability of each row; rows of one block share a value in ``group`` (sorted) and sum to 1.

        ``matrix`` has the shape (rows, len(spec.names)); NaN means "not known".
        """
        ...

    def contributions(self, matrix: "NDArray[np.float64]") -> "NDArray[np.float64]":
        """What each feature adds to each row's raw score; same shape as ``matrix``."""
        ...


class PresenceModel(Protocol):
    """Says of stretches of a person's day whether they were worked (``hourtrail.capture.presence``)."""

    @property
    def ref(self) -> ModelRef:
        """Who answers."""
        ...

    @property
    def spec(self) -> FeatureSpec:
        """The features that it reads."""
        ...

    @property
    def defaults(self) -> "Mapping[str, NDArray[np.float64]]":
        """Shares of worked minutes around traces of people in general, by table, as flat arrays."""
        ...

    @property
    def threshold(self) -> float:
        """The probability from which a stretch counts as worked where nothing is known of the person."""
        ...

    def probabilities(self, matrix: "NDArray[np.float64]") -> "NDArray[np.float64]":
        """Probability that each row was worked; ``matrix`` has the shape (rows, len(spec.names)), NaN means "nothing"."""
        ...


class MinutesModel(Protocol):
    """Says within which minutes a person will book a block (``hourtrail.policy.minutes``)."""

    @property
    def ref(self) -> ModelRef:
        """Who answers."""
        ...

    @property
    def spec(self) -> FeatureSpec:
        """The features that it reads."""
        ...

    @property
    def share(self) -> float:
        """How many of the intervals hold what is booked."""
        ...

    @property
    def margin(self) -> float:
        """By how much an interval is widened for that, log of minutes, where nothing is known of the person."""
        ...

    def intervals(self, matrix: "NDArray[np.float64]", *, margin: float | None = None) -> "NDArray[np.float64]":
        """Low end, median and high end in minutes, shape (rows, 3); ``matrix`` has the shape (rows, len(spec.names)).

        ``margin`` is the person's own; None: the model's.
        """
        ...


class ThresholdSelector(Protocol):
    """Chooses the lowest confidence at which a target precision holds."""

    def __call__(
        self, confidence: "NDArray[np.float64]", correct: "NDArray[np.bool_]", *, target: float, delta: float = 0.1
    ) -> float | None:
        """The threshold, or None when no threshold can promise ``target`` with probability 1 - ``delta``."""
        ...


class Refitter(Protocol):
    """Fits a scorer on the labelled pairs known so far; what ``backtest mapping`` calls every ``--refit`` days."""

    def __call__(
        self,
        matrix: "NDArray[np.float64]",
        group: "NDArray[np.int64]",
        chosen: "NDArray[np.bool_]",
        spec: FeatureSpec,
    ) -> Scorer:
        """``chosen`` marks the confirmed row of each group; groups without one are left out by the caller."""
        ...


class TextModel(Protocol):
    """A text classifier that is fitted once and never again; a baseline of the backtest."""

    def __call__(self, train: Sequence[str], labels: Sequence[int], asked: Sequence[str]) -> "NDArray[np.int64]":
        """Up to three labels a text of ``asked``, best first, -1 where there are fewer; shape (len(asked), 3)."""
        ...


class AnomalyScorer(Protocol):
    """Says how unusual entries are, from their residuals (``hourtrail.unusual``)."""

    @property
    def ref(self) -> ModelRef:
        """Who answers."""
        ...

    @property
    def spec(self) -> FeatureSpec:
        """The residuals that it reads."""
        ...

    def scores(self, matrix: "NDArray[np.float64]", group: "NDArray[np.int64]") -> "NDArray[np.float64]":
        """0..1 for each row, higher is more unusual; ``group`` is the number of the row's person.

        ``matrix`` has the shape (rows, len(spec.names)); NaN means "not known".
        """
        ...

    def contributions(self, matrix: "NDArray[np.float64]", group: "NDArray[np.int64]") -> "NDArray[np.float64]":
        """What each residual adds to each row's log-odds; same shape as ``matrix``."""
        ...


class AnomalyBlender(Protocol):
    """Corrects a scorer by what reviewers said of some of the same entries."""

    def __call__(
        self,
        prior: AnomalyScorer,
        matrix: "NDArray[np.float64]",
        group: "NDArray[np.int64]",
        reviewed: "NDArray[np.int64]",
        issue: "NDArray[np.bool_]",
    ) -> AnomalyScorer:
        """``reviewed`` are numbers of rows of ``matrix``; ``issue`` says of each whether it was a true issue."""
        ...


class AnomalyFitter(Protocol):
    """Fits a scorer to one firm's own entries, without any review."""

    def __call__(
        self,
        matrix: "NDArray[np.float64]",
        group: "NDArray[np.int64]",
        copies: "NDArray[np.float64]",
        row: "NDArray[np.int64]",
        slip: "NDArray[np.bool_]",
    ) -> AnomalyScorer:
        """``copies`` are residuals of the same entries with slips put in; ``row`` names the entry, ``slip`` the changed ones."""
        ...
