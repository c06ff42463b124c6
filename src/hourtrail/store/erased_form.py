"""How one row stands when the person is erased, and where it goes on naming them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Table

from hourtrail.domain.billing import content_of
from hourtrail.domain.erasure import Eraser
from hourtrail.store import identity_schema, schema
from hourtrail.store.entries import entry_of
from hourtrail.store.erasure_schema import APPEND_ONLY, FORMS, NOTHING_PERSONAL
from hourtrail.store.personal import COLUMNS
from hourtrail.store.scope import Row
from hourtrail.store.subject import HeldRow, bodies_of, texts_of

_GONE: Final[Mapping[str, tuple[str, ...]]] = {
    "account": ("issuer", "subject"),
    "person": ("weekly_hours", "cost_rate"),
    "time_entry": ("start", "end"),
}
"""Columns of a row about the person that become null."""

_WRITERS: Final = ("actor", "raised_by", "created_by")
"""Columns that name whose words a row holds."""

_GUARDED: Final = frozenset({*schema.APPEND_ONLY, *identity_schema.APPEND_ONLY, *APPEND_ONLY}) | NOTHING_PERSONAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A place that goes on naming the person: ``row`` is its key with ``[...]`` where the name stands in that."""

    table: str
    column: str
    row: str


def erased_form(held: HeldRow, eraser: Eraser, entries: dict[str, tuple[str, str]], at: datetime) -> dict[str, Any]:
    """The columns that change, with their new values. ``entries`` collects digests of entries, before and after."""
    table, row, kinds = held.table, held.row, COLUMNS[held.table.name]
    words = held.about or any(eraser.names.is_one(row.get(column) or "") for column in _WRITERS)
    form = FORMS.get(table.name)
    if form is None and table.name in _GUARDED:
        return {}
    ids = frozenset(kinds.ids) - frozenset(form.bodies if form else ())
    new: dict[str, Any] = {}
    for name in texts_of(table):
        if row[name] is None or name in ids or name in kinds.digests:
            continue
        if name in kinds.words and words:
            new[name] = ""
        elif name == "key" and row[name].startswith("["):
            new[name] = _natural_key(row[name], eraser)
        else:
            new[name] = eraser.exactly(row[name]) if name in kinds.names else eraser.text(row[name])
    for name in bodies_of(table):
        about_words = words and name in kinds.words
        new[name] = {} if held.about and name == "extra" else eraser.json(plain(row[name]), words=about_words)
    if held.about:
        new |= dict.fromkeys(_GONE.get(table.name, ()))
    _own_forms(held, eraser, entries, at, new)
    if form is not None:
        new = {name: value for name, value in new.items() if name in (*form.texts, *form.bodies)}
    new = {name: value for name, value in new.items() if value != plain(row[name])}
    # A digest of what is gone would let guesses be tried out.
    digests = [name for name in kinds.digests if form is None or name in form.texts]
    return {**new, **dict.fromkeys(digests, "")} if new else {}


def _own_forms(
    held: HeldRow, eraser: Eraser, entries: dict[str, tuple[str, str]], at: datetime, new: dict[str, Any]
) -> None:
    """What only some tables have: a login name that stays unique, and digests of an entry that others compare."""
    table, row = held.table, held.row
    if table.name == "account" and held.about:
        new |= {
            "login": f"{eraser.pseudonym}.{row['id'][-6:]}",
            "disabled_at": row["disabled_at"] or at,
            "password": "",
        }
    if table.name == "time_entry" and held.about:
        before = entry_of(row)
        entries[row["id"]] = content_of(before), content_of(entry_of({**row, **new}))
    if table.name in {"draft_line", "dispute"} and row["entry"] in entries:
        was, will = entries[row["entry"]]
        new["content"] = will if row["content"] == was else row["content"]


def left_in(table: Table, row: Row, eraser: Eraser) -> Iterator[Left]:
    """The columns of a row, as it stands afterwards, that still name the person: ids, and what they are called by."""
    keys = [column.name for column in table.primary_key.columns if column.name != "tenant"]
    for name, value in row.items():
        if name != "tenant" and eraser.names.stand_in_json(value):
            shown = " ".join(str(row[key]) for key in keys)
            yield Left(table=table.name, column=name, row=Eraser(eraser.names, "[...]").hidden(shown))


def plain(value: Any) -> Any:
    """A tuple as the list that it is in JSON."""
    return json.loads(json.dumps(value)) if isinstance(value, (tuple, list)) else value


def _natural_key(key: str, eraser: Eraser) -> str:
    """The key of a row of master data, with the pseudonym where the person was part of it."""
    return json.dumps([eraser.exactly(part) for part in json.loads(key)], ensure_ascii=False)
