"""Exports of issue trackers: what people did on tickets, as point events and worklogs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from hourtrail.domain.activity import Activity, ReadOptions, Rejected
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.instants import zone_named
from hourtrail.sources.tickets.activities import Interpreter, Place
from hourtrail.sources.tickets.csv_export import csv_rows, shape_of_header
from hourtrail.sources.tickets.json_export import encoding_of, json_records
from hourtrail.sources.tickets.trackers import CSV_SHAPES, JSON_SHAPES, NAMES
from hourtrail.sources.window import Window

__all__ = ["MAX_BYTES", "TicketSource"]

MAX_BYTES: Final = 1 << 30
_HEAD: Final = 1 << 16
# Somebody else's JSON is told once, not once for each of its million records.
_STRANGERS: Final = 20


class TicketSource:
    """Reads JSON and CSV exports of Jira, GitHub and Redmine; each activity's ``source`` is the tracker's name.

    A created ticket, a changed field, a comment and a review are point events; a Jira worklog is a span; a Redmine time
    entry, which has a day and no time, is an all-day activity with ``extra["minutes"]``. ``extra["event"]`` says what it
    was, ``extra["worklog"]`` marks booked time. Times without an offset need ``options.zone``. The person is the e-mail
    address where the tracker tells it, else account id, login or name; for ``options.person`` see
    :func:`~hourtrail.sources.people.attribute`. Records stream; files beyond 1 GiB are refused.
    """

    name = "tickets"

    def recognises(self, path: Path) -> bool:
        """Whether the first 64 KiB look like an export of a known tracker."""
        if path.suffix.lower() not in {".json", ".jsonl", ".csv", ".tsv", ".txt", ""} or not path.is_file():
            return False
        try:
            head = _head_of(path)
        except OSError:
            return False
        text = head.decode(encoding_of(head), "replace").lstrip("\ufeff \t\r\n")
        if text[:1] in {"{", "["}:
            return any(all(f'"{key}"' in text for need in s.needs for key in need.split(".")) for s in JSON_SHAPES)
        return shape_of_header(text.partition("\n")[0].rstrip("\r"), CSV_SHAPES) is not None

    def read(self, path: Path, options: ReadOptions) -> Iterator[Activity | Rejected]:
        """Everything that people did according to the export. Raises UnknownZone; all else comes as Rejected."""
        zone = zone_named(options.zone) if options.zone else None
        interpreter = Interpreter(options.person, zone, Window.of(options))
        file = str(path)
        try:
            if path.stat().st_size > MAX_BYTES:
                yield Rejected(file=file, reason="is larger than 1 GiB; export fewer months or projects at a time")
                return
            head = _head_of(path)
            start = head.decode(encoding_of(head), "replace").lstrip("\ufeff \t\r\n")
            if not start:
                yield Rejected(file=file, reason="is empty")
            elif start[:1] in {"{", "["}:
                yield from _from_json(path, head, interpreter)
            else:
                yield from _from_csv(path, head, start.partition("\n")[0].rstrip("\r"), interpreter)
        except OSError as error:
            yield Rejected(file=file, reason=f"cannot be read: {error.strerror or error}")


def _head_of(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(_HEAD)


def _from_json(path: Path, head: bytes, interpreter: Interpreter) -> Iterator[Activity | Rejected]:
    index, known = -1, False
    try:
        for index, (item, shape) in enumerate(json_records(path, head, JSON_SHAPES)):
            place = Place(str(path), index=index)
            if shape is not None:
                known = True
                yield from interpreter.activities(item, shape, place)
                continue
            keys = ", ".join(sorted(map(str, item))[:8]) or "no keys"
            yield place.refuse(f"is no record of {NAMES} (it has {keys})")
            if not known and index + 1 >= _STRANGERS:
                yield Rejected(
                    file=str(path), reason=f"the rest was not read: its first {_STRANGERS} records are no tickets"
                )
                return
    except InvalidInput as error:
        yield Rejected(file=str(path), index=index + 1, reason=str(error))


def _from_csv(path: Path, head: bytes, header: str, interpreter: Interpreter) -> Iterator[Activity | Rejected]:
    shape = shape_of_header(header, CSV_SHAPES)
    if shape is None:
        yield Rejected(file=str(path), line=1, reason=f"is neither JSON nor a CSV export of {NAMES} with its header")
        return
    for line, row in csv_rows(path, head):
        place = Place(str(path), line=line)
        if isinstance(row, InvalidInput):
            yield place.refuse(str(row))
        else:
            yield from interpreter.activities(row, shape, place)
