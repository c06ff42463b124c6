"""Answers kept by key: bounded in number and in time, and never given to another request."""

from itertools import count

import pytest

from hourtrail.domain.errors import Conflict
from hourtrail_serving.idempotency import KEPT_SECONDS, Answers, KeyReused


def test_an_answer_is_kept_for_a_day_and_then_forgotten() -> None:
    now, calls = [0.0], count(1)
    answers = Answers(clock=lambda: now[0])

    def ask() -> dict[str, int]:
        return answers.once("k", "request", lambda: {"call": next(calls)})

    assert [ask(), ask()] == [{"call": 1}, {"call": 1}]
    now[0] = KEPT_SECONDS
    assert ask() == {"call": 1}
    now[0] = KEPT_SECONDS + 1
    assert ask() == {"call": 2}


def test_the_oldest_answers_make_room() -> None:
    answers, calls = Answers(most=2), count(1)
    for key in ("a", "b", "c"):
        answers.once(key, "r", lambda: {"call": next(calls)})
    assert answers.once("c", "r", lambda: {"call": 0}) == {"call": 3}
    assert answers.once("a", "r", lambda: {"call": 9}) == {"call": 9}


def test_a_key_belongs_to_one_request() -> None:
    answers = Answers()
    answers.once("k", "one", dict)
    with pytest.raises(KeyReused):
        answers.once("k", "another", dict)


def test_while_the_first_is_worked_on_the_second_is_told_so() -> None:
    answers = Answers()

    def work() -> dict[str, bool]:
        with pytest.raises(Conflict):
            answers.once("k", "r", dict)
        return {"done": True}

    assert answers.once("k", "r", work) == {"done": True}


def test_a_request_in_work_keeps_its_place_however_many_come_after_it() -> None:
    answers = Answers(most=2)

    def work() -> dict[str, bool]:
        for key in ("a", "b", "c"):
            answers.once(key, "r", lambda: {"short": True})
        with pytest.raises(Conflict):
            answers.once("k", "r", dict)
        return {"done": True}

    assert answers.once("k", "r", work) == {"done": True}


def test_an_error_leaves_the_key_free() -> None:
    answers = Answers()
    with pytest.raises(ZeroDivisionError):
        answers.once("k", "r", lambda: {"x": 1 // 0})
    assert answers.once("k", "other", lambda: {"x": 1}) == {"x": 1}
