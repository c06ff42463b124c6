"""Judging: no flood while little is known, one score an entry, and sentences that follow from what made the score."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from tests.unusual.timecard_file import MONDAY, days, timecards

from hourtrail import checks
from hourtrail.checks import CheckContext, CheckPolicy, Grain
from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.firm import WorkItem
from hourtrail.unusual import HeadsScorer, Kind, judge, kinds_of, live, matrix_of, table_of
from hourtrail.unusual.columns import NUMBER
from hourtrail.unusual.heads import HEADS
from hourtrail_models.anomaly import prior as priors
from hourtrail_models.anomaly.prior import fit_prior

UNUSUAL = ["unusual_entry", "unusual_week"]


@pytest.fixture
def quick(monkeypatch):
    """A model of few trees: these tests ask how scores are used, not how good they are."""
    monkeypatch.setattr(priors, "ROUNDS", 20)
    monkeypatch.setattr(priors, "PASSES", 2)


def told(entries, *, weekly, fit=None):
    grain = Grain.WEEK if weekly else Grain.DAY
    habits = judge(entries, weekly=weekly, fit=fit)
    context = CheckContext(entries=entries, as_of=max(row.date for row in entries), grain=grain, habits=habits)
    return checks.run(context, CheckPolicy().only(UNUSUAL)), habits


def random_firm(people: int, weeks: int, seed: int) -> list[TimeEntry]:
    """Nobody has habits: every week everybody books other projects for other hours."""
    random = np.random.default_rng(seed)
    return [
        TimeEntry(
            id=f"{person}-{week}-{number}", person=f"p{person}", date=MONDAY + timedelta(weeks=week),
            minutes=int(random.integers(1, 40)) * 60, item=WorkItem("C", f"P{random.integers(12)}"),
        )
        for person in range(people) for week in range(weeks) for number in range(3)
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("weeks", [1, 2, 3])
def test_a_new_firm_gets_no_flood(weeks, seed):
    findings, habits = told(random_firm(30, weeks, seed), weekly=True)
    assert findings == []
    assert max(habits.scores) < 0.8


def test_the_share_shown_is_bounded_even_where_nothing_is_usual(quick):
    entries = random_firm(20, 12, 1)
    findings, _ = told(entries, weekly=True, fit=fit_prior)
    assert sum(row.check == "unusual_entry" for row in findings) <= 0.01 * len(entries) + 1
    assert sum(row.check == "unusual_week" for row in findings) <= 0.01 * 240 + 1


def test_a_new_person_and_a_new_project_are_no_anomaly():
    booked = days(people=6)
    last = max(row.date for row in booked)
    newcomer = [
        replace(row, id=f"n{row.id}", person="new", item=WorkItem("N", "Start"))
        for row in booked
        if row.person == "p0" and row.date > last - timedelta(days=7)
    ]
    # The project starts this week, and three people go there from one that they keep.
    project = [
        replace(row, id=f"s{row.id}", item=WorkItem("N", "Kickoff"), minutes=60, start=None)
        for row in booked
        if row.person in {"p1", "p3", "p5"} and row.date == last and row.item.client
    ]
    findings, habits = told([*booked, *newcomer, *project], weekly=False)
    scores = dict(zip([row.id for row in (*booked, *newcomer, *project)], habits.scores, strict=True))
    assert findings == []
    assert max(scores[row.id] for row in newcomer) < 0.1
    assert max(scores[row.id] for row in project) < 0.8


def test_every_entry_has_one_score_and_what_says_nothing_scores_nothing(quick):
    booked = timecards(1_500)
    booked[7] = replace(booked[7], status=EntryStatus.REJECTED)
    habits = judge(booked, weekly=True, fit=fit_prior)
    rows = checks.scores(booked, [], habits.scores)
    assert [row.id for row in rows] == [row.id for row in booked]
    assert all(0 <= row.score <= 1 for row in rows)
    assert rows[7].score == 0
    assert {row.score for row, entry in zip(rows, booked, strict=True) if not entry.minutes} <= {0.0}
    assert len({row.score for row in rows}) > 100, "a score that tells entries apart"


def test_the_same_entries_get_the_same_scores_in_any_order(quick):
    booked = timecards(1_500)
    shuffled = [booked[at] for at in np.random.default_rng(4).permutation(len(booked))]
    first, second = (judge(rows, weekly=True, fit=fit_prior) for rows in (booked, shuffled))
    assert dict(zip([r.id for r in booked], first.scores, strict=True)) == dict(
        zip([r.id for r in shuffled], second.scores, strict=True)
    )
    assert first.entries == second.entries
    assert first.weeks == second.weeks


def test_nothing_booked_is_nothing_unusual():
    assert judge([], weekly=True).scores == []
    lone = days(people=1, weeks=1)[:1]
    assert judge(lone, weekly=False).scores == [0.0]


def test_the_sentence_is_of_the_kind_that_adds_most():
    booked = [
        replace(row, minutes=4 * row.minutes) if row.id == "2-020-0"
        else replace(row, start=row.start - timedelta(hours=6)) if row.id == "3-011-0"
        else row
        for row in days(weeks=30)
    ]  # fmt: skip
    kept = sorted(live(booked), key=lambda row: (row.person, row.date, row.item, row.id))
    matrix = matrix_of(table_of(kept, weekly=False), whole_file=True)
    given = HeadsScorer().contributions(matrix, np.zeros(len(kept), dtype=np.int64))
    at = {row.id: number for number, row in enumerate(kept)}
    kinds = dict(zip(at, kinds_of(given, matrix), strict=True))
    assert kinds["2-020-0"] is Kind.QUANTITY
    assert kinds["3-011-0"] is Kind.ODD_TIME
    top = judge(booked, weekly=False).entries
    assert {(row.entry, row.kind) for row in top[:2]} == {("2-020-0", "quantity"), ("3-011-0", "odd_time")}
    # Three usual entries of the same person stand beside it, of other weeks and on the same project.
    by_id = {row.id: row for row in booked}
    for row in top[:2]:
        here = by_id[row.entry]
        assert len(row.comparables) == 3
        for other in (by_id[name] for name in row.comparables):
            assert (other.person, other.item) == (here.person, here.item)
            assert other.date.isocalendar()[:2] != here.date.isocalendar()[:2]


def test_what_is_not_known_of_the_minutes_speaks_for_the_project():
    matrix = np.zeros((2, len(NUMBER)))
    given = np.zeros_like(matrix)
    given[:, NUMBER["against_near"]] = 2.0
    matrix[1, NUMBER["against_near"]] = np.nan
    assert kinds_of(given, matrix) == [Kind.QUANTITY, Kind.WRONG_PROJECT]


def test_heads_contributions_add_up_to_the_log_odds_of_each_head():
    matrix = matrix_of(table_of(live(timecards(1_000)), weekly=True), whole_file=True)
    heads = HeadsScorer()
    group = np.zeros(len(matrix), dtype=np.int64)
    total = sum(odds - HEADS[kind][0] for kind, odds in heads.by_kind(matrix).items())
    np.testing.assert_allclose(heads.contributions(matrix, group).sum(axis=1), total)
