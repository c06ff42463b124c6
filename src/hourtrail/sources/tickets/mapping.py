"""The words in which a tracker's export is described: a new tracker is one module of such tables, and no code.

Paths are dotted (``fields.project.key``) and are looked up in a JSON object, or are a CSV column's name. Where several
are given the first that holds anything counts.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from hourtrail.domain.activity import ActivityKind

Item: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Take:
    """The first of ``paths`` that holds anything; of that, what group 1 of ``pattern`` finds, if there is a pattern."""

    paths: tuple[str, ...]
    pattern: str = ""

    def of(self, item: Item) -> object:
        """The value, or None."""
        for path in self.paths:
            value = lookup(item, path)
            if self.pattern:
                found = re.search(self.pattern, value) if isinstance(value, str) else None
                value = found[1] if found else None
            if value not in (None, "", [], {}):
                return value
        return None

    def text(self, item: Item) -> str:
        """The value when it is a text or a number, else an empty text."""
        value = self.of(item)
        return str(value).strip() if isinstance(value, (str, int)) else ""


def take(*paths: str, pattern: str = "") -> Take:
    """Short for :class:`Take` in the tables."""
    return Take(paths, pattern)


NOTHING: Final = Take(())


def lookup(item: Item, path: str) -> object:
    """The value at a dotted path, or None. A key that holds the whole path (a CSV column) goes first."""
    if path in item:
        return item[path]
    value: object = item
    for key in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Fields that one event changed at once: a list at ``each``, and where field, old and new value stand in it.

    Only the values of ``shown`` fields are kept: a status says what happened, a description is somebody's text.
    """

    each: str
    field: Take
    old: Take
    new: Take
    shown: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that a person did on a ticket.

    ``each`` is the list of such things in the ticket, empty when the ticket (or the record) is itself the event; all
    other paths are looked up in one element of that list. ``id`` makes the external id; without one (CSV) the instant
    and the person do. ``at`` is an instant, ``day`` a calendar day without a time. ``seconds`` or ``hours`` is how long it
    took. An element that lacks one of ``only_with`` is not such an event. ``what`` names the event more closely, and only
    those in ``whats`` count. ``total`` (in the ticket) says how many there should be. ``packed`` names the parts of a CSV
    cell that holds several, separated by semicolons; the part ``text`` may itself contain some.
    """

    name: str
    person: Take
    at: Take = NOTHING
    day: Take = NOTHING
    each: str = ""
    id: Take = NOTHING
    text: Take = NOTHING
    seconds: Take = NOTHING
    hours: Take = NOTHING
    only_with: tuple[str, ...] = ()
    what: Take = NOTHING
    whats: frozenset[str] = frozenset()
    changes: Changes | None = None
    total: str = ""
    packed: tuple[str, ...] = ()
    kind: ActivityKind = ActivityKind.TICKET


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One form of one tracker's export: how its records are known, and what is in them.

    ``needs`` are the keys or columns that every record of this form has. ``rows`` is the key of the list of records in a
    JSON document that is an object. ``ticket`` and ``reference`` are built from ``{container}`` and ``{number}``: the
    ticket in external ids, unique in the tracker, and as people write it. ``record`` tells apart several records of one
    ticket in forms where a record is not a whole ticket.
    """

    tracker: str
    needs: tuple[str, ...]
    number: Take
    container: Take
    title: Take
    updated: Take
    events: tuple[Event, ...]
    rows: str = ""
    csv: bool = False
    ticket: str = "{number}"
    reference: str = "{number}"
    record: Take = NOTHING

    def fits(self, item: Item) -> bool:
        """Whether ``item`` is a record of this form."""
        return all(lookup(item, need) is not None for need in self.needs)
