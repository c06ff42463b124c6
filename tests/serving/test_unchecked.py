"""What is written is checked behind the answer, together with what is written meanwhile, and before time is handed in."""

from contextlib import closing
from datetime import date
from threading import Event, Thread

import pytest
from tests.serving.conftest import ADA, BEN, TENANT, Site, running

from hourtrail.domain.access import Role
from hourtrail.domain.firm import Period
from hourtrail.store import Store, open_store
from hourtrail_serving import checking
from hourtrail_serving.unchecked import MOST_AT_ONCE, Unchecked


def test_what_is_added_meanwhile_is_taken_by_whoever_is_at_it():
    waiting, seen = Unchecked(), []
    waiting.add("ada", ["a", "b", "a"])
    for batch in waiting.batches():
        seen.append(batch)
        if len(seen) == 1:
            waiting.add("ben", ["c"])
            waiting.add("ada", ["d"])
            waiting.add("ben", ["e"])
            assert list(waiting.batches()) == []
    assert seen == [["a", "b"], ["c", "e"], ["d"]], "one person's together"
    assert waiting.is_empty


def test_a_batch_is_bounded_and_nothing_is_lost():
    waiting = Unchecked()
    names = [str(number) for number in range(MOST_AT_ONCE + 5)]
    waiting.add("ada", names)
    batches = list(waiting.batches())
    assert [len(batch) for batch in batches] == [MOST_AT_ONCE, 5]
    assert [name for batch in batches for name in batch] == names


def test_after_a_failure_the_next_one_is_taken():
    waiting = Unchecked()
    waiting.add("ada", ["a"])
    with closing(waiting.batches()) as batches:
        next(batches)
    waiting.add("ada", ["b"])
    assert list(waiting.batches()) == [["b"]]


def test_an_answer_does_not_wait_for_its_checks(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, may_end, done = Event(), Event(), Event()

    def slow(*_: object, **__: object) -> None:
        begun.set()
        assert may_end.wait(30)
        done.set()

    monkeypatch.setattr(checking, "check_written", slow)
    assert site.decide(site.open_suggestions()[0]).status_code == 201, "the checks are not awaited"
    assert begun.wait(30)
    may_end.set()
    assert done.wait(30)


def test_checks_wait_with_whose_time_it_is(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "check_waiting", lambda _served: None)
    row = site.open_suggestions(ADA)[0]
    decided = site.decide(row, actor=BEN).json()["decision"]["id"]
    waiting = site.app.state.tenancy.served(TENANT).unchecked
    waiting.add(ADA, ["another"])
    assert list(waiting.batches()) == [[decided, "another"]]


def close_march(store: Store) -> None:
    with store.tenant(TENANT) as db:
        db.put_master([Period(starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 31), closed=True)])


@pytest.mark.parametrize("way", ["week", "entry", "page"])
def test_what_one_server_booked_is_not_handed_in_unchecked_at_another_one(site: Site, way: str) -> None:
    row = site.open_suggestions()[0]
    close_march(site.store)
    with open_store(site.store.engine.url.render_as_string()) as store, running(store, quiet=600.0) as other:
        (entry,) = other.decide(row).json()["time_entries"]
        assert not other.app.state.tenancy.served(TENANT).unchecked.is_empty, "its checks wait there"
        if way == "page":
            ada = site.person(ADA, Role.CONSULTANT)
            form = {"person": ADA, "date": row["date"], "act": "submit", "csrf": ada.headers["X-CSRF-Token"]}
            told = ada.post("/day/submit", data=form)
            assert "period that is closed" in told.text
        else:
            paths = {
                "week": f"/v1/timesheets/{ADA}/{row['date']}:submit",
                "entry": f"/v1/time-entries/{entry['id']}/status",
            }
            body = {"actor": ADA, **({"status": "submitted"} if way == "entry" else {})}
            told = site.http.post(paths[way], json=body)
            assert told.json()["type"] == "urn:hourtrail:problem:blocked", told.text
    assert site.get(f"/v1/time-entries/{entry['id']}")["status"] == "draft"


def test_whoever_goes_on_deciding_is_checked_when_they_are_done_and_nobody_waits_for_ever():
    now = [0.0]
    waiting = Unchecked(5.0, 30.0, clock=lambda: now[0])
    for second in range(0, 28, 4):
        now[0] = second
        waiting.add("ada", [f"a{second}"])
    waiting.add("ben", ["b"])
    # Ada would be due at 33.5; but her first one came at 0, so that she is due at 30 however long she goes on.
    now[0] = 28.5
    waiting.add("ada", ["last"])
    now[0] = 30.0
    assert list(waiting.batches()) == [["a0", "a4", "a8", "a12", "a16", "a20", "a24", "last"], ["b"]]
    assert not waiting.is_manned


def test_whoever_waits_for_somebody_to_be_quiet_takes_what_comes_later():
    waiting, seen = Unchecked(0.05, 30.0), []
    waiting.add("ada", ["a"])
    thread = Thread(target=lambda: seen.extend(waiting.batches()))
    thread.start()
    waiting.add("ada", ["b"])
    thread.join(30)
    assert [name for batch in seen for name in batch] == ["a", "b"]
    assert waiting.is_empty
