"""The standing order by which confirmed entries are submitted without their owner's pressing the button, and its kill switch.

Nothing is ever booked by it: a named person has confirmed every entry before. Nothing is ever approved or posted by it either.
An order needs two people and an end; a stop needs one, and ends every order and every proposal that came before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from hourtrail.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, See
from hourtrail.domain.instants import utc
from hourtrail.domain.money import Money

LONGEST: Final = timedelta(days=180)
"""Of an order, from its proposal on: what nobody renews, ends."""

LONGEST_REASON: Final = 500
MOST_MINUTES: Final = 24 * 60


class AutoPostWord(StrEnum):
    """What somebody said of automatic submission."""

    PROPOSED = "proposed"
    ENABLED = "enabled"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTerms:
    """What an order lets through: an entry worth at most ``most`` and no longer than ``most_minutes``, until ``last_day``.

    ``last_day`` is a day in UTC and included. Raises InvalidInput for a bound that is none.
    """

    most: Money
    most_minutes: int
    last_day: date

    def __post_init__(self) -> None:
        if self.most.amount <= 0:
            raise InvalidInput(f"an order over at most {self.most} lets nothing through; name an amount above zero")
        if not 1 <= self.most_minutes <= MOST_MINUTES:
            raise InvalidInput(f"{self.most_minutes} minutes are no bound for one entry; use 1 to {MOST_MINUTES}")

    def to_json(self) -> dict[str, str | int]:
        """As it is stored and shown."""
        return {
            "most_amount": str(self.most.amount),
            "currency": self.most.currency,
            "most_minutes": self.most_minutes,
            "last_day": self.last_day.isoformat(),
        }

    @classmethod
    def from_json(cls, body: dict[str, str | int]) -> "OrderTerms":
        """The reverse of :meth:`to_json`."""
        return cls(
            most=Money(Decimal(str(body["most_amount"])), str(body["currency"])),
            most_minutes=int(body["most_minutes"]),
            last_day=date.fromisoformat(str(body["last_day"])),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoPostEvent:
    """One row of the log, ``place`` counting from 1. A stop names the order that it ended, empty where none was in force."""

    place: int
    word: AutoPostWord
    order: str
    actor: str
    at: datetime
    reason: str
    terms: OrderTerms | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", utc(self.at, "at"))
        if not self.reason.strip() or len(self.reason) > LONGEST_REASON:
            raise InvalidInput(f"say why, in 1 to {LONGEST_REASON} characters: whoever reads the trail later asks")


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingOrder:
    """An order with the people behind it. ``enabled_by`` is empty while it is only proposed."""

    id: str
    terms: OrderTerms
    proposed_by: str
    proposed_at: datetime
    reason: str
    enabled_by: str = ""
    enabled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AutoPost:
    """Everything that was ever said of automatic submission in one tenant, oldest first: what holds follows from it."""

    log: Sequence[AutoPostEvent]

    @property
    def last_stop(self) -> AutoPostEvent | None:
        """The newest stop, whatever came after it."""
        return next((row for row in reversed(self.log) if row.word is AutoPostWord.STOPPED), None)

    @property
    def _since_stop(self) -> list[AutoPostEvent]:
        stop = self.last_stop
        return [row for row in self.log if stop is None or row.place > stop.place]

    def proposals(self, now: datetime) -> list[StandingOrder]:
        """What waits for a second person: proposed since the last stop, not enabled, not over."""
        enabled = {row.order for row in self.log if row.word is AutoPostWord.ENABLED}
        rows = [row for row in self._since_stop if row.word is AutoPostWord.PROPOSED and row.order not in enabled]
        return [order for order in map(_proposed, rows) if order.terms.last_day >= now.date()]

    def in_force(self, now: datetime) -> StandingOrder | None:
        """The order by which entries are submitted now: the newest that was enabled since the last stop, until its end."""
        enabled = [row for row in self._since_stop if row.word is AutoPostWord.ENABLED]
        if not enabled:
            return None
        newest = enabled[-1]
        order = self._order(newest)
        return order if order.terms.last_day >= now.date() else None

    def why_off(self, now: datetime) -> str:
        """In words, why nothing is submitted by itself; empty while an order is in force."""
        if self.in_force(now) is not None:
            return ""
        enabled = [row for row in self._since_stop if row.word is AutoPostWord.ENABLED]
        if enabled:
            return f"the order {enabled[-1].order} ended on {self._order(enabled[-1]).terms.last_day}"
        stop = self.last_stop
        if stop is not None:
            return f"stopped by {stop.actor} at {stop.at:%Y-%m-%d %H:%M} UTC: {stop.reason}"
        return "off by default: nobody has ordered it"

    def to_enable(self, order: str, actor: str, now: datetime) -> StandingOrder:
        """The proposal that ``actor`` may enable.

        Raises NotFound for an order that nobody proposed, Conflict for one that was enabled, stopped or is over, NotAllowed
        for whoever proposed it.
        """
        row = next((row for row in self.log if row.word is AutoPostWord.PROPOSED and row.order == order), None)
        if row is None:
            raise NotFound(f"there is no auto-post order {order!r}").seeing(See.ORDERS)
        proposal = _proposed(row)
        if proposal.id not in {known.id for known in self.proposals(now)}:
            raise Conflict(
                f"the order {order} cannot be enabled any more: it was enabled before, stopped since it was proposed, or is"
                " over; propose another one"
            )
        if actor.strip().casefold() == proposal.proposed_by.strip().casefold():
            raise NotAllowed(f"{actor} proposed the order {order}; somebody else has to enable it (two people)")
        return proposal

    def _order(self, enabled: AutoPostEvent) -> StandingOrder:
        row = next(row for row in self.log if row.word is AutoPostWord.PROPOSED and row.order == enabled.order)
        made = _proposed(row)
        return StandingOrder(
            id=made.id, terms=made.terms, proposed_by=made.proposed_by, proposed_at=made.proposed_at, reason=made.reason,
            enabled_by=enabled.actor, enabled_at=enabled.at,
        )  # fmt: skip


def require_end(terms: OrderTerms, now: datetime) -> None:
    """Refuse an order that is over, or that would outlive everybody's memory of it. Raises InvalidInput."""
    if not now.date() <= terms.last_day <= (now + LONGEST).date():
        raise InvalidInput(
            f"an order that ends on {terms.last_day} is over already or stands too long; name a day from {now.date()} to"
            f" {(now + LONGEST).date()}"
        )


def _proposed(row: AutoPostEvent) -> StandingOrder:
    if row.terms is None:
        raise InvalidInput(f"the auto-post order {row.order} was stored without its terms")
    return StandingOrder(id=row.order, terms=row.terms, proposed_by=row.actor, proposed_at=row.at, reason=row.reason)
