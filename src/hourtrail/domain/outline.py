"""Client, engagement, project, phase: the tree that flat task and contract rows describe."""

from collections.abc import Iterable
from dataclasses import dataclass

from hourtrail.domain.firm import Contract, ContractKind, Task, WorkItem


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A bookable part of a project: phase, milestone or agreement; its code is the billing code. ``task`` holds the row."""

    code: str
    task: Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project and its phases. ``bookable`` when time is booked on the project itself."""

    item: WorkItem
    phases: tuple[Phase, ...]
    bookable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Engagement:
    """What is done under one contract; ``contract`` is empty where the rows name none, and ``kind`` is then None."""

    contract: str
    kind: ContractKind | None
    projects: tuple[Project, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A client and its engagements."""

    code: str
    engagements: tuple[Engagement, ...]


def outline(tasks: Iterable[Task], contracts: Iterable[Contract]) -> tuple[Client, ...]:
    """The tree of the given rows, every level in the order of its codes; each task stands in it exactly once."""
    kinds = {row.id: row.kind for row in contracts}
    tree: dict[str, dict[str, dict[WorkItem, list[Task]]]] = {}
    for task in tasks:
        tree.setdefault(task.item.client, {}).setdefault(task.contract, {}).setdefault(task.item.at_project, []).append(
            task
        )
    return tuple(
        Client(
            code=client,
            engagements=tuple(
                Engagement(
                    contract=contract,
                    kind=kinds.get(contract),
                    projects=tuple(_project(item, rows) for item, rows in sorted(projects.items())),
                )
                for contract, projects in sorted(engagements.items())
            ),
        )
        for client, engagements in sorted(tree.items())
    )


def _project(item: WorkItem, rows: list[Task]) -> Project:
    phases = sorted((row for row in rows if row.item.task), key=lambda row: row.item)
    return Project(
        item=item,
        phases=tuple(Phase(code=row.item.task, task=row) for row in phases),
        bookable=any(not row.item.task for row in rows),
    )
