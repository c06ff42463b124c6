"""``hourtrail jobs``: what runs in the background, by hand, by a timer, or by a worker that goes on until it is told to end."""

import json
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Event
from types import FrameType
from typing import Any, Final

import click

from hourtrail.cli.common import answer, counted, installation_options, opened_store, say
from hourtrail.cli.identity_options import show, table
from hourtrail.cli.settings import OK, Settings
from hourtrail.domain.errors import HourtrailError
from hourtrail.domain.instants import format_instant
from hourtrail.domain.jobs import JobOutcome, JobRun
from hourtrail.flows.jobs import Due, Job, due, firms, named, registered, run_job, zone_of
from hourtrail.store import Store

FAILED: Final = 1
EVERY: Final = 30.0

_TENANTS: Final = click.option(
    "--tenant", "tenants", multiple=True, metavar="NAME",
    help="At this firm; repeatable. Without it at every firm that is not suspended.",
)  # fmt: skip


@click.group()
def jobs() -> None:
    """The work of the night: sealing, retention, checks, confidence, refits. What it is, when it ran, and running it.

    \b
    hourtrail jobs list                  what each does, when it last ran at each firm, and how it ended
    hourtrail jobs run daily_seal        now
    hourtrail jobs run --due             what is due, once: for cron and systemd timers
    hourtrail jobs work                  what is due, until it is told to end: for a container
    """


@jobs.command("list")
@_TENANTS
@installation_options
@click.pass_context
def list_(ctx: click.Context, tenants: tuple[str, ...], *, as_json: bool) -> None:
    """Every job: what it does, when it runs by the firm's clock, when it last ran at each firm and how that ended."""
    now, rows = datetime.now(UTC), registered()
    with opened_store(ctx) as store:
        told = [_told_of(store, tenant, rows, now) for tenant in firms(store, _wanted(ctx, tenants))]
    listed: list[dict[str, Any]] = [
        {
            "name": job.name, "about": job.plan.about, "at": job.plan.at.isoformat("minutes"),
            "within_minutes": job.plan.within.total_seconds() / 60, "tenants": [row[job.name] for row in told],
        }
        for job in rows
    ]  # fmt: skip
    if as_json:
        answer({"jobs": listed})
        return
    made = table("job", "daily at", "firm", "last run (UTC)", "ended", "next (UTC)")
    for row in listed:
        for one in row["tenants"] or [{}]:
            made.add_row(row["name"], row["at"], *_cells(one))
    show(made, "no job is registered; reinstall hourtrail")
    for row in listed:
        click.echo(f"{row['name']}: {row['about']}")


@jobs.command()
@click.argument("names", nargs=-1, metavar="[NAME]…")
@click.option("--due", "only_due", is_flag=True, help="Only what is due by its schedule and was not done since.")
@_TENANTS
@installation_options
@click.pass_context
def run(ctx: click.Context, names: tuple[str, ...], tenants: tuple[str, ...], *, only_due: bool, as_json: bool) -> int:
    """Run jobs by name, now, or those that are due. One at a time; a job that somebody else is at is left to them.

    Exit codes: 0 what ran was done, 1 a job failed (it is tried again when it is next due), 2 wrong usage or no database.
    """
    if not names and not only_due:
        raise click.UsageError("name a job (hourtrail jobs list), or ask for what is due with --due")
    chosen = named(names) if names else registered()
    with opened_store(ctx) as store, _until_told() as stop:
        where = firms(store, _wanted(ctx, tenants))
        found = due(store, chosen, where, datetime.now(UTC)) if only_due else _now(chosen, where)
        ran = list(_ran(store, found, stop, only_due=only_due))
    if as_json:
        answer({"runs": [{"job": row.job.name, "tenant": row.tenant, **_run_to_json(run)} for row, run in ran]})
    elif not ran:
        click.echo("nothing is due")
    return FAILED if any(run and run.outcome is not JobOutcome.DONE for _, run in ran) else OK


@jobs.command()
@click.argument("names", nargs=-1, metavar="[NAME]…")
@click.option(
    "--every", type=click.FloatRange(0.1, 3600), default=EVERY, show_default=True, help="Seconds between two looks."
)
@_TENANTS
@installation_options
@click.pass_context
def work(ctx: click.Context, names: tuple[str, ...], every: float, tenants: tuple[str, ...], *, as_json: bool) -> int:
    """Run what is due, of these jobs or of all, until SIGTERM or Ctrl-C. Several workers share the work.

    A database that does not answer is waited for. A job that runs when the end is asked for is ended, undoes what it had not
    finished, and is due again. With --json each run is a line of JSON on standard output.
    """
    wanted, chosen = _wanted(ctx, tenants), named(names) if names else registered()
    with opened_store(ctx) as store, _until_told() as stop:
        firms(store, wanted)  # A mistyped firm is told now, not every half minute.
        say(f"working on {store.url}; {counted(len(chosen), 'job')}, a look every {every:g} s")
        while not stop.is_set():
            try:
                found = due(store, chosen, _open_firms(store, wanted), datetime.now(UTC))
                for row, run in _ran(store, found, stop, only_due=True):
                    if as_json and run is not None:
                        _line({"job": row.job.name, "tenant": row.tenant, **_run_to_json(run)})
            except HourtrailError as error:
                say(f"waiting: {error}")
            stop.wait(every)
        say("ended")
    return OK


def _wanted(ctx: click.Context, tenants: Sequence[str]) -> tuple[str, ...]:
    one = ctx.ensure_object(Settings).tenant
    return tuple(tenants) or ((one,) if one else ())


def _open_firms(store: Store, wanted: Sequence[str]) -> list[str]:
    """Of those that were named the ones that are not suspended by now."""
    names = firms(store)
    return [name for name in wanted if name in names] if wanted else names


def _now(jobs_: Sequence[Job], tenants: Sequence[str]) -> list[Due]:
    return [Due(job, tenant, datetime.now(UTC)) for job in jobs_ for tenant in tenants]


def _ran(store: Store, rows: Sequence[Due], stop: Event, *, only_due: bool) -> Iterator[tuple[Due, JobRun | None]]:
    """Run one after the other, with a line each; nothing more once the end was asked for."""
    for row in rows:
        if stop.is_set():
            return
        done = run_job(store, row.job, row.tenant, stopped=stop.is_set, since=row.since if only_due else None)
        say(f"{row.job.name} at {row.tenant}: {_in_words(done)}")
        yield row, done


def _in_words(run: JobRun | None) -> str:
    if run is None:
        return "somebody else is at it, or was"
    seconds = ((run.ended_at or run.started_at) - run.started_at).total_seconds()
    said = run.error or ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in run.counts.items())
    return f"{run.outcome.value} after {seconds:.1f} s" + (f": {said}" if said else "")


@contextmanager
def _until_told() -> Iterator[Event]:
    """Set by SIGTERM and Ctrl-C, so that a job is ended and put down as stopped; as before at the end of the block."""
    stop = Event()

    def tell(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before: dict[signal.Signals, Any] = {}
    for number in (signal.SIGTERM, signal.SIGINT):
        before[number] = signal.signal(number, tell)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _told_of(store: Store, tenant: str, rows: Sequence[Job], now: datetime) -> Mapping[str, dict[str, Any]]:
    """Of each job at one firm: the newest run, and when it is due."""
    with store.tenant(tenant, read_only=True) as db:
        newest, zone = db.newest_job_runs(), zone_of(db)
    waiting = {row.job.name for row in due(store, rows, [tenant], now)}
    return {
        job.name: {
            "tenant": tenant, "zone": zone.key, "due": job.name in waiting,
            "next_due": format_instant(job.plan.next_due(now, zone)),
            "last": _run_to_json(newest[job.name], now) if job.name in newest else None,
        }
        for job in rows
    }  # fmt: skip


def _run_to_json(run: JobRun | None, now: datetime | None = None) -> dict[str, Any]:
    if run is None:
        return {"outcome": None}
    # Whoever is silent for long is gone; the next runner puts it down.
    gone = run.outcome is JobOutcome.RUNNING and now is not None and not run.is_held(now)
    return {
        "outcome": (JobOutcome.LOST if gone else run.outcome).value, "started_at": format_instant(run.started_at),
        "ended_at": format_instant(run.ended_at) if run.ended_at else None, "counts": dict(run.counts),
        "error": run.error or None, "holder": run.holder,
    }  # fmt: skip


def _cells(one: Mapping[str, Any]) -> tuple[str, str, str, str]:
    if not one:
        return ("no firm yet", "", "", "")
    last = one["last"]
    next_ = "due now" if one["due"] else one["next_due"]
    if last is None:
        return (one["tenant"], "never", "", next_)
    return (one["tenant"], last["started_at"], f"{last['outcome']} {last['error'] or ''}".strip(), next_)


def _line(document: Mapping[str, Any]) -> None:

    click.echo(json.dumps(document, ensure_ascii=False))
