"""When a job is due: by the firm's own clock, once a day, again after a failure."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from hourtrail.domain.jobs import JobOutcome, JobPlan, JobRun, is_due

BERLIN = ZoneInfo("Europe/Berlin")
PLAN = JobPlan(at=time(2, 30))
DUE = datetime(2026, 3, 3, 1, 30, tzinfo=UTC)


def run(started: datetime, outcome: JobOutcome, minutes: int = 1) -> JobRun:
    ended = None if outcome is JobOutcome.RUNNING else started + timedelta(minutes=minutes)
    return JobRun(
        id="r", job="j", started_at=started, holder="h:1", held_until=started + timedelta(minutes=minutes), ended_at=ended,
        outcome=outcome,
    )  # fmt: skip


def test_it_is_due_at_the_firms_own_time() -> None:
    before = [run(DUE - timedelta(days=1), JobOutcome.DONE)]
    assert not is_due(PLAN, before, DUE - timedelta(seconds=1), BERLIN)
    assert is_due(PLAN, before, DUE, BERLIN)
    assert PLAN.last_due(DUE, ZoneInfo("America/New_York")) == datetime(2026, 3, 2, 7, 30, tzinfo=UTC)


def test_what_was_missed_for_days_is_made_up_for_once() -> None:
    late = DUE + timedelta(hours=9)
    assert is_due(PLAN, [run(DUE - timedelta(days=4), JobOutcome.DONE)], late, BERLIN)
    assert not is_due(PLAN, [run(late, JobOutcome.DONE)], late + timedelta(minutes=1), BERLIN)
    assert not is_due(PLAN, [run(late, JobOutcome.RUNNING)], late + timedelta(seconds=59), BERLIN)


@pytest.mark.parametrize("outcome", [JobOutcome.FAILED, JobOutcome.OVERDUE])
def test_a_failure_is_tried_again_after_a_pause_that_grows(outcome: JobOutcome) -> None:
    first = run(DUE, outcome)
    assert not is_due(PLAN, [first], DUE + timedelta(minutes=10), BERLIN)
    assert is_due(PLAN, [first], DUE + timedelta(minutes=11), BERLIN)
    second = run(DUE + timedelta(minutes=11), outcome)
    assert not is_due(PLAN, [second, first], DUE + timedelta(minutes=31), BERLIN)
    assert is_due(PLAN, [second, first], DUE + timedelta(minutes=32), BERLIN)
    many = [run(DUE + timedelta(minutes=number), outcome) for number in range(40)]
    assert is_due(PLAN, many, DUE + timedelta(hours=5), BERLIN), "never more than four hours"


def test_what_was_stopped_or_lost_is_made_up_for_at_once_and_what_is_lost_again_is_not() -> None:
    assert is_due(PLAN, [run(DUE, JobOutcome.STOPPED)], DUE + timedelta(minutes=2), BERLIN)
    assert is_due(PLAN, [run(DUE, JobOutcome.RUNNING)], DUE + timedelta(minutes=2), BERLIN), "nobody holds it any more"
    assert is_due(PLAN, [run(DUE, JobOutcome.LOST)], DUE + timedelta(minutes=2), BERLIN)
    twice = [run(DUE, JobOutcome.LOST), run(DUE + timedelta(minutes=2), JobOutcome.RUNNING)]
    assert not is_due(PLAN, twice, DUE + timedelta(minutes=22), BERLIN), "it takes its runner down with it"
    assert is_due(PLAN, twice, DUE + timedelta(minutes=23), BERLIN)


@pytest.mark.parametrize(
    ("day", "due"),
    [
        (datetime(2026, 3, 29, 12, tzinfo=UTC), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),  # 02:30 is left out
        (datetime(2026, 10, 25, 12, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # 02:30 comes twice
    ],
)
def test_a_day_on_which_clocks_change_has_one_time(day: datetime, due: datetime) -> None:
    assert PLAN.last_due(day, BERLIN) == due
    assert PLAN.last_due(due - timedelta(seconds=1), BERLIN) < due
    assert PLAN.next_due(due - timedelta(seconds=1), BERLIN) == due
