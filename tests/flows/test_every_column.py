"""Every column that can hold a person's data: said what it holds, handed out to them, and without them after an erasure.

Asked of the tables themselves, so that a column of tomorrow fails here until somebody says whose data it holds.
"""

import io
import json
import re
import zipfile
from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa
from tests.flows.test_erasure import MARK, MIA, done, everything, fill, put_row
from tests.store.samples import NINE

from hourtrail.flows.subject import subject_bytes
from hourtrail.store import open_store
from hourtrail.store.personal import COLUMNS
from hourtrail.store.schema import metadata
from hourtrail.store.subject import bodies_of, texts_of

OWN_WAY = {
    "activity", "audit_event", "audit_payload", "audit_root", "brand_logo", "erased_row", "tenant_key", "text_vector",
    "usage_count", "session", "secret", "kept_answer", "cleared_entry",
}  # fmt: skip
"""Tables that hold no text of anybody's, or that are read and written in a way of their own (test_erasure looks at those)."""

LEFT = {"draft_line.why", "draft_line.tax_note"}
"""What the program itself writes on a line of a draft, from policies and tax rates; it names nobody unless a firm makes it."""


def test_every_column_says_whose_data_it_holds():
    for table in metadata.sorted_tables:
        kinds = COLUMNS[table.name]
        said = [
            *kinds.names, *kinds.words, *kinds.texts, *kinds.ids, *kinds.facts, *kinds.digests, *kinds.hidden
        ]  # fmt: skip
        assert sorted(said) == sorted(column.name for column in table.columns if column.name != "tenant"), (
            f"{table.name}: each column stands once in store/personal.py, by whose data it can hold"
        )
    assert set(COLUMNS) == set(metadata.tables)


def a_row(table):
    """Some row of a table that the firm does not fill."""
    kinds = {date: date(2026, 3, 2), bool: False, int: 1, Decimal: Decimal(1), float: 0.5}
    values = {}
    for column in table.columns:
        if column.name == "tenant" or column.nullable:
            continue
        if column.name in bodies_of(table):
            values[column.name] = [] if column.type.wrap is tuple else {}
        elif hasattr(column.type, "kind"):
            values[column.name] = next(iter(column.type.kind))
        elif type(column.type).__name__ == "Instant":
            values[column.name] = NINE
        else:
            python = column.type.impl.python_type if hasattr(column.type, "impl") else column.type.python_type
            values[column.name] = kinds.get(python, f"{table.name}.{column.name}")
    return values


def told(table, column):
    return f"{MARK} {table.name}.{column}"


def marked(table, row, column):
    """What the column holds from now on: the name inside, and what tells this column from all others."""
    mark = f"{told(table, column)} of {MIA.upper()}, twice"
    if column not in bodies_of(table):
        return mark
    before = json.loads(json.dumps(row[column]))
    return [*before, mark] if isinstance(before, list) else {**before, "note": mark, MIA: {"by": [MIA]}}


@pytest.fixture
def filled(tmp_path):
    """A firm in which each text and each JSON of every table holds something of Mia's, guards in place again."""
    with open_store(f"sqlite:///{tmp_path / 'every.sqlite'}") as store:
        fill(store)
        for table in metadata.sorted_tables:
            with store.tenant("t") as db:
                count = db._connection.scalar(sa.select(sa.func.count()).select_from(table))
            if not count and table.name not in OWN_WAY:
                put_row(store, table, a_row(table))
        with store.tenant("t", read_only=True) as db:
            names = db.names_of(MIA)
            about = {}
            for held in db.held_rows(names):
                if held.about:
                    about.setdefault(held.table.name, held.row)
        with store.engine.connect() as connection, connection.begin():
            triggers = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
            for name, _ in triggers:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
            for table in metadata.sorted_tables:
                if table.name in OWN_WAY:
                    continue
                kinds, keys = COLUMNS[table.name], [column.name for column in table.primary_key.columns]
                row = about.get(table.name) or connection.execute(sa.select(table)).mappings().first()
                texts = [name for name in (*kinds.words, *kinds.texts) if name not in keys]
                values = {name: marked(table, row, name) for name in texts}
                values |= {name: MIA for name in kinds.names if name not in keys}
                mine = [table.c[name] == row[name] for name in keys]
                if values:
                    assert connection.execute(sa.update(table).where(*mine).values(**values)).rowcount == 1
            for _, sql in triggers:
                connection.exec_driver_sql(sql)
        yield store


def test_each_is_handed_out_and_none_is_left(filled):
    data, _ = subject_bytes(filled, "t", MIA, actor=MIA)
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        out = {name.removesuffix(".jsonl"): file.read(name).decode() for name in file.namelist() if name.endswith("l")}
    everything_out = "".join(out.values())
    missing, unnamed = [], []
    for table in metadata.sorted_tables:
        kinds, keys = COLUMNS[table.name], [column.name for column in table.primary_key.columns]
        if table.name in OWN_WAY:
            continue
        missing += [
            f"{table.name}.{name}"
            for name in (*kinds.words, *kinds.texts)
            if name not in keys and told(table, name) not in everything_out
        ]
        rows = [json.loads(line) for line in out.get(table.name, "").splitlines()]
        rows += [row for row in map(json.loads, out["named_elsewhere"].splitlines()) if row["table"] == table.name]
        unnamed += [
            f"{table.name}.{name}" for name in kinds.names if not any(row.get(name) == MIA for row in rows)
        ]  # fmt: skip
    assert (missing, unnamed) == ([], [])

    told_of = done(filled)
    assert {f"{one.table}.{one.column}" for one in told_of.left} == LEFT, "what stays is told"
    traces = re.compile(rf".{{0,60}}{re.escape(MIA)}.{{0,40}}", re.IGNORECASE)
    found = {name: len(hits) for name, rows in everything(filled).items() if (hits := traces.findall(rows))}
    assert found == {"draft_line": len(LEFT)}


def test_the_words_of_each_row_about_her_go_with_her(filled):
    """Codes and texts of the firm stay, without the name; what she or somebody else wrote of her does not."""
    with filled.tenant("t", read_only=True) as db:
        about = {held.table.name for held in db.held_rows(db.names_of(MIA)) if held.about}
    done(filled)
    left = {
        f"{table.name}.{name}"
        for table in metadata.sorted_tables
        if table.name in about
        for name in COLUMNS[table.name].words
        if told(table, name) in everything(filled)[table.name]
    }
    assert left == set()


def test_text_columns_are_all_looked_at():
    """What the database takes as text or JSON is what an erasure reads."""
    for table in metadata.sorted_tables:
        looked_at = {*texts_of(table), *bodies_of(table), "tenant"}
        texts = {column.name for column in table.columns if str(column.type.compile()).upper() in {"TEXT", "JSONB"}}
        numbers = {"amount", "hourly_rate"}  # exact decimals are texts to SQLite
        assert texts - looked_at <= numbers | {
            column.name
            for column in table.columns
            if hasattr(column.type, "kind") or type(column.type).__name__ == "Exact"
        }, table.name
