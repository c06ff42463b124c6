"""Records of the domain as rows and back, by field name: a work item is three columns, everything else is one."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final, TypeVar

from hourtrail.domain.firm import WorkItem

T = TypeVar("T")


_NAMES: Final[dict[type, tuple[str, ...]]] = {}
"""Found once: asking a dataclass for its fields takes longer than reading one."""


def _names(kind: type) -> tuple[str, ...]:
    if kind not in _NAMES:
        _NAMES[kind] = tuple(field.name for field in fields(kind))
    return _NAMES[kind]


def values_of(record: Any) -> dict[str, Any]:
    """Column values of a dataclass that describes one row."""
    values = {name: getattr(record, name) for name in _names(type(record))}
    item = values.pop("item", None)
    if item is not None:
        values.update(client=item.client, project=item.project, task=item.task)
    return values


def record_of(kind: type[T], row: Mapping[str, Any]) -> T:
    """The reverse of :func:`values_of`; columns that are no fields are left out."""
    values = {name: row[name] for name in _names(kind) if name != "item"}
    if "item" in _names(kind):
        values["item"] = WorkItem(row["client"], row["project"], row["task"])
    return kind(**values)


def content_digest(values: Mapping[str, Any]) -> str:
    """128 bits over the content: equal content is recognised without comparing columns. Not a protection against forgery."""
    text = json.dumps(values, sort_keys=True, default=_plain)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else str(value)
