"""A person's word on a suggestion. Never changed, never deleted: a later decision supersedes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from hourtrail.domain.activity import ActivityKind
from hourtrail.domain.errors import InvalidInput, NotAllowed
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.instants import utc
from hourtrail.domain.suggestion import Alternative, ModelRef, PolicyRef, Unshown

SERVICE_PREFIXES: Final = ("model:", "service:", "system:")


class Verdict(StrEnum):
    """What the person said."""

    ACCEPT = "accept"
    EDIT = "edit"
    REJECT = "reject"
    DEFER = "defer"
    SPLIT = "split"
    NOT_WORK = "not_work"
    ADDED_BY_HAND = "added_by_hand"
    UNDO = "undo"


BOOKING: Final = frozenset({Verdict.ACCEPT, Verdict.EDIT, Verdict.SPLIT, Verdict.ADDED_BY_HAND})
"""Verdicts after which time entries exist."""

CLOSING: Final = BOOKING | {Verdict.REJECT, Verdict.NOT_WORK}
"""Verdicts after which the suggestion is decided; defer leaves it open, undo opens it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """What is to be booked: work item, minutes, billable and narrative."""

    item: WorkItem
    minutes: int
    billable: bool
    narrative: str

    def __post_init__(self) -> None:
        if not 0 < self.minutes <= 24 * 60:
            raise InvalidInput(f"{self.minutes} minutes cannot be booked on one day; use 1 to 1440")
        if not self.item.project:
            raise InvalidInput("no project is named; say which one with --client and --project")


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedOn:
    """One activity that a decision rested on, as it was then: its key, minutes and weight, and a digest of its content.

    The digest is keyed and salted: it tells whether the activity is still the one that was decided on, and to nobody without
    the tenant's key and the decision's salt whether a guess at its title is right. It outlives the activity. Empty for one
    that was gone already.
    """

    activity: str
    kind: ActivityKind
    minutes: int
    weight: float
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One row of the decision log: everything that was shown, and what was chosen.

    ``before`` is the suggestion as a booking (None when it was unassigned); ``after`` is what the person booked, one
    booking or, for a split, several. ``propensity`` is the probability with which it was drawn what is shown: for the blind
    audit its share where the answer was kept back (``unshown`` then names it), one minus that where it was shown, and 1 when
    nothing was drawn. ``seconds`` is the time from showing to deciding, None when unknown. ``evidence`` is what it rested
    on, digested with ``salt``; both are empty where nothing was suggested.
    """

    id: str
    suggestion: str
    verdict: Verdict
    actor: str
    decided_at: datetime
    before: Booking | None = None
    after: tuple[Booking, ...] = ()
    reason_code: str = ""
    note: str = ""
    shown_at: datetime | None = None
    shown: tuple[Alternative, ...] = ()
    propensity: float = 1.0
    seconds: float | None = None
    model: ModelRef | None = None
    policy: PolicyRef | None = None
    supersedes: str = ""
    confidence: float | None = None
    threshold: Mapping[str, str | float] | None = None
    unshown: Unshown | None = None
    evidence: tuple[DecidedOn, ...] = ()
    salt: str = ""

    def __post_init__(self) -> None:
        require_person(self.actor)
        object.__setattr__(self, "decided_at", utc(self.decided_at, "decided_at"))
        if self.verdict in BOOKING and not self.after:
            raise InvalidInput(f"verdict {self.verdict} books time, but nothing to book was given")
        if self.verdict not in BOOKING and self.after:
            raise InvalidInput(f"verdict {self.verdict} books no time")
        if self.verdict is Verdict.SPLIT and len(self.after) < 2:
            raise InvalidInput("a split needs at least two parts; give --part MINUTES:PROJECT[:TASK] twice or more")


def require_person(actor: str) -> None:
    """Nothing becomes a time entry without a named person. Raises NotAllowed for a model, a service or nobody."""
    if not actor.strip():
        raise NotAllowed("a decision needs a named person; say who with --as PERSON")
    if actor.strip().lower().startswith(SERVICE_PREFIXES):
        raise NotAllowed(f"{actor!r} is a service: models suggest, only a named person decides, approves or posts")
