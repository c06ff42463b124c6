"""JSON exports, read record by record: one document, several behind one another (pages, JSON lines), or a list of pages."""

import codecs
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, Final, TypeAlias, cast

import ijson

from hourtrail.domain.errors import InvalidInput
from hourtrail.sources.tickets.mapping import Shape

Found: TypeAlias = tuple[Mapping[str, object], Shape | None]
_BOMS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def encoding_of(head: bytes) -> str:
    """The Unicode encoding that a file's first bytes declare (PowerShell writes UTF-16), else UTF-8."""
    return next((name for bom, name in _BOMS if head.startswith(bom)), "utf-8")


def json_records(path: Path, head: bytes, shapes: tuple[Shape, ...]) -> Iterator[Found]:
    """Each record with the shape that it has, None when it has none of ``shapes``.

    Memory holds one record at a time (one page, in a list of pages). Raises InvalidInput where the JSON breaks off or
    is no JSON, after the records before that place.
    """
    with path.open("rb") as raw:
        encoding = encoding_of(head)
        text = raw if encoding == "utf-8" else cast("BinaryIO", codecs.EncodedFile(raw, "utf-8", encoding))
        prefix = _prefix(head.decode(encoding, "replace"), shapes)
        try:
            for item in ijson.items(text, prefix, use_float=True, multiple_values=True):
                yield from _unfolded(item, shapes)
        except (ijson.JSONError, UnicodeError) as error:
            words = " ".join(str(error).split())[:160]
            raise InvalidInput(f"the JSON breaks off or is damaged here ({words}); export it again") from error


def _prefix(head: str, shapes: tuple[Shape, ...]) -> str:
    """Where the records stand in the document, in ijson's words."""
    if head.lstrip("\ufeff \t\r\n").startswith("["):
        return "item"
    places = {head.find(f'"{rows}"'): rows for rows in {shape.rows for shape in shapes if shape.rows}}
    first = min((place for place in places if place >= 0), default=None)
    if first is None or "[" not in head[first:][: len(places[first]) + 8]:
        return ""
    return f"{places[first]}.item"


def _unfolded(item: object, shapes: tuple[Shape, ...]) -> Iterator[Found]:
    """The record, or the records in it when it is a page (``{"issues": [...]}``) or a wrapper (``{"issue": {...}}``)."""
    if not isinstance(item, Mapping):
        yield {}, None
        return
    shape = next((shape for shape in shapes if shape.fits(item)), None)
    held = None if shape else next((item[s.rows] for s in shapes if s.rows and s.rows in item), item.get("issue"))
    records = held if isinstance(held, list) else [held] if isinstance(held, Mapping) else None
    if shape or records is None:
        yield item, shape
        return
    for record in records:
        if isinstance(record, Mapping):
            yield record, next((shape for shape in shapes if shape.fits(record)), None)
        else:
            yield {}, None
