"""What ran in the background, and who may run a job now: one at a time of a job and tenant, in whichever process."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select, update

from hourtrail.domain.jobs import JobOutcome, JobRun
from hourtrail.store.jobs_schema import job_run
from hourtrail.store.records import record_of
from hourtrail.store.schema import person
from hourtrail.store.scope import Scope

HELD: Final = timedelta(seconds=90)
"""For how long a run is somebody's without a word from them; who is still at it says so every ``HELD / 4``."""

KEPT: Final = timedelta(days=400)
"""How long it is told what ran."""


class JobRuns(Scope):
    """Runs by job. A claim is a row: it holds across processes and machines, and ends by itself when its holder is gone."""

    def claim_job(self, run: JobRun, *, unless_done_since: datetime | None = None) -> JobRun | None:
        """Put down that ``run`` begins; None when somebody is at this job, or finished it since ``unless_done_since``.

        A run whose holder went silent is put down as lost. Clocks of several machines do not matter: on PostgreSQL the
        database's own says until when a run is held.
        """
        self._alone(f"job:{run.job}")
        clock = self._clock()
        for row in self.job_runs(run.job, running=True):
            if row.held_until > clock:
                return None
            self.end_job(
                row.id, JobOutcome.LOST, at=row.held_until, error=f"{row.holder} went away in the middle of it"
            )
        if unless_done_since is not None and any(
            row.outcome is JobOutcome.DONE for row in self.job_runs(run.job, since=unless_done_since)
        ):
            return None
        held = replace(run, held_until=clock + HELD)
        self._add(job_run, [asdict(held)])
        self._connection.execute(
            delete(job_run).where(
                job_run.c.tenant == self.tenant, job_run.c.job == run.job, job_run.c.started_at < run.started_at - KEPT
            )
        )
        return held

    def hold_job(self, run: str) -> bool:
        """Say that it is still being worked on; False when somebody else was let at it meanwhile."""
        held = {"held_until": self._clock() + HELD}
        return self._put_down(run, held)

    def end_job(
        self, run: str, outcome: JobOutcome, *, at: datetime, counts: Mapping[str, int] | None = None, error: str = ""
    ) -> bool:
        """Put down how a run ended; False when it was put down as lost before."""
        return self._put_down(run, {"outcome": outcome, "ended_at": at, "counts": dict(counts or {}), "error": error})

    def job_runs(self, job: str | None = None, *, since: datetime | None = None, running: bool = False) -> list[JobRun]:
        """Runs of one job or of all that began at ``since`` or later, oldest first."""
        query = self._select(job_run)
        if job is not None:
            query = query.where(job_run.c.job == job)
        if since is not None:
            query = query.where(job_run.c.started_at >= since)
        if running:
            query = query.where(job_run.c.outcome == JobOutcome.RUNNING)
        rows = self._all(query.order_by(job_run.c.started_at, job_run.c.id))
        return [record_of(JobRun, row) for row in rows]

    def newest_job_runs(self) -> dict[str, JobRun]:
        """The run of each job that began last, by the job's name."""
        newest = (
            self._select(job_run, job_run.c.job, func.max(job_run.c.started_at).label("started_at"))
            .group_by(job_run.c.job)
            .subquery()
        )
        query = self._select(job_run).join(
            newest, (newest.c.job == job_run.c.job) & (newest.c.started_at == job_run.c.started_at)
        )
        return {row["job"]: record_of(JobRun, row) for row in self._all(query.order_by(job_run.c.id))}

    def usual_zone(self) -> str:
        """The time zone that most of the firm's people are in; empty where nobody's is known."""
        count = func.count()
        row = self._one(
            self._select(person, person.c.zone)
            .where(person.c.zone != "")
            .group_by(person.c.zone)
            .order_by(count.desc(), person.c.zone)
            .limit(1)
        )
        return str(row["zone"]) if row is not None else ""

    def _put_down(self, run: str, values: Mapping[str, object]) -> bool:
        mine = (job_run.c.tenant == self.tenant, job_run.c.id == run, job_run.c.outcome == JobOutcome.RUNNING)
        return self._connection.execute(update(job_run).where(*mine).values(**values)).rowcount == 1

    def _clock(self) -> datetime:
        if self._connection.dialect.name == "postgresql":
            now: datetime = self._connection.execute(select(func.clock_timestamp())).scalar_one()
            return now.astimezone(UTC)
        return datetime.now(UTC)
