"""Answers kept by principal and key, in the store: bounded in number and in time, and never given to another request."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from threading import Event, Thread

import pytest
from tests.databases import KINDS, database, postgresql_server

from hourtrail.domain.access import Principal, PrincipalKind
from hourtrail.domain.retention import ANSWERS_KEPT
from hourtrail.store import Store, TenantStore, open_store
from hourtrail_serving.idempotency import GIVEN_BACK, Answers, KeyInWork, KeyReused

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
PSA = Principal(kind=PrincipalKind.PROGRAM, id="app_1", name="psa", permissions={})
OTHER = replace(PSA, id="app_2")
_tenants = count(1)


@pytest.fixture(scope="module", params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp(request.param)
    with ExitStack() as stack:
        server = stack.enter_context(postgresql_server(folder)) if request.param == "postgresql" else ""
        yield stack.enter_context(open_store(stack.enter_context(database(request.param, folder, server))))


@pytest.fixture
def now() -> list[datetime]:
    return [START]


@pytest.fixture
def answers(store: Store, now: list[datetime]) -> Answers:
    return Answers(store, f"t{next(_tenants)}", most=2, clock=lambda: now[0])


def telling(number: int) -> Callable[[], dict[str, int]]:
    return lambda: {"call": number}


def test_an_answer_is_kept_for_a_day_whichever_process_is_asked(answers: Answers, now: list[datetime]) -> None:
    assert answers.once(PSA, "k", "request", telling(1)) == {"call": 1}
    another_process = Answers(answers.store, answers.tenant, clock=lambda: now[0])
    now[0] += ANSWERS_KEPT
    assert another_process.once(PSA, "k", "request", telling(2)) == {"call": 1}
    now[0] += timedelta(seconds=1)
    assert another_process.once(PSA, "k", "request", telling(3)) == {"call": 3}


def test_the_oldest_answers_of_a_principal_make_room_and_nobody_elses(answers: Answers, now: list[datetime]) -> None:
    answers.once(OTHER, "a", "r", telling(0))
    for number, key in enumerate(("a", "b", "c", "d"), start=1):
        now[0] += timedelta(seconds=1)
        answers.once(PSA, key, "r", telling(number))
    assert answers.once(PSA, "d", "r", telling(9)) == {"call": 4}
    assert answers.once(PSA, "a", "r", telling(9)) == {"call": 9}
    assert answers.once(OTHER, "a", "r", telling(9)) == {"call": 0}


def test_a_key_belongs_to_one_request_of_one_principal(answers: Answers) -> None:
    answers.once(PSA, "k", "one", telling(1))
    with pytest.raises(KeyReused):
        answers.once(PSA, "k", "another", telling(2))
    assert answers.once(OTHER, "k", "another", telling(3)) == {"call": 3}


def test_while_the_first_is_worked_on_the_second_is_told_so(answers: Answers) -> None:
    def work() -> dict[str, bool]:
        with pytest.raises(KeyInWork):
            answers.once(PSA, "k", "r", dict)
        with pytest.raises(KeyReused):
            answers.once(PSA, "k", "another", dict)
        return {"done": True}

    assert answers.once(PSA, "k", "r", work) == {"done": True}


def test_a_request_in_work_keeps_its_place_however_many_come_after_it(answers: Answers, now: list[datetime]) -> None:
    def work() -> dict[str, bool]:
        for key in ("a", "b", "c", "d"):
            now[0] += timedelta(seconds=1)
            answers.once(PSA, key, "r", lambda: {"short": True})
        with pytest.raises(KeyInWork):
            answers.once(PSA, "k", "r", dict)
        return {"done": True}

    assert answers.once(PSA, "k", "r", work) == {"done": True}


def test_the_key_of_a_process_that_died_is_given_back(answers: Answers, now: list[datetime]) -> None:
    with answers.store.tenant(answers.tenant) as db:
        assert db.claim_answer("program:app_1", "k", "gone", now[0])
    now[0] += GIVEN_BACK + timedelta(seconds=1)
    assert answers.once(PSA, "k", "r", telling(1)) == {"call": 1}


def test_an_error_leaves_the_key_free(answers: Answers) -> None:
    with pytest.raises(ZeroDivisionError):
        answers.once(PSA, "k", "r", lambda: {"x": 1 // 0})
    assert answers.once(PSA, "k", "other", telling(1)) == {"call": 1}


def test_work_and_its_answer_are_kept_together_or_not_at_all(answers: Answers) -> None:
    def writing(db: TenantStore) -> dict[str, object]:
        return {
            "sequence": db.record(actor="ada", action="person:week:told", object_id="w", payload={}, at=START).sequence
        }

    def dying(db: TenantStore) -> dict[str, object]:
        writing(db)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        answers.in_one(PSA, "k", "r", dying)
    assert answers.in_one(PSA, "k", "r", writing) == {"sequence": 1}, "nothing was left, the key neither"
    assert answers.in_one(PSA, "k", "r", dying) == {"sequence": 1}
    with pytest.raises(KeyReused):
        answers.in_one(PSA, "k", "another", writing)


def test_who_sends_the_key_meanwhile_is_told_at_once_in_this_process_too(answers: Answers) -> None:
    def work(_db: TenantStore) -> dict[str, object]:
        with pytest.raises(KeyInWork):
            answers.in_one(PSA, "k", "r", lambda _db: {"call": 2})
        with pytest.raises(KeyReused):
            answers.in_one(PSA, "k", "another", lambda _db: {"call": 2})
        return {"call": 1}

    assert answers.in_one(PSA, "k", "r", work) == {"call": 1}
    assert answers.in_one(PSA, "k", "r", lambda _db: {"call": 3}) == {"call": 1}


def test_another_process_is_told_at_once_or_gets_the_first_answer(answers: Answers) -> None:
    """PostgreSQL tells what others work on; SQLite's second writer waits until the first has answered."""
    elsewhere = Answers(answers.store, answers.tenant, clock=answers.clock)
    begun, second = Event(), []

    def again() -> None:
        assert begun.wait(30)
        try:
            second.append(elsewhere.in_one(PSA, "k", "r", lambda _db: {"call": 2}))
        except KeyInWork:
            second.append("in work")

    def slow(_db: TenantStore) -> dict[str, object]:
        begun.set()
        thread.join(0.2 if sqlite else 30)
        assert second == ([] if sqlite else ["in work"])
        return {"call": 1}

    sqlite = answers.store.engine.dialect.name == "sqlite"
    thread = Thread(target=again)
    thread.start()
    assert answers.in_one(PSA, "k", "r", slow) == {"call": 1}
    thread.join(30)
    assert second == ([{"call": 1}] if sqlite else ["in work"])
    assert elsewhere.in_one(PSA, "k", "r", lambda _db: {"call": 2}) == {"call": 1}


def test_a_key_in_work_is_free_again_after_an_error(answers: Answers) -> None:
    with pytest.raises(ZeroDivisionError):
        answers.in_one(PSA, "k", "r", lambda _db: {"x": 1 // 0})
    assert answers.in_one(PSA, "k", "other", lambda _db: {"call": 1}) == {"call": 1}
