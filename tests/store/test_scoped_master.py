"""What a write reads of the task list, on both databases: every key, and the code that it makes in one text."""

import pytest

from hourtrail.domain.firm import Task, WorkItem
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
