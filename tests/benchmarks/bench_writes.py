"""One new entry checked against a year, and one decision: in a firm of 60 people and in one of 6,000, on both databases."""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from statistics import median
from typing import TypeAlias

import pytest
from tests.benchmarks import year_in_store
from tests.benchmarks.year_in_store import LAST_DAY, TENANT, Year
from tests.databases import KINDS, database, postgresql_server

from hourtrail.domain.decision import Verdict
from hourtrail.domain.firm import WorkItem
from hourtrail.flows.decide import Request, decide
from hourtrail.flows.written_checks import check_written
from hourtrail.store import Store, open_store

SMALL, LARGE, TURNS, SLOWEST = Year(60), Year(6_000), 30, 1.3
"""The firms, how often each is asked in turn, and the bound on the ratio of the medians."""

Firms: TypeAlias = tuple[tuple[Store, Year], tuple[Store, Year]]
Work: TypeAlias = Callable[[Store, Year, int], float]


@pytest.fixture(scope="module", params=KINDS)
def firms(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firms]:
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("writes")
        server = stack.enter_context(postgresql_server(folder)) if request.param == "postgresql" else ""

        def made(year: Year) -> tuple[Store, Year]:
            place = folder / str(year.people)
            place.mkdir()
            url = stack.enter_context(database(request.param, place, server))
            store = stack.enter_context(open_store(url))
            year_in_store.build(store, year)
            return store, year

        yield made(SMALL), made(LARGE)


def _took(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


def _check(store: Store, year: Year, turn: int) -> float:
    return _written(store, year, turn, None)


def _check_unknown(store: Store, year: Year, turn: int) -> float:
    return _written(store, year, turn, WorkItem("c0001", "c0001-1", f"anlaysis{turn}"))


def _written(store: Store, year: Year, turn: int, item: WorkItem | None) -> float:
    """Milliseconds that the checks take; storing the entry is not in it."""
    day = LAST_DAY - timedelta(days=turn % 14)
    row = year_in_store.entry(year, (turn * 37 + 5) % year.people, turn, day)
    row = replace(row, id=f"{row.id}-known") if item is None else replace(row, item=item)
    with store.tenant(TENANT) as db:
        db.put_entries([row])
    return _took(lambda: check_written(store, TENANT, [row], today=LAST_DAY))


def _decide(store: Store, year: Year, turn: int) -> float:
    shown = year_in_store.suggestion(year, (turn * 37 + 11) % year.people, LAST_DAY - timedelta(days=turn))
    with store.tenant(TENANT) as db:
        db.reconcile_suggestions(create=[shown], update=[], withdraw=[])
    request = Request(suggestion=shown.id, verdict=Verdict.ACCEPT, actor=shown.person)
    return _took(lambda: decide(store, TENANT, request))


@pytest.mark.parametrize("work", [_check, _check_unknown, _decide], ids=["check", "unknown code", "decide"])
def test_a_write_costs_the_same_in_a_large_firm(firms: Firms, work: Work, capsys: pytest.CaptureFixture[str]) -> None:
    gc.collect()
    small, large = zip(*[[work(*firm, turn) for firm in firms] for turn in range(TURNS)][3:], strict=True)
    ratio = median(large) / median(small)
    with capsys.disabled():
        print(  # noqa: T201 - the benchmark's answer
            f"\n{firms[0][0].engine.dialect.name}, {work.__name__.strip('_')}: {median(small):.1f} ms with {SMALL.people} people,"
            f" {median(large):.1f} ms with {LARGE.people}: {ratio:.2f} x (medians of {len(small)})"
        )
    assert ratio <= SLOWEST
