"""What people do with findings: verdicts, assignments, notes. Never changed, never deleted: a later row supersedes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from hourtrail.domain.decision import require_person
from hourtrail.domain.errors import InvalidInput, NotAllowed
from hourtrail.domain.finding import Finding
from hourtrail.domain.instants import utc

NOTE_LIMIT: Final = 2_000
"""Characters of a note."""

LONGEST_LOOK: Final = 3_600.0
"""Seconds that one look may count: a page left open over lunch is no review of four hours."""

BLIND_AUDIT: Final = "audit_sample"
"""The check under which a randomly drawn, cleared entry waits for a second look; no rule speaks against it."""


class ReviewKind(StrEnum):
    """One act of a person on a finding."""

    TRUE_ISSUE = "true_issue"
    ACCEPTABLE = "acceptable"
    FALSE_ALARM = "false_alarm"
    ASSIGN = "assign"
    ESCALATE = "escalate"
    NOTE = "note"
    UNDO = "undo"


VERDICTS: Final = frozenset({ReviewKind.TRUE_ISSUE, ReviewKind.ACCEPTABLE, ReviewKind.FALSE_ALARM})
"""The acts that close a finding."""

HANDING_ON: Final = frozenset({ReviewKind.ASSIGN, ReviewKind.ESCALATE})

RESOLUTIONS: Final[Mapping[ReviewKind, tuple[str, ...]]] = {
    ReviewKind.TRUE_ISSUE: (
        "to_correct", "corrected", "rejected", "written_off", "rebilled", "master_data_fixed", "contract_changed",
        "source_repaired",
    ),
    ReviewKind.ACCEPTABLE: ("approved_exception", "agreed_with_client", "known_pattern", "too_small"),
    ReviewKind.FALSE_ALARM: ("nothing_wrong", "rule_too_strict", "master_data_wrong", "seen_elsewhere"),
}  # fmt: skip
"""The resolution codes of each verdict, the usual one first. They are the labels that checks and models learn from."""


class FindingStatus(StrEnum):
    """Where a finding stands: waiting for a person, closed by one, or closed by a run because its fact is gone."""

    OPEN = "open"
    REVIEWED = "reviewed"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """A finding as it was raised from stored entries, with what the queue has to know beside the finding itself.

    ``worker`` is the person whose time it is about and ``worked_on`` the day, or the first day of the week or month; both
    are empty for a contract or a project. ``cause`` is the same for all findings that one fault explains, empty for a
    finding that stands alone. ``raised_at`` is when it was first told.
    """

    finding: Finding
    worker: str = ""
    worked_on: date | None = None
    client: str = ""
    project: str = ""
    cause: str = ""
    raised_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingReview:
    """One row of the review log. ``act`` is shared by the rows of one act, such as a verdict on a whole group.

    ``shown`` is what the person saw of the finding (measured, expected, money). ``seconds`` is the time from showing to
    the act, on the first row of an act only, so that sums count each look once; None when it is not known. Raises
    NotAllowed for a model or a service, InvalidInput for a verdict without a resolution code that belongs to it.
    """

    id: str
    finding: str
    kind: ReviewKind
    actor: str
    at: datetime
    act: str = ""
    reason_code: str = ""
    note: str = ""
    assignee: str = ""
    seconds: float | None = None
    supersedes: str = ""
    shown: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        require_person(self.actor)
        object.__setattr__(self, "at", utc(self.at, "at"))
        if self.kind in VERDICTS and self.reason_code not in RESOLUTIONS[self.kind]:
            raise InvalidInput(
                f"closing a finding as {self.kind} needs a resolution code; "
                f"{self.reason_code[:40]!r} is none of {', '.join(RESOLUTIONS[self.kind])}"
            )
        if self.kind in HANDING_ON and not self.assignee.strip():
            raise InvalidInput(f"{self.kind} needs the person or the queue that takes the finding over")
        if self.kind is ReviewKind.NOTE and not self.note.strip():
            raise InvalidInput("a note needs a text")
        if len(self.note) > NOTE_LIMIT:
            raise InvalidInput(f"a note holds at most {NOTE_LIMIT} characters")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearing:
    """Unflagged entries that a named person approved in one act, and the seed by which the audit sample was drawn.

    ``flagged`` entries were left for the queue, ``own`` ones for somebody else; ``share`` is what the sample was to be.
    """

    id: str
    actor: str
    at: datetime
    first: date
    last: date
    cleared: int
    flagged: int
    own: int
    sampled: int
    share: float
    seed: str
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearedEntry:
    """One entry of a clearing. ``propensity`` is the probability with which it could have been drawn for audit."""

    clearing: str
    entry: str
    propensity: float
    sampled: bool
    finding: str = ""


def shown_of(finding: Finding) -> dict[str, str]:
    """What a reviewer saw: the content whose change makes a closed finding a new one."""
    risk = finding.value_at_risk
    shown = {"measured": finding.measured, "expected": finding.expected}
    return shown | ({"amount": format(risk.amount, "f"), "currency": risk.currency} if risk else {})


def seconds_between(shown_at: datetime | None, at: datetime) -> float | None:
    """Seconds of one look, at most ``LONGEST_LOOK``; None when it is not known when the finding was shown."""
    if shown_at is None:
        return None
    return round(min(max((utc(at) - utc(shown_at)).total_seconds(), 0.0), LONGEST_LOOK), 3)


def require_other_person(actor: str, worker: str, what: str) -> None:
    """Nobody reviews findings on their own time. Raises NotAllowed."""
    if worker and actor.strip() == worker.strip():
        raise NotAllowed(f"{what} is about {actor}'s own time; another reviewer has to look at it")
