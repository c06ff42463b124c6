"""Checks read and think without a lock: what is booked meanwhile by the same people or for the same client is never lost."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from tests.flows.test_written_sums import HOURS, LOCAL, MASTER, MONDAY, NOW, TODAY

from hourtrail.domain.decision import Verdict
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.review import FindingStatus
from hourtrail.flows import written_checks
from hourtrail.flows.decide import Request, decide
from hourtrail.flows.resolve import Part
from hourtrail.flows.stored_checks import check_stored
from hourtrail.flows.written_checks import TRIES, check_written
from hourtrail.store import Store, open_store


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with open_store(url) as opened:
        with opened.tenant("t") as db:
            db.put_master(MASTER)
        yield opened


def _book(store: Store, item: WorkItem, minutes: int, number: int = 0) -> tuple[TimeEntry, ...]:
    part = Part(client=item.client, project=item.project, task=item.task, minutes=minutes)
    asked = Request(suggestion=MONDAY.isoformat(), verdict=Verdict.ADDED_BY_HAND, actor="ann", parts=(part,))
    return decide(store, "t", asked, now=NOW + timedelta(seconds=number)).entries


def _open(store: Store) -> set[str]:
    with store.tenant("t", read_only=True) as db:
        return {row.finding.check for row in db.raised(status=FindingStatus.OPEN)}


def _as_a_full_pass(store: Store) -> bool:
    again = check_stored(store, "t", today=TODAY, now=NOW).changes
    with store.tenant("t", read_only=True) as db:
        others = [row for row in db.raised() if row.finding.check not in LOCAL]
    return (again.updated, again.resolved, again.reopened, again.created) == (0, 0, 0, len(others))


@pytest.mark.parametrize(("checked", "reads"), [(True, 2), (False, TRIES + 1)])
def test_what_is_booked_while_checks_think_is_in_their_findings(
    store: Store, monkeypatch: pytest.MonkeyPatch, *, checked: bool, reads: int
) -> None:
    booked = _book(store, HOURS, 240)
    parts, rounds = written_checks._parts, []

    def thinking(*given: Any) -> Any:
        found = list(parts(*given))
        rounds.append(len(found))
        if len(rounds) <= TRIES:
            with monkeypatch.context() as plain:
                plain.setattr(written_checks, "_parts", parts)
                # It takes the contract over its cap, and is done before the first one writes.
                more = _book(store, HOURS, 300, len(rounds))
                if checked:
                    check_written(store, "t", more, today=TODAY, now=NOW)
        return found

    monkeypatch.setattr(written_checks, "_parts", thinking)
    check_written(store, "t", booked, today=TODAY, now=NOW)
    monkeypatch.undo()
    assert len(rounds) == reads, "read again; at last with the lock, which nobody can write beside"
    assert "over_cap" in _open(store)
    assert _as_a_full_pass(store)


def test_what_changes_nothing_is_not_written(store: Store) -> None:
    booked = _book(store, HOURS, 60)
    check_written(store, "t", booked, today=TODAY, now=NOW)
    with store.tenant("t"):
        # Whoever asked for a turn to write now would wait until they are told that the database is busy.
        again = check_written(store, "t", booked, today=TODAY, now=NOW)
    assert not again.changed


def test_what_a_process_took_with_it_is_found_by_the_nightly_pass(store: Store) -> None:
    _book(store, HOURS, 240)
    _book(store, HOURS, 300, 1)
    assert "over_cap" not in _open(store), "nobody has checked it"
    check_stored(store, "t", today=TODAY, now=NOW)
    assert "over_cap" in _open(store)
