"""JSON exports, read record by record: one document, several behind one another (pages, JSON lines), or a list of pages."""

import codecs
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, Final, TypeAlias

import ijson
from ijson.common import ObjectBuilder

from hourtrail.domain.errors import InvalidInput
from hourtrail.sources.tickets.mapping import Shape

Found: TypeAlias = tuple[Mapping[str, object], Shape | None]
Event: TypeAlias = tuple[str, object]
_OPENING: Final = frozenset({"start_map", "start_array"})
_CLOSING: Final = frozenset({"end_map", "end_array"})
_MAX_DEPTH: Final = 200
_BOMS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def encoding_of(head: bytes) -> str:
    """The Unicode encoding that a file's first bytes declare (PowerShell writes UTF-16), else UTF-8."""
    return next((name for bom, name in _BOMS if head.startswith(bom)), "utf-8")


def json_records(path: Path, head: bytes, shapes: tuple[Shape, ...]) -> Iterator[Found]:
    """Each record with the shape that it has, None when it has none of ``shapes``.

    Memory holds one record at a time. Raises InvalidInput where the JSON breaks off, is no JSON or is nested beyond
    reason, after the records before that place.
    """
    rows = frozenset(shape.rows for shape in shapes if shape.rows)
    with path.open("rb") as raw:
        try:
            events = _bounded(ijson.basic_parse(_Recoded(raw, encoding_of(head)), use_float=True, multiple_values=True))
            for event, value in events:
                if event == "start_array":
                    yield from _known(_elements(events, rows), shapes)
                else:
                    yield from _known(_value(event, value, events, rows), shapes)
        except (ijson.JSONError, UnicodeError) as error:
            words = " ".join(str(error).split())[:160]
            raise InvalidInput(f"the JSON breaks off or is damaged here ({words}); export it again") from error


class _Recoded:
    """The file as UTF-8 bytes, whatever Unicode encoding it has."""

    def __init__(self, raw: BinaryIO, encoding: str) -> None:
        self._raw = raw
        self._text = None if encoding == "utf-8" else codecs.getreader(encoding)(raw)

    def read(self, size: int) -> bytes:
        """At least one byte unless the file ended; none for a size of 0 (ijson's question whether these are bytes)."""
        if self._text is None or not size:
            return self._raw.read(size)
        return self._text.read(size, size).encode()


def _bounded(events: Iterator[Event]) -> Iterator[Event]:
    """The events until the nesting passes 200 levels; trackers need about 20, and parsers pay for depth in memory."""
    depth = 0
    for event in events:
        if event[0] in _OPENING:
            depth += 1
            if depth > _MAX_DEPTH:
                raise InvalidInput(
                    f"the JSON is nested deeper than {_MAX_DEPTH} levels; this is no export of a tracker"
                )
        elif event[0] in _CLOSING:
            depth -= 1
        yield event


def _elements(events: Iterator[Event], rows: frozenset[str]) -> Iterator[object]:
    """The elements of a list whose opening was just read."""
    for event, value in events:
        if event == "end_array":
            return
        yield from _value(event, value, events, rows)


def _value(event: str, value: object, events: Iterator[Event], rows: frozenset[str]) -> Iterator[object]:
    """The value that ``event`` opens; of a page, an object with a list under one of ``rows``, the elements of that list."""
    builder = ObjectBuilder()
    builder.event(event, value)
    depth, page, key = int(event in _OPENING), False, ""
    while depth:
        event, value = next(events)
        if depth == 1 and event == "map_key":
            key = str(value)
        if depth == 1 and event == "start_array" and key in rows:
            page = True
            yield from _elements(events, frozenset())
            continue
        depth += (event in _OPENING) - (event in _CLOSING)
        if not page:
            builder.event(event, value)
    if not page:
        yield builder.value


def _known(items: Iterator[object], shapes: tuple[Shape, ...]) -> Iterator[Found]:
    """Each record and its shape; a wrapper (``{"issue": {...}}``) is taken off."""
    for item in items:
        record = item if isinstance(item, Mapping) else {}
        inner = record.get("issue")
        if len(record) == 1 and isinstance(inner, Mapping):
            record = inner
        yield record, next((shape for shape in shapes if shape.fits(record)), None)
