"""Something in the entries that a reviewer should look at."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.money import Money
from hourtrail.domain.suggestion import ModelRef


class Severity(StrEnum):
    """How hard a finding stops the entry."""

    INFO = "info"
    WARN = "warn"
    BLOCK = "block"


class Blame(StrEnum):
    """Where the cause sits; a fault of master data is not held against the consultant."""

    ENTRY = "entry"
    MASTER_DATA = "master_data"
    CONTRACT = "contract"
    SOURCE = "source"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a finding is about: exactly one entry, person-day, person-period, project or contract."""

    time_entry: str = ""
    person: str = ""
    date: "date | None" = None
    period: str = ""
    project: str = ""
    contract: str = ""

    def __post_init__(self) -> None:
        forms = (
            bool(self.time_entry),
            bool(self.person and self.date),
            bool(self.person and self.period),
            bool(self.project),
            bool(self.contract),
        )
        if sum(forms) != 1:
            raise InvalidInput("a finding is about exactly one entry, person-day, person-period, project or contract")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One sentence for a reviewer, with what was measured, what was expected, and what it may cost.

    ``fingerprint`` is stable: the same fact found again has the same one, whatever the order of the rows.
    ``producer`` is who found it: a rule by its check's name with the version and digest of its policy, or the model whose score
    it carries; None only where it was stored before producers were.
    """

    id: str
    check: str
    severity: Severity
    subject: Subject
    score: float
    measured: str
    expected: str
    explanation: str
    fingerprint: str
    blame: Blame = Blame.ENTRY
    value_at_risk: Money | None = None
    comparables: tuple[str, ...] = ()
    status: str = "open"
    producer: ModelRef | None = None


class ReviewVerdict(StrEnum):
    """A reviewer's word on a finding."""

    TRUE_ISSUE = "true_issue"
    ACCEPTABLE = "acceptable"
    FALSE_ALARM = "false_alarm"
