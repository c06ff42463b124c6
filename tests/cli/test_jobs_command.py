"""``hourtrail jobs``: what is due runs once, by whichever worker; failures are told and tried again; ends are clean."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from tests.databases import KINDS, database, postgresql_server

from hourtrail.domain.jobs import JobOutcome
from hourtrail.domain.tenant import TenantState
from hourtrail.flows.jobs import PLANS
from hourtrail.store import Store, open_store

JOBS = '''
"""Jobs for the tests: each writes to a file what it does."""
import os, time
from datetime import time as clock, timedelta
from hourtrail.domain.errors import Conflict
from hourtrail.domain.jobs import JobPlan

def _note(word, tenant):
    with open(os.environ["NOTES"], "a") as file:
        file.write(f"{word} {tenant} {os.getpid()}\\n")

def quick(store, tenant, now):
    """Counts."""
    _note("quick", tenant)
    print("words of a job do not spoil its answer")
    return {"counted": 3}

def slow(store, tenant, now):
    _note("begin", tenant)
    time.sleep(float(os.environ.get("SLOW", "0.5")))
    _note("end", tenant)
    return {}

def failing(store, tenant, now):
    _note("failing", tenant)
    raise Conflict("the master data of March is missing; ingest it")

def broken(store, tenant, now):
    raise KeyError("ann@firm.example wrote this")

def dying(store, tenant, now):
    os.kill(os.getpid(), 9)

for job in (quick, slow, failing, broken, dying):
    job.plan = JobPlan(at=clock(0), within=timedelta(seconds=20), about=f"{job.__name__} in a test")
endless = lambda store, tenant, now: time.sleep(600)
endless.plan = JobPlan(at=clock(0), within=timedelta(seconds=1), about="too long")
'''
COMMAND = Path(sys.executable).with_name("hourtrail")
NAMES = ("quick", "slow", "failing", "broken", "dying", "endless")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with postgresql_server(tmp_path_factory.mktemp("server")) as address:
        yield address


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A database with the firms ``alder`` and ``birch``."""
    address = request.getfixturevalue("server") if request.param == "postgresql" else ""
    with database(request.param, tmp_path, address) as url, open_store(url) as opened:
        for tenant in ("alder", "birch"):
            with opened.tenant(tenant) as db:
                db.say_state(TenantState.ACTIVE, actor="op", at=datetime(2026, 1, 1, tzinfo=UTC), reason="")
        yield opened


@pytest.fixture
def environment(store: Store, tmp_path: Path) -> dict[str, str]:
    """Processes that know the jobs above beside the product's own."""
    folder = tmp_path / "plugin"
    info = folder / "night_jobs-1.0.dist-info"
    info.mkdir(parents=True)
    (folder / "night_jobs.py").write_text(JOBS)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: night-jobs\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[hourtrail.jobs]\n" + "".join(f"{n} = night_jobs:{n}\n" for n in NAMES))
    url = store.engine.url.render_as_string(hide_password=False)
    return {
        **os.environ, "PYTHONPATH": str(folder), "HOURTRAIL_STORE": url, "NOTES": str(tmp_path / "notes"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip


def hourtrail(environment: dict[str, str], *words: str, code: int = 0) -> tuple[str, str]:
    command = [COMMAND, *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == code, done
    return done.stdout, done.stderr


def notes(environment: dict[str, str]) -> list[str]:
    path = Path(environment["NOTES"])
    return path.read_text().splitlines() if path.exists() else []


def outcomes(store: Store, tenant: str, job: str) -> list[tuple[JobOutcome, str]]:
    with store.tenant(tenant, read_only=True) as db:
        return [(row.outcome, row.error) for row in db.job_runs(job)]


def until(true: Callable[[], Any], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.05)


def test_what_is_due_runs_once_and_the_list_tells_of_it(store: Store, environment: dict[str, str]) -> None:
    out, err = hourtrail(environment, "jobs", "run", "quick", "daily_seal", "--due", "--json")
    runs = {(row["job"], row["tenant"]): row for row in json.loads(out)["runs"]}
    assert runs.keys() == {(job, tenant) for job in ("quick", "daily_seal") for tenant in ("alder", "birch")}
    assert (runs["quick", "alder"]["outcome"], runs["quick", "alder"]["counts"]) == ("done", {"counted": 3})
    assert "quick at alder: done after" in err
    with store.tenant("birch", read_only=True) as db:
        assert len(list(db.audit_roots())) == 1, "the trail was sealed"
    again, _ = hourtrail(environment, "jobs", "run", "quick", "daily_seal", "--due")
    assert again == "nothing is due\n"
    assert len(notes(environment)) == 2
    listed = {row["name"]: row for row in json.loads(hourtrail(environment, "jobs", "list", "--json")[0])["jobs"]}
    assert PLANS.keys() < listed.keys()
    [alder, birch] = listed["daily_seal"]["tenants"]
    assert (alder["tenant"], alder["last"]["outcome"], alder["due"]) == ("alder", "done", False)
    assert listed["retention"]["tenants"][0]["last"] is None
    assert "daily_seal" in (plain := hourtrail(environment, "jobs", "list")[0])
    assert "seals the audit trail" in plain
    # By hand it runs again, due or not.
    hourtrail(environment, "jobs", "run", "quick", "--tenant", "alder")
    assert [line.split()[:2] for line in notes(environment)].count(["quick", "alder"]) == 2
    assert birch["due"] is False


def test_failures_are_told_kept_and_do_not_stop_the_rest(store: Store, environment: dict[str, str]) -> None:
    _, err = hourtrail(
        environment, "jobs", "run", "broken", "dying", "failing", "endless", "quick", "--tenant", "alder", code=1
    )
    assert outcomes(store, "alder", "failing") == [
        (JobOutcome.FAILED, "the master data of March is missing; ingest it")
    ]
    [(outcome, why)] = outcomes(store, "alder", "broken")
    assert outcome is JobOutcome.FAILED
    assert why.startswith("KeyError in night_jobs.py:")
    assert "ann@firm.example" not in why, "what somebody wrote stays out of the record"
    assert "ended without an answer (signal 9)" in outcomes(store, "alder", "dying")[0][1]
    assert outcomes(store, "alder", "endless") == [(JobOutcome.OVERDUE, "it took longer than 0:00:01 and was ended")]
    assert outcomes(store, "alder", "quick") == [(JobOutcome.DONE, "")]
    assert "failing at alder: failed after" in err
    # Not at once again, but once the pause is over.
    assert hourtrail(environment, "jobs", "run", "failing", "--due", "--tenant", "alder")[0] == "nothing is due\n"
    earlier = datetime.now(UTC) - timedelta(minutes=11)
    if earlier.date() == datetime.now(UTC).date():
        _moved(store, "failing", earlier)
        hourtrail(environment, "jobs", "run", "failing", "--due", "--tenant", "alder", code=1)
        assert len(outcomes(store, "alder", "failing")) == 2


def _moved(store: Store, job: str, at: datetime) -> None:
    """As if the run had been at ``at``."""
    when = at if store.engine.dialect.name == "postgresql" else at.replace(tzinfo=None).isoformat(" ")
    with store.engine.begin() as connection:
        if store.engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL app.tenant = 'alder'"))
        connection.execute(
            text("UPDATE job_run SET started_at = :at, ended_at = :at WHERE job = :job"), {"at": when, "job": job}
        )


def test_wrong_names_and_suspended_firms_are_refused(store: Store, environment: dict[str, str]) -> None:
    assert "did you mean retention?" in hourtrail(environment, "jobs", "run", "retenton", code=2)[1]
    assert "--due" in hourtrail(environment, "jobs", "run", code=2)[1]
    assert "no tenant 'aldr'" in hourtrail(environment, "jobs", "run", "quick", "--tenant", "aldr", code=2)[1]
    with store.tenant("birch") as db:
        db.say_state(TenantState.SUSPENDED, actor="op", at=datetime(2026, 1, 2, tzinfo=UTC), reason="unpaid")
    assert "suspended" in hourtrail(environment, "jobs", "run", "quick", "--tenant", "birch", code=2)[1]
    hourtrail(environment, "jobs", "run", "quick", "--due")
    assert [line.split()[1] for line in notes(environment)] == ["alder"]


@pytest.fixture
def worker(environment: dict[str, str]) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    started: list[subprocess.Popen[str]] = []

    def start(*names: str, **more: str) -> "subprocess.Popen[str]":
        command = [COMMAND, "jobs", "work", *names, "--every", "0.2", "--json"]
        started.append(
            subprocess.Popen(
                command, env={**environment, **more}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
        )
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=30)


def test_two_workers_share_the_work_and_do_nothing_twice(
    store: Store, environment: dict[str, str], worker: Callable[..., "subprocess.Popen[str]"]
) -> None:
    both = [worker("quick", "slow"), worker("quick", "slow")]
    each = [(tenant, job) for job in ("quick", "slow") for tenant in ("alder", "birch")]
    until(lambda: all(outcomes(store, *one) == [(JobOutcome.DONE, "")] for one in each))
    time.sleep(1.5)  # several looks more
    for process in both:
        process.send_signal(signal.SIGTERM)
    ends = [process.communicate(timeout=30) for process in both]
    assert [process.returncode for process in both] == [0, 0], ends
    assert sorted(line.rsplit(" ", 1)[0] for line in notes(environment)) == [
        "begin alder", "begin birch", "end alder", "end birch", "quick alder", "quick birch",
    ]  # fmt: skip
    assert all(outcomes(store, *one) == [(JobOutcome.DONE, "")] for one in each)
    said = [json.loads(line) for out, _ in ends for line in out.splitlines()]
    assert len(said) == 4
    assert all(err.endswith("ended\n") for _, err in ends)


def test_a_worker_that_is_told_to_end_ends_its_job_too(
    store: Store, environment: dict[str, str], worker: Callable[..., "subprocess.Popen[str]"]
) -> None:
    process = worker("slow", SLOW="60")
    until(lambda: notes(environment))
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 0
    assert outcomes(store, "alder", "slow") == [(JobOutcome.STOPPED, "whoever ran it was told to end")]
    assert not _lives(int(notes(environment)[0].split()[2]))
    hourtrail(environment, "jobs", "run", "slow", "--due", "--tenant", "alder")
    assert outcomes(store, "alder", "slow")[-1] == (JobOutcome.DONE, "")


def test_a_worker_that_is_killed_takes_its_job_with_it_and_lets_go(
    store: Store, environment: dict[str, str], worker: Callable[..., "subprocess.Popen[str]"]
) -> None:
    process = worker("slow", SLOW="60")
    until(lambda: notes(environment))
    process.kill()
    process.wait(timeout=20)
    until(lambda: not _lives(int(notes(environment)[0].split()[2])), 20)
    assert outcomes(store, "alder", "slow") == [(JobOutcome.RUNNING, "")]
    assert hourtrail(environment, "jobs", "run", "slow", "--due", "--tenant", "alder")[0] == "nothing is due\n"
    with store.tenant("alder") as db:
        held = db.job_runs("slow")[0].held_until
    assert datetime.now(UTC) < held < datetime.now(UTC) + timedelta(seconds=91)
    _let_go(store)
    hourtrail(environment, "jobs", "run", "slow", "--due", "--tenant", "alder")
    assert [outcome for outcome, _ in outcomes(store, "alder", "slow")] == [JobOutcome.LOST, JobOutcome.DONE]


def _let_go(store: Store) -> None:
    """As if a minute and a half had passed without a word."""
    past = datetime.now(UTC) - timedelta(seconds=1)
    when = past if store.engine.dialect.name == "postgresql" else past.replace(tzinfo=None).isoformat(" ")
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE job_run SET held_until = :at"), {"at": when})


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
