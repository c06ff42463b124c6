"""Whole weeks: a person's total, and how far their hours moved between projects, against that person's own weeks."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.unusual import UnusualWeek
from hourtrail.domain.weeks import monday_of
from hourtrail.unusual.counting import median_by
from hourtrail.unusual.table import EntryTable, Floats, Ints
from hourtrail.unusual.weeks import Weeks, expected_of

MOST_EXPLAINED: Final = 500
_FIRM_WEEKS: Final = 5
"""Weeks that the firm's spread is worth: a person's own spread counts from a few weeks on."""
_LEAST_SPREAD: Final = (120.0, 0.1)
"""Minutes and share below which two weeks are the same."""
_HALF: Final = 8.0
"""Robust deviations at which a week scores one half."""
_FEWEST_WEEKS: Final = 4


def unusual_weeks(
    entries: Sequence[TimeEntry], table: EntryTable, weeks: Weeks, *, whole_file: bool
) -> list[UnusualWeek]:
    """The weeks that stand out, most unusual first; none of somebody with few weeks."""
    moved = moved_share(weeks, whole_file=whole_file)
    totals, usual_total = _deviation(weeks.card_person, weeks.card_minutes, _LEAST_SPREAD[0])
    mixes, usual_moved = _deviation(weeks.card_person, moved, _LEAST_SPREAD[1])
    count = np.bincount(weeks.card_person)[weeks.card_person]
    # A week that resembles its neighbours more than usual is nothing to look at.
    apart = np.where(count >= _FEWEST_WEEKS, np.maximum(np.abs(totals), np.nan_to_num(mixes)), 0)
    scores = (1 - 2 ** (-apart / _HALF)) * (count - 1) / (count + 2)
    card_of_entry = weeks.card[weeks.cell_of_entry]
    order = np.argsort(card_of_entry, kind="stable")
    bounds = np.searchsorted(card_of_entry[order], np.arange(weeks.cards + 1)).tolist()
    out = []
    top = np.lexsort((np.arange(weeks.cards), -scores))[:MOST_EXPLAINED]
    for card in top[scores[top] >= 0.25].tolist():
        rows = order[bounds[card] : bounds[card + 1]]
        first = min(entries[row].date for row in rows.tolist())
        daily = table.day[rows[0]] >= 0
        out.append(
            UnusualWeek(
                person=entries[rows[0]].person,
                first_day=monday_of(first) if daily else first,
                score=round(float(scores[card]), 6),
                minutes=round(float(weeks.card_minutes[card])),
                usual_minutes=round(float(usual_total[card])),
                moved_share=float(np.nan_to_num(moved[card])),
                usual_moved_share=float(np.nan_to_num(usual_moved[card])),
                entries=tuple(sorted(entries[row].id for row in rows.tolist())),
            )
        )
    return out


def moved_share(weeks: Weeks, *, whole_file: bool) -> Floats:
    """Share of each week's minutes that the near weeks do not hold, project by project; NaN for a lone week."""
    expected = expected_of(weeks, whole_file=whole_file)
    projects = int(weeks.project.max()) + 1
    hours = expected.presence * expected.minutes
    total = np.bincount(expected.card, hours, weeks.cards)
    wanted = expected.card * projects + expected.project
    keys = weeks.card * projects + weeks.project
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    share = np.where(keys[at] == wanted, weeks.minutes[at] / np.maximum(weeks.card_minutes[weeks.card[at]], 1), 0.0)
    usual = hours / np.maximum(total[expected.card], 1)
    alike = np.bincount(expected.card, np.minimum(share, usual), weeks.cards)
    return np.where(total > 0, 1 - alike, np.nan)


def _deviation(person: Ints, values: Floats, least: float) -> tuple[Floats, Floats]:
    """Robust deviations from the person's median, and that median. The spread is shrunk to the firm's."""
    people = int(person.max()) + 1
    middle = median_by(person, values, people)[person]
    apart = np.abs(values - middle)
    own = median_by(person, apart, people)[person]
    firm = float(np.nanmedian(apart)) if (~np.isnan(apart)).any() else 0.0
    count = np.bincount(person)[person]
    spread = 1.4826 * (count * np.nan_to_num(own) + _FIRM_WEEKS * firm) / (count + _FIRM_WEEKS)
    return (values - middle) / np.maximum(spread, least), middle
