"""What a write reads of the task list, on both databases: every key, and the code that it makes in one text."""

from datetime import date

import pytest

from hourtrail.domain.firm import Assignment, Contract, ContractKind, Task, WorkItem
from hourtrail.store import open_store

PLAIN = (WorkItem("acme", "portal", "build"), WorkItem("acme", "portal"), WorkItem("bolt", "größe", "a, b"))
STRANGE = (
    WorkItem("", "lost", "x"), WorkItem('quo"te', "back\\", '["]'), WorkItem("acme", "two\nlines", '", "'),
    WorkItem("a/b", "/", "c"), WorkItem("only", ""),
)  # fmt: skip


@pytest.mark.parametrize("items", [(), PLAIN, (*PLAIN, *STRANGE)], ids=["none", "plain", "strange"])
def test_the_codes_of_the_task_list_are_those_of_its_work_items(url: str, items: tuple[WorkItem, ...]) -> None:
    with open_store(url) as store, store.tenant("other") as other:
        other.put_master([Task(item=WorkItem("other", "firm"))])
    with open_store(url) as store, store.tenant("t") as db:
        db.put_master([Task(item=item) for item in items])
        keys, codes = db.task_codes()
        assert sorted(codes) == sorted(map(str, items))
        for key, code in zip(keys, codes, strict=True):
            assert [str(task.item) for task in db.tasks_of([key])] == [code]


FIRM = (
    Contract(id="K1", client="acme", kind=ContractKind.TIME_AND_MATERIALS, currency="EUR", rounding_minutes=15),
    Contract(id="K2", client="bolt", kind=ContractKind.INTERNAL, currency="EUR", project="größe"),
    Task(item=PLAIN[0], contract="K1"),
    Task(item=PLAIN[2]),
    Task(item=WorkItem("acme", "portal", "test"), contract="K1", closes_on=date(2026, 1, 1)),
)
STAFFED = (
    *FIRM,
    Assignment(person="ada", item=WorkItem("acme", "portal")),
    Assignment(person="ben", item=PLAIN[2]),
    Assignment(person="ben", item=WorkItem("dorn", "unlisted")),
)


@pytest.mark.parametrize("firm", [(), FIRM, STAFFED], ids=["nothing", "no assignments", "staffed"])
def test_what_may_be_booked_is_what_the_whole_master_data_says(
    url: str, firm: tuple[Task | Contract | Assignment, ...]
) -> None:
    day = date(2026, 3, 2)
    asked = [row.item for row in STAFFED if isinstance(row, Task | Assignment)]
    with open_store(url) as store, store.tenant("t") as db:
        db.put_master(list(firm))
        whole = db.master()
        for person in ("ada", "ben", "cyd"):
            planned = db.planning_of(person)
            assert set(planned.bookable(person, day)) == set(whole.bookable(person, day))
            assert {row.item for row in planned.assignments_of(person)} == {
                row.item for row in whole.assignments_of(person)
            }
            for item in asked:
                part = db.bookable_of(person, [item])
                booked = (item in part.bookable(person, day), part.task(item), part.contract(item))
                assert booked == (item in whole.bookable(person, day), whole.task(item), whole.contract(item)), (
                    person,
                    item,
                )
