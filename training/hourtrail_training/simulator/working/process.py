"""What a person turns to next: a semi-Markov process over their live work items (models.md B1, row Work process)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from hourtrail.domain.firm import Billable, WorkItem
from hourtrail_training.simulator.dice import Dice
from hourtrail_training.simulator.parameters import Parameters
from hourtrail_training.simulator.roster import Live
from hourtrail_training.simulator.world import Doing, Firm, Topic, Work

_RECENT: Final = 3
_IN_HAND: Final = 3
_FALLBACK: Final = Doing.MAIL
"""What people do in a moment between two things."""


@dataclass(frozen=True, slots=True)
class Task:
    """What a stretch is about: item, subject and kind of doing."""

    item: WorkItem
    topic: Topic
    doing: Doing


@dataclass(slots=True)
class Week:
    """What one person has worked on since Monday, which decides what comes next."""

    firm: Firm
    parameters: Parameters
    dice: Dice
    recent: list[WorkItem] = field(default_factory=list)
    """The last distinct items, the newest last."""
    touched: set[WorkItem] = field(default_factory=set)
    in_hand: dict[WorkItem, tuple[Topic, ...]] = field(default_factory=dict)
    current: Task | None = None
    worked: int = 0
    """Minutes since Monday."""
    worked_inside: int = 0
    """Those of them on the firm's own work."""

    def turn(self, live: Live, unseen: float) -> Task:
        """The next task among ``live``; with probability ``unseen`` it leaves no trace. ``live`` holds a positive share."""
        current, parameters = self.current, self.parameters
        item = self._next_item(live)
        if current is not None and item == current.item and self.dice.chance(parameters["same_topic"]):
            topic = current.topic
        else:
            topic = self.topic_of(item)
        doing = Doing.UNSEEN if self.dice.chance(unseen) else self.doing_on(self.firm.works[item])
        self.current = task = Task(item, topic, doing)
        self.note(item)
        return task

    def aside(self, live: Live) -> Task | None:
        """Something short on another item, without leaving the current one; None where there is no other."""
        others = [
            (item, share) for item, share in live if share > 0 and (self.current is None or item != self.current.item)
        ]
        if not others:
            return None
        item = self._weighted(others)
        return Task(item, self.topic_of(item), _FALLBACK)

    def any_item(self, live: Live) -> WorkItem:
        """One of the live items by their shares."""
        return self._weighted([row for row in live if row[1] > 0])

    def note(self, item: WorkItem) -> None:
        """Remembers that the person has turned to ``item``."""
        self.touched.add(item)
        if item in self.recent:
            self.recent.remove(item)
        self.recent.append(item)
        del self.recent[: -_RECENT - 1]

    def topic_of(self, item: WorkItem) -> Topic:
        """A subject of the item: most often one of the three that the person has in hand this week."""
        topics = self.firm.works[item].topics
        if item not in self.in_hand:
            self.in_hand[item] = tuple(self.dice.some(topics, _IN_HAND))
        return self.dice.one(self.in_hand[item] if self.dice.chance(self.parameters["focus_share"]) else topics)

    def doing_on(self, work: Work) -> Doing:
        """A kind of doing by the item's mix; travel is a journey's, not a desk's."""
        at, doing = self.dice.uniform(), _FALLBACK
        for kind, share in work.mix.items():
            doing = kind if kind is not Doing.TRAVEL else doing
            at -= share
            if at < 0:
                break
        return doing

    def _next_item(self, live: Live) -> WorkItem:
        """Stay, go back to one of the last three, take up something new, or whatever the weights say."""
        parameters, at = self.parameters, self.dice.uniform()
        here = self.current.item if self.current is not None else None
        if here is not None and at < parameters["stay"] and any(item == here for item, _ in live):
            return here
        at -= parameters["stay"]
        if 0 <= at < parameters["return_recent"]:
            before = [(item, share) for item, share in live if share > 0 and item in self.recent and item != here]
            if before:
                return self._weighted(before)
        at -= parameters["return_recent"]
        if 0 <= at < parameters["start_new"]:
            new = [(item, share) for item, share in live if share > 0 and item not in self.touched]
            if new:
                return self._weighted(new)
        return self.any_item(live)

    def _weighted(self, rows: list[tuple[WorkItem, float]]) -> WorkItem:
        at = self.dice.uniform() * sum(share for _, share in rows)
        for item, share in rows:
            at -= share
            if at < 0:
                return item
        return rows[-1][0]


def billing(work: Work, topic: Topic, is_billed: Callable[[WorkItem, Topic], bool]) -> tuple[bool, str]:
    """Whether time on it is billed, and its billing code: line 90 of a contract is what is not."""
    kind = work.task.billable
    billed = kind is Billable.YES or (kind is Billable.DEPENDS and is_billed(work.item, topic))
    return billed, work.billing_code if billed else f"{work.billing_code.partition('.')[0]}.90"
