"""Which hourly rate applies to an entry; asked a million times, so that every answer is found once."""

from bisect import bisect_right
from collections.abc import Callable
from datetime import date, timedelta
from typing import TypeAlias

from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.firm import Contract
from hourtrail.domain.money import Money
from hourtrail.domain.ratecard import RateCard

GradeOf: TypeAlias = Callable[[TimeEntry], str]
"""The grade under which an entry is priced; empty when nobody knows it."""


def no_grade(_entry: TimeEntry) -> str:
    """The grade of somebody of whom nothing is known."""
    return ""


class HourlyRates:
    """The rates of one contract: its blended rate for everybody, else its rate card's most specific row on the day.

    A rate is decided by the work date alone, so a row that becomes valid later changes nothing that lies before it.
    """

    def __init__(self, contract: Contract, card: RateCard, currency: str) -> None:
        self._card = card
        self._people = {row.person for row in card.rates}
        self._grades = {row.grade for row in card.rates}
        self._tasks = {row.task for row in card.rates}
        self.changes = _changes(card)
        self._known: dict[tuple[int, str, str, str], Money | None] = {}
        stated = contract.blended_rate
        self._blended = Money(stated, currency) if stated is not None and currency else None

    @property
    def blended(self) -> bool:
        """Whether one rate holds for everybody."""
        return self._blended is not None

    def rate(self, day: date, *, person: str, grade: str, task: str) -> Money | None:
        """The rate in force, or None when neither the contract nor its card has one."""
        if self._blended is not None:
            return self._blended
        return self.card_rate(day, person=person, grade=grade, task=task)

    def card_rate(self, day: date, *, person: str, grade: str, task: str) -> Money | None:
        """The rate card's own, whatever is blended."""
        # Whoever and whatever the card does not name is the same to it, and so are all days between two changes.
        key = (
            bisect_right(self.changes, day),
            person if person in self._people else "",
            grade if grade in self._grades else "",
            task if task in self._tasks else "",
        )
        if key not in self._known:
            self._known[key] = self._card.rate(day, person=key[1], grade=key[2], task=key[3])
        return self._known[key]

    def grades_at(self, rate: Money, day: date, *, task: str) -> tuple[str, ...]:
        """The grades that the card prices at exactly ``rate`` on that day, in alphabetical order."""
        grades = sorted(self._grades - {""})
        return tuple(grade for grade in grades if self.rate(day, person="", grade=grade, task=task) == rate)


def _changes(card: RateCard) -> list[date]:
    """The days on which a row of the card begins, or is over."""
    begin = {row.valid_from for row in card.rates if row.valid_from}
    over = {row.valid_to + timedelta(days=1) for row in card.rates if row.valid_to and row.valid_to < date.max}
    return sorted(begin | over)


def stated_rate(entry: TimeEntry) -> Money | None:
    """The rate that the entry itself states; None without one, or in a currency that does not exist."""
    if entry.hourly_rate is None:
        return None
    try:
        return Money(entry.hourly_rate, entry.currency)
    except InvalidInput:
        return None
