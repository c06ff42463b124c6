"""Opaque cursors: where a list goes on, in a text that a client hands back and never reads."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import isfinite
from typing import Annotated, Any, Final, Self

from fastapi import Query
from pydantic import StringConstraints

from hourtrail.domain.billing import ClaimedLine, Dispute
from hourtrail.domain.errors import HourtrailError, InvalidInput
from hourtrail.domain.instants import format_instant, parse_instant
from hourtrail.domain.queue import Item
from hourtrail.domain.timesheet import Timesheet
from hourtrail.store.billing import KeptDraft, LinePlace
from hourtrail.store.entries import NO_START

LONGEST: Final = 500

_FAULTS: Final = (ValueError, TypeError, AttributeError, OverflowError, binascii.Error, RecursionError, HourtrailError)
"""What reading a text can come to that was no cursor of ours."""


def _written(parts: Sequence[object]) -> str:
    plain = json.dumps(parts, separators=(",", ":"))
    return base64.urlsafe_b64encode(plain.encode()).decode()


def _read(text: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(text.encode()))


def _foreign() -> InvalidInput:
    return InvalidInput("this cursor was not given by this server; begin without one")


Limit = Annotated[int, Query(ge=1, le=500, description="Rows on one page")]
Cursor = Annotated[
    Annotated[str, StringConstraints(max_length=LONGEST)] | None, Query(description="next_cursor of the page before")
]


@dataclass(frozen=True, slots=True)
class InstantCursor:
    """The last row that was read of a list in the order of time and id."""

    at: datetime
    id: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """The reverse of ``str``. Raises InvalidInput for anything else."""
        try:
            at, name = _read(text)
            return cls(parse_instant(at), _plain(name))
        except _FAULTS as error:
            raise _foreign() from error

    def __str__(self) -> str:
        return _written([format_instant(self.at), self.id])


@dataclass(frozen=True, slots=True)
class EntryCursor:
    """The place of the last time entry that was read, as the store orders them."""

    place: tuple[date, str, datetime, str]

    @classmethod
    def parse(cls, text: str) -> Self:
        """The reverse of ``str``. Raises InvalidInput for anything else."""
        try:
            day, person, start, name = _read(text)
            began = parse_instant(start) if start is not None else NO_START
            return cls((date.fromisoformat(day), _plain(person), began, _plain(name)))
        except _FAULTS as error:
            raise _foreign() from error

    def __str__(self) -> str:
        day, person, start, name = self.place
        return _written([day.isoformat(), person, None if start == NO_START else format_instant(start), name])


@dataclass(frozen=True, slots=True)
class WeekCursor:
    """The last timesheet that was read: its Monday and its person."""

    week: date
    person: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """The reverse of ``str``. Raises InvalidInput for anything else."""
        try:
            week, person = _read(text)
            return cls(date.fromisoformat(week), _plain(person))
        except _FAULTS as error:
            raise _foreign() from error

    def __str__(self) -> str:
        return _written([self.week.isoformat(), self.person])

    def precedes(self, row: Timesheet) -> bool:
        """Whether ``row`` comes behind the cursor."""
        return (self.week, self.person) < (row.week, row.person)


def _plain(name: object) -> str:
    """An id; PostgreSQL stores no NUL, so none is asked for."""
    if not isinstance(name, str) or "\0" in name:
        raise ValueError
    return name


@dataclass(frozen=True, slots=True)
class QueueCursor:
    """The last line that was read. The day stays the one of the first page, so that nothing ages between two pages."""

    today: date
    weight: float
    line: str

    @classmethod
    def after(cls, item: Item, today: date) -> Self:
        """Behind ``item``."""
        return cls(today, item.weight, item.id)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The reverse of ``str``. Raises InvalidInput for anything else."""
        try:
            today, weight, line = _read(text)
            cursor = cls(date.fromisoformat(today), float.fromhex(weight), str(line))
        except _FAULTS as error:
            raise _foreign() from error
        if not isfinite(cursor.weight):
            raise _foreign()
        return cursor

    def __str__(self) -> str:
        return _written([self.today.isoformat(), self.weight.hex(), self.line])

    def precedes(self, item: Item) -> bool:
        """Whether ``item`` comes behind the cursor, in the order of the queue."""
        return (-self.weight, self.line) < (-item.weight, item.id)


@dataclass(frozen=True, slots=True)
class LineCursor:
    """The last line of a draft that was read; drafts are in the order in which they were asked for, not in which they ended."""

    place: LinePlace

    @classmethod
    def after(cls, kept: KeptDraft, line: ClaimedLine) -> Self:
        """Behind ``line``."""
        return cls(LinePlace(kept.draft.at, line.draft, line.number))

    @classmethod
    def parse(cls, text: str) -> Self:
        """The reverse of ``str``. Raises InvalidInput for anything else."""
        try:
            at, draft, number = _read(text)
            return cls(LinePlace(parse_instant(at), str(draft), min(max(int(number), 0), 2**31 - 1)))
        except _FAULTS as error:
            raise _foreign() from error

    def __str__(self) -> str:
        return _written([format_instant(self.place.at), self.place.draft, self.place.number])


@dataclass(frozen=True, slots=True)
class DisputeCursor(InstantCursor):
    """The last dispute that was read."""

    def precedes(self, row: Dispute) -> bool:
        """Whether ``row`` comes behind the cursor."""
        return (self.at, self.id) < (row.at, row.id)


@dataclass(frozen=True, slots=True)
class PlaceCursor:
    """The place of the last row that was read of a list that only grows."""

    place: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """The reverse of ``str``. Raises InvalidInput for anything else."""
        try:
            [place] = _read(text)
            return cls(min(max(int(place), 0), 2**53))
        except _FAULTS as error:
            raise _foreign() from error

    def __str__(self) -> str:
        return _written([self.place])
