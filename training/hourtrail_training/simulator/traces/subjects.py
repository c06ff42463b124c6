"""What a trace can be about: the work at hand, or another live item of the same person."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Final

from hourtrail.domain.firm import WorkItem
from hourtrail_training.simulator.parameters import Parameters
from hourtrail_training.simulator.world import Channel, Doing, Firm, Stretch, Topic, Work

_SHORT_MEETING: Final = 20
_LONG_MEETING: Final = 80


class Directory:
    """The firm's master data as traces look it up: built once, asked every week."""

    def __init__(self, firm: Firm) -> None:
        self.works = firm.works
        self.number = {employee.id: position for position, employee in enumerate(firm.employees)}
        self.names = {employee.id: employee.person.name for employee in firm.employees}
        self.contacts = dict(firm.contacts)
        self._of_project: dict[WorkItem, list[Work]] = {}
        for work in firm.works.values():
            self._of_project.setdefault(work.item.at_project, []).append(work)
        self._held: dict[str, list[tuple[date, date, Work]]] = {}
        colleagues: dict[WorkItem, dict[str, None]] = {}
        for assignment in firm.assignments:
            for work in self._covered(assignment.item):
                first, last = assignment.starts_on or date.min, assignment.ends_on or date.max
                self._held.setdefault(assignment.person, []).append((first, last, work))
                colleagues.setdefault(work.item, {})[assignment.person] = None
        self.colleagues = {item: tuple(sorted(people)) for item, people in colleagues.items()}

    def _covered(self, item: WorkItem) -> Iterable[Work]:
        """The work of an assignment; one to a project covers the project's tasks."""
        if item in self.works:
            return (self.works[item],)
        return self._of_project.get(item, ())

    def live(self, person: str, monday: date) -> tuple[Work, ...]:
        """What the person may book on from Monday to Friday of a week, each once, in a stable order."""
        friday = monday + timedelta(days=4)
        found = {
            work.item: work
            for first, last, work in self._held.get(person, ())
            if first <= monday and last >= friday and work.task.open_on(monday) and work.task.open_on(friday)
        }
        return tuple(found[item] for item in sorted(found))


def topic_at(work: Work, number: float) -> Topic:
    """The topic of a work item at ``number`` (uniform on [0, 1)); its name when it has none."""
    if not work.topics:
        return Topic(words=(work.task.name or work.item.project,))
    return work.topics[int(number * len(work.topics))]


def stray_share(stretch: Stretch, usual: float, parameters: Parameters) -> float:
    """The share of a stretch's traces that are about other work.

    In meetings people do other work the more the longer they last: ``multitask_short`` up to 20 minutes,
    ``multitask_ratio`` times that from 80 minutes on (models.md B2), a straight line in between.
    """
    if stretch.doing is not Doing.MEETING:
        return usual
    way = min(1.0, max(0.0, (stretch.minutes - _SHORT_MEETING) / (_LONG_MEETING - _SHORT_MEETING)))
    return parameters["multitask_short"] * (1 + (parameters["multitask_ratio"] - 1) * way)


def can_hold(work: Work, channel: Channel) -> bool:
    """Whether work on the item can leave a trace on the channel at all."""
    if channel is Channel.COMMIT:
        return bool(work.repository)
    if channel is Channel.TICKET:
        return bool(work.tracker)
    return True


def usable(live: Iterable[Work]) -> Mapping[Channel, tuple[Work, ...]]:
    """For each channel the live work that can leave a trace there."""
    works = tuple(live)
    return {channel: tuple(work for work in works if can_hold(work, channel)) for channel in Channel}
