"""A lasting change in a series of monthly amounts, told once.

The rule is a sequential test with a robust baseline. Of the last ``baseline`` months since the last shift, at least
``least`` of them, the median M and the scale S = 1.4826 x MAD x b(n) are taken; 1.4826 makes the median absolute deviation
an estimate of the standard deviation of a normal series (Hampel 1974, J. Am. Stat. Assoc. 69, 383-393), and b(n) corrects
its bias in small samples (Croux and Rousseeuw 1992, Time-efficient algorithms for two highly robust estimators of scale,
Compstat 1). Amounts vary in proportion to their size, so S is never less than ``floor`` of |M|. A shift is told when ``run``
months in a row lie on the same side of M by more than ``deviations`` x S and by more than ``share`` of |M|, the zone test of
Western Electric (1956, Statistical Quality Control Handbook); one odd month, such as August or a single large fee, is none.
The baseline then begins anew with the months of that run. A month is judged from the months before it alone, so later months
never change what was told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median
from typing import Final

_NORMAL: Final = Decimal("1.4826")
_SMALL_SAMPLES: Final[Mapping[int, Decimal]] = {
    2: Decimal("1.196"), 3: Decimal("1.495"), 4: Decimal("1.363"), 5: Decimal("1.206"), 6: Decimal("1.200"),
    7: Decimal("1.140"), 8: Decimal("1.129"), 9: Decimal("1.107"),
}  # fmt: skip
"""b(n) up to nine months; n / (n - 0.8) beyond (Croux and Rousseeuw 1992)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftRule:
    """The numbers of the rule; months, multiples of the scale, and shares of the baseline."""

    baseline: int = 12
    least: int = 6
    run: int = 3
    deviations: Decimal = Decimal("2.5")
    share: Decimal = Decimal("0.25")
    floor: Decimal = Decimal("0.1")


DEFAULT_RULE: Final = ShiftRule()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One lasting change. ``number`` counts the shifts of the series from 1.

    ``level`` is the median of the baseline months ``window`` (first and last), ``band`` the half-width around it within
    which a month is usual, ``amounts`` are those of the months of the run, ``months`` their first days.
    """

    number: int
    months: tuple[date, ...]
    amounts: tuple[Decimal, ...]
    level: Decimal
    band: Decimal
    window: tuple[date, date]

    @property
    def up(self) -> bool:
        """Whether more is billed than before."""
        return self.amounts[0] > self.level

    @property
    def change(self) -> Decimal:
        """How far the run's median lies from the level."""
        return median(self.amounts) - self.level


def shifts(months: Sequence[date], amounts: Sequence[Decimal], rule: ShiftRule = DEFAULT_RULE) -> list[Shift]:
    """Every shift of one series, oldest first. ``months`` are first days in order without gaps; a month without billing is 0."""
    found: list[Shift] = []
    begin = now = 0
    while now + rule.run <= len(amounts):
        known = amounts[max(begin, now - rule.baseline) : now]
        if len(known) >= rule.least:
            level, band = _baseline(known, rule)
            run = amounts[now : now + rule.run]
            if all(amount - level > band for amount in run) or all(level - amount > band for amount in run):
                found.append(
                    Shift(
                        number=len(found) + 1,
                        months=tuple(months[now : now + rule.run]),
                        amounts=tuple(run),
                        level=level,
                        band=band,
                        window=(months[now - len(known)], months[now - 1]),
                    )
                )
                begin = now
        now += 1
    return found


def _baseline(known: Sequence[Decimal], rule: ShiftRule) -> tuple[Decimal, Decimal]:
    """The level of the baseline and the half-width of what is usual around it."""
    level = median(known)
    spread = median([abs(amount - level) for amount in known])
    count = len(known)
    scale = _NORMAL * spread * _SMALL_SAMPLES.get(count, Decimal(count) / (Decimal(count) - Decimal("0.8")))
    return level, max(rule.deviations * max(scale, rule.floor * abs(level)), rule.share * abs(level))
