"""One runner of a job and tenant at a time, on both databases; who goes away without a word lets go."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from hourtrail.domain.firm import Person
from hourtrail.domain.jobs import JobOutcome, JobRun
from hourtrail.store import Store
from hourtrail.store import jobs as job_rows

NOW = datetime(2026, 3, 3, 2, tzinfo=UTC)


def begins(id_: str, job: str = "seal", at: datetime = NOW) -> JobRun:
    return JobRun(id=id_, job=job, started_at=at, holder="here:1", held_until=at)


def claimed(store: Store, run: JobRun, tenant: str = "t", since: datetime | None = None) -> bool:
    with store.tenant(tenant) as db:
        return db.claim_job(run, unless_done_since=since) is not None


def test_of_many_who_ask_at_once_one_may(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda number: claimed(store, begins(f"r{number}")), range(8)))
    assert got.count(True) == 1
    assert claimed(store, begins("other", "retention")), "another job is free"
    assert claimed(store, begins("r"), "u"), "and the same job of another tenant"


def test_what_ended_is_free_again_unless_it_was_done(store: Store) -> None:
    assert claimed(store, begins("r1"))
    with store.tenant("t") as db:
        assert db.end_job("r1", JobOutcome.DONE, at=NOW, counts={"sealed": 3})
        assert not db.end_job("r1", JobOutcome.FAILED, at=NOW), "a word is said once"
    assert not claimed(store, begins("r2"), since=NOW - timedelta(hours=1))
    assert claimed(store, begins("r3"), since=NOW + timedelta(hours=1))
    with store.tenant("t", read_only=True) as db:
        assert [(row.id, row.outcome, dict(row.counts)) for row in db.job_runs("seal")] == [
            ("r1", JobOutcome.DONE, {"sealed": 3}), ("r3", JobOutcome.RUNNING, {}),
        ]  # fmt: skip
        assert db.newest_job_runs().keys() == {"seal"}


def test_who_goes_silent_lets_go_and_cannot_end_what_is_anothers(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_rows, "HELD", timedelta(seconds=-1))
    assert claimed(store, begins("r1"))
    assert claimed(store, begins("r2", at=NOW + timedelta(minutes=1)))
    with store.tenant("t") as db:
        lost = next(row for row in db.job_runs("seal") if row.id == "r1")
        assert (lost.outcome, lost.error) == (JobOutcome.LOST, "here:1 went away in the middle of it")
        assert not db.hold_job("r1")
        assert not db.end_job("r1", JobOutcome.DONE, at=NOW)
        assert db.hold_job("r2")


def test_runs_of_long_ago_are_not_kept(store: Store) -> None:
    assert claimed(store, begins("old", at=NOW - timedelta(days=401)))
    with store.tenant("t") as db:
        db.end_job("old", JobOutcome.DONE, at=NOW)
    assert claimed(store, begins("new"))
    with store.tenant("t", read_only=True) as db:
        assert [row.id for row in db.job_runs()] == ["new"]


def test_the_firms_clock_is_that_of_most_of_its_people(store: Store) -> None:
    with store.tenant("t") as db:
        assert db.usual_zone() == ""
        zones = ("Europe/Berlin", "America/New_York", "Europe/Berlin", "")
        db.put_master([Person(id=f"p{number}", zone=zone) for number, zone in enumerate(zones)])
        assert db.usual_zone() == "Europe/Berlin"
