"""Which work items a replay asks about: what is known by then, and of too many the newest."""

from datetime import date
from itertools import pairwise

import numpy as np
from tests.flows.test_backtest_mapping import write

from hourtrail.domain.activity import ReadOptions
from hourtrail.domain.firm import NOT_WORK, Task
from hourtrail.flows.backtest.benchmark import read_benchmark
from hourtrail.flows.backtest.world import MOST_CANDIDATES, OWN_CANDIDATES, World


def world_of(path, tasks=(), *, delay_days=0.0) -> World:
    rows, _ = read_benchmark(path, ReadOptions(today=date(2026, 12, 31)), delay_days=delay_days)
    return World.of(rows.at_project(), None, tasks, zone="")


def asked(world: World, first: int, last: int) -> list[list[str]]:
    """The projects in question for each row."""
    pairs = world.pairs(first, last)
    starts = pairs.starts(last - first)
    names = [world.catalogue.items[item].project for item in pairs.item]
    return [names[begin:end] for begin, end in pairwise(starts)]


def test_what_was_revealed_by_then_and_none_of_these(tmp_path):
    world = world_of(write(tmp_path / "rows.jsonl", "AABABBACAA"))
    assert world.catalogue.items[world.none] == NOT_WORK
    lists = asked(world, 0, 10)
    none = NOT_WORK.project
    assert lists[0] == [none]
    assert lists[1:3] == [["A", none]] * 2
    assert lists[3:8] == [["A", "B", none]] * 5
    assert lists[8:] == [["A", "B", "C", none]] * 2
    assert asked(world, 5, 9) == lists[5:9]


def test_what_is_open_on_the_day_where_there_are_tasks(tmp_path):
    path = write(tmp_path / "rows.jsonl", "AABB")
    items = {
        item.project: item
        for item in read_benchmark(path, ReadOptions(today=date(2026, 12, 31)), delay_days=0)[0].items
    }
    tasks = (Task(item=items["A"], closes_on=date(2026, 1, 6)), Task(item=items["B"]))
    assert asked(world_of(path, tasks), 0, 4) == [["A", "B", NOT_WORK.project]] * 2 + [["B", NOT_WORK.project]] * 2


def test_of_too_many_ones_own_newest_come_first_and_then_the_newest_of_the_firm(tmp_path):
    """Two people in turn, each on labels of their own that they never repeat."""
    count = 2 * (MOST_CANDIDATES + 20)
    world = world_of(write(tmp_path / "rows.jsonl", [f"P{number}" for number in range(count)], people=("ada", "ben")))
    *items, none = asked(world, count - 1, count)[0]
    assert none == NOT_WORK.project
    assert len(items) == MOST_CANDIDATES == len(set(items))
    own = [f"P{number}" for number in range(count - 3, 0, -2)][:OWN_CANDIDATES]
    others = [f"P{number}" for number in range(count - 2, 0, -1) if f"P{number}" not in own]
    assert items == [*own, *others[: MOST_CANDIDATES - OWN_CANDIDATES]]
    assert np.all(np.diff(world.pairs(0, count).query) >= 0)
