"""Bookable work: the tasks of every project, what people talk about on them, and where their tools keep them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from hourtrail.domain.firm import Billable, Task, WorkItem
from hourtrail_training.simulator.dice import Dice
from hourtrail_training.simulator.founding.catalogue import ASPECTS, INTERNAL
from hourtrail_training.simulator.founding.engagements import Engagement
from hourtrail_training.simulator.founding.kinds import CONCEPT, LEAD, TRAVEL, Phase, ProjectKind
from hourtrail_training.simulator.options import SimulateOptions
from hourtrail_training.simulator.parameters import Parameters
from hourtrail_training.simulator.randomness import stream
from hourtrail_training.simulator.world import Topic, Work

INTERNAL_CONTRACT: Final = "C-900"
INTERNAL_PROJECT: Final = "internal"
_TRACKERS: Final = ("jira", "jira", "github", "redmine")
_LATE: Final = frozenset({"TEST", "REPORT", "COACH", "CR"})
_TOPICS: Final = (5, 12)
"""Fewest and most subjects of a work item."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a project's work is done; the task names decide nothing here."""

    tracker: str
    key: str
    repository: str
    folder: str
    channel: str
    before: int
    """Ticket numbers that are taken: Redmine numbers the tickets of all projects together, a thousand for each here."""


def works_of(
    engagements: Iterable[Engagement], organisation: str, options: SimulateOptions, parameters: Parameters
) -> dict[WorkItem, Work]:
    """Every work item of the engagements. A renamed project keeps its subjects, tickets, repository and folder."""
    works: dict[WorkItem, Work] = {}
    keys: set[str] = set()
    before: dict[str, tuple[tuple[Work, ...], _Place]] = {}
    for engagement in engagements:
        dice = Dice(stream(options.seed, "works", engagement.project))
        if engagement.predecessor:
            made = tuple(_continued(work, engagement) for work in before[engagement.predecessor][0])
        else:
            place = _place(engagement, organisation, keys, dice)
            made = _works(engagement, place, options, parameters, dice)
            before[engagement.project] = (made, place)
        works |= {work.item: work for work in made}
    return works if any(work.task.billable is Billable.DEPENDS for work in works.values()) else _with_a_case(works)


def internal_works(client: str, options: SimulateOptions) -> dict[WorkItem, Work]:
    """The firm's own work: administration, sales, training and tools; nobody pays for it."""
    dice = Dice(stream(options.seed, "works", INTERNAL_PROJECT))
    works: dict[WorkItem, Work] = {}
    for phase in INTERNAL.phases:
        item = WorkItem(client, INTERNAL_PROJECT, phase.code)
        works[item] = Work(
            task=Task(
                item=item, name=phase.name, keywords=phase.keywords, billable=Billable.NO, contract=INTERNAL_CONTRACT
            ),
            billing_code="INT.90",
            topics=_topics(INTERNAL, phase, dice),
            folder=f"/Internal/{phase.name}",
            channel="#general" if phase.code == "ADMIN" else f"#{phase.code.lower()}",
            mix=phase.mix,
        )
    return works


def _place(engagement: Engagement, organisation: str, keys: set[str], dice: Dice) -> _Place:
    kind = engagement.kind
    tracker = dice.one(_TRACKERS) if kind.tracked else ""
    letters = "".join(part[:3] for part in engagement.project.split("-")).upper()
    stem = "".join(letter for letter in letters if letter.isalpha())[:6]
    key = next(name for name in (stem, *(f"{stem}{number}" for number in range(2, 99))) if name not in keys)
    keys.add(key)
    repository = f"{organisation}/{engagement.project}" if kind.coded else ""
    name = {"github": repository or f"{organisation}/{engagement.project}", "redmine": engagement.project}.get(
        tracker, key
    )
    return _Place(
        tracker=tracker,
        key=name if tracker else "",
        repository=repository,
        folder=f"/Clients/{engagement.client.name}/{engagement.name}",
        channel=f"#{engagement.project}",
        before=1_000 * len(keys) if tracker == "redmine" else 0,
    )


def _works(
    engagement: Engagement, place: _Place, options: SimulateOptions, parameters: Parameters, dice: Dice
) -> tuple[Work, ...]:
    phases = list(engagement.kind.phases)
    whole = dice.chance(parameters["whole_project_share"])
    if whole:
        phases = phases[:1]
    else:
        kept = parameters["phase_share"]
        phases = [phase for phase in phases if phase is phases[0] or phase is LEAD or dice.chance(kept)]
    if engagement.client.visited and not whole:
        phases.append(TRAVEL)
    counter = place.before + 1 + dice.below(400)
    hinted = dice.chance(parameters["hint_share"])
    works: list[Work] = []
    for phase in phases:
        opens, closes = _dates(phase, engagement, options, parameters, dice)
        topics = _topics(engagement.kind, phase, dice)
        if place.tracker:
            prefix = f"{place.key}-" if place.tracker == "jira" else "#"
            topics = tuple(replace(topic, ticket=f"{prefix}{counter + number}") for number, topic in enumerate(topics))
            counter += len(topics) + dice.below(40)
        task = Task(
            item=WorkItem(engagement.client.code, engagement.project, "" if whole else phase.code),
            name=engagement.name if whole else f"{engagement.name}: {phase.name}",
            keywords=phase.keywords
            + tuple(general for general, _ in engagement.kind.areas[:2] if dice.chance(parameters["keyword_share"])),
            billable=_billable(phase, parameters, dice),
            closed=closes <= options.last,
            opens_on=opens,
            closes_on=closes if closes <= options.last or dice.chance(parameters["dated_share"]) else None,
            contract=engagement.contract_id,
            domains=(engagement.client.domain,) if dice.chance(parameters["domain_share"]) else (),
            ticket_prefixes=(place.key,) if place.tracker == "jira" and hinted else (),
            containers=tuple(
                one for one in (place.repository, place.channel) if one and hinted and phase is not TRAVEL
            ),
        )
        works.append(
            Work(
                task=task,
                billing_code=f"{engagement.contract_id}.{20 if phase is TRAVEL else 10}",
                topics=topics,
                repository=place.repository,
                tracker=place.tracker,
                project_key=place.key,
                folder=place.folder,
                channel=place.channel,
                aliases=_aliases(engagement, dice),
                mix=phase.mix,
            )
        )
    return tuple(works)


def _dates(
    phase: Phase, engagement: Engagement, options: SimulateOptions, parameters: Parameters, dice: Dice
) -> tuple[date, date]:
    """When a task is open: a first phase may have closed, a last one may open later; the others run all the time."""
    opens, closes = engagement.starts_on, engagement.ends_on
    days = (options.last - options.first).days + 1
    if phase is CONCEPT and engagement.kind.phases[0] is not CONCEPT and dice.chance(parameters["closed_phase_share"]):
        closes = min(closes, options.first + timedelta(days=dice.below(max(1, days // 2)) - min(20, days // 4)))
    elif phase.code in _LATE and dice.chance(parameters["late_phase_share"]):
        opens = max(opens, options.first + timedelta(days=days // 4 + dice.below(max(1, days // 3))))
    return min(opens, closes), max(opens, closes) if opens > closes else closes


def _billable(phase: Phase, parameters: Parameters, dice: Dice) -> Billable:
    if phase.depends and dice.chance(parameters["depends_share"]):
        return Billable.DEPENDS
    return Billable.YES


def _with_a_case(works: dict[WorkItem, Work]) -> dict[WorkItem, Work]:
    """The same works with one task that is billed in some cases only, where a task can be."""
    codes = [item for item in works if item.task in {"SUP", "CR", "TRAVEL"}]
    if not codes:
        return works
    work = works[codes[0]]
    return works | {codes[0]: replace(work, task=replace(work.task, billable=Billable.DEPENDS))}


def _topics(kind: ProjectKind, phase: Phase, dice: Dice) -> tuple[Topic, ...]:
    chosen = [kind.areas[index] for index in phase.areas] or list(kind.areas)
    wanted = _TOPICS[0] + dice.below(_TOPICS[1] - _TOPICS[0] + 1)
    words: dict[tuple[str, ...], None] = {}
    for _ in range(3 * wanted):
        general, particulars = dice.one(chosen)
        words.setdefault((general, dice.one(particulars), dice.one(ASPECTS)))
        if len(words) == wanted:
            break
    return tuple(Topic(words=row) for row in words)


def _aliases(engagement: Engagement, dice: Dice) -> tuple[str, ...]:
    """What people call it: initials, another usual name, the client's name, or the code."""
    initials = "".join(word[0] for word in f"{engagement.client.name} {engagement.kind.names[0]}".split()).upper()
    stem = engagement.client.name.split()[0]
    return tuple(dice.some((initials, stem, f"{stem} {engagement.kind.code}", *engagement.kind.names), 2))


def _continued(work: Work, engagement: Engagement) -> Work:
    """The same work after its project was renamed: another code and name, the same contract, subjects and places."""
    old = work.task
    name = engagement.name if not old.item.task else f"{engagement.name}: {old.name.rpartition(': ')[2]}"
    ended = old.closes_on is not None and old.closes_on < engagement.starts_on - timedelta(days=1)
    task = replace(
        old,
        item=WorkItem(old.item.client, engagement.project, old.item.task),
        name=name,
        opens_on=max(old.opens_on or engagement.starts_on, engagement.starts_on),
        closes_on=engagement.starts_on if ended else None,
        closed=ended,
    )
    return replace(work, task=task, aliases=(*work.aliases, old.name.partition(":")[0]))


def by_project(works: Mapping[WorkItem, Work]) -> dict[str, list[Work]]:
    """The works of each project, in the order in which they were made."""
    found: dict[str, list[Work]] = {}
    for work in works.values():
        found.setdefault(work.item.project, []).append(work)
    return found
