"""The work item a person means by the codes they gave; refused, with the nearest valid one, when it is not theirs to book."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rapidfuzz import fuzz, process

from hourtrail.domain.decision import require_person
from hourtrail.domain.errors import InvalidInput, NotAllowed, NotFound
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.master import MasterData
from hourtrail.store import TenantStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of what the person wants booked. Empty fields keep what was suggested."""

    minutes: int | None = None
    client: str = ""
    project: str = ""
    task: str = ""


def resolve(
    db: TenantStore, part: Part, person: str, day: date, suggested: WorkItem | None
) -> tuple[WorkItem, MasterData]:
    """The bookable work item of ``part``, and the tasks, assignments and contracts that bear on it.

    Only who is refused pays for the whole master data, which then tells the nearest code. Raises InvalidInput when the
    codes are ambiguous or missing, NotFound when the item is unknown, closed or not assigned.
    """
    meant = {item for item in (suggested, WorkItem(part.client, part.project)) if item is not None}
    master = db.bookable_of(person, meant)
    try:
        return _resolved(master, part, person, day, suggested), master
    except (InvalidInput, NotFound):
        whole = db.master()
        return _resolved(whole, part, person, day, suggested), whole


def _resolved(master: MasterData, part: Part, person: str, day: date, suggested: WorkItem | None) -> WorkItem:
    if part.client or part.project or part.task:
        item = _named(master, part, suggested)
    elif suggested is None:
        raise InvalidInput("this time is unassigned, so say what it was: edit with --project (and --client, --task)")
    else:
        item = suggested
    return _bookable(master, item, person, day)


def require_colleague(master: MasterData, actor: str) -> None:
    """Only a named person decides, submits or approves; where the firm has given its people, one of them.

    Raises NotAllowed for a service, for nobody and for an unknown person.
    """
    require_person(actor)
    people = [person.id for person in master.people]
    if people and actor not in people:
        raise NotAllowed(f"{actor!r} is not a person of this firm{nearest(actor, people)} Only a named person decides.")


def require_member(db: TenantStore, actor: str) -> None:
    """The same without reading everybody, for flows that need the firm's people for nothing else."""
    require_person(actor)
    if not db.knows_person(actor):
        require_colleague(db.master(), actor)


def nearest(given: str, known: Sequence[str]) -> str:
    """A question behind an error: the known word that looks most like the given one."""
    if not known:
        return "."
    return f"; did you mean {process.extractOne(given, known, scorer=fuzz.WRatio)[0]}?"


def _named(master: MasterData, part: Part, suggested: WorkItem | None) -> WorkItem:
    project = part.project or (suggested.project if suggested else "")
    if not project:
        raise InvalidInput("say which project with --project")
    same_project = suggested is not None and suggested.project == project
    task = part.task or (suggested.task if suggested is not None and same_project else "")
    return WorkItem(part.client or _client_of(master, project, suggested if same_project else None), project, task)


def _client_of(master: MasterData, project: str, suggested: WorkItem | None) -> str:
    if suggested is not None:
        return suggested.client
    known = [task.item for task in master.tasks] + [row.item for row in master.assignments]
    clients = sorted({item.client for item in known if item.project == project})
    if len(clients) > 1:
        raise InvalidInput(f"project {project} exists for {', '.join(clients)}; say which with --client")
    return clients[0] if clients else ""


def _bookable(master: MasterData, item: WorkItem, person: str, day: date) -> WorkItem:
    """``item``, or the only open task of the project that it names."""
    if not master.tasks and not master.assignments:
        return item
    bookable = master.bookable(person, day)
    if item in bookable:
        return item
    tasks = [row for row in bookable if not item.task and row.at_project == item]
    if len(tasks) == 1:
        return tasks[0]
    if tasks:
        raise InvalidInput(f"{item} is booked by task; say which with --task: {', '.join(row.task for row in tasks)}")
    hint = "Nothing is open to this person on that day."
    if bookable:
        near = process.extractOne(str(item), [str(candidate) for candidate in bookable], scorer=fuzz.WRatio)
        hint = f"The nearest that is open: {near[0]}."
    raise NotFound(f"{person} cannot book on {item} on {day}: it is unknown, closed or not assigned. {hint}")
