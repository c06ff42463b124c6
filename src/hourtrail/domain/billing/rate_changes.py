"""A new rate: proposed by one named person, approved by another, valid from a day that lies ahead."""

from dataclasses import dataclass
from datetime import date, datetime

from hourtrail.domain.billing.last_word import require_short
from hourtrail.domain.decision import require_person
from hourtrail.domain.errors import InvalidInput, NotAllowed
from hourtrail.domain.firm import Rate
from hourtrail.domain.instants import utc
from hourtrail.domain.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class RateChange:
    """A proposed row of a rate card. Empty ``grade``, ``task`` and ``person`` mean everybody and everything.

    Raises NotAllowed for a model or a service; InvalidInput for a rate that is not above zero, a currency that does not
    exist, dates that run backwards, or a missing reason.
    """

    id: str
    contract: str
    hourly_rate: Money
    valid_from: date
    reason: str
    actor: str
    at: datetime
    grade: str = ""
    task: str = ""
    person: str = ""
    valid_to: date | None = None

    def __post_init__(self) -> None:
        require_person(self.actor)
        object.__setattr__(self, "at", utc(self.at, "at"))
        if self.hourly_rate.amount <= 0:
            raise InvalidInput(f"an hourly rate of {self.hourly_rate.amount} bills nothing; state one above zero")
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise InvalidInput(f"the rate ends on {self.valid_to}, before it begins on {self.valid_from}")
        if not self.reason.strip():
            raise InvalidInput("a rate change needs a reason, such as the agreement that it rests on")
        require_short(self.reason, "reason")

    @property
    def rate(self) -> Rate:
        """The row that enters the rate card."""
        return Rate(
            contract=self.contract, hourly_rate=self.hourly_rate.amount, currency=self.hourly_rate.currency,
            grade=self.grade, task=self.task, person=self.person, valid_from=self.valid_from, valid_to=self.valid_to,
        )  # fmt: skip


def require_ahead(change: RateChange, today: date) -> None:
    """A rate begins after today, so that time that was worked keeps the rate it had. Raises InvalidInput."""
    if change.valid_from <= today:
        raise InvalidInput(
            f"a rate from {change.valid_from} would change time that was worked already; the earliest day is after {today}"
        )


def require_second_person(change: RateChange, actor: str) -> None:
    """Dual control: nobody approves what they proposed. Raises NotAllowed."""
    if actor.strip() == change.actor.strip():
        raise NotAllowed(f"{actor} proposed this rate; another person has to approve it")
