"""A moment in which a trace is left: when, in which stretch, about what, and the numbers that its wording is drawn with."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hourtrail.domain.firm import WorkItem
from hourtrail_training.simulator.world import Channel, Employee, Minute, Stretch, Topic, Trace, Work

_ORDER: Final = {channel: number for number, channel in enumerate(Channel)}


@dataclass(frozen=True, slots=True)
class Moment:
    """One event of one channel. ``draws`` are uniform numbers on [0, 1), as many as the channel words its traces with."""

    id: str
    stretch: Stretch
    at: Minute
    second: int
    work: Work
    topic: Topic
    stray: bool
    draws: Sequence[float]

    def trace(
        self,
        channel: Channel,
        title: str,
        *,
        end: Minute | None = None,
        text: str = "",
        container: str = "",
        reference: str = "",
        verb: str = "",
        minutes: int | None = None,
        participants: tuple[str, ...] = (),
    ) -> Trace:
        """What the tool recorded."""
        return Trace(
            person=self.stretch.person, channel=channel, at=self.at, second=self.second, end=end,
            item=self.work.item, title=title, text=text, container=container, reference=reference, verb=verb,
            minutes=minutes, participants=participants, stray=self.stray, id=self.id,
        )  # fmt: skip


class Numbers:
    """Gives out the ids of one person's week: each channel counts for itself, so that none depends on another."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._given = dict.fromkeys(Channel, 0)

    def next(self, channel: Channel) -> str:
        """The next id of a channel: digits only, since trackers number what happens in them."""
        number = self._given[channel]
        self._given[channel] = number + 1
        return f"{self._prefix}{_ORDER[channel]}{number:04d}"


@dataclass(frozen=True, slots=True)
class Scene:
    """One person's week as the channels see it: whom and what they could be about."""

    employee: Employee
    live: tuple[Work, ...]
    """What the person may work on the whole week, in a stable order: what stray traces are about."""
    language: str
    """``de``, ``fr`` or empty: what they write besides English."""
    firm_domain: str
    contacts: dict[str, tuple[str, ...]]
    colleagues: dict[WorkItem, tuple[str, ...]]
    names: dict[str, str]
    numbers: Numbers
    first_place: int
    """The tickets that the person opens this week take this place and the next ones among all that people open."""


def pick(words: Sequence[str], number: float) -> str:
    """The word at ``number`` (uniform on [0, 1))."""
    return words[int(number * len(words))]


def key_of(work: Work, topic: Topic) -> str:
    """The ticket as people write it: ``PORTAL-12`` for Jira, ``#12`` elsewhere; empty when there is none."""
    if not topic.ticket or not work.tracker:
        return ""
    return topic.ticket if work.tracker == "jira" else f"#{number_of(topic.ticket)}"


def number_of(key: str) -> str:
    """The digits at the end of a ticket's key."""
    return key[len(key.rstrip("0123456789")) :]
