"""Two tenants whose every text and code is marked, so that a word of one that turns up at the other is seen.

The marks are random words: one stands in texts (titles, narratives, names), one in codes (mail addresses, the firm's own
projects). Client, contract and entry ids are the same at both, so that a missing tenant in a key is a collision.
"""

import hashlib
import html
import json
import re
import secrets
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from tests.serving.conftest import FIRST, LAST, SMALL_FIRM

from hourtrail.flows.demo import run_demo
from hourtrail.flows.stored_checks import check_stored
from hourtrail.store import Store
from hourtrail.store.schema import metadata
from hourtrail.store.types import EnumText, Exact, Instant, Json
from hourtrail.wiring import load_models, sources

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Marks:
    """``text`` stands in what people wrote, ``code`` in what systems call things."""

    tenant: str
    text: str = field(default_factory=lambda: f"zq{secrets.token_hex(6)}")
    code: str = field(default_factory=lambda: f"xk{secrets.token_hex(6)}")

    @property
    def ada(self) -> str:
        """Somebody with suggestions."""
        return f"ada@{self.code}.example"


def fill_marked(store: Store, marks: Marks, folder: Path) -> None:
    """The small firm under these marks: ingested, suggested, decided, checked."""
    firm = _marked_firm(marks, folder / marks.tenant)
    run_demo(
        store, firm, models=load_models(rules_only=True), sources=sources(), progress=lambda _line: None, first=FIRST,
        last=LAST, tenant=marks.tenant,
    )  # fmt: skip
    check_stored(store, marks.tenant, today=date(2026, 3, 14), now=datetime(2026, 3, 14, tzinfo=UTC))


def _marked_firm(marks: Marks, folder: Path) -> Path:
    shutil.copytree(SMALL_FIRM, folder, ignore=shutil.ignore_patterns("repositories"))
    (folder / "repositories").mkdir()
    for path in (*folder.rglob("*.csv"), *folder.rglob("*.ics"), *folder.rglob("*.json")):
        text = re.sub("northlight", marks.code, path.read_text(encoding="utf-8"), flags=re.IGNORECASE)
        if path.suffix == ".ics":
            text = re.sub(r"^(SUMMARY:.*)$", rf"\1 {marks.text}", text, flags=re.MULTILINE)
        elif path.suffix == ".json":
            text = re.sub(r'("summary": "[^"]*)"', rf'\1 {marks.text}"', text)
        elif path.name == "people.csv":
            text = re.sub(r"(Lindqvist|Okafor|Park|Weiss)", rf"\1 {marks.text}", text)
        elif path.name == "timesheets.csv":
            text = text.replace(",approved,", f" {marks.text},approved,").replace(
                ",submitted,", f" {marks.text},submitted,"
            )
        path.write_text(text, encoding="utf-8")
    return folder


GUARDED = frozenset({"erased_row"})
"""Tables that take no row by hand: an erasure has to have listed it in the trail."""


def plant_everywhere(store: Store, marks: Marks) -> list[str]:
    """A marked row in every table that has none of this tenant yet, whatever the table is; which ones.

    They are nothing that a reader of the tenant could make sense of: from here on only others are asked.
    """
    planted = []
    for table in metadata.sorted_tables:
        with store.engine.connect() as connection, connection.begin():
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SET LOCAL app.tenant = '{marks.tenant}'")
            mine = sa.select(sa.func.count()).select_from(table).where(table.c.tenant == marks.tenant)
            if table.name not in GUARDED and not connection.scalar(mine):
                connection.execute(table.insert().values(_row(connection, table, marks)))
                planted.append(table.name)
    return planted


def _row(connection: sa.Connection, table: sa.Table, marks: Marks) -> dict[str, Any]:
    values = {column.name: _value(column, marks) for column in table.columns if not column.nullable}
    for constraint in table.foreign_key_constraints:
        there = constraint.referred_table
        query = sa.select(*(element.column for element in constraint.elements)).where(there.c.tenant == marks.tenant)
        found = connection.execute(query.limit(1)).first()
        if found is not None:
            values |= {column.name: value for column, value in zip(constraint.columns, found, strict=True)}
    return {**values, "tenant": marks.tenant}


def _value(column: sa.Column[Any], marks: Marks) -> Any:
    kind = column.type
    if isinstance(kind, EnumText):
        return next(iter(kind.kind))
    if isinstance(kind, Json):
        return {"planted": marks.text}
    plain = {
        Instant: NINE, sa.Date: NINE.date(), sa.Integer: 1, sa.Boolean: False, sa.LargeBinary: marks.text.encode(), Exact: 1,
        sa.Double: 0.5,
    }  # fmt: skip
    for known, value in plain.items():
        if isinstance(kind, known):
            return value
    return f"{marks.code}.{column.name}" if column.primary_key or column.name.endswith("id") else marks.text


def dump(store: Store, tenant: str) -> dict[str, list[str]]:
    """Every row of a tenant, as text, by table."""
    found = {}
    with store.engine.connect() as connection, connection.begin():
        for table in metadata.sorted_tables:
            rows = connection.execute(sa.select(table).where(table.c.tenant == tenant))
            found[table.name] = sorted(repr(tuple(row)) for row in rows)
    return found


def digest(rows: dict[str, list[str]]) -> dict[str, str]:
    """The same, short, for comparing."""
    return {name: hashlib.sha256("\n".join(texts).encode()).hexdigest() for name, texts in rows.items()}


def names_of(store: Store, tenant: str, marks: Marks, most: int = 2) -> dict[str, list[str]]:
    """What a tenant's rows are called, by column: every text of a key, an id, a person, a digest; none with a marked text."""
    found: dict[str, dict[str, None]] = {}
    with store.engine.connect() as connection, connection.begin():
        for table in metadata.sorted_tables:
            for column in table.columns:
                if column.name == "tenant" or not isinstance(column.type, sa.Text | sa.types.TypeDecorator):
                    continue
                wanted = (
                    column.primary_key or column.name.endswith("id") or column.name in _CALLED or column.foreign_keys
                )
                if not wanted or isinstance(column.type, Instant | Json | EnumText | Exact):
                    continue
                query = (
                    sa.select(column).where(table.c.tenant == tenant, column.is_not(None)).distinct().limit(most + 2)
                )
                texts = [str(value) for (value,) in connection.execute(query) if value and marks.text not in str(value)]
                key = table.name if column.name in {"id", "key"} else column.name
                found.setdefault(key, {}).update(dict.fromkeys(texts[:most]))
    return {name: list(values) for name, values in found.items() if values}


_CALLED = frozenset(
    {"person", "client", "project", "task", "contract", "actor", "login", "fingerprint", "visible", "entry"}
)


def marks_in(text: str, marks: Marks, sent: Iterable[str] = ()) -> str:
    """Which mark of a tenant stands in a text of another; what was sent along and comes back is none. Empty for none."""
    if marks.text in text:
        return f"text {_around(text, marks.text)}"
    for word in sorted({form for one in sent for form in _written(one)}, key=len, reverse=True):
        text = text.replace(word, "")
    return f"code {_around(text, marks.code)}" if marks.code in text else ""


def _written(word: str) -> set[str]:
    """A word as it may come back: as it is, in an address, on a page, in JSON."""
    return {word, quote(word, safe=""), quote(word), html.escape(word), json.dumps(word)[1:-1]} - {""}


def _around(text: str, word: str) -> str:
    place = text.index(word)
    return repr(text[max(0, place - 80) : place + 80])
