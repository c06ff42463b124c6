"""What nobody accepts or approves in bulk: a tenant's rule by amount, client, confidence and contract. One by one it can be."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from hourtrail.domain.firm import Contract, WorkItem
from hourtrail.domain.money import Money

MOST_CLIENTS: Final = 10_000
_LONGEST: Final = 1_000
_MOST: Final = Decimal(10) ** 12


@dataclass(frozen=True, slots=True, kw_only=True)
class OneByOne:
    """``amount``: money of one item from which on it is looked at alone, in whichever currency it is priced; where time is
    approved, what its person booked on the same work item that day counts with it, into however many entries it was cut.
    ``amount_a_week``: money of one person's week that one reviewer approves in bulk, all their acts together, from which on the
    rest of that week is looked at one by one. ``clients``: those whose items are; ``confidence_below``: items that the model
    was less sure of than that; ``regulated``: contracts that are.

    The default is that everything may be accepted in bulk.
    """

    amount: Decimal | None = None
    amount_a_week: Decimal | None = None
    clients: frozenset[str] = frozenset()
    confidence_below: float | None = None
    regulated: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing is kept from bulk."""
        return self == OneByOne()

    def is_dear(self, worth: Money | None) -> bool:
        """Whether an item is worth the amount by itself."""
        return self.amount is not None and worth is not None and worth.amount >= self.amount

    def why_alone(
        self,
        item: WorkItem | None,
        contract: Contract | None,
        *,
        confidence: float | None,
        worth: Money | None,
        billed: bool,
        day: Money | None = None,
        beside: str = "",
    ) -> str:
        """Why an item is not accepted in bulk, in words; empty when it may be.

        ``worth`` is its money; None where no rate is known, which keeps a billed item from bulk as well, since nobody can say
        that it is worth less. ``day`` is what it is worth with what counts with it, told as ``beside``. ``confidence`` is None
        where no model said anything.
        """
        reasons = []
        if item is not None and item.client in self.clients:
            reasons.append(f"client {item.client} is looked at one by one")
        if self.regulated and contract is not None and contract.regulated:
            reasons.append(f"contract {contract.id} is regulated")
        if self.confidence_below is not None and confidence is not None and confidence < self.confidence_below:
            reasons.append(f"the model was {confidence:.0%} sure, below {self.confidence_below:.0%}")
        if billed and worth is None and (self.amount is not None or self.amount_a_week is not None):
            reasons.append("no rate is known, so nobody can say what it is worth")
        elif billed and worth is not None and self.amount is not None:
            if self.is_dear(worth):
                reasons.append(f"it is worth {worth}, {self.amount} or more")
            elif day is not None and day.amount >= self.amount:
                reasons.append(f"with {beside} it is worth {day}, {self.amount} or more")
        return "; ".join(reasons)

    def why_no_more(self, week: Money, reviewer: str, person: str) -> str:
        """Why a reviewer approves nothing more of somebody's week in bulk; empty while ``week``, which is all that they have
        approved so with what they are about to, is below the amount.
        """
        if self.amount_a_week is None or week.amount < self.amount_a_week:
            return ""
        return f"with what {reviewer} approved together of {person}'s week before it is {week}, {self.amount_a_week} or more"


def from_mapping(body: object, problems: list[str]) -> OneByOne:
    """The rule of a policy's ``one_by_one`` table; what is wrong is told to ``problems``, all at once."""
    if not isinstance(body, Mapping):
        problems.append("one_by_one: must be a table, like [one_by_one] with amount = 1000")
        return OneByOne()
    known = ("amount", "amount_a_week", "clients", "confidence_below", "regulated")
    problems += [f"one_by_one.{key}: unknown; known are {', '.join(known)}" for key in body if key not in known]
    regulated = body.get("regulated", False)
    if not isinstance(regulated, bool):
        problems.append("one_by_one.regulated: must be true or false")
    return OneByOne(
        amount=_amount("amount", body.get("amount"), problems),
        amount_a_week=_amount("amount_a_week", body.get("amount_a_week"), problems),
        clients=_clients(body.get("clients", []), problems),
        confidence_below=_share(body.get("confidence_below"), problems),
        regulated=regulated is True,
    )


def to_mapping(rule: OneByOne) -> dict[str, Any]:
    """The rule as plain values; the reverse of :func:`from_mapping`."""
    body: dict[str, Any] = {"clients": sorted(rule.clients), "regulated": rule.regulated}
    amounts = {"amount": rule.amount, "amount_a_week": rule.amount_a_week}
    body |= {name: str(amount) for name, amount in amounts.items() if amount is not None}
    if rule.confidence_below is not None:
        body["confidence_below"] = rule.confidence_below
    return body


def _amount(name: str, value: object, problems: list[str]) -> Decimal | None:
    if value is None:
        return None
    try:
        # A float by its digits: 0.1 in a policy means 0.1.
        amount = Decimal(str(value)) if isinstance(value, int | float | str) and not isinstance(value, bool) else None
    except InvalidOperation:
        amount = None
    if amount is None or not amount.is_finite() or not 0 <= amount <= _MOST:
        problems.append(f"one_by_one.{name}: must be an amount of 0 or more, like 1000 or 999.50")
        return None
    return amount


def _clients(value: object, problems: list[str]) -> frozenset[str]:
    if (
        not isinstance(value, list)
        or len(value) > MOST_CLIENTS
        or not all(isinstance(name, str) and 0 < len(name.strip()) <= _LONGEST for name in value)
    ):
        problems.append(f'one_by_one.clients: must be a list of at most {MOST_CLIENTS} client codes, like ["acme"]')
        return frozenset()
    return frozenset(name.strip() for name in value)


def _share(value: object, problems: list[str]) -> float | None:
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1:
        problems.append("one_by_one.confidence_below: must be a number from 0 to 1, like 0.9")
        return None
    return float(value)
