"""From residuals to a verdict-free score: no flood while little is known, and the facts behind the most unusual ones."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from hourtrail.columnar import EntryColumns, columns_of
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.ports import AnomalyBlender, AnomalyFitter, AnomalyScorer
from hourtrail.domain.unusual import Unusual, UnusualEntry
from hourtrail.unusual.columns import COLUMNS, NUMBER, Kind
from hourtrail.unusual.contrast import contrast_of
from hourtrail.unusual.counting import median_by
from hourtrail.unusual.heads import HeadsScorer
from hourtrail.unusual.matrix import matrix_of
from hourtrail.unusual.mix import unusual_weeks
from hourtrail.unusual.table import EntryTable, Floats, Ints, in_own_order, live_rows, table_of
from hourtrail.unusual.weeks import Absent, Weeks, absent_of, expected_of, weeks_of

FEWEST_ENTRIES: Final = 400
FEWEST_PEOPLE: Final = 6
"""Below either, nothing is fitted and the heads answer."""
HALF_HISTORY: Final = 3
"""Other weeks of a person at which their scores count half: a newcomer's habits are not known yet."""
MOST_EXPLAINED: Final = 2_000
LEAST_EXPLAINED: Final = 0.1
_COMPARABLES: Final = 3


@dataclass(frozen=True)
class Judged:
    """The parts of one run that an explanation reads."""

    entries: EntryColumns
    table: EntryTable
    matrix: Floats
    scores: Floats
    contributions: Floats
    rows: Ints
    """Numbers of the explained entries, most unusual first; ``contributions`` stand in the same order."""


def scorer_for(table: EntryTable, matrix: Floats, fit: AnomalyFitter | None, *, whole_file: bool) -> AnomalyScorer:
    """A model fitted to these very entries where there are enough of them, else the heads."""
    if fit is None or len(table) < FEWEST_ENTRIES or len(np.unique(table.person)) < FEWEST_PEOPLE:
        return HeadsScorer()
    contrast = contrast_of(table, whole_file=whole_file)
    return fit(matrix, table.person, contrast.matrix, contrast.row, contrast.slip)


def shrunk(scores: Floats, matrix: Floats) -> Floats:
    """Scores that count little where little is known of the person: times h / (h + 3) for h other weeks."""
    history = np.expm1(matrix[:, NUMBER["history"]])
    return np.asarray(scores * history / (history + HALF_HISTORY), dtype=np.float64)


def judge(
    entries: Sequence[TimeEntry],
    *,
    weekly: bool,
    fit: AnomalyFitter | None = None,
    whole_file: bool = True,
    zone: Callable[[str], ZoneInfo] = lambda _person: ZoneInfo("UTC"),
    verdicts: Mapping[str, bool] | None = None,
    blend: AnomalyBlender | None = None,
) -> Unusual:
    """The score of every entry (0 for one without time, or rejected) and the facts behind the most unusual ones.

    ``verdicts`` says of entries, by id, whether a reviewer found a true issue; ``blend`` lets them correct the scores.

    ``weekly``: each date stands for a week. ``whole_file``: an entry is also compared with what came after it.
    """
    columns = columns_of(entries)
    rows = live_rows(columns)
    if not len(rows):
        return Unusual(scores=[0.0] * len(entries))
    # In an order of their own, so that the same entries get the same scores in whatever order they come.
    rows = rows[in_own_order(columns.take(rows))]
    kept = columns.take(rows)
    table = table_of(kept, weekly=weekly, zone=zone)
    matrix = matrix_of(table, whole_file=whole_file)
    scorer = scorer_for(table, matrix, fit, whole_file=whole_file)
    if verdicts and blend is not None:
        reviewed = [number for number, name in enumerate(kept.texts("id")) if name in verdicts]
        issue = np.array([verdicts[kept[number].id] for number in reviewed], dtype=np.bool_)
        scorer = blend(scorer, matrix, table.person, np.array(reviewed, dtype=np.int64), issue)
    scores = shrunk(scorer.scores(matrix, table.person), matrix)
    top = _highest(scores, kept)
    judged = Judged(kept, table, matrix, scores, scorer.contributions(matrix[top], table.person[top]), top)
    weeks = weeks_of(table)
    in_order = np.zeros(len(entries))
    in_order[rows] = scores
    return Unusual(
        scores=in_order.tolist(),
        entries=_explained(judged, weeks, whole_file=whole_file),
        weeks=unusual_weeks(kept, table, weeks, whole_file=whole_file),
        model=scorer.ref,
    )


def _highest(scores: Floats, entries: EntryColumns) -> Ints:
    """The rows that are worth explaining, most unusual first and then by id."""
    most = min(MOST_EXPLAINED, len(scores))
    least = max(float(np.partition(scores, -most)[-most]), LEAST_EXPLAINED)
    some = np.flatnonzero(scores >= least)
    ids = [entries[row].id for row in some.tolist()]
    order = sorted(range(len(some)), key=lambda at: (-scores[some[at]], ids[at]))
    return np.asarray(some[order][:most], dtype=np.int64)


def kinds_of(contributions: Floats, matrix: Floats) -> list[Kind]:
    """The kind of slip that adds most to each row's log-odds. What merely describes the week (its mix) is never the answer.

    A ratio to minutes that the person never booked there is not known, and what *that* adds speaks for a wrong project.
    """
    kinds = [kind for kind in Kind if kind is not Kind.MIX]
    members = np.array([[column.kind is kind for column in COLUMNS] for kind in kinds], dtype=np.float64)
    unknown = np.isnan(matrix) & members[kinds.index(Kind.QUANTITY)].astype(np.bool_)
    totals = np.where(unknown, 0, contributions) @ members.T
    totals[:, kinds.index(Kind.WRONG_PROJECT)] += np.where(unknown, contributions, 0).sum(axis=1)
    return [kinds[number] for number in totals.argmax(axis=1)]


def _explained(judged: Judged, weeks: Weeks, *, whole_file: bool) -> list[UnusualEntry]:
    absent = absent_of(weeks, expected_of(weeks, whole_file=whole_file))
    usual_week = median_by(weeks.card_person, weeks.card_minutes, judged.table.people)
    row_of = np.zeros(judged.table.projects, dtype=np.int64)
    row_of[judged.table.project] = np.arange(len(judged.table))
    by_person = np.argsort(judged.table.person, kind="stable")
    people = judged.table.person[by_person]
    out = []
    for row, kind in zip(judged.rows.tolist(), kinds_of(judged.contributions, judged.matrix[judged.rows]), strict=True):
        person = int(judged.table.person[row])
        own = by_person[np.searchsorted(people, person) : np.searchsorted(people, person, side="right")]
        cell = int(weeks.cell_of_entry[row])
        missing, minutes = _most_fitting(absent, weeks, cell, kind)
        facts = judged.matrix[row]
        ratio = facts[NUMBER["against_near"]]
        ratio = facts[NUMBER["against_own"]] if np.isnan(ratio) else ratio
        usual = None if np.isnan(ratio) else max(round((weeks.minutes[cell] + 30) / float(np.exp(ratio)) - 30), 0)
        out.append(
            UnusualEntry(
                entry=judged.entries[row].id,
                score=round(float(judged.scores[row]), 6),
                kind=kind.value,
                weeks=round(float(np.expm1(facts[NUMBER["history"]]))),
                on_item=round(float(np.expm1(facts[NUMBER["own_weeks"]]))),
                others=round(float(np.expm1(facts[NUMBER["others_people"]]))),
                minutes=round(float(weeks.minutes[cell])),
                week_minutes=round(float(weeks.card_minutes[weeks.card[cell]])),
                usual_minutes=usual if facts[NUMBER["own_weeks"]] > 0 else None,
                usual_week_minutes=round(float(usual_week[person])),
                missing=str(judged.entries[int(row_of[missing])].item.at_project) if missing >= 0 else "",
                missing_minutes=minutes,
                hours_apart=float(np.nan_to_num(facts[NUMBER["hour_apart"]])),
                comparables=_comparables(judged, row, own, missing, kind),
            )
        )
    return out


def _most_fitting(absent: Absent, weeks: Weeks, cell: int, kind: Kind) -> tuple[int, int]:
    """The project (number and usual minutes) whose place the line may have taken; -1 when none is missing."""
    if kind is not Kind.WRONG_PROJECT:
        return -1, 0
    card = weeks.card[cell]
    first, last = np.searchsorted(absent.card, card), np.searchsorted(absent.card, card, side="right")
    if first == last:
        return -1, 0
    apart = np.abs(np.log((absent.minutes[first:last] + 30) / (weeks.minutes[cell] + 30)))
    at = first + int((absent.presence[first:last] * np.exp(-2 * apart)).argmax())
    # Less than every third week is no habit.
    return (int(absent.project[at]), round(float(absent.minutes[at]))) if absent.presence[at] >= 1 / 3 else (-1, 0)


def _comparables(judged: Judged, row: int, own: Ints, missing: int, kind: Kind) -> tuple[str, ...]:
    """Up to three usual entries of the same person: on the missing project, else on the same one, else the nearest."""
    usual = own[(own != row) & (judged.scores[own] < judged.scores[row] / 2)]
    wanted = missing if kind is Kind.WRONG_PROJECT else int(judged.table.project[row])
    away = np.abs(judged.table.week[usual] - judged.table.week[row])
    # Of the same week only when there is nothing else: it is the week that is in question.
    order = np.lexsort((usual, np.where(away == 0, judged.table.weeks, away), judged.table.project[usual] != wanted))
    return tuple(sorted({judged.entries[at].id for at in usual[order][:_COMPARABLES].tolist()}))
