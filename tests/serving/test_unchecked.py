"""What is written is checked behind the answer, together with what is written meanwhile, and before time is handed in."""

from contextlib import closing
from threading import Event, Thread
from typing import Any

import pytest
from tests.serving.conftest import ADA, BEN, Site

from hourtrail.domain.access import Role
from hourtrail_serving import checking
from hourtrail_serving.api import timesheets
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


def test_whoever_cannot_wait_takes_their_own_at_once():
    waiting = Unchecked()
    waiting.add("ada", ["a"])
    waiting.add("ben", ["b"])
    assert (waiting.taken_of("ben"), waiting.taken_of("ben")) == (["b"], [])
    assert list(waiting.batches()) == [["a"]]


def test_whoever_needs_the_findings_waits_for_what_is_being_checked():
    waiting, order = Unchecked(), []
    waiting.add("ada", ["a"])
    with closing(waiting.batches()) as batches:
        next(batches)
        assert not waiting.settled("ada", 0.0)
        assert waiting.settled("ben", 0.0)

        def wait() -> None:
            assert waiting.settled("ada")
            order.append("waited")

        thread = Thread(target=wait)
        thread.start()
        order.append("checked")
    thread.join(10)
    assert order == ["checked", "waited"]


def test_an_answer_does_not_wait_for_its_checks_and_time_is_not_handed_in_before_them(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, asked, may_end, order = Event(), Event(), Event(), []
    settled, move = Unchecked.settled, timesheets.move_timesheet

    def slow(*_: object, **__: object) -> None:
        begun.set()
        assert may_end.wait(30)
        order.append("checked")

    def asking(waiting: Unchecked, who: str) -> bool:
        asked.set()
        return settled(waiting, who)

    def moving(*given: Any, **more: Any) -> Any:
        order.append("handed in")
        return move(*given, **more)

    monkeypatch.setattr(checking, "check_written", slow)
    monkeypatch.setattr(Unchecked, "settled", asking)
    monkeypatch.setattr(timesheets, "move_timesheet", moving)
    row = site.open_suggestions()[0]
    assert site.decide(row).status_code == 201, "the checks are not awaited"
    assert begun.wait(30)
    ada = site.person(ADA, Role.CONSULTANT)
    thread = Thread(target=lambda: ada.post(f"/v1/timesheets/{ADA}/{row['date']}:submit", json={}))
    thread.start()
    assert asked.wait(30)
    may_end.set()
    thread.join(30)
    assert order[:2] == ["checked", "handed in"]


def test_checks_wait_before_the_answer_is_read_and_with_whose_time_it_is(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled: list[Any] = []
    monkeypatch.setattr(checking, "check_waiting", lambda _served: None)
    monkeypatch.setattr(checking, "_check", lambda _served, touched: settled.extend(row.person for row in touched()))
    row = site.open_suggestions(ADA)[0]
    (entry,) = site.decide(row, actor=BEN).json()["time_entries"]
    site.http.post(f"/v1/time-entries/{entry['id']}/status", json={"status": "submitted", "actor": BEN})
    assert settled[:1] == [ADA], "noted when it was answered, and taken by whoever hands in time of hers"


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
