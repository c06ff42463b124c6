"""Work in the background: when a job is due at a firm, and what became of its runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

RETRY_AFTER: Final = timedelta(minutes=10)
"""After the first failure; twice as long after each further one, at most ``LONGEST_RETRY``."""
LONGEST_RETRY: Final = timedelta(hours=4)


class JobOutcome(StrEnum):
    """How a run ended."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    OVERDUE = "overdue"
    """It took longer than its plan allows and was ended."""
    STOPPED = "stopped"
    """Whoever ran it was told to end."""
    LOST = "lost"
    """Whoever ran it went away without a word; what it had not finished is done by the next run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPlan:
    """When a job runs: every day at ``at`` of the firm's own clock; ``within`` is how long one run may take.

    ``about`` says in a line what it does.
    """

    at: time = time(2)
    within: timedelta = timedelta(minutes=30)
    about: str = ""

    def last_due(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The newest instant at or before ``now`` at which it had to run, in UTC.

        A time that a clock change leaves out comes an hour later, one that it repeats comes the first time.
        """
        day = now.astimezone(zone).date()
        today = datetime.combine(day, self.at, zone).astimezone(UTC)
        return today if today <= now else datetime.combine(day - timedelta(days=1), self.at, zone).astimezone(UTC)

    def next_due(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The first instant after ``now`` at which it has to run, in UTC."""
        day = self.last_due(now, zone).astimezone(zone).date() + timedelta(days=1)
        return datetime.combine(day, self.at, zone).astimezone(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRun:
    """One run of a job at one tenant. ``holder`` ran it and held it until ``held_until`` at least; ``counts`` is the job's
    answer, ``error`` the sentence that says why there is none.
    """

    id: str
    job: str
    started_at: datetime
    holder: str
    held_until: datetime
    ended_at: datetime | None = None
    outcome: JobOutcome = JobOutcome.RUNNING
    counts: Mapping[str, int] = field(default_factory=dict)
    error: str = ""

    def is_held(self, now: datetime) -> bool:
        """Whether somebody is at it."""
        return self.outcome is JobOutcome.RUNNING and self.held_until > now


def is_due(plan: JobPlan, runs: Sequence[JobRun], now: datetime, zone: ZoneInfo) -> bool:
    """Whether the job has to run at ``now``. ``runs`` are the job's, in any order; those of before its last time do not count.

    A run that came to its end fulfils the day. One that was stopped, or the first that was lost, is made up for at once; what
    failed is tried again after a pause that grows.
    """
    since = plan.last_due(now, zone)
    rows = sorted((row for row in runs if row.started_at >= since), key=lambda row: row.started_at)
    if any(row.outcome is JobOutcome.DONE or row.is_held(now) for row in rows):
        return False
    failed = [row for row in rows if row.outcome not in (JobOutcome.DONE, JobOutcome.STOPPED)]
    if not failed or (len(failed) == 1 and failed[0].outcome in (JobOutcome.LOST, JobOutcome.RUNNING)):
        return True
    pause = min(RETRY_AFTER * (1 << min(len(failed) - 1, 10)), LONGEST_RETRY)
    return now >= (failed[-1].ended_at or failed[-1].held_until) + pause
