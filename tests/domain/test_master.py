"""What may this person book on that day?"""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hourtrail.domain.firm import Assignment, Contract, ContractKind, Task, WorkItem
from hourtrail.domain.master import MasterData

DAY = date(2026, 3, 2)
BUILD, RUN = WorkItem("acme", "portal", "build"), WorkItem("acme", "portal", "run")
API = WorkItem("globex", "api")


def days(count: int) -> date:
    return DAY + timedelta(days=count)


def test_without_master_data_what_was_confirmed_before_is_bookable_once():
    assert MasterData().bookable("ada", DAY, [API, BUILD, API]) == (API, BUILD)


def test_with_tasks_only_every_open_task_is_bookable_and_nothing_else():
    master = MasterData(tasks=(Task(item=BUILD), Task(item=RUN, closed=True)))
    assert master.bookable("ada", DAY, [API]) == (BUILD,)


def test_assignments_decide_and_one_to_the_project_covers_its_tasks():
    tasks = (Task(item=BUILD), Task(item=RUN), Task(item=API))
    master = MasterData(
        tasks=tasks, assignments=(Assignment(person="ada", item=BUILD.at_project), Assignment(person="bo", item=API))
    )
    assert master.bookable("ada", DAY) == (BUILD, RUN)
    assert master.bookable("bo", DAY) == (API,)
    assert master.bookable("cy", DAY) == ()


def test_an_assigned_project_without_tasks_is_booked_as_itself():
    master = MasterData(tasks=(Task(item=BUILD),), assignments=(Assignment(person="ada", item=API),))
    assert master.bookable("ada", DAY) == (API,)


def test_a_project_with_closed_tasks_only_is_not_booked_as_itself():
    closed = Task(item=BUILD, closed=True)
    master = MasterData(tasks=(closed,), assignments=(Assignment(person="ada", item=BUILD.at_project),))
    assert master.bookable("ada", DAY) == ()


bounds = st.one_of(st.none(), st.integers(-3, 3).map(days))


@given(bounds, bounds, st.booleans(), bounds, bounds, st.integers(-5, 5).map(days))
def test_nothing_closed_or_out_of_date_is_ever_bookable(opens, closes, closed, begins, ends, day):
    task = Task(item=BUILD, opens_on=opens, closes_on=closes, closed=closed)
    master = MasterData(
        tasks=(task,), assignments=(Assignment(person="ada", item=BUILD, starts_on=begins, ends_on=ends),)
    )
    inside = (opens is None or opens <= day) and (closes is None or day <= closes) and not (closed and closes is None)
    assigned = (begins is None or begins <= day) and (ends is None or day <= ends)
    assert bool(master.bookable("ada", day)) == (inside and assigned)


@pytest.mark.parametrize(("own", "expected"), [("c2", "c2"), ("", "c1"), ("gone", None)])
def test_the_contract_of_a_task_is_its_own_else_its_projects(own, expected):
    kind = ContractKind.TIME_AND_MATERIALS
    contracts = (
        Contract(id="c1", client="acme", kind=kind, project="portal"),
        Contract(id="c2", client="acme", kind=kind),
    )
    found = MasterData(tasks=(Task(item=BUILD, contract=own),), contracts=contracts).contract(BUILD)
    assert (found.id if found else None) == expected
