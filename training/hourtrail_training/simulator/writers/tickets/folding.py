"""From events of many people to one ticket, whose state is what its last event left."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from hourtrail_training.simulator.traces.moments import number_of
from hourtrail_training.simulator.world import Minute

FIRST_STATE: Final = "To Do"
_BEFORE: Final = 1440
"""Minutes before the first event at which somebody outside the firm is taken to have opened an older ticket, at least."""


@dataclass(frozen=True, slots=True)
class Event:
    """What one person did on one ticket. ``key`` is the ticket as people write it: ``PORTAL-12`` or ``#12``."""

    key: str
    at: Minute
    second: int
    id: str
    verb: str
    person: str
    title: str
    text: str
    minutes: int | None
    client: str

    @property
    def number(self) -> int:
        """The ticket's number."""
        return int(number_of(self.key))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A ticket and its history in time order. ``creator`` is empty when it was opened before, by somebody outside."""

    key: str
    title: str
    client: str
    created: Minute
    created_second: int
    creator: str
    events: tuple[Event, ...]
    moves: tuple[tuple[Event, str], ...]
    """Each change of state with the state before it."""
    state: str

    @property
    def number(self) -> int:
        """The ticket's number."""
        return int(number_of(self.key))

    @property
    def updated(self) -> Event:
        """The last event."""
        return self.events[-1]

    def of(self, verb: str) -> tuple[Event, ...]:
        """The events of one kind."""
        return tuple(event for event in self.events if event.verb == verb)


def tickets_of(events: Iterable[Event]) -> Iterator[Ticket]:
    """The tickets of a project by their number."""
    ordered = sorted(
        events, key=lambda event: (event.number, event.key, event.at, event.second, len(event.id), event.id)
    )
    for _, group in groupby(ordered, key=lambda event: (event.number, event.key)):
        yield _ticket(tuple(group))


def _ticket(events: tuple[Event, ...]) -> Ticket:
    first = events[0]
    opened = next((event for event in events if event.verb == "created"), None)
    moves, state = [], FIRST_STATE
    for event in events:
        if event.verb == "moved":
            moves.append((event, state))
            state = event.text
    return Ticket(
        key=first.key,
        title=first.title,
        client=first.client,
        created=opened.at if opened else first.at - _BEFORE - 37 * (first.number % 400),
        created_second=opened.second if opened else 0,
        creator=opened.person if opened else "",
        events=events,
        moves=tuple(moves),
        state=state,
    )
