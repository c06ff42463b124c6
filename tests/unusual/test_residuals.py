"""Residuals: nothing of the future, nothing of the order, and each column says what its name promises."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from tests.unusual.timecard_file import days, timecards

from hourtrail.domain.entry import EntryStatus
from hourtrail.domain.firm import WorkItem
from hourtrail.unusual import COLUMNS, SPEC, live, matrix_of, table_of
from hourtrail.unusual.columns import NUMBER


def column(entries, name, *, weekly=False, whole_file=True):
    matrix = matrix_of(table_of(entries, weekly=weekly), whole_file=whole_file)
    return dict(zip([row.id for row in entries], matrix[:, NUMBER[name]], strict=True))


@pytest.mark.parametrize(("entries", "weekly"), [(timecards(3_000), True), (days(), False)])
def test_a_live_check_reads_nothing_of_later_weeks(entries, weekly):
    table = table_of(live(entries), weekly=weekly)
    whole = matrix_of(table, whole_file=False)
    for last in (2, 4, 6):
        earlier = table.week <= last
        assert 0 < earlier.sum() < len(table)
        np.testing.assert_array_equal(matrix_of(table.take(earlier), whole_file=False), whole[earlier])


def test_a_review_of_a_whole_file_does_read_them():
    table = table_of(live(timecards(3_000)), weekly=True)
    earlier = table.week <= 6
    part = matrix_of(table.take(earlier), whole_file=True)
    assert not np.array_equal(part, matrix_of(table, whole_file=True)[earlier], equal_nan=True)


@pytest.mark.parametrize("whole_file", [True, False])
def test_the_order_of_rows_changes_nothing(whole_file):
    table = table_of(live(timecards(2_000)), weekly=True)
    shuffled = np.random.default_rng(1).permutation(len(table))
    np.testing.assert_allclose(
        matrix_of(table.take(shuffled), whole_file=whole_file), matrix_of(table, whole_file=whole_file)[shuffled]
    )


def test_every_column_is_known_somewhere_or_says_why_not():
    matrix = matrix_of(table_of(days(), weekly=False), whole_file=True)
    assert matrix.shape == (len(days()), len(SPEC.names)) == (320, len(COLUMNS))
    unknown = {name for name, values in zip(SPEC.names, matrix.T, strict=True) if np.isnan(values).all()}
    assert unknown == set(), "with starts, rates, tasks and several weeks everything is known"
    assert matrix_of(table_of([], weekly=False), whole_file=True).shape == (0, len(SPEC.names))


def test_a_line_that_took_the_place_of_a_usual_project_is_told_from_one_beside_it():
    booked = days()
    moved = "0-017-0"
    wrong = [
        replace(row, item=WorkItem("B", "Other"))
        if row.date.isocalendar().week == 5 and row.person == "p0" and row.item.client
        else row
        for row in booked
    ]
    ids = [row.id for row, before in zip(wrong, booked, strict=True) if row.item != before.item]
    assert len(ids) == 5
    assert min(column(wrong, "missing_match")[name] for name in ids) > 0.8
    beside = [
        *booked,
        replace(booked[0], id="new", date=booked[0].date + timedelta(days=28), item=WorkItem("B", "Other")),
    ]
    assert column(beside, "missing_match")["new"] == 0.0
    assert column(beside, "presence")["new"] == 0.0
    assert column(beside, "presence")[moved] == 1.0


def test_hours_rate_and_task_are_held_against_the_persons_own():
    booked = days()
    odd = [replace(row, start=row.start - timedelta(hours=5)) if row.id == "1-020-0" else row for row in booked]
    assert column(odd, "hour_apart")["1-020-0"] == pytest.approx(5, abs=1)
    assert column(odd, "hour_apart")["1-021-0"] == 0
    dear = [replace(row, hourly_rate=2 * row.hourly_rate) if row.id == "1-020-0" else row for row in booked]
    assert column(dear, "rate_apart")["1-020-0"] == pytest.approx(np.log(2))
    other = [replace(row, item=WorkItem("A", "P1", "test")) if row.id == "1-020-0" else row for row in booked]
    assert column(other, "task_share")["1-020-0"] == 0
    assert column(other, "task_share")["1-021-0"] == pytest.approx(38 / 39)


def test_too_many_minutes_on_one_line_are_told_from_a_long_week():
    booked = days()
    tenfold = [replace(row, minutes=row.minutes * 4) if row.id == "2-020-0" else row for row in booked]
    long = [
        replace(row, minutes=round(row.minutes * 1.3))
        if row.person == "p2" and row.date.isocalendar().week == 6
        else row
        for row in booked
    ]
    assert column(tenfold, "excess")["2-020-0"] > 10
    assert column(tenfold, "gain")["2-020-0"] > column(long, "gain")["2-020-0"]


def test_rejected_entries_and_entries_without_time_say_nothing_of_what_is_usual():
    booked = days(people=1, weeks=1)
    odd = [replace(booked[0], status=EntryStatus.REJECTED), replace(booked[1], minutes=0), *booked[2:]]
    assert [row.id for row in live(odd)] == [row.id for row in booked[2:]]
