"""Seats as lines of a spool and back: a calendar can only be written when the last change to its series is known."""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Final

from hourtrail.domain.firm import WorkItem
from hourtrail_training.simulator.world import Occurrence, Seat, Series
from hourtrail_training.simulator.writers.json_text import to_json

_NO_ITEM: Final = WorkItem("", "")
"""What a meeting was really about is nothing that a calendar knows."""
_SERIES: Final = (
    "uid", "title", "organiser", "attendees", "zone", "weekdays", "every_weeks", "local_start", "minutes", "first", "last",
    "private", "online", "created",
)  # fmt: skip
_OCCURRENCE: Final = (
    "uid", "title", "organiser", "attendees", "zone", "start", "end", "planned_start", "cancelled", "deleted", "all_day",
    "private", "show_as", "online", "sequence", "created", "changed",
)  # fmt: skip


class SeatRows:
    """Writes seats as lines; a series is written once for each person, before its first seat."""

    def __init__(self) -> None:
        self._told: set[tuple[str, str]] = set()

    def lines(self, person: str, seats: Iterable[Seat]) -> Iterator[str]:
        """The lines of one person's seats, in their order."""
        for seat in seats:
            occurrence, series = seat.occurrence, seat.occurrence.series
            if series is not None and (person, series.uid) not in self._told:
                self._told.add((person, series.uid))
                yield _line("series", [_plain(getattr(series, name)) for name in _SERIES])
            values = [getattr(occurrence, name) for name in _OCCURRENCE]
            yield _line("seat", [seat.response, series is not None, *values])


def seats_of(lines: Iterable[str], person: str) -> Iterator[Seat]:
    """The seats again, without whether the person really went, which is nothing that a calendar knows either."""
    known: dict[str, Series] = {}
    for line in lines:
        kind, values = json.loads(line)
        if kind == "series":
            series = _series(dict(zip(_SERIES, values, strict=True)))
            known[series.uid] = series
            continue
        response, recurring, *rest = values
        row: dict[str, Any] = dict(zip(_OCCURRENCE, rest, strict=True))
        row["attendees"] = tuple(row["attendees"])
        series_or_none = known[row["uid"]] if recurring else None
        yield Seat(person=person, occurrence=Occurrence(item=_NO_ITEM, series=series_or_none, **row), response=response)


def _series(row: dict[str, Any]) -> Series:
    row |= {"attendees": tuple(row["attendees"]), "weekdays": tuple(row["weekdays"])}
    row |= {name: date.fromisoformat(row[name]) for name in ("first", "last")}
    return Series(item=_NO_ITEM, **row)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _line(kind: str, values: list[object]) -> str:
    return to_json([kind, values]) + "\n"
