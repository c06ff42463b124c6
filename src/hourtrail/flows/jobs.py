"""The jobs of the background: which there are, at which firms they are due, and running one of them, alone.

A job is an entry point of the group ``hourtrail.jobs``: a function of store, tenant and instant that answers with counts and
is safe to run twice. What it does and when stands in ``PLANS``; a job of another package says it with an attribute ``plan``.
"""

import difflib
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Final
from zoneinfo import ZoneInfo

from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.jobs import JobPlan, JobRun, is_due
from hourtrail.domain.tenant import TenantState
from hourtrail.flows.job_process import HOLDER, JobProcess, ended
from hourtrail.flows.known_tenants import DEFAULT_TENANT, require_known
from hourtrail.store import Store, TenantStore

GROUP: Final = "hourtrail.jobs"

_HOUR: Final = timedelta(hours=1)

PLANS: Final[Mapping[str, JobPlan]] = {
    "confidence": JobPlan(at=time(1, 30), about="takes in the day's decisions: thresholds, gates, circuit breaker, audit"),
    "nightly_checks": JobPlan(at=time(2), within=_HOUR, about="runs every check over the booked time"),
    "nightly_billing": JobPlan(at=time(2, 30), about="looks for disputes, caps and what cannot be billed"),
    "auto_post": JobPlan(at=time(3), about="submits what the standing order lets through; off unless two people ordered it"),
    "nightly_refit": JobPlan(at=time(3, 30), within=3 * _HOUR, about="refits the ranker on new confirmations; needs a registry"),
    "nightly_shadow": JobPlan(at=time(4), within=_HOUR, about="lets challenger and shadow answer silently; needs a registry"),
    "retention": JobPlan(at=time(4, 30), about="removes activities that are older than the settings keep them"),
    "daily_seal": JobPlan(at=time(5), about="seals the audit trail: the Merkle root of the day, after all the others"),
}  # fmt: skip
"""By the order in which one needs what another made; times of the firm's own clock."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Job:
    """One registered job."""

    name: str
    plan: JobPlan


@dataclass(frozen=True, slots=True)
class Due:
    """A job that has to run at a firm."""

    job: Job
    tenant: str
    since: datetime


def registered() -> list[Job]:
    """Every registered job, in the order of the night."""
    jobs = [Job(point.name, PLANS.get(point.name) or _own_plan(point)) for point in entry_points(group=GROUP)]
    return sorted(jobs, key=lambda job: (job.plan.at, job.name))


@cache
def _own_plan(point: EntryPoint) -> JobPlan:
    try:
        function = point.load()
    except (ImportError, AttributeError, OSError) as error:
        return JobPlan(about=f"cannot be loaded: {error}")
    stated = getattr(function, "plan", None)
    about = (function.__doc__ or "").strip().partition("\n")[0]
    return stated if isinstance(stated, JobPlan) else JobPlan(about=about)


def named(names: Iterable[str]) -> list[Job]:
    """The jobs of these names, each once, in the order of the night. Raises InvalidInput for one that there is not."""
    jobs = {job.name: job for job in registered()}
    for name in names:
        if name not in jobs:
            near = difflib.get_close_matches(name, jobs, n=1)
            meant = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(jobs)}"
            raise InvalidInput(f"there is no job {name[:80]!r}{meant}")
    wanted = set(names)
    return [job for job in jobs.values() if job.name in wanted]


def firms(store: Store, wanted: Sequence[str] = ()) -> list[str]:
    """The tenants whose jobs run: those that were named, else all that are not suspended.

    Raises NotFound for a named one that there is not, TenantSuspended for one that is suspended.
    """
    if wanted:
        for tenant in wanted:
            require_known(store, tenant)
            with store.tenant(tenant, read_only=True) as db:
                db.require_active()
        return list(dict.fromkeys(wanted))
    words = store.tenants()
    names = [word.tenant for word in words if word.state is TenantState.ACTIVE]
    if DEFAULT_TENANT not in {word.tenant for word in words}:
        # Who has one firm only never made a tenant.
        with store.tenant(DEFAULT_TENANT, read_only=True) as db:
            names += [DEFAULT_TENANT] if db.is_known() else []
    return sorted(names)


def zone_of(db: TenantStore) -> ZoneInfo:
    """The clock by which a firm's jobs run: that of most of its people; UTC where nobody's is known."""
    try:
        return ZoneInfo(db.usual_zone() or "UTC")
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def due(store: Store, jobs: Sequence[Job], tenants: Iterable[str], now: datetime) -> list[Due]:
    """What has to run, the longest overdue first."""
    rows = []
    for tenant in tenants:
        with store.tenant(tenant, read_only=True) as db:
            zone = zone_of(db)
            for job in jobs:
                since = job.plan.last_due(now, zone)
                if is_due(job.plan, db.job_runs(job.name, since=since), now, zone):
                    rows.append(Due(job, tenant, since))
    return sorted(rows, key=lambda row: (row.since, row.job.plan.at, row.job.name, row.tenant))


def run_job(
    store: Store, job: Job, tenant: str, *, stopped: Callable[[], bool], since: datetime | None = None
) -> JobRun | None:
    """Run it in a process of its own and put down what became of it; None when another runner is at it.

    With ``since``, also None when it was finished since then: somebody else was quicker. ``stopped`` is asked all the time;
    once it says so the job ends, undoing what it had not committed.
    """
    now = datetime.now(UTC)
    run = JobRun(id=f"run_{uuid.uuid4().hex}", job=job.name, started_at=now, holder=HOLDER, held_until=now)
    with store.tenant(tenant) as db:
        db.require_active()
        held = db.claim_job(run, unless_done_since=since)
    if held is None:
        return None
    url = store.engine.url.render_as_string(hide_password=False)
    try:
        with JobProcess(url, job.name, tenant, now) as process:
            result = process.result(within=job.plan.within, stopped=stopped, keep=lambda: _kept(store, tenant, run.id))
    except BaseException:
        _end(store, tenant, ended(held, "this runner went away"))
        raise
    done = ended(held, result)
    _end(store, tenant, done)
    return done


def _kept(store: Store, tenant: str, run: str) -> bool:
    with store.tenant(tenant) as db:
        return db.hold_job(run)


def _end(store: Store, tenant: str, run: JobRun) -> None:
    with store.tenant(tenant) as db:
        db.end_job(run.id, run.outcome, at=run.ended_at or datetime.now(UTC), counts=run.counts, error=run.error)
